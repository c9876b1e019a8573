package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// long is a lifetime that no fault here outlasts: whoever loses a lock of it
// has not lost it by its running out. It is well below the minute that a run
// waits for quiet, because a server that comes back may give a lock to a client
// that has hung up, and then the user waits until it runs out.
const long = 30 * time.Second

// restarted is one for a server that restarts: shorter than the time within which
// somebody must take the user over, for a lock may stay for all of it
// (stale-release).
const restarted = 15 * time.Second

// alike is a load of users whose events are answered alike in any order, for
// faults that take the locks of all users away in an instant: then users that
// nobody aimed at can be overtaken too, and what the guard leaves to chance
// (see the package comment) would decide the effects. The journey's rules hold
// back nothing of theirs, so that the rules are not put to the test.
func alike() harness.Load {
	l := longBursts()
	l.Aimed, l.Ordinary = 8, 0
	return l
}

// TestFaultsLocks: what a lock server can do to those who trust it. Its locks
// live in memory, and whoever holds one is told nothing when that memory is
// lost: in each of these scenarios a healthy worker, connected to everything,
// goes on inside the section, and another comes in.
//
// In lock mode the fenced guard takes its epochs from a counter on the same
// server, which is lost with the locks. What keeps effects right then is not the
// lock server but that the sinks remember (tokens-begin-anew).
func TestFaultsLocks(t *testing.T) {
	t.Parallel()
	verify(t)
}

func faultsLocksClaims() []harness.Scenario {
	return allIn(mode.Lock, append(lockServerForgets(), lockServerStalls()...))
}

// lockServerForgets are the ways to lose what the lock server knew.
func lockServerForgets() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "the lock server is flushed mid-flight", Load: longBursts(),
			Fault:    fault.LockFlush{},
			Settings: harness.Settings{LockTTL: long},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
		{
			// The next token is 1, which the sinks refuse; the next try asks for one above the
			// refuser's (tokens-begin-anew).
			Name:  "the lock server is flushed mid-flight, fenced",
			Guard: mode.Fenced, Load: alike(), Settings: harness.Settings{LockTTL: long},
			Fault:   fault.LockFlush{},
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Unrefuted, Rules),
			Require: lockContention,
		},
		{
			// Struck before the section, the holder's token is new to the sinks and given out twice: the
			// fence is of the attempt that raised it (one-token-two-holders). How long it is inside is chance.
			Name:  "the lock server is flushed when a worker has its lock and is not inside yet, fenced",
			Guard: mode.Fenced, Load: alike(), Settings: harness.Settings{LockTTL: long},
			Fault:   fault.LockFlush{At: fault.PointLocked},
			Expect:  AllHold.But(Refuted, Order).But(Open, Exclusivity).But(Unrefuted, Rules),
			Require: lockContention,
		},
		{
			// While the server is away nobody gets a lock: thousands of redeliveries, and no event
			// given up.
			Name:     "the lock server restarts mid-flight",
			Fault:    fault.LockRestart{Down: time.Second},
			Settings: harness.Settings{LockTTL: restarted},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
		{
			// Sections that were open when the server died are over before it returns, but for the one
			// held back: effects hold under any load.
			Name:  "the lock server restarts mid-flight, fenced",
			Guard: mode.Fenced, Settings: harness.Settings{LockTTL: restarted},
			Fault:   fault.LockRestart{Down: time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Order),
			Require: lockContention,
		},
		{
			// Users whose lock was held when the replica fell behind wait until it runs out there: up to
			// a lifetime more.
			Name:     "the lock server fails over to a replica that lags",
			Fault:    fault.LockFailover{},
			Settings: harness.Settings{LockTTL: 15 * time.Second},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
		{
			// The replica's counters lag too: tokens are given out again, lower than the sinks' or the
			// very token of the holder inside. Either is refused (lagging-replica).
			Name:  "the lock server fails over to a replica that lags, fenced",
			Guard: mode.Fenced, Settings: harness.Settings{LockTTL: 15 * time.Second},
			Fault:   fault.LockFailover{},
			Expect:  AllHold.But(Refuted, Exclusivity, Order),
			Require: lockContention,
		},
		{
			// A lock in demand is never the least recently used, and is evicted all the same: Redis
			// samples, and counts idleness in seconds.
			Name: "the lock server evicts the lock mid-flight", Load: longBursts(),
			Fault:    fault.LockEviction{Policy: "allkeys-lru"},
			Settings: harness.Settings{LockTTL: long},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
		{
			// A lock and its counter are evicted apart: some tokens go on and some
			// begin anew, as chance has it.
			Name:  "the lock server evicts the lock mid-flight, fenced",
			Guard: mode.Fenced, Load: alike(), Settings: harness.Settings{LockTTL: long},
			Fault:   fault.LockEviction{Policy: "allkeys-lru"},
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Unrefuted, Rules),
			Require: lockContention,
		},
		{
			// The policy that spares what has long to live gives up the locks
			// first, whoever fills the memory: nothing else runs out as soon.
			Name: "the lock server evicts what runs out soonest, the locks first", Load: longBursts(),
			Fault:    fault.LockEviction{Policy: "volatile-ttl"},
			Settings: harness.Settings{LockTTL: long},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
		{
			// The counters have no lifetime, and this policy never touches them: every token is higher
			// than those before.
			Name:  "the lock server evicts what runs out soonest, the locks first, fenced",
			Guard: mode.Fenced, Load: alike(), Settings: harness.Settings{LockTTL: long},
			Fault:   fault.LockEviction{Policy: "volatile-ttl"},
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Unrefuted, Rules),
			Require: lockContention,
		},
	}
}

// lockServerStalls are pauses of the lock server. Its clock goes on meanwhile,
// and so does that of every lifetime. A worker that asks for a lock waits 2 s for
// an answer, tries as long to take back what it may have got, and hands the event
// back; its lanes are taken up by that, so all users stop (pause-outlasts-itself).
func lockServerStalls() []harness.Scenario {
	return []harness.Scenario{
		{
			Name:    "the lock server pauses mid-flight beyond the lock's lifetime",
			Fault:   fault.LockPause{For: 5 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			// The counters are where they were, and tokens go on.
			Name:    "the lock server pauses mid-flight beyond the lock's lifetime, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.LockPause{For: 5 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Order),
			Require: lockContention,
		},
		{
			Name:     "the lock server pauses mid-flight and the lock outlives it",
			Fault:    fault.LockPause{For: 5 * time.Second},
			Settings: harness.Settings{LockTTL: 15 * time.Second},
			Expect:   AllHold.But(Refuted, Order),
			Require:  lockContention,
		},
	}
}
