package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/harness"
)

// prefetched cuts a link for as long as it takes the broker to drop the worker
// and the worker to come to an event that it had prefetched.
var prefetched = fault.LinkCut{After: 1500 * time.Millisecond, For: frozen, Linger: 10 * time.Second}

// outlives is a lifetime that no section outlasts.
const outlives = 60 * time.Second

// TestFaultsLinks: what a network does to one worker, which stays healthy.
func TestFaultsLinks(t *testing.T) {
	oneWay := func(d fault.Direction) fault.LinkCut {
		cut := prefetched
		cut.Direction = d
		return cut
	}
	lingering := func(d time.Duration) fault.LinkCut {
		cut := prefetched
		cut.Linger = d
		return cut
	}
	verifyAll(t, []harness.Scenario{
		{
			Name: "keyshared, links and no fault", Mode: harness.KeyShared, Links: true,
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "failover, links and no fault", Mode: harness.Failover, Links: true,
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "lock, links and no fault", Mode: harness.Lock, Links: true,
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},

		// Cuts of the link to the broker. The broker waits for two of its keep-alives,
		// one to two seconds here, and gives the worker's users to others. The worker
		// works on: it does not need the broker for what it has prefetched, and what
		// would tell it that its users are no longer its own cannot reach it.
		{
			Name: "keyshared, a link is cut with prefetched messages", Mode: harness.KeyShared,
			Fault:   prefetched,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "keyshared, a link is cut with prefetched messages, fenced", Mode: harness.KeyShared, Guard: harness.GuardFenced,
			Fault:   prefetched,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: movedOn,
		},
		{
			Name: "keyshared, a link loses one direction, from the broker", Mode: harness.KeyShared,
			Fault:   oneWay(fault.FromServer),
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "keyshared, a link loses one direction, to the broker", Mode: harness.KeyShared,
			Fault:   oneWay(fault.ToServer),
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "keyshared, a link is cut for less than the keep-alive", Mode: harness.KeyShared,
			Fault:   fault.LinkCut{For: 400 * time.Millisecond, Brief: true},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "failover, a link is cut with prefetched messages", Mode: harness.Failover,
			Fault:   prefetched,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Open, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "failover, a link is cut with prefetched messages, fenced", Mode: harness.Failover, Guard: harness.GuardFenced,
			Fault:   prefetched,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Open, Order: Open, Delivery: Holds, Duplicates: Holds},
			Require: movedOn,
		},
		{
			Name: "shared, a link is cut with prefetched messages", Mode: harness.Shared,
			Fault:   prefetched,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			// The lock does what the broker cannot: whoever is given an event that the
			// cut-off worker has prefetched waits for the lock, and then finds it seen.
			Name: "lock, a link is cut with prefetched messages and the lock outlives it", Mode: harness.Lock, LockTTL: outlives,
			Fault:   lingering(3 * time.Second),
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: movedOn,
		},
		{
			// It is not the cut that breaks the lock, but the length of the section.
			Name: "lock, a link is cut with prefetched messages and the lock runs out", Mode: harness.Lock,
			Fault:   prefetched,
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: movedOn,
		},

		// Links to the lock server.
		{
			// A lock that cannot be given back runs out by itself; meanwhile its user
			// waits. The worker hands back what it cannot lock.
			Name: "lock, the link to the lock server is cut mid-flight", Mode: harness.Lock, LockTTL: 6 * time.Second,
			Fault:   fault.LinkCut{Of: fault.ToLocks, For: frozen},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			// The lock is gone before the answer that grants it has arrived. The
			// worker cannot know: it counts its lifetime from nothing.
			Name: "lock, the lock server's answer takes longer than the lock lives", Mode: harness.Lock, LockTTL: 500 * time.Millisecond,
			Fault:   fault.LinkSlow{Of: fault.ToLocks, Latency: 800 * time.Millisecond, For: 3 * time.Second, PastLifetime: true, Linger: 10 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name: "lock, the lock server's answer takes longer than the lock lives, fenced", Mode: harness.Lock, Guard: harness.GuardFenced, LockTTL: 500 * time.Millisecond,
			Fault:   fault.LinkSlow{Of: fault.ToLocks, Latency: 800 * time.Millisecond, For: 3 * time.Second, PastLifetime: true},
			Expect:  harness.Expect{Exclusivity: Open, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name: "lock, the link to the lock server is slow, within the lock's lifetime", Mode: harness.Lock, LockTTL: outlives,
			Fault:   fault.LinkSlow{Of: fault.ToLocks, Latency: 150 * time.Millisecond, Jitter: 100 * time.Millisecond, For: 4 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},

		// Links that are slow, narrow or reset.
		{
			Name: "keyshared, a link has latency and jitter", Mode: harness.KeyShared,
			Fault:   fault.LinkSlow{Latency: 150 * time.Millisecond, Jitter: 100 * time.Millisecond, For: 4 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "keyshared, a link is narrow", Mode: harness.KeyShared,
			Fault:   fault.LinkThrottle{KBps: 2, For: 4 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "keyshared, a link is reset mid-flight", Mode: harness.KeyShared,
			Fault:   fault.LinkReset{Linger: 10 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "failover, a link is reset mid-flight", Mode: harness.Failover,
			Fault:   fault.LinkReset{Linger: 5 * time.Second},
			Expect:  harness.Expect{Exclusivity: Open, Effects: Open, Order: Open, Delivery: Holds, Duplicates: Open},
			Require: redelivered,
		},
		{
			Name: "shared, a link is reset mid-flight", Mode: harness.Shared,
			Fault:   fault.LinkReset{Linger: 10 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "lock, a link is reset mid-flight and the lock outlives it", Mode: harness.Lock, LockTTL: outlives,
			Fault:   fault.LinkReset{Linger: 3 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: movedOn,
		},
		{
			Name: "lock, the link to the lock server is reset mid-flight", Mode: harness.Lock,
			Fault:   fault.LinkReset{Of: fault.ToLocks, For: time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
	})
}
