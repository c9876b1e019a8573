package suites

import (
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator"
	"turnstile/harness"
)

// A wait shorter than a section, so that locks are waited for in vain.
var lockTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "workers meet at the locks", Mode: harness.Lock, Load: crowded(), LockWait: 40 * time.Millisecond,
			Expect:  harness.Expect{Exclusivity: Holds, Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 10, Redeliveries: 1},
		},
		mutants: []mutant{
			{orchestrator.LockPerEvent, checker.Exclusivity},
			{orchestrator.LockPerWorker, checker.Exclusivity},
			{orchestrator.LockCheckThenSet, checker.Exclusivity},
			{orchestrator.LockIgnored, checker.Exclusivity},
			{orchestrator.LockTakenLate, checker.Exclusivity},
			{orchestrator.LockReleasedSoon, checker.Exclusivity},
			{orchestrator.ReleaseUnowned, checker.Exclusivity},
			{harness.LockTTLShort, checker.Exclusivity},
			{orchestrator.ContendedAcked, checker.Delivery},
			{orchestrator.ContendedParked, checker.Delivery},
			{orchestrator.RedeliveryDropped, checker.Delivery},
			{orchestrator.SeenOnReceipt, checker.Delivery},
		},
	},
}

// One consumer alone: what keeps a user's events apart is its lanes.
var soloTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "one worker does it all", Mode: harness.Shared, Workers: 1, Load: crowded(),
			Expect:  harness.Expect{Exclusivity: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			{orchestrator.LanePerEvent, checker.Exclusivity},
			{orchestrator.LaneLastFirst, checker.Order},
			{orchestrator.LoadShed, checker.Delivery},
			{orchestrator.SendRepeated, checker.Duplicates},
		},
	},
}

var failoverTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "each partition has its consumer", Mode: harness.Failover, Load: crowded(),
			Expect:  harness.Expect{Exclusivity: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			{harness.RoutedByTurn, checker.Exclusivity},
			{harness.SubscriptionApart, checker.Duplicates},
		},
	},
	{
		// What is delivered again after the pause was handled before.
		Scenario: harness.Scenario{
			Name: "the broker pauses and delivers again", Mode: harness.Failover, Load: crowded(),
			Fault:   fault.BrokerPause{For: 4 * time.Second, Linger: 5 * time.Second},
			Expect:  harness.Expect{Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 50, Contended: 20, Redeliveries: 1},
		},
		mutants: []mutant{
			{orchestrator.SeenIgnored, checker.Duplicates},
		},
	},
}
