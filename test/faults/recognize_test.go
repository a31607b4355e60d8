package faults

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// recognize reads a call in the protocol of its service: IAM and SNS have Query, Secrets Manager and Step
// Functions have JSON, SES has REST.
func recognize(r *http.Request, body []byte) apiCall {
	var call apiCall
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		service, action, _ := strings.Cut(target, ".")
		call.api = strings.Replace(service, "AWSStepFunctions", "sfn", 1) + ":" + lowerFirst(action)
	case strings.HasPrefix(r.URL.Path, "/v2/email/"):
		call.api = sesAPI(r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v2/email/"))
		var mail struct {
			Destination struct{ ToAddresses []string }
			Content     struct {
				Simple struct {
					Body struct{ Text struct{ Data string } }
				}
			}
		}
		if json.Unmarshal(body, &mail) == nil && len(mail.Destination.ToAddresses) > 0 {
			call.user = mail.Destination.ToAddresses[0] // the name of each user of the suite is its address
			call.password = deployedtest.MailedPassword(localaws.Mail{Text: mail.Content.Simple.Body.Text.Data})
		}
	default:
		form, _ := url.ParseQuery(string(body))
		service := "iam"
		if form.Has("TopicArn") {
			service = "sns"
		}
		call.api = service + ":" + lowerFirst(form.Get("Action"))
		call.user = form.Get("UserName")
		if serial := form.Get("SerialNumber"); call.user == "" && serial != "" {
			call.user = path.Base(serial) // the name of a virtual MFA device is that of its user
		}
		call.password = form.Get("Password")
	}
	call.state, _ = url.PathUnescape(r.Header.Get(localaws.StateHeader))
	return call
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func sesAPI(methodAndPath string) string {
	switch {
	case methodAndPath == "POST outbound-emails":
		return "sesv2:sendEmail"
	case methodAndPath == "GET account":
		return "sesv2:getAccount"
	case strings.HasPrefix(methodAndPath, "GET identities/"):
		return "sesv2:getEmailIdentity"
	}
	return "sesv2: " + methodAndPath
}

const drawAPI = "secretsmanager:getRandomPassword"

// drawn returns the password in an answer of GetRandomPassword.
func drawn(api string, body []byte) (password string, ok bool) {
	var result struct{ RandomPassword string }
	ok = api == drawAPI && json.Unmarshal(body, &result) == nil && result.RandomPassword != ""
	return result.RandomPassword, ok
}
