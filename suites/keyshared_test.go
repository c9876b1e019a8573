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
	verify(t)
}

func keySharedClaims() []harness.Scenario {
	return allIn(harness.KeyShared, []harness.Scenario{
		{
			Name:    "no fault",
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "a consumer is killed mid-flight", Smoke: true,
			Fault:   fault.Kill{},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// The text that the dead worker sent is recognized when the next one
			// sends it again.
			Name:    "a consumer is killed mid-flight, fenced",
			Guard:   harness.GuardFenced,
			Fault:   fault.Kill{},
			Expect:  AllHold,
			Require: movedOn,
		},
		{
			Name: "a consumer freezes mid-flight and thaws after its user moved on", Smoke: true,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// The thawed worker is still inside; the guard takes nothing from that.
			// It finds its write refused, and its events seen.
			Name: "a consumer freezes mid-flight and thaws after its user moved on, fenced", Smoke: true,
			Guard:   harness.GuardFenced,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity),
			Require: movedOn,
		},
		{
			// A pause beyond the keep-alive cuts everyone off. Whoever is back first
			// is alone for a moment and is given the keys of the others, who work
			// on. Whether anyone is back early enough is a race (one pause did it in
			// about half of the runs), so it is decided here: when the broker
			// returns, all workers but one are frozen until that one has the user,
			// for 0.9 s at the most, which is less than it takes the broker to drop a
			// silent peer. It took 0.1 s to 0.6 s, and one pause, in each of 11
			// runs. They have no connection then, so the freeze costs them nothing
			// but the moment of their return. Both workers stay inside the user's
			// sections until the others run again and the broker has the new
			// connection of the one that was cut off.
			//
			// So this shows a worker that runs and is connected, inside of a user's
			// section together with another, after a pause and that much of a head
			// start for the other. It does not show how often such a head start
			// comes about by itself.
			Name:    "the broker pauses mid-flight and someone is back first",
			Fault:   fault.BrokerPause{For: 4 * time.Second, Alone: 900 * time.Millisecond, Times: 8},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
	})
}
