package suites

import (
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/harness"
)

var keySharedTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "each key has its consumer", Mode: mode.KeyShared, Load: atOnce(),
			Expect:  harness.Claims(Holds, Exclusivity, Effects, Order, Delivery, Duplicates),
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			// Of so many users some reply STOP, and each gets something to be texted about.
			{mutants.StopUnheeded, Effects},
			{mutants.RetryEscapes, Exclusivity},
			{harness.BatchDefault, Exclusivity},
			{harness.Unkeyed, Delivery},
		},
	},
	{
		// A user's next burst must go to another while the last is handled. No rhythm
		// is a multiple both of four consumers and of five (nothing-kept-apart).
		Scenario: harness.Scenario{
			Name: "a worker joins those that have more to do than they can", Mode: mode.KeyShared, Load: crammed(),
			Fault:   fault.Join{Hold: 1500 * time.Millisecond},
			Expect:  harness.Claims(Holds, Exclusivity, Order, Delivery),
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		mutants: []mutant{
			{harness.TypeShared, Exclusivity},
		},
	},
	{
		// What the dead worker had in hand must come again. It had time to get
		// some, and its other lanes time to acknowledge.
		Scenario: harness.Scenario{
			Name: "a worker dies", Mode: mode.KeyShared, Load: crowded(),
			Fault:   fault.Kill{After: 700 * time.Millisecond},
			Expect:  harness.Claims(Holds, Exclusivity, Order, Delivery),
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1, Redeliveries: 1},
		},
		mutants: []mutant{
			{mutants.AckOnReceipt, Delivery},
			{mutants.AckAll, Delivery},
		},
	},
	{
		// What the dead worker sent is sent again, and recognized.
		Scenario: harness.Scenario{
			Name: "a worker dies, fenced", Mode: mode.KeyShared, Guard: mode.Fenced, Load: crowded(),
			Fault:   fault.Kill{},
			Expect:  harness.Claims(Holds, Exclusivity, Order, Delivery, Duplicates),
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1, Redeliveries: 1},
		},
		mutants: []mutant{
			{mutants.KeyPerAttempt, Duplicates},
		},
	},
	{
		// The user's later events wait while it is tried again.
		Scenario: harness.Scenario{
			Name: "an event is refused a few times", Mode: mode.KeyShared, Load: crowded(),
			Fault:   fault.Poison{Times: 3},
			Expect:  harness.Claims(Holds, Exclusivity, Order, Delivery, Duplicates),
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			{mutants.RetryPassed, Order},
		},
	},
	{
		Scenario: harness.Scenario{
			Name: "a worker is asked to leave", Mode: mode.KeyShared, Load: crowded(),
			Fault:   fault.Leave{After: 500 * time.Millisecond, Hold: 4 * time.Second}, // a busy machine may take seconds to leave
			Expect:  harness.Claims(Holds, Exclusivity, Order, Delivery, Duplicates),
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		mutants: []mutant{
			{mutants.StopAbandons, Exclusivity},
			{mutants.StopAcks, Delivery},
			{mutants.StopRepublishes, Order},
		},
	},
	{
		// Many users, so that some of them are given to the newcomer.
		Scenario: harness.Scenario{
			Name: "a worker joins", Mode: mode.KeyShared, Load: manyAimed(),
			Fault:   fault.Join{Hold: 1500 * time.Millisecond},
			Expect:  harness.Claims(Holds, Exclusivity, Order, Delivery, Duplicates),
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		mutants: []mutant{
			{mutants.OutOfOrder, Exclusivity},
		},
	},
}

// atOnce has so many users that nearly every batch holds several, led by now
// one and now another, and keeps the lanes so busy that a user's bursts overlap
// in time.
func atOnce() harness.Load {
	l := crowded()
	l.Ordinary = 28
	l.LatencyMin, l.LatencyMax = 40*time.Millisecond, 60*time.Millisecond
	return l
}

// manyAimed is gentler with each of its users. All of them can be inside at
// once: the four workers have sixteen lanes.
func manyAimed() harness.Load {
	l := crowded()
	l.Aimed, l.Ordinary = 8, 0
	return l
}

// crammed is manyAimed with more to do for each than there is time for.
func crammed() harness.Load {
	l := saturated()
	l.Aimed = 8
	return l
}
