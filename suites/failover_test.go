package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestFailover: each partition has one active consumer. On a switch the broker
// gives what is unacknowledged to the next one and waits for nobody: a consumer
// that lost a partition does not know it, and goes on with what it has.
//
// The active consumer of a partition is the one at (partition mod consumers)
// in the list of consumers sorted by name. So whenever a consumer leaves or
// joins, partitions also change hands between consumers that are healthy and
// busy; a switch is not only something that happens to the dead. And when a
// partition moves from one healthy consumer to another, the new one was seen to
// get messages that come after those which the old one still had in hand. That is
// a race, so order is left open wherever healthy consumers exchange partitions
// (order-at-a-switch).
func TestFailover(t *testing.T) {
	t.Parallel()
	verify(t)
}

func failoverClaims() []harness.Scenario {
	return allIn(mode.Failover, []harness.Scenario{
		{
			Name:    "no fault",
			Expect:  AllHold,
			Require: busy,
		},
		{
			// With two consumers, the death of one moves its own partitions only.
			Name: "a consumer is killed mid-flight and its standby takes over", Smoke: true,
			Workers: 2,
			Fault:   fault.Kill{NoReplacement: true},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer is killed mid-flight and its standby takes over, fenced",
			Guard:   mode.Fenced,
			Workers: 2,
			Fault:   fault.Kill{NoReplacement: true},
			Expect:  AllHold,
			Require: movedOn,
		},
		{
			// With four, it deals the partitions of the other three anew.
			Name:    "a consumer is killed mid-flight and healthy ones exchange partitions",
			Fault:   fault.Kill{Bystander: true},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer is killed mid-flight and healthy ones exchange partitions, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.Kill{Bystander: true},
			Expect:  AllHold.But(Refuted, Exclusivity).But(Open, Effects, Order, Rules),
			Require: movedOn,
		},
		{
			// It loses its partitions when the broker drops it, and takes them
			// from healthy consumers when it is back.
			Name: "a consumer freezes mid-flight and thaws after its user moved on", Smoke: true,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
		{
			Name:    "a consumer freezes mid-flight and thaws after its user moved on, fenced",
			Guard:   mode.Fenced,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity).But(Open, Effects, Order, Rules),
			Require: movedOn,
		},
		{
			// All are back within the second that the broker waits before it serves a new active
			// consumer, so each partition finds its old owner (the-second).
			Name:    "the broker pauses mid-flight and everyone reconnects",
			Fault:   fault.BrokerPause{For: 4 * time.Second, Linger: 5 * time.Second},
			Expect:  AllHold,
			Require: redelivered,
		},
	})
}
