package cli_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func TestProgressCountsUsersThatAreDone(t *testing.T) {
	fake := &fakeAWS{looks: []look{
		{items: &types.MapRunItemCounts{Pending: 5, Running: 4, Succeeded: 1, Total: 10}},
		{items: &types.MapRunItemCounts{Succeeded: 1, Failed: 2, TimedOut: 3, Aborted: 4, Total: 10}, status: types.ExecutionStatusAborted},
	}}
	got := runWith(t, fake, addresses(10), "run", "-")
	expect(t, got, result{"", start(10) + "1 of 10 users done\n" +
		"onboard: the execution ended as ABORTED, 6 of 10 users were done; run the same list again; the next execution continues where this one stopped\n", 1})
}

func TestProgressShowsTheTimeLeft(t *testing.T) {
	var looks []look
	for done := range 120 { // one user a second
		looks = append(looks, look{items: &types.MapRunItemCounts{Succeeded: int64(done)}})
	}
	looks = append(looks, look{items: &types.MapRunItemCounts{Succeeded: 120}, status: types.ExecutionStatusAborted})
	got := runWith(t, &fakeAWS{looks: looks}, addresses(120), "run", "-")
	want := `1 of 120 users done
11 of 120 users done, about 2 min left
21 of 120 users done, about 2 min left
31 of 120 users done, about 1 min left
41 of 120 users done, about 1 min left
51 of 120 users done, about 1 min left
61 of 120 users done, less than a minute left
71 of 120 users done, less than a minute left
81 of 120 users done, less than a minute left
91 of 120 users done, less than a minute left
101 of 120 users done, less than a minute left
111 of 120 users done, less than a minute left
120 of 120 users done
`
	expect(t, got, result{"", start(120) + want +
		"onboard: the execution ended as ABORTED; run the same list again; the next execution continues where this one stopped\n", 1})
}
