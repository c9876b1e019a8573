package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/harness"
)

// long is a lifetime that no fault here outlasts: whoever loses a lock of it
// has not lost it by its running out. It is well below the minute that a run
// waits for quiet, because a server that comes back may give a lock to a client
// that has hung up, and then the user waits until it runs out.
const long = 30 * time.Second

// alike is a load of users whose events are answered alike in any order, for
// faults that take the locks of all users away in an instant: then users that
// nobody aimed at can be overtaken too, and what the guard leaves to chance
// (see the package comment) would decide the effects. The journey's rules hold
// back nothing of theirs, so that the rules are not put to the test.
func alike() harness.Load {
	l := harness.DefaultLoad()
	l.Aimed, l.Ordinary = 8, 0
	return l
}

// TestFaultsLocks: what a lock server can do to those who trust it. Its locks
// live in memory, and whoever holds one is told nothing when that memory is
// lost: in each of these scenarios a healthy worker, connected to everything,
// goes on inside the section, and another comes in.
//
// In lock mode the fenced guard takes its epochs from a counter on the same
// server, which is lost with the locks. The counter then begins anew, and by
// the textbook's rule (refuse what is lower than the highest seen) that is
// safe, and would shut every user out until the counter had caught up. Here a
// refusal names the epoch that refuses, and the next try asks for one above it:
// each user loses an attempt, or a few where several workers ask before the
// first of them is refused, and within half a second the tokens go on from
// where they were. What makes it safe is not the lock server but that the sinks
// remember.
func TestFaultsLocks(t *testing.T) {
	t.Parallel()
	verify(t)
}

func faultsLocksClaims() []harness.Scenario {
	return allIn(harness.Lock, append(lockServerForgets(), lockServerStalls()...))
}

// lockServerForgets are the ways to lose what the lock server knew.
func lockServerForgets() []harness.Scenario {
	return []harness.Scenario{
		{
			Name:    "the lock server is flushed mid-flight",
			Fault:   fault.LockFlush{},
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			// The next token is 1. The gateway has seen the holder's, refuses it
			// and every other low one, and the second try gets the holder's plus
			// one. The worker that lost its lock has its write refused.
			Name:    "the lock server is flushed mid-flight, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockFlush{},
			Load:    alike(),
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Unrefuted, Rules),
			Require: lockContention,
		},
		{
			// Struck between the lock and the section, the holder has a token that
			// no sink has seen. The one that comes after it is refused by the
			// token before, asks for one above that, and gets the holder's own:
			// one token, two holders. A sink that compared epochs alone would take
			// both. Here the fence belongs to the attempt that raised it, and the
			// holder is refused when it comes at last.
			//
			// Its section is as short as that refusal, and whether another is
			// inside just then is chance: exclusivity is left open.
			Name:    "the lock server is flushed when a worker has its lock and is not inside yet, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockFlush{At: fault.PointLocked},
			Load:    alike(),
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Order).But(Open, Exclusivity).But(Unrefuted, Rules),
			Require: lockContention,
		},
		{
			// While the server is away nobody gets a lock, and everything is
			// handed back to the broker again and again: thousands of
			// redeliveries, and no event given up.
			Name:    "the lock server restarts mid-flight",
			Fault:   fault.LockRestart{Down: time.Second},
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			// Sections that were open when the server died, and are not held back
			// by the fault, are over before it returns: nobody is overtaken but
			// the aimed user, so effects hold under any load.
			Name:    "the lock server restarts mid-flight, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockRestart{Down: time.Second},
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Exclusivity, Order),
			Require: lockContention,
		},
		{
			// Users whose lock was held when the replica fell behind find it held
			// there, by an attempt that has long released it, and wait until it
			// runs out: the failover costs them up to a lifetime more.
			Name:    "the lock server fails over to a replica that lags",
			Fault:   fault.LockFailover{},
			LockTTL: 15 * time.Second,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			// The replica's counters lag too: tokens that the primary gave out are
			// given out again, to others. They are lower than what the sinks have
			// seen, or, where the replica lags by that one lock alone, the very
			// token of the holder who is inside (in one of the first three runs).
			// Either is refused.
			Name:    "the lock server fails over to a replica that lags, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockFailover{},
			LockTTL: 15 * time.Second,
			Expect:  AllHold.But(Refuted, Exclusivity, Order),
			Require: lockContention,
		},
		{
			// Workers that wait for a lock ask for it every 20 ms, so a lock in
			// demand is never the least recently used, and is evicted all the
			// same: Redis samples, and counts idleness in seconds, so that among
			// keys of the last second chance decides.
			Name:    "the lock server evicts the lock mid-flight",
			Fault:   fault.LockEviction{Policy: "allkeys-lru"},
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			// A lock and its counter are evicted apart: some tokens go on and some
			// begin anew, as chance has it.
			Name:    "the lock server evicts the lock mid-flight, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockEviction{Policy: "allkeys-lru"},
			Load:    alike(),
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Unrefuted, Rules),
			Require: lockContention,
		},
		{
			// The policy that spares what has long to live gives up the locks
			// first, whoever fills the memory: nothing else runs out as soon.
			Name:    "the lock server evicts what runs out soonest, the locks first",
			Fault:   fault.LockEviction{Policy: "volatile-ttl"},
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			// The counters have no lifetime, and this policy never touches them:
			// every token is higher than those before, and none is refused for
			// want of memory.
			Name:    "the lock server evicts what runs out soonest, the locks first, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.LockEviction{Policy: "volatile-ttl"},
			Load:    alike(),
			LockTTL: long,
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Unrefuted, Rules),
			Require: lockContention,
		},
	}
}

// lockServerStalls are pauses of the lock server. Its clock goes on meanwhile,
// and so does that of every lifetime.
//
// What the workers do: a worker that asks for a lock waits REDIS_TIMEOUT (2 s)
// for an answer, tries as long to take back what it may have got, and hands the
// event back. Its lanes are taken up by that, so that all users stop, and not
// those alone who are in contention. And the pause outlasts itself: on waking
// the server finds the requests of clients that have hung up, and carries them
// out. The lock goes to an attempt that gave up long ago; to take it back it had to make a new
// connection, to a server that answered no greeting. In fifteen runs
// 4 to 13 of the 16 users had a token that the server counted and no worker
// ever got, and all of these users but one at most waited about one lifetime
// more: a pause of 5 s with a lifetime of 15 s kept them waiting 20 s. That the
// greeting is what stops the taking back was read in the client (go-redis
// greets before the first command) and not observed.
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
			Guard:   harness.GuardFenced,
			Fault:   fault.LockPause{For: 5 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Order),
			Require: lockContention,
		},
		{
			Name:    "the lock server pauses mid-flight and the lock outlives it",
			Fault:   fault.LockPause{For: 5 * time.Second},
			LockTTL: 15 * time.Second,
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
	}
}
