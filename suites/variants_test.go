package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
	"turnstile/harness"
)

// variantsVariable asks for what `make variants` runs.
const variantsVariable = "TURNSTILE_VARIANTS"

// TestVariants: other ways of the same modes, which people choose for speed or by
// accident, each with a scenario that would tell it from the mode's own way if
// anything did. VARIANTS.md has the table, and what cannot be had.
func TestVariants(t *testing.T) {
	mustBeAsked(t, variantsVariable)
	t.Parallel()
	verifyModes(t)
}

func variantsClaims() []harness.Scenario {
	return append(keySharedVariants(), failoverVariants()...)
}

func keySharedVariants() []harness.Scenario {
	return allIn(mode.KeyShared, []harness.Scenario{
		{
			// Nobody waits until the worker of before has acknowledged (draining-waits).
			Name: "out of order allowed, a worker joins", Settings: harness.Settings{OutOfOrder: true}, Load: manyAimed(),
			Fault:   fault.Join{Hold: 1500 * time.Millisecond},
			Expect:  AllHold.But(Refuted, Exclusivity).But(Open, Effects, Order, Duplicates).But(Unrefuted, Rules),
			Require: changedHands,
		},
		{
			// Queues are for what is not begun: who is frozen is inside with what it has begun.
			Name: "no queue, a consumer freezes mid-flight", Settings: harness.Settings{ZeroQueue: true},
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name: "a queue of one, a consumer freezes mid-flight", Settings: harness.Settings{ReceiverQueue: 1},
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// The client's own default. It has everything that waits, and a kill gives all of it back.
			Name: "a queue of a thousand, a consumer is killed mid-flight", Settings: harness.Settings{ReceiverQueue: 1000},
			Fault:   fault.Kill{},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// A batch goes where its first key does.
			Name: "the client's own batches, no fault", Settings: harness.Settings{Batching: fault.BatchingDefault}, Load: atOnce(),
			Expect:  AllHold.But(Refuted, Exclusivity).But(Open, Effects, Order, Duplicates, Rules),
			Require: busy,
		},
	})
}

func failoverVariants() []harness.Scenario {
	return allIn(mode.Failover, []harness.Scenario{
		{
			// Whoever is back first is served at once (the-second).
			Name: "a delay of nothing, the topic is unloaded and one worker is back before the others", Settings: failoverDelay("0"),
			Fault:   fault.Unload{Alone: 900 * time.Millisecond, Times: 5},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: redelivered,
		},
		{
			// It holds where everyone is back within the second, as is likely (the-second).
			Name: "a delay of a second, the topic is unloaded", Settings: failoverDelay("1000"),
			Fault:   fault.Unload{Linger: 4 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// Everybody is back by then, and nobody is served until then: that is as long as progress
			// takes for a standstill (5 s), or a little less.
			Name: "a delay of five seconds, the topic is unloaded", Settings: failoverDelay("5000"),
			Fault:   fault.Unload{Linger: 8 * time.Second},
			Expect:  AllHold.But(Open, Progress),
			Require: redelivered,
		},
		{
			// Who dies moves its own partitions and no others, where counting places deals all anew (dealt-anew).
			Name: "consistent hashing, a consumer is killed mid-flight", Settings: consistent,
			Fault:   fault.Kill{NoReplacement: true},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// Newcomers take partitions from healthy workers all the same. Which, hangs on the topic's
			// name, so eight come, and each partition has somebody who waits: none moves once in 6,000.
			Name: "consistent hashing, workers join", Settings: consistent, Load: allWait(),
			Fault:   fault.Join{Hold: 3 * time.Second, Many: 8, Behind: true},
			Expect:  AllHold.But(Refuted, Exclusivity).But(Open, Effects, Order, Duplicates, Rules),
			Require: changedHands,
		},
		{
			Name: "a queue of one, a consumer freezes mid-flight", Settings: harness.Settings{ReceiverQueue: 1},
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
		{
			Name: "all publishers hash as Java does, no fault", Settings: harness.Settings{Hashing: fault.HashingJava},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// A user is in two partitions, and has a worker in each.
			Name: "one of two publishers hashes as Java does, no fault", Settings: harness.Settings{Hashing: fault.HashingMixed},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: busy,
		},
	})
}

// allWait has more users than partitions, and each has an event that waits.
func allWait() harness.Load {
	l := saturated()
	l.Aimed, l.Ordinary = 1, 15
	return l
}

// TestTheVariantsTableTellsOfEveryVariant needs no Docker.
func TestTheVariantsTableTellsOfEveryVariant(t *testing.T) {
	told := map[string]string{}
	for _, row := range resultsIn(t, "VARIANTS.md", "matrix") {
		told[row[0]+" / "+row[1]] = row[2]
	}
	for _, sc := range variantsClaims() {
		key := string(sc.Mode) + " / " + sc.Name
		if told[key] != sc.FaultKind() {
			t.Errorf("it does not tell of %s under %s: make variants", key, sc.FaultKind())
		}
		delete(told, key)
	}
	for key := range told {
		t.Errorf("it tells of %s, which is no variant any more: make variants", key)
	}
}

// failoverDelay is how long, in milliseconds, the broker waits before it serves a
// new active consumer; a second by default.
func failoverDelay(ms string) harness.Settings {
	return harness.Settings{Broker: pulsar.Settings{"activeConsumerFailoverDelayTimeMillis": ms}}
}

var consistent = harness.Settings{Broker: pulsar.Settings{"activeConsumerFailoverConsistentHashing": "true"}}
