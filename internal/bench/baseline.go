package bench

import "encoding/json"

// baseline is the hand-written machine that ours is measured against: a plain definition of the kind that a console user
// draws, JSONPath throughout. It is a Standard workflow with an inline Map, in which each user takes six tasks; a password
// is drawn until it has one of the symbols, each of which is a rule of the choice; nothing is tried again; a user who
// cannot be created is passed over; and the mail goes by version 1 of the SES API. It leaves the concurrency to AWS, which
// has 40 iterations run at a time; the local AWS has to be told.
func baseline(group, sender string) string {
	user := map[string]any{
		"Name the group": map[string]any{
			"Type": "Pass", "Result": group, "ResultPath": "$.Group", "Next": "Create the user",
		},
		"Create the user": task("iam:createUser", map[string]any{"UserName.$": "$.User"}, map[string]any{
			"ResultPath": nil, "Next": "Draw a password",
			"Catch": []any{map[string]any{"ErrorEquals": []any{"States.ALL"}, "Next": "Next user"}},
		}),
		"Draw a password": task("secretsmanager:getRandomPassword", map[string]any{"PasswordLength": 10}, map[string]any{
			"ResultPath": "$.Drawn", "Next": "Has it a symbol?",
		}),
		"Has it a symbol?": map[string]any{
			"Type": "Choice", "Default": "Draw a password",
			"Choices": []any{map[string]any{"Or": hasSymbol("$.Drawn.RandomPassword"), "Next": "Create the login profile"}},
		},
		"Create the login profile": task("iam:createLoginProfile", map[string]any{
			"UserName.$": "$.User", "Password.$": "$.Drawn.RandomPassword", "PasswordResetRequired": true,
		}, map[string]any{"ResultPath": nil, "Next": "Add to the group"}),
		"Add to the group": task("iam:addUserToGroup", map[string]any{"UserName.$": "$.User", "GroupName.$": "$.Group"},
			map[string]any{"ResultPath": nil, "Next": "Send the mail"}),
		"Send the mail": task("ses:sendEmail", map[string]any{
			"Source":      sender,
			"Destination": map[string]any{"ToAddresses.$": "States.Array($.User)"},
			"Message": map[string]any{
				"Subject": map[string]any{"Data": "How to sign in to AWS"},
				"Body": map[string]any{"Text": map[string]any{
					"Data.$": "States.Format('https://example.signin.aws.amazon.com/console\nUser name: {}\nPassword: {}', " +
						"$.User, $.Drawn.RandomPassword)",
				}},
			},
		}, map[string]any{"Next": "Next user"}),
		"Next user": map[string]any{"Type": "Pass", "End": true},
	}
	definition, err := json.Marshal(map[string]any{
		"StartAt": "Each user",
		"States": map[string]any{"Each user": map[string]any{
			"Type": "Map", "MaxConcurrency": maxIterations, "ItemsPath": "$.IAMUserNames", "ItemSelector": map[string]any{"User.$": "$$.Map.Item.Value"},
			"ItemProcessor": map[string]any{"StartAt": "Name the group", "States": user},
			"End":           true,
		}},
	})
	if err != nil {
		panic(err)
	}
	return string(definition)
}

func task(api string, parameters, rest map[string]any) map[string]any {
	rest["Type"], rest["Resource"], rest["Parameters"] = "Task", "arn:aws:states:::aws-sdk:"+api, parameters
	return rest
}

// hasSymbol has a rule for each of IAM's symbols but the asterisk, which StringMatches takes for a wildcard.
func hasSymbol(path string) (rules []any) {
	for _, symbol := range "!@#$%^&()_+-=[]{}|'" {
		rules = append(rules, map[string]any{"Variable": path, "StringMatches": "*" + string(symbol) + "*"})
	}
	return rules
}
