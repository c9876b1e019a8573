package suites

import (
	"slices"
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
	"turnstile/harness"
)

// wireVariable asks for the scenarios of [TestWire].
const wireVariable = "TURNSTILE_WIRE"

// TestWire: what single frames do that are held, lost or given twice. It runs only
// when asked for (`make wire-faults`).
func TestWire(t *testing.T) {
	mustBeAsked(t, wireVariable)
	t.Parallel()
	verifyModes(t)
}

// behindTap are workers whose links record what passes.
var behindTap = harness.Settings{Links: fault.LinksTap}

// twoBrokers are the least on which a client is sent from one to the other.
var twoBrokers = pulsar.Shape{Brokers: 2, Bookies: 1}

func wireClaims() []harness.Scenario {
	return slices.Concat(tapsAreSound(), wireFaults(), linkFaultsOnACluster())
}

// tapsAreSound are the controls: a tap changes nothing by being there.
func tapsAreSound() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "a tap and no fault", Mode: mode.KeyShared, Settings: behindTap,
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "a tap and no fault", Mode: mode.Failover, Settings: behindTap,
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "a tap and no fault", Mode: mode.Lock, Settings: behindTap, Load: longBursts(),
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name: "a tap on a cluster and no fault", Mode: mode.KeyShared, Settings: behindTap, Cluster: twoBrokers,
			Expect:  AllHold,
			Require: busy,
		},
		{
			// Wherever a lookup sends them, workers stay behind their links.
			Name: "a tap on a cluster whose topic is transferred", Mode: mode.Failover, Settings: behindTap, Cluster: twoBrokers,
			Fault:   fault.Transfer{Linger: 3 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
	}
}

// wireFaults are what single frames do that are held, lost or given twice.
func wireFaults() []harness.Scenario {
	return slices.Concat(acksAreTroubled(), deliveriesAreTroubled(), locksAnswersAreTroubled(), wordIsLost())
}

// comesAgain requires that something was delivered once more.
var comesAgain = history.Require{Attempts: 200, Contended: 50, Redeliveries: 1}

// acksAreTroubled: the worker's lane waits for the broker's answer, for five
// seconds at the most, and goes on to the user's next event then.
func acksAreTroubled() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "an acknowledgement is held", Mode: mode.KeyShared,
			Fault:   fault.AckHeld{For: 3 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "an acknowledgement is lost and its worker leaves", Mode: mode.KeyShared,
			Fault:   fault.AckHeld{Lose: true, For: 6 * time.Second, Leaves: true},
			Expect:  AllHold,
			Require: comesAgain,
		},
		{
			Name: "the answer to an acknowledgement is lost", Mode: mode.KeyShared,
			Fault:   fault.AckUnanswered{Lose: true, For: 6 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "the answer to an acknowledgement is held", Mode: mode.Failover,
			Fault:   fault.AckUnanswered{For: 3 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "an acknowledgement is lost and its worker leaves", Mode: mode.Lock, Load: longBursts(),
			Fault:   fault.AckHeld{Lose: true, For: 6 * time.Second, Leaves: true},
			Expect:  AllHold.But(Refuted, Order),
			Require: comesAgain,
		},
	}
}

func deliveriesAreTroubled() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "one user's deliveries are held", Mode: mode.KeyShared,
			Fault:   fault.DeliveryHeld{For: 3 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "one user's deliveries are held", Mode: mode.Failover,
			Fault:   fault.DeliveryHeld{For: 3 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// To the broker the message is with its worker, so it gives that worker the user's later ones.
			Name: "a delivery is lost and its worker leaves", Mode: mode.KeyShared,
			Fault:   fault.DeliveryHeld{Lose: true, For: 2 * time.Second, Leaves: true},
			Expect:  AllHold.But(Refuted, Order),
			Require: history.Require{Attempts: 200, Contended: 50, Handovers: 1},
		},
		{
			Name: "a delivery is given twice at once", Mode: mode.KeyShared,
			Fault:   fault.DeliveryTwice{},
			Expect:  AllHold,
			Require: comesAgain,
		},
		{
			Name: "a delivery is given twice, after its acknowledgement", Mode: mode.KeyShared,
			Fault:   fault.DeliveryTwice{Late: 1500 * time.Millisecond},
			Expect:  AllHold,
			Require: comesAgain,
		},
		{
			Name: "a delivery is given twice, after its acknowledgement", Mode: mode.Failover,
			Fault:   fault.DeliveryTwice{Late: 1500 * time.Millisecond},
			Expect:  AllHold,
			Require: comesAgain,
		},
		{
			Name: "a delivery is given twice at once", Mode: mode.Lock, Load: longBursts(),
			Fault:   fault.DeliveryTwice{},
			Expect:  AllHold.But(Refuted, Order),
			Require: comesAgain,
		},
	}
}

func locksAnswersAreTroubled() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "the lock server's answer is lost, and the client asks again", Mode: mode.Lock, Settings: harness.Settings{LockTTL: 10 * time.Second},
			Fault:   fault.LockAnswer{Lose: true},
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			Name: "the lock server's answer is held for longer than the lock lives", Mode: mode.Lock, Settings: harness.Settings{LockTTL: 500 * time.Millisecond},
			Fault:   fault.LockAnswer{For: 1200 * time.Millisecond, Linger: 10 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
	}
}

// wordIsLost: what the broker and a consumer tell each other beside messages.
func wordIsLost() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "a worker does not hear that its consumer is closed", Mode: mode.KeyShared,
			Fault:   fault.CloseLost{Linger: 10 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name: "a worker does not hear that its consumer is closed", Mode: mode.Failover,
			Fault:   fault.CloseLost{Linger: 10 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
		{
			Name: "a worker does not hear that its consumer is closed, fenced", Mode: mode.KeyShared, Guard: mode.Fenced,
			Fault:   fault.CloseLost{Linger: 10 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity),
			Require: movedOn,
		},
		{
			Name: "a worker does not hear that its consumer is closed and the lock outlives it", Mode: mode.Lock, Settings: harness.Settings{LockTTL: outlives},
			Fault:   fault.CloseLost{Linger: 3 * time.Second},
			Expect:  AllHold.But(Refuted, Order),
			Require: movedOn,
		},
		{
			Name: "a worker's permits are lost", Mode: mode.KeyShared,
			Fault:   fault.PermitsLost{For: 3 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// As after any unload, all are back within the broker's second unless the machine is too busy
			// (the-second). Who is active does not hang on being told.
			Name: "a worker is told late where it is active", Mode: mode.Failover,
			Fault:   fault.ActiveHeld{For: 3 * time.Second},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: busy,
		},
		{
			Name: "a worker is never told where it is active", Mode: mode.Failover,
			Fault:   fault.ActiveHeld{For: 3 * time.Second, Lose: true},
			Expect:  AllHold.But(Open, Exclusivity, Effects, Order, Duplicates, Rules),
			Require: busy,
		},
	}
}
