package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// printMails prints each mail as its recipient sees it.
func printMails(ctx context.Context, server *localaws.Server) error {
	mails, err := server.Mails(ctx)
	if err != nil {
		return err
	}
	for _, mail := range mails {
		fmt.Printf("\n    From:    %s\n    To:      %s\n    Subject: %s\n\n", mail.From, strings.Join(mail.To, ", "), mail.Subject)
		for line := range strings.Lines(strings.TrimSpace(mail.Text)) {
			fmt.Print("    | ", line)
		}
		fmt.Println()
	}
	return nil
}

// printUsers prints what IAM has of each user of the list.
func printUsers(ctx context.Context, server *localaws.Server) error {
	content, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	var input struct{ IAMUserNames []string }
	if err := json.Unmarshal(content, &input); err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "    USER\tPATH\tTAGS\tGROUPS\tLOGIN PROFILE")
	client := iam.NewFromConfig(server.Config())
	for _, name := range input.IAMUserNames {
		row, err := describeUser(ctx, client, name)
		if err != nil {
			return err
		}
		fmt.Fprintln(table, "    "+row)
	}
	return table.Flush()
}

func describeUser(ctx context.Context, client *iam.Client, name string) (string, error) {
	user, err := client.GetUser(ctx, &iam.GetUserInput{UserName: &name})
	if err != nil {
		return "", err
	}
	groups, err := client.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: &name})
	if err != nil {
		return "", err
	}
	loginProfile := "reset required"
	profile, err := client.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: &name})
	switch notFound := (*types.NoSuchEntityException)(nil); {
	case errors.As(err, &notFound):
		loginProfile = "none"
	case err != nil:
		return "", err
	case !profile.LoginProfile.PasswordResetRequired:
		loginProfile = "no reset required"
	}
	var tags, groupNames []string
	for _, tag := range user.User.Tags {
		tags = append(tags, *tag.Key+"="+*tag.Value)
	}
	for _, group := range groups.Groups {
		groupNames = append(groupNames, *group.GroupName)
	}
	return strings.Join([]string{name, *user.User.Path, orNone(tags), orNone(groupNames), loginProfile}, "\t"), nil
}

func orNone(values []string) string {
	if len(values) == 0 {
		return "none"
	}
	return strings.Join(values, ", ")
}
