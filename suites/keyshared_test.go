package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
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
	return allIn(mode.KeyShared, []harness.Scenario{
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
			Guard:   mode.Fenced,
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
			Guard:   mode.Fenced,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity),
			Require: movedOn,
		},
		{
			// A race after any pause, decided here: all but one are frozen until that one has the user,
			// and both stay inside until all are back (who-is-first). Order: read-before-rewind.
			Name:    "the broker pauses mid-flight and someone is back first",
			Fault:   fault.BrokerPause{For: 4 * time.Second, Alone: 900 * time.Millisecond, Times: 8},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
	})
}
