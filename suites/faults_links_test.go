package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/harness"
)

const outlives = 60 * time.Second

// TestFaultsLinks: what a network does to one worker.
func TestFaultsLinks(t *testing.T) {
	verifyAll(t, []harness.Scenario{
		{
			Name: "keyshared, links and no fault", Mode: harness.KeyShared, Links: true,
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: busy,
		},
		{
			Name: "lock, links and no fault", Mode: harness.Lock, Links: true,
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: lockContention,
		},
		{
			Name: "keyshared, a link is cut with prefetched messages", Mode: harness.KeyShared,
			Fault:   fault.LinkCut{After: time.Second, For: frozen, Linger: 10 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "keyshared, a link is cut with prefetched messages, fenced", Mode: harness.KeyShared, Guard: harness.GuardFenced,
			Fault:   fault.LinkCut{After: time.Second, For: frozen, Linger: 10 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds},
			Require: movedOn,
		},
		{
			Name: "failover, a link is cut with prefetched messages", Mode: harness.Failover,
			Fault:   fault.LinkCut{After: time.Second, For: frozen, Linger: 10 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Open, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "shared, a link is cut with prefetched messages", Mode: harness.Shared,
			Fault:   fault.LinkCut{After: 1500 * time.Millisecond, For: frozen, Linger: 10 * time.Second},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Refuted, Delivery: Holds, Duplicates: Refuted},
			Require: movedOn,
		},
		{
			Name: "lock, a link is cut with prefetched messages and the lock outlives it", Mode: harness.Lock, LockTTL: outlives,
			Fault:   fault.LinkCut{After: 1500 * time.Millisecond, For: frozen, Linger: 3 * time.Second},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Refuted, Delivery: Holds, Duplicates: Holds},
			Require: movedOn,
		},
	})
}
