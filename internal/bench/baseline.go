package bench

import "encoding/json"

// baseline returns the definition of the hand-written state machine that ours is compared with. It is a plain definition, as
// somebody draws it in the console, and uses JSONPath throughout. It is a Standard workflow with an inline Map. A user takes
// eight states, of which five are tasks. The password is drawn again until it has a symbol, and the choice has a rule for each
// symbol. Nothing is retried. A user that cannot be created is skipped. The mail is sent with version 1 of the SES API. AWS runs
// 40 iterations of an inline Map at a time by default; the definition sets that limit, because the local AWS has no default.
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

// hasSymbol returns a rule for each of IAM's symbols, except the asterisk, which is a wildcard for StringMatches.
func hasSymbol(path string) (rules []any) {
	for _, symbol := range "!@#$%^&()_+-=[]{}|'" {
		rules = append(rules, map[string]any{"Variable": path, "StringMatches": "*" + string(symbol) + "*"})
	}
	return rules
}
