package suites

import (
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/harness"
)

// longSections take longer than locks are waited for, so that many are waited for
// in vain: what is handed back comes to the same worker again once in four times.
func longSections() harness.Load {
	l := crowded()
	l.Every, l.LatencyMin, l.LatencyMax = 400*time.Millisecond, 60*time.Millisecond, 90*time.Millisecond
	return l
}

var lockTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "workers meet at the locks", Mode: mode.Lock, Load: longSections(),
			Settings: harness.Settings{LockWait: 40 * time.Millisecond, ReceiverQueue: 1}, // so that bursts are dealt to several (bursts-at-a-lock)
			Expect:   harness.Claims(Holds, Exclusivity, Effects, Delivery, Duplicates),
			Require:  history.Require{Attempts: 50, Contended: 20, Handovers: 10, Redeliveries: 5},
		},
		mutants: []mutant{
			{mutants.LockPerEvent, Exclusivity},
			{mutants.LockPerWorker, Exclusivity},
			{mutants.LockCheckThenSet, Exclusivity},
			{mutants.LockIgnored, Exclusivity},
			{mutants.LockTakenLate, Exclusivity},
			{mutants.LockReleasedSoon, Exclusivity},
			{mutants.ReleaseUnowned, Exclusivity},
			{harness.LockTTLShort, Exclusivity},
			{mutants.ContendedAcked, Delivery},
			{mutants.ContendedParked, Delivery},
			{mutants.RedeliveryDropped, Delivery},
			{mutants.SeenOnReceipt, Delivery},
			{mutants.NackedYetHandled, Exclusivity},
			// Whoever gets it without its key cannot tell whose it is, and parks it.
			{mutants.RetryUnkeyed, Delivery},
			// Sections stay apart, and what one wrote is not what the next decides on.
			{mutants.StateCached, Effects},
			{mutants.StateReadEarly, Effects},
		},
		smoke: []string{mutants.LockIgnored, mutants.ContendedAcked, mutants.StateCached},
	},
	{
		// Two are inside and decide on the same state: that the write of the one that was
		// overtaken is refused is all that keeps it from undoing the other's.
		Scenario: harness.Scenario{
			Name: "a lock is deleted, fenced", Mode: mode.Lock, Guard: mode.Fenced, Load: crowded(),
			Settings: harness.Settings{LockTTL: 60 * time.Second},
			Fault:    fault.LockExpiry{Delete: true},
			Expect:   harness.Claims(Holds, Effects, Delivery, Duplicates),
			Require:  history.Require{Attempts: 50, Contended: 20, Handovers: 10},
		},
		mutants: []mutant{
			{mutants.EpochUnshown, Effects},
			{mutants.WriteUnfenced, Effects},
		},
	},
}

// A worker is kept outside with its lock until that is another's, for longer than
// it takes to notice. Users have more to do than there is time for, and nobody
// keeps much of it, so that somebody else is inside when it comes: a user's events
// come twice as fast as they are handled.
var renewedTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "a lock is deleted, renewed", Mode: mode.Lock, Load: overwhelmed(),
			Settings: harness.Settings{LockTTL: time.Second, LockWait: 5 * time.Second, ReceiverQueue: 2, Renew: true},
			Fault:    fault.LockExpiry{At: fault.PointLocked, Delete: true, Hold: 2 * time.Second},
			Expect:   harness.Claims(Holds, Exclusivity, Effects, Delivery, Duplicates),
			Require:  history.Require{Attempts: 50, Contended: 20, Handovers: 10},
		},
		mutants: []mutant{
			{mutants.RenewalUnowned, Exclusivity},
		},
	},
}

// One of three servers forgets the lock of a worker that is inside. Nobody else asked
// for it when it was given, so that it is on all three (quorum-of-two).
var quorumTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "one of the lock's servers is flushed", Mode: mode.Lock, Load: inTurn(),
			Settings: harness.Settings{Lock: redsync, LockTTL: long},
			Fault:    fault.LockFlush{Kept: 2 * time.Second},
			Expect:   harness.Claims(Holds, Exclusivity, Effects, Delivery, Duplicates),
			Require:  history.Require{Attempts: 50, Contended: 2, Handovers: 10},
		},
		mutants: []mutant{
			{mutants.QuorumOfOne, Exclusivity},
		},
	},
}

// One consumer alone: what keeps a user's events apart is its lanes.
var soloTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "one worker does it all", Mode: mode.Shared, Workers: 1, Load: crowded(),
			Expect:  harness.Claims(Holds, Exclusivity, Order, Delivery, Duplicates),
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			{mutants.LanePerEvent, Exclusivity},
			{mutants.LaneLastFirst, Order},
			{mutants.LoadShed, Delivery},
			{mutants.SendRepeated, Duplicates},
		},
		smoke: []string{mutants.LaneLastFirst, mutants.SendRepeated},
	},
}

var failoverTrials = []trial{
	{
		Scenario: harness.Scenario{
			Name: "each partition has its consumer", Mode: mode.Failover, Load: crowded(),
			Expect:  harness.Claims(Holds, Exclusivity, Order, Delivery, Duplicates),
			Require: history.Require{Attempts: 50, Contended: 20},
		},
		mutants: []mutant{
			{harness.RoutedByTurn, Exclusivity},
			{harness.SubscriptionApart, Duplicates},
		},
	},
	{
		// Partitions go to others while their consumers are inside, healthy and told.
		Scenario: harness.Scenario{
			Name: "a worker joins, and who loses a partition is cancelled", Mode: mode.Failover, Load: crowded(), Settings: harness.Settings{Cancel: true},
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  harness.Claims(Holds, Exclusivity, Delivery),
			Require: history.Require{Attempts: 50, Contended: 20, Handovers: 1},
		},
		mutants: []mutant{
			{mutants.CancelLate, Exclusivity},
		},
	},
	{
		// What comes again after the pause was handled before. Sections stay open beyond the
		// second that the broker waits before it serves; longer only makes a backlog.
		Scenario: harness.Scenario{
			Name: "the broker pauses and delivers again", Mode: mode.Failover, Load: crowded(),
			Fault:   fault.BrokerPause{For: 4 * time.Second, Linger: 3 * time.Second},
			Expect:  harness.Claims(Holds, Delivery, Duplicates),
			Require: history.Require{Attempts: 50, Contended: 20, Redeliveries: 1},
		},
		mutants: []mutant{
			{mutants.SeenIgnored, Duplicates},
		},
	},
}
