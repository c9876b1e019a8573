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
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Delivery: Holds, Duplicates: Holds},
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
			{orchestrator.NackedYetHandled, checker.Exclusivity},
			// Whoever gets it without its key cannot tell whose it is, and parks it.
			{orchestrator.RetryUnkeyed, checker.Delivery},
			// Sections stay apart, and what one wrote is not what the next decides on.
			{orchestrator.StateCached, checker.Effects},
			{orchestrator.StateReadEarly, checker.Effects},
		},
	},
	{
		// Two are inside and decide on the same state. That the write of the one
		// that was overtaken is refused is all that keeps it from undoing the
		// other's.
		Scenario: harness.Scenario{
			Name: "a lock is deleted, fenced", Mode: harness.Lock, Guard: harness.GuardFenced, Load: crowded(),
			LockTTL: 60 * time.Second,
			Fault:   fault.LockExpiry{Delete: true},
			Expect:  harness.Expect{Effects: Holds, Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 10},
		},
		mutants: []mutant{
			{orchestrator.EpochUnshown, checker.Effects},
			{orchestrator.WriteUnfenced, checker.Effects},
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
		// What is delivered again after the pause was handled before. The sections
		// stay open until well after the second that the broker waits before it
		// serves its consumers again; longer only makes a backlog.
		Scenario: harness.Scenario{
			Name: "the broker pauses and delivers again", Mode: harness.Failover, Load: crowded(),
			Fault:   fault.BrokerPause{For: 4 * time.Second, Linger: 3 * time.Second},
			Expect:  harness.Expect{Delivery: Holds, Duplicates: Holds},
			Require: history.Require{Attempts: 50, Contended: 20, Redeliveries: 1},
		},
		mutants: []mutant{
			{orchestrator.SeenIgnored, checker.Duplicates},
		},
	},
}
