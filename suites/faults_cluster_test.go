package suites

import (
	"slices"
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// beyondSession is longer than a cluster's members may be silent before
// ZooKeeper ends their sessions (pulsar.SessionTimeout, and up to a tick more).
const beyondSession = 10 * time.Second

// What scenarios on a cluster claim, by who comes back when.
var (
	nothingMoves = AllHold
	// whoIsFirst is KEY_SHARED after everyone was cut off: whoever is back first
	// is given the keys of all, and whether anybody is alone for long enough is
	// a race.
	whoIsFirst = AllHold.But(Open, Exclusivity, Effects, Duplicates, Rules)
	// whoIsLate is FAILOVER after that: whoever is not back within the second
	// that the new owner waits loses its partitions to healthy ones for a while.
	whoIsLate = AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules)
)

// TestFaultsCluster: what happens to the members of a cluster: a broker is lost
// and another one takes its topics, a load balancer moves topics, the metadata
// store or a bookie is lost.
//
// Workers are healthy throughout. When a topic changes its owner, the new one
// knows nothing of what they have in hand (pending messages and draining keys
// were in the old one's memory) and delivers it again, to whoever is connected.
// So it is the same question as after a broker's return (TestFaultsBroker): who
// is back first, and how far apart they come. Where the metadata store or a
// bookie is lost, no topic moves, nobody is cut off, and every mode is as
// without a fault; what can be lost is time.
func TestFaultsCluster(t *testing.T) {
	t.Parallel()
	verifyModes(t)
}

func faultsClusterClaims() []harness.Scenario {
	return onACluster(slices.Concat(ownersAreLost(), storesAreLost(), workersOnACluster()))
}

// ownersAreLost are the faults after which the topic is somebody else's, or
// might be.
func ownersAreLost() (all []harness.Scenario) {
	for _, m := range []mode.Mode{mode.Failover, mode.KeyShared} {
		race := map[mode.Mode]harness.Expect{mode.Failover: whoIsLate, mode.KeyShared: whoIsFirst}[m]
		all = append(all, []harness.Scenario{
			{
				// It keeps what it owns: as on a standalone broker. The partitions
				// of the other broker go on meanwhile.
				Name: "the owner pauses below its session", Mode: m,
				Fault:  fault.BrokerPause{For: 3 * time.Second, Linger: 3 * time.Second},
				Expect: race, Require: redelivered,
			},
			{
				// Thawed, it takes itself for the owner until it learns that its session is gone, and
				// keeps waiting who comes to it (deposed-owner).
				Name: "the owner pauses beyond its session and another takes over", Mode: m,
				Fault:  fault.BrokerPause{For: 6 * time.Second, Deposed: true, Linger: 3 * time.Second},
				Expect: race, Require: redelivered,
			},
			{
				// As above, but that connecting to the dead is refused at once.
				Name: "the owner is killed and another takes over", Mode: m,
				Fault:  fault.BrokerRestart{Deposed: true, Linger: 3 * time.Second},
				Expect: race, Require: redelivered,
			},
			{
				// It gives its bundles up before it goes, and the other one has them
				// within a fraction of a second.
				Name: "the owner is restarted gracefully and another takes over", Mode: m,
				Fault:  fault.BrokerRestart{Graceful: true, Deposed: true, Linger: 3 * time.Second},
				Expect: race, Require: redelivered,
			},
		}...)
	}
	return append(all,
		harness.Scenario{
			// Like an unload: all consumers are closed in one breath, and are back
			// within the second that FAILOVER waits.
			Name: "the topic is transferred mid-flight", Mode: mode.Failover,
			Fault:  fault.Transfer{Linger: 3 * time.Second},
			Expect: nothingMoves, Require: redelivered,
		},
		harness.Scenario{
			Name: "the topic is transferred mid-flight", Mode: mode.KeyShared,
			Fault:  fault.Transfer{Linger: 3 * time.Second},
			Expect: whoIsFirst, Require: redelivered,
		},
		harness.Scenario{
			// The race decided, as for an unload: it is given the keys of all, and
			// the others go on with what they had.
			Name: "the topic is transferred mid-flight and one worker is back before the others", Mode: mode.KeyShared,
			Fault:   fault.Transfer{Alone: 1500 * time.Millisecond, Times: 5},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: redelivered,
		},
	)
}

// storesAreLost are the faults of what the brokers keep things in, each in one
// of the two modes: who is given a message has no part in them.
func storesAreLost() []harness.Scenario {
	comesLate := nothingMoves.But(Open, Exclusivity, Effects, Duplicates, Progress, Rules)
	return []harness.Scenario{
		{
			// Nothing of the way of an event needs ZooKeeper.
			Name: "ZooKeeper pauses below the brokers' session", Mode: mode.Failover,
			Fault:  fault.ZooKeeperPause{For: 2 * time.Second, Linger: 2 * time.Second},
			Expect: nothingMoves, Require: busy,
		},
		{
			// Brokers mostly get over it and bookies end themselves; what cannot be written is not
			// acknowledged, so progress is chance (zookeeper-silence).
			Name: "ZooKeeper pauses beyond the brokers' session", Mode: mode.KeyShared,
			Fault:  fault.ZooKeeperPause{For: beyondSession, Expires: true, Linger: 3 * time.Second},
			Expect: comesLate, Require: busy,
		},
		{
			// Writes fail at once, and go to the third bookie.
			Name: "a bookie is killed", Mode: mode.KeyShared,
			Fault:  fault.BookieLoss{Kill: true},
			Expect: nothingMoves, Require: busy,
		},
		{
			// Writes wait for it, for up to bookkeeperClientTimeoutInSeconds
			// (5 s here), and then go to the third. When it thaws it ends.
			Name: "a bookie pauses", Mode: mode.Failover,
			Fault:  fault.BookieLoss{},
			Expect: nothingMoves, Require: busy,
		},
	}
}

// workersOnACluster are faults of workers, where partitions are spread over
// brokers.
func workersOnACluster() []harness.Scenario {
	const zombie = "a worker that has done everything but acknowledge thaws after its user moved on, fenced"
	return []harness.Scenario{
		{
			// Each broker deals its own partitions by the same rule, and so
			// together they do what one broker does.
			Name: "a worker whose name sorts first joins, on a cluster", Mode: mode.Failover,
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: changedHands,
		},
		{
			// Its late acknowledgement does no harm: the next worker has seen the event in the journey.
			// Whether another lane was frozen inside a section is chance (late-acknowledgement).
			Name: zombie, Mode: mode.Failover, Guard: mode.Fenced,
			Fault:   fault.Freeze{At: fault.PointAck, AtLeast: frozen},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Rules),
			Require: movedOn,
		},
		{
			Name: zombie, Mode: mode.KeyShared, Guard: mode.Fenced,
			Fault:   fault.Freeze{At: fault.PointAck, AtLeast: frozen},
			Expect:  AllHold.But(Open, Exclusivity),
			Require: movedOn,
		},
	}
}
