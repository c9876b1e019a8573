package suites

import (
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// TestFaultsEverybody: nobody is there for a time, and workers that come back
// under the names that they had.
func TestFaultsEverybody(t *testing.T) {
	t.Parallel()
	verifyModes(t)
}

func faultsEverybodyClaims() []harness.Scenario {
	return []harness.Scenario{
		{
			// Nobody is left to go on with what the dead had in hand. What is lost is what every kill
			// loses: a text was out, and the state never heard of it.
			Name: "everybody dies mid-flight, and is replaced", Mode: mode.KeyShared,
			Fault:   fault.Everybody{Down: time.Second},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Rules),
			Require: backAgain,
		},
		{
			// A consumer's place on the ring of hashes is made of its name, so all
			// users are with their old workers' next lives.
			Name: "everybody dies mid-flight, and is back under its name", Mode: mode.KeyShared, Guard: mode.Fenced,
			Fault:   fault.Everybody{Down: time.Second, SameName: true},
			Expect:  AllHold,
			Require: backAgain,
		},
		{
			// Whoever comes first is given all partitions, and loses them again, healthy and busy, to
			// those who come after: the broker's second saves it or not.
			Name: "everybody dies mid-flight, and is replaced", Mode: mode.Failover, Workers: 3,
			Fault:   fault.Everybody{Down: time.Second},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Exclusivity, Order, Rules),
			Require: backAgain,
		},
		{
			// A deployment that recreates: everybody finishes what it has begun.
			Name: "everybody leaves mid-flight, and is replaced", Mode: mode.KeyShared,
			Fault:   fault.Everybody{Graceful: true, Hold: 500 * time.Millisecond, Down: time.Second},
			Expect:  AllHold,
			Require: history.Require{Attempts: 100, Contended: 20},
		},
		{
			// There is no other, so nothing moves: its users are in the hands of its
			// next life, and of nobody else.
			Name: "the only consumer is killed mid-flight and is back under its name", Mode: mode.Failover, Workers: 1,
			Fault:   fault.Kill{SameName: true},
			Expect:  AllHold.But(Refuted, Effects, Duplicates).But(Open, Rules),
			Require: backAgain,
		},
		{
			// What a StatefulSet's rollout does: each worker's users come back to it.
			Name: "a rolling restart under the same names", Mode: mode.KeyShared, Workers: 3,
			Fault:   fault.Rolling{Hold: 500 * time.Millisecond, Linger: time.Second, SameName: true},
			Expect:  AllHold,
			Require: history.Require{Attempts: 100, Contended: 20},
		},
		{
			// The lock server did what it was asked, and the answer was lost: the worker
			// does not go into the section, and the lock is nobody's until it runs out.
			Name: "a lock is granted and the answer is lost", Mode: mode.Lock,
			Fault:   fault.LinkCut{Of: fault.ToLocks, Direction: fault.FromServer, At: fault.PointDelivered, For: 2 * time.Second},
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
	}
}

// backAgain requires that events came again.
var backAgain = history.Require{Attempts: 100, Contended: 20, Redeliveries: 1}
