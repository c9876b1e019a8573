package suites

import (
	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator"
	"turnstile/harness"
)

// Sections stay apart and nothing breaks: what these bugs get wrong is what a
// user should get. The first ordinary users' journeys come by each rule.
var rulesTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "each rule has something to say", Mode: harness.KeyShared, Load: crowded(),
			Expect:  harness.Claims(Holds, Delivery, Rules),
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			{orchestrator.CapIgnored, Rules},
			{orchestrator.QuietIgnored, Rules},
			{orchestrator.QuietByUTC, Rules},
			{orchestrator.PauseIgnored, Rules},
			{orchestrator.ReceiptAfterStop, Rules},
			{orchestrator.WelcomeAgain, Rules},
			{orchestrator.KeyOfText, Rules},
		},
	},
}
