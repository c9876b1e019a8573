package suites

import (
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/harness"
)

func TestFaultsOperations(t *testing.T) {
	verifyModes(t, []harness.Scenario{
		{
			Name: "the topic is given more partitions mid-flight", Mode: harness.Failover,
			Fault:   fault.Partitions{Add: 5, Linger: 6 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Open},
			Require: history.Require{Attempts: 200, Contended: 50, Handovers: 1},
		},
		{
			Name: "the backlog is cleared while keys drain", Mode: harness.KeyShared, Load: manyAimed(),
			Fault: fault.Schedule{
				{Name: "join", Fault: fault.Join{Hold: 8 * time.Second}},
				{Name: "clear", Fault: fault.Skip{}, When: &fault.Condition{Seen: fault.SightDrain}},
			},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Open, Delivery: Refuted, Duplicates: Open},
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		{
			Name: "messages are skipped while keys drain", Mode: harness.KeyShared, Load: manyAimed(),
			Fault: fault.Schedule{
				{Name: "join", Fault: fault.Join{Hold: 8 * time.Second}},
				{Name: "skip", Fault: fault.Skip{Messages: 20}, When: &fault.Condition{Seen: fault.SightDrain}},
			},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		{
			Name: "the subscription is deleted by mistake and made anew at the end", Mode: harness.KeyShared,
			Fault:   fault.Unsubscribe{After: time.Second, Linger: 4 * time.Second},
			Expect:  harness.Expect{Exclusivity: Open, Effects: Open, Order: Open, Delivery: Open, Duplicates: Open},
			Require: busy,
		},
		{
			Name: "the subscription is deleted by mistake and made anew at the end", Mode: harness.Failover, Load: longTail(),
			Fault:   fault.Unsubscribe{After: time.Second, Linger: 4 * time.Second},
			Expect:  harness.Expect{Exclusivity: Open, Effects: Open, Order: Open, Delivery: Open, Duplicates: Open},
			Require: busy,
		},
		{
			Name: "one user's events come in a burst", Mode: harness.KeyShared,
			Fault:   fault.Burst{Events: 300},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
	})
}

// longTail gives workers time to give up on acknowledgements that nobody
// answers.
func longTail() harness.Load {
	l := harness.DefaultLoad()
	l.Tail = 25 * time.Second
	return l
}
