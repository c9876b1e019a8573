package suites

import (
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/harness"
)

// loopTrials are of acknowledgements that advance by themselves.
var loopTrials = []trial{
	{
		// What was acknowledged with others' events or before its time never comes again. The users of
		// a partition share its acknowledgement, and one is inside as the worker dies.
		Scenario: harness.Scenario{
			Name: "a worker dies that acknowledges in a loop", Mode: mode.Failover, Settings: inALoop, Load: severalInAPartition(),
			Fault:   fault.Kill{After: 1500 * time.Millisecond},
			Expect:  harness.Claims(Holds, Delivery),
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1, Redeliveries: 1},
		},
		mutants: []mutant{
			{mutants.AckAhead, Delivery},
		},
	},
}

// severalInAPartition has so many users that whoever is inside has neighbours in
// its partition: u1 has u47 and some more. Their events come after its own, and
// before it is struck.
func severalInAPartition() harness.Load {
	l := crowded()
	l.Aimed, l.Ordinary, l.Every = 4, 58, 600*time.Millisecond
	return l
}
