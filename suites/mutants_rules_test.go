package suites

import (
	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/harness"
)

// Sections stay apart and nothing breaks: what these bugs get wrong is what a
// user should get. The first ordinary users' journeys come by each rule.
var rulesTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "each rule has something to say", Mode: mode.KeyShared, Load: crowded(),
			Expect:  harness.Claims(Holds, Delivery, Rules),
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			{mutants.CapIgnored, Rules},
			{mutants.QuietIgnored, Rules},
			{mutants.QuietByUTC, Rules},
			{mutants.PauseIgnored, Rules},
			{mutants.ReceiptAfterStop, Rules},
			{mutants.WelcomeAgain, Rules},
			{mutants.KeyOfText, Rules},
		},
	},
}
