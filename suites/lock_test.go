package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestLock: a SHARED subscription and a lock per user in Redis, with a
// lifetime. The lock keeps sections apart for as long as it lives, and knows
// nothing of the order in which events were published.
//
// Duplicates are open wherever a lock is lost and no guard stands behind it
// (text-behind-a-lost-lock).
func TestLock(t *testing.T) {
	t.Parallel()
	verify(t)
}

func lockClaims() []harness.Scenario {
	return allIn(mode.Lock, []harness.Scenario{
		{
			Name: "no fault", Smoke: true, Load: longBursts(),
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name:    "a consumer is killed mid-flight",
			Fault:   fault.Kill{},
			Expect:  AllHold.But(Refuted, Effects, Order, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer is killed mid-flight, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.Kill{},
			Expect:  AllHold.But(Refuted, Order).But(Open, Effects, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer freezes mid-flight and thaws after its user moved on",
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer freezes mid-flight and thaws after its user moved on, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Order).But(Open, Effects, Rules),
			Require: movedOn,
		},
		{
			// The lock does what the broker cannot: the event that is given to another worker waits
			// until its first handling is over.
			Name:     "the broker pauses mid-flight and the lock outlives it",
			Fault:    fault.BrokerPause{For: 4 * time.Second, Linger: 5 * time.Second},
			Settings: harness.Settings{LockTTL: 60 * time.Second},
			Expect:   AllHold.But(Refuted, Order),
			Require:  movedOn,
		},
		{
			Name: "the lock's lifetime runs out mid-flight", Smoke: true,
			Fault:   fault.LockExpiry{},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			Name:    "the lock's lifetime runs out mid-flight, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.LockExpiry{},
			Expect:  AllHold.But(Refuted, Exclusivity, Order),
			Require: lockContention,
		},
		{
			Name: "the lock is deleted mid-flight", Load: longBursts(),
			Fault:    fault.LockExpiry{Delete: true},
			Settings: harness.Settings{LockTTL: 60 * time.Second},
			Expect:   AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require:  lockContention,
		},
		{
			// The lock is gone; its counter of fencing tokens is not.
			Name:  "the lock is deleted mid-flight, fenced",
			Guard: mode.Fenced, Load: longBursts(),
			Fault:    fault.LockExpiry{Delete: true},
			Settings: harness.Settings{LockTTL: 60 * time.Second},
			Expect:   AllHold.But(Refuted, Exclusivity, Order),
			Require:  lockContention,
		},
	})
}
