package suites

import (
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestFaultsConsumers: what happens to consumers in production beyond dying and
// freezing: somebody joins under an unlucky name, a heap is too small, a rollout,
// one that hangs, one that is slow, an event that nobody can digest.
func TestFaultsConsumers(t *testing.T) {
	t.Parallel()
	verifyModes(t)
}

func faultsConsumersClaims() []harness.Scenario {
	return []harness.Scenario{
		{
			// Partition p is of the consumer at place p mod n in the order of names: a name before all
			// others moves every place by one, seven of eight partitions between healthy consumers.
			Name: "a worker whose name sorts first joins", Mode: mode.Failover,
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: changedHands,
		},
		{
			// A name after all others keeps the places, and half of the partitions change hands: a
			// milder join and not a safe one (last-name). The rest is a race for a free lane.
			Name: "a worker whose name sorts last joins", Mode: mode.Failover,
			Fault:   fault.Join{Named: fault.Last, Hold: 3 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity).But(Open, Effects, Order, Duplicates, Rules),
			Require: changedHands,
		},
		{
			// KEY_SHARED asks for the names' hashes and not for their order; what moves waits until its
			// old worker has acknowledged (draining-waits).
			Name: "a worker whose name sorts first joins", Mode: mode.KeyShared, Load: amongOthers(),
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  AllHold,
			Require: changedHands,
		},
		{
			// Patience is with the length of one freeze, not with their sum: a peer is dropped at the
			// second keep-alive tick in a row that it does not answer.
			Name: "a worker stutters below everyone's patience", Mode: mode.KeyShared,
			Fault:   stutter(),
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "a worker stutters below everyone's patience", Mode: mode.Failover,
			Fault:   stutter(),
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "a worker stutters below everyone's patience", Mode: mode.Lock, Load: longBursts(),
			Fault:   stutter(),
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			// Each freeze outlasts the locks, and the broker does not notice. It takes another worker
			// that asks in the 200 ms left of it, hence the crowd (stutter-beyond-lock).
			Name: "a worker stutters just beyond its crowded locks' lifetime", Mode: mode.Lock, Settings: harness.Settings{LockTTL: 500 * time.Millisecond}, Load: crowded(),
			Fault:   fault.Stutter{Freezes: 12, For: 700 * time.Millisecond, Every: 300 * time.Millisecond, Unnoticed: true},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Rules),
			Require: lockContention,
		},
		{
			// Each leaver finishes what it has begun, and the broker keeps the rest
			// of its keys back until then.
			Name: "a rolling restart", Mode: mode.KeyShared,
			Fault:   fault.Rolling{Hold: time.Second, Linger: time.Second},
			Expect:  AllHold,
			Require: history.Require{Attempts: 200, Contended: 50, Handovers: 1},
		},
		{
			// The leaver does no harm here either. Its going deals the partitions of those who stay
			// anew, and its successor's coming does it again: eight such moments a deploy.
			Name: "a rolling restart", Mode: mode.Failover,
			Fault:   fault.Rolling{Hold: time.Second, Linger: 3 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: history.Require{Attempts: 200, Contended: 50, Handovers: 1},
		},
		{
			// It hangs with the first few events that it is given, until it leaves: the later events of
			// those users overtake.
			Name: "a consumer receives and never acknowledges", Mode: mode.Shared,
			Fault:   fault.Stalled{For: 6 * time.Second, Holding: 3, Most: 3},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Rules),
			Require: busy,
		},
		{
			// All events of some users are stuck, and none of the others. It is the
			// quiet failure: nothing is wrong but that those users get nothing.
			Name: "a consumer receives and never acknowledges", Mode: mode.KeyShared, Load: manyUsers(),
			Fault:   fault.Stalled{For: 6 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// It is dealt partitions by its name, and they stand still, unseen in the statistics. Whether
			// a healthy worker is caught in the exchange is a race (stalled-unseen).
			Name: "a consumer receives and never acknowledges", Mode: mode.Failover,
			Fault:   fault.Stalled{For: 6 * time.Second, Named: fault.First},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: busy,
		},
		{
			// Slowness is nobody's business but the users' whose worker is slow.
			Name: "a slow handler", Mode: mode.KeyShared,
			Fault:   fault.Slow{By: time.Second, For: 5 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// Nothing failed, nothing froze, no server was lost: the work took
			// longer than the lock.
			Name: "a slow handler outlives its lock", Mode: mode.Lock, Settings: harness.Settings{LockTTL: 500 * time.Millisecond},
			Fault:   fault.Slow{By: time.Second, For: 5 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Rules),
			Require: lockContention,
		},
		{
			// It is tried again in its lane, with the user's later events behind it.
			Name: "an event is refused a few times", Mode: mode.KeyShared,
			Fault:   fault.Poison{Times: 3},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// It is given up to the dead-letter topic, which is not an effect. The
			// user's later events take effect without it and in their own order.
			Name: "an event is refused more often than the orchestrator tries", Mode: mode.KeyShared,
			Fault:   fault.Poison{Times: 20, Given: true},
			Expect:  AllHold.But(Refuted, Delivery),
			Require: busy,
		},
	}
}

// amongOthers is many aimed users and some that no fault is aimed at.
func amongOthers() harness.Load {
	l := manyAimed()
	l.Ordinary = 4
	return l
}

// changedHands requires that users did, which shorter loads of a few users
// show in fewer attempts.
var changedHands = history.Require{Attempts: 50, Contended: 20, Handovers: 1}

// stutter freezes a worker for half of the time, each freeze below the broker's
// patience (the second keep-alive tick, of a second each), by the broker's own
// word, and so below a lock's lifetime (3 s).
func stutter() fault.Stutter {
	return fault.Stutter{Freezes: 8, For: 400 * time.Millisecond, Every: 400 * time.Millisecond, Unnoticed: true}
}

// manyUsers has so many that every consumer has some, one that joins too.
func manyUsers() harness.Load {
	l := harness.DefaultLoad()
	l.Ordinary = 28
	return l
}
