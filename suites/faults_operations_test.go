package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestFaultsOperations: what people do to a running system, on purpose or by
// mistake, while everyone is healthy.
func TestFaultsOperations(t *testing.T) {
	t.Parallel()
	verifyModes(t)
}

func faultsOperationsClaims() []harness.Scenario {
	return []harness.Scenario{
		{
			// A user's partition is its key's hash modulo their number: its next event is another
			// worker's, and no broker could know (partitions-raised). Texts twice are the join's race.
			Name: "the topic is given more partitions mid-flight", Mode: mode.Failover, Settings: harness.Settings{Discover: 12 * time.Second},
			Fault:   fault.Partitions{Add: 5, Linger: 6 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: changedHands,
		},
		{
			// A clearing takes what is in hand for the end of a drain (drain-ends-early). Two aimed
			// users, so that other workers get on; late, so that next events wait to be dropped.
			Name: "the backlog is cleared while a few keys drain", Mode: mode.KeyShared, Load: twoThatMove(),
			Fault:   whileKeysDrain("clear", fault.Skip{Times: 10}, 3*time.Second),
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Delivery).But(Open, Order, Rules),
			Require: changedHands,
		},
		{
			// With few skipped, a key that has no more in hand is taken for drained (drain-ends-early).
			// Two aimed users, so that permits remain; a lost event is chance.
			Name: "a few messages are skipped while keys drain", Mode: mode.KeyShared, Load: twoThatMove(),
			Fault:   whileKeysDrain("skip", fault.Skip{Messages: 2, Times: 25}, 0),
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Delivery, Rules),
			Require: changedHands,
		},
		{
			// The clients subscribe again at once, from the earliest message, before the operator does:
			// nothing is lost, and who is back first is a race (subscription-deleted).
			Name: "the subscription is deleted by mistake", Mode: mode.KeyShared,
			Fault:   fault.Unsubscribe{After: time.Second, Linger: 4 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// As above; acknowledgements that nobody answers hold up the client's Close, hence the tail
			// (acks-wait-in-turn).
			Name: "the subscription is deleted by mistake", Mode: mode.Failover, Load: longTail(),
			Fault:   fault.Unsubscribe{After: time.Second, Linger: 4 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// What was acknowledged is given out again, and the journeys have seen it. Who is back first
			// is a race, as after an unload: left to itself it held in 6 of 6 runs (apache/pulsar#749).
			Name: "the subscription is set back by a time", Mode: mode.KeyShared,
			Fault:   fault.Seek{Back: 5 * time.Second, Linger: 4 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// The race went the other way in 2 of 6 runs, and the guard refused who was late.
			Name: "the subscription is set back to its first message, fenced", Mode: mode.KeyShared, Guard: mode.Fenced,
			Fault:   fault.Seek{Earliest: true, Linger: 4 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity),
			Require: redelivered,
		},
		{
			// It held in 6 of 6 runs; acknowledgements under way hold up a Close, hence the tail.
			Name: "the subscription is set back by a time", Mode: mode.Failover, Load: longTail(),
			Fault:   fault.Seek{Back: 5 * time.Second, Linger: 4 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// What comes again waits for the lock: in 1 of 6 runs that ran out before its section did.
			Name: "the subscription is set back by a time", Mode: mode.Lock,
			Fault:   fault.Seek{Back: 5 * time.Second, Linger: 2 * time.Second},
			Expect:  AllHold.But(Refuted, Order).But(Open, Exclusivity, Effects, Duplicates, Rules),
			Require: redelivered,
		},
		{
			// What is in hand is its worker's still, who goes on to handle it: it held in 14 of 14 runs.
			Name: "the time to live runs out of what is in hand", Mode: mode.KeyShared,
			Fault:   fault.Expire{Age: 2 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// As above, of the partitions that have something that old: 8 of 8 runs.
			Name: "the time to live runs out of what is in hand", Mode: mode.Failover,
			Fault:   fault.Expire{Age: 2 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// As a clearing: what is in hand counts as acknowledged, and the drain as over. What waits for
			// that is too old by then, and gone, or dealt out first, in 2 of 11 runs (drain-ends-early).
			Name: "the time to live runs out while a few keys drain", Mode: mode.KeyShared, Load: twoThatMove(),
			Fault:   whileKeysDrain("expire", fault.Expire{Age: 2 * time.Second, Times: 10}, 3*time.Second),
			Expect:  AllHold.But(Refuted, Exclusivity, Effects).But(Open, Order, Delivery, Rules),
			Require: changedHands,
		},
		{
			// They are one worker's and one lane's work, and fill its waiting room: its other users wait
			// with the hot one (hot-user).
			Name: "one user's events come in a burst", Mode: mode.KeyShared,
			Fault:   fault.Burst{Events: 300},
			Expect:  AllHold,
			Require: busy,
		},
	}
}

// whileKeysDrain lets a worker join and does something to the backlog once the
// broker lists keys that drain for it, and that delay later.
func whileKeysDrain(name string, f fault.Fault, delay time.Duration) fault.Schedule {
	return fault.Schedule{
		{Name: "join", Fault: fault.Join{Hold: 8 * time.Second}},
		{Name: name, Fault: f, Delay: delay, When: &fault.Condition{Seen: fault.MetricDrain}},
	}
}

// longTail gives workers time to give up on acknowledgements that nobody
// answers.
func longTail() harness.Load {
	l := harness.DefaultLoad()
	l.Tail = 25 * time.Second
	return l
}

// twoThatMove are aimed users of different workers, who are given to the fifth
// worker when it joins, and others that no fault is aimed at.
func twoThatMove() harness.Load {
	l := crowded()
	l.Aimed, l.Ordinary = 2, 10
	return l
}
