package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/harness"
)

// TestKeyShared: the broker gives a key's messages to one consumer at a time,
// until that consumer disconnects (PIP-379). A consumer that is cut off while
// it works does not stop working.
func TestKeyShared(t *testing.T) {
	t.Parallel()
	verify(t, harness.KeyShared, []harness.Scenario{
		{
			Name:    "no fault",
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds, Progress: Holds},
			Require: busy,
		},
		{
			Name:    "a consumer is killed mid-flight",
			Fault:   fault.Kill{},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted, Progress: Holds},
			Require: movedOn,
		},
		{
			// The text that the dead worker sent is recognized when the next one
			// sends it again.
			Name:    "a consumer is killed mid-flight, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.Kill{},
			Expect:  harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds, Progress: Holds},
			Require: movedOn,
		},
		{
			Name:    "a consumer freezes mid-flight and thaws after its user moved on",
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted, Progress: Holds},
			Require: movedOn,
		},
		{
			// The thawed worker is still inside; the guard takes nothing from that.
			// It finds its write refused, and its events seen.
			Name:    "a consumer freezes mid-flight and thaws after its user moved on, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds, Progress: Holds},
			Require: movedOn,
		},
		{
			// A pause beyond the keep-alive disconnects everyone. Whoever is
			// back first is alone for a moment and is given the keys of the
			// others, who are healthy and still work on them. It is a race (one
			// pause did it in about half of the runs), hence several pauses.
			Name:    "the broker pauses mid-flight and someone is back first",
			Fault:   fault.BrokerPause{For: 4 * time.Second, Linger: 2 * time.Second, Times: 24},
			Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted, Progress: Holds},
			Require: movedOn,
		},
	})
}
