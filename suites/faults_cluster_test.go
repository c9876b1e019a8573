package suites

import (
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/harness"
)

// beyondSession is longer than a cluster's members may be silent before
// ZooKeeper ends their sessions (pulsar.SessionTimeout, and up to a tick more).
const beyondSession = 10 * time.Second

// TestFaultsCluster: what happens to the members of a cluster: a broker that is
// lost and whose topics another one takes, topics that a load balancer moves,
// the metadata store and the bookies.
func TestFaultsCluster(t *testing.T) {
	beingConfirmed(t)
	t.Parallel()
	all := harness.Expect{Exclusivity: Holds, Effects: Holds, Order: Holds, Delivery: Holds, Duplicates: Holds, Progress: Holds}
	race := harness.Expect{Exclusivity: Open, Effects: Open, Order: Holds, Delivery: Holds, Duplicates: Open, Progress: Holds}
	inDoubt := race
	inDoubt.Order = Open
	var scenarios []harness.Scenario
	for _, mode := range []harness.Mode{harness.Failover, harness.KeyShared} {
		lost := race
		if mode == harness.Failover {
			lost = inDoubt
		}
		scenarios = append(scenarios, []harness.Scenario{
			{
				Name: "the owner pauses below its session", Mode: mode,
				Fault:  fault.BrokerPause{For: 3 * time.Second, Linger: 3 * time.Second},
				Expect: lost, Require: redelivered,
			},
			{
				Name: "the owner pauses beyond its session and another takes over", Mode: mode,
				Fault:  fault.BrokerPause{For: 6 * time.Second, Deposed: true, Linger: 3 * time.Second},
				Expect: lost, Require: redelivered,
			},
			{
				Name: "the owner is killed and another takes over", Mode: mode,
				Fault:  fault.BrokerRestart{Deposed: true, Linger: 3 * time.Second},
				Expect: lost, Require: redelivered,
			},
			{
				Name: "the owner is restarted gracefully and another takes over", Mode: mode,
				Fault:  fault.BrokerRestart{Graceful: true, Deposed: true, Linger: 3 * time.Second},
				Expect: lost, Require: redelivered,
			},
			{
				Name: "the topic is transferred mid-flight", Mode: mode,
				Fault:  fault.Transfer{Linger: 3 * time.Second},
				Expect: lost, Require: redelivered,
			},
			{
				Name: "ZooKeeper pauses below the brokers' session", Mode: mode,
				Fault:  fault.ZooKeeperPause{For: 2 * time.Second, Linger: 2 * time.Second},
				Expect: all, Require: busy,
			},
			{
				Name: "ZooKeeper pauses beyond the brokers' session", Mode: mode,
				Fault:  fault.ZooKeeperPause{For: beyondSession, Expires: true, Linger: 3 * time.Second},
				Expect: all, Require: busy,
			},
			{
				Name: "a bookie is killed", Mode: mode,
				Fault:  fault.BookieLoss{Kill: true},
				Expect: all, Require: busy,
			},
			{
				Name: "a bookie pauses", Mode: mode,
				Fault:  fault.BookieLoss{},
				Expect: all, Require: busy,
			},
			{
				Name: "a worker that has done everything but acknowledge thaws after its user moved on", Mode: mode, Guard: harness.GuardFenced,
				Fault:  fault.Freeze{At: fault.PointAck, AtLeast: frozen},
				Expect: lost, Require: movedOn,
			},
		}...)
	}
	scenarios = append(scenarios, harness.Scenario{
		Name: "the topic is transferred mid-flight and one worker is back before the others", Mode: harness.KeyShared,
		Fault:   fault.Transfer{Alone: 1500 * time.Millisecond},
		Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Holds, Delivery: Holds, Duplicates: Refuted, Progress: Holds},
		Require: redelivered,
	}, harness.Scenario{
		Name: "a worker whose name sorts first joins", Mode: harness.Failover,
		Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
		Expect:  harness.Expect{Exclusivity: Refuted, Effects: Refuted, Order: Open, Delivery: Holds, Duplicates: Refuted, Progress: Holds},
		Require: changedHands,
	})
	for i := range scenarios {
		scenarios[i].Cluster = aCluster
	}
	verifyModes(t, scenarios)
}
