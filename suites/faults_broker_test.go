package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestFaultsBroker: what brokers do by themselves or are made to do: unload a
// topic, unload bundles, die, restart. Workers are healthy throughout and go on
// with what they have in hand. What the broker knew of it, pending messages and
// draining keys, was in its memory alone.
//
// So in each of these the question is who gets an unacknowledged event when it
// is delivered again. FAILOVER waits a second before it serves a new active
// consumer, by which time everyone is back and each partition has its old owner
// (as after a broker's pause): it holds. KEY_SHARED gives to whoever is there:
// the first to be back is alone for a moment, and is given the keys of all.
// Once everyone is back, each key is its old worker's again, since its place
// follows from the names.
func TestFaultsBroker(t *testing.T) {
	t.Parallel()
	verifyModes(t)
}

func faultsBrokerClaims() []harness.Scenario {
	return []harness.Scenario{
		{
			// All consumers are closed in one breath, and the gap between the first and the second
			// that is back is small: a race (who-is-first).
			Name: "the topic is unloaded mid-flight", Mode: mode.KeyShared,
			Fault:   fault.Unload{Linger: time.Second, Times: 3},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// The race decided: everyone but one stands still for the moment of the unload. It is
			// given the keys of all, and the others go on with what they had.
			Name: "the topic is unloaded mid-flight and one worker is back before the others", Mode: mode.KeyShared,
			Fault:   fault.Unload{Alone: 1500 * time.Millisecond, Times: 5},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: redelivered,
		},
		{
			// It holds where everyone is back within the broker's second, and is refuted on a machine
			// so busy that one is not (the-second).
			Name: "the topic is unloaded mid-flight", Mode: mode.Failover,
			Fault:   fault.Unload{Linger: 4 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// The second decided: three of four stand still for longer than it, and for less than the
			// two ticks after which the broker drops who is silent.
			Name: "the topic is unloaded mid-flight and one worker is back before the others", Mode: mode.Failover,
			Fault:   fault.Unload{Alone: 1800 * time.Millisecond, Times: 5},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: redelivered,
		},
		{
			// The same race as of one topic, and decided (who-is-first).
			Name: "the namespace's bundles are unloaded mid-flight and one worker is back before the others", Mode: mode.KeyShared,
			Fault:   fault.Unload{Bundle: true, Alone: 1500 * time.Millisecond, Times: 5},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: redelivered,
		},
		{
			// Acknowledgements are confirmed before they are written, so some events come again that
			// the broker had said ok to (ack-before-write).
			Name: "the broker is killed and comes back", Mode: mode.Failover,
			Fault:   fault.BrokerRestart{Down: time.Second, Linger: 5 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// Clients try again after up to two seconds, each at its own time: whoever is first is
			// given everyone's keys, which is a race all the same.
			Name: "the broker is killed and comes back", Mode: mode.KeyShared,
			Fault:   fault.BrokerRestart{Down: time.Second, Linger: 5 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// Grace is the broker's, not its clients': they have no moment to finish what they have
			// in hand, so it is the same race.
			Name: "the broker is restarted gracefully", Mode: mode.KeyShared,
			Fault:   fault.BrokerRestart{Graceful: true, Linger: 5 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
	}
}
