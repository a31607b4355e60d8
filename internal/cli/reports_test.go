package cli_test

// created is the report of an execution that created ada.
const (
	created = `{"Total":1,"Created":1,"Resumed":0,"Resent":0,"Skipped":0,"Failed":0,` +
		`"Users":[{"UserName":"ada@example.com","Status":"Created"}]}`
	createdTable = `USER             STATUS   WHAT TO DO
ada@example.com  Created  nothing
1 user: 1 created
`
)

// mixed is the report of an execution in which bob failed. It onboarded ada and cy.
const (
	mixed = `{"Total":3,"Created":1,"Resumed":1,"Resent":0,"Skipped":0,"Failed":1,"Users":[` +
		`{"UserName":"ada@example.com","Status":"Created"},` +
		`{"UserName":"bob","Status":"Failed","Step":"SendEmail","Error":"SesV2.MessageRejectedException","Cause":"Email address is\nnot verified."},` +
		`{"UserName":"cy@example.com","Status":"Resumed"}]}`
	mixedTable = `USER             STATUS   WHAT TO DO
ada@example.com  Created  nothing
cy@example.com   Resumed  nothing
bob              Failed   have the address verified, or leave the SES sandbox, then run the same list again
                          SendEmail failed: SesV2.MessageRejectedException: Email address is not verified.
3 users: 1 created, 1 resumed, 1 failed
`
	oneFailed = "onboard: 1 user failed: fix the cause, then run the same list again; the next execution continues where this one stopped\n"
	runFailed = oneFailed + "get the report with: onboard report " + executionARN + "\n"
)

const stillThere = "the execution goes on; watch again with: onboard watch " + executionARN + "\n"
