package suites

import (
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/harness"
)

// Bugs by which nothing is lost, done twice or out of turn: what they do to
// messages is that nobody gets on with them. Their runs take a minute longer
// than others, for which the broker waits in vain.
var progressTrials = []trial{
	{
		// A wait shorter than a section, so that much is handed back.
		Scenario: harness.Scenario{
			Name: "workers hand back what they find locked", Mode: mode.Lock, Load: crowded(), Settings: harness.Settings{LockWait: 40 * time.Millisecond},
			Expect:  harness.Claims(Holds, Delivery, Progress),
			Require: history.Require{Attempts: 20, Contended: 5},
		},
		mutants: []mutant{
			{mutants.NackHangs, Progress},
		},
	},
	{
		// Ordinary users have events that nothing is sent for.
		Scenario: harness.Scenario{
			Name: "some events need no text", Mode: mode.KeyShared, Load: crowded(),
			Expect:  harness.Claims(Holds, Delivery, Progress),
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			{mutants.AckForgotten, Progress},
		},
	},
	{
		Scenario: harness.Scenario{
			Name: "the broker is silent for a while", Mode: mode.Failover, Load: crowded(),
			Fault:   fault.BrokerPause{For: 4 * time.Second, Linger: 2 * time.Second},
			Expect:  harness.Claims(Holds, Delivery, Progress),
			Require: history.Require{Attempts: 20, Contended: 5},
		},
		mutants: []mutant{
			{mutants.DeafAfterSilence, Progress},
		},
	},
}
