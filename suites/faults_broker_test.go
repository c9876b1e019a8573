package suites

import (
	"testing"
	"time"

	"turnstile/fault"
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
			// The broker tells all consumers in one breath that they are closed,
			// and each comes back after 100 ms less a few, drawn: the gap between
			// the first and the second is small. Six unloads in a row did no harm
			// in one run, and a few did in the next.
			Name: "the topic is unloaded mid-flight", Mode: harness.KeyShared,
			Fault:   fault.Unload{Linger: time.Second, Times: 3},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// The race decided: everyone but one worker stands still for the moment
			// of the unload, for less than the broker's patience with them. It is
			// given the keys of all, and the others go on with what they had.
			Name: "the topic is unloaded mid-flight and one worker is back before the others", Mode: harness.KeyShared,
			Fault:   fault.Unload{Alone: 1500 * time.Millisecond, Times: 5},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: redelivered,
		},
		{
			// It held where everyone was back within the second that the broker waits
			// before it serves a new active consumer, and was refuted on a machine so
			// busy that one was not.
			Name: "the topic is unloaded mid-flight", Mode: harness.Failover,
			Fault:   fault.Unload{Linger: 4 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// So it is that second, and nothing else, which keeps users apart: three
			// of four consumers stand still for longer than it, and the fourth is
			// active on every partition. They stand still for less than the two ticks
			// that the broker may take to drop who is silent.
			Name: "the topic is unloaded mid-flight and one worker is back before the others", Mode: harness.Failover,
			Fault:   fault.Unload{Alone: 1800 * time.Millisecond, Times: 5},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: redelivered,
		},
		{
			// The same race as of one topic, and decided: left to itself, two unloads
			// were enough in one run, and fifteen were not in another.
			Name: "the namespace's bundles are unloaded mid-flight and one worker is back before the others", Mode: harness.KeyShared,
			Fault:   fault.Unload{Bundle: true, Alone: 1500 * time.Millisecond, Times: 5},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: redelivered,
		},
		{
			// Acknowledgements are confirmed before they are written: 303 of 4894
			// events were delivered again after the broker had said ok to their
			// ack (312 of 4608 with KEY_SHARED; one run each). An orchestrator that
			// forgets an event once its ack is confirmed would handle it twice;
			// this one asks its journey, and has seen it.
			Name: "the broker is killed and comes back", Mode: harness.Failover,
			Fault:   fault.BrokerRestart{Down: time.Second, Linger: 5 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// Clients that lost a broker try again after up to two seconds, each
			// at its own time: whoever is first is given everyone's keys. It is a
			// race all the same.
			Name: "the broker is killed and comes back", Mode: harness.KeyShared,
			Fault:   fault.BrokerRestart{Down: time.Second, Linger: 5 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// Grace is the broker's, not its clients': they learn that it is going
			// and have no moment to finish what they have in hand, so it is the
			// same race.
			Name: "the broker is restarted gracefully", Mode: harness.KeyShared,
			Fault:   fault.BrokerRestart{Graceful: true, Linger: 5 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
	}
}
