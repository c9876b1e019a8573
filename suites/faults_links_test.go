package suites

import (
	"slices"
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// prefetched cuts a link for as long as it takes the broker to drop the worker
// and the worker to come to an event that it had prefetched.
var prefetched = fault.LinkCut{After: 1500 * time.Millisecond, For: frozen, Linger: 10 * time.Second}

// runsOut is the same with a section that goes on until its lock has run out.
var runsOut = fault.LinkCut{After: 1500 * time.Millisecond, For: frozen, Outlast: true, Linger: 4 * time.Second}

// outlives is a lifetime that no section outlasts.
const outlives = 60 * time.Second

// TestFaultsLinks: what a network does to one worker, which stays healthy.
func TestFaultsLinks(t *testing.T) {
	t.Parallel()
	verifyModes(t)
}

func faultsLinksClaims() []harness.Scenario {
	return slices.Concat(linksAreSound(), linkToBrokerIsCut(), linkToLocksFails(), linkIsPoor(), linkIsReset(), brokerIsCutOff())
}

// prefetchedThen is that cut with another aftermath.
func prefetchedThen(change func(*fault.LinkCut)) fault.LinkCut {
	cut := prefetched
	change(&cut)
	return cut
}

// linksAreSound are the controls: a link changes nothing by being there.
func linksAreSound() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "links and no fault", Mode: mode.KeyShared, Settings: harness.Settings{Links: fault.LinksProxy},
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "links and no fault", Mode: mode.Failover, Settings: harness.Settings{Links: fault.LinksProxy},
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "links and no fault", Mode: mode.Lock, Settings: harness.Settings{Links: fault.LinksProxy}, Load: longBursts(),
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
	}
}

// linkToBrokerIsCut: the broker waits for two of its keep-alives, one to two
// seconds here, and gives the worker's users to others. The worker works on: it
// does not need the broker for what it has prefetched, and what would tell it
// that its users are no longer its own cannot reach it. Its client gives the
// connection up at about the same time, and empties its queue only when it has
// subscribed anew; what has come to the lanes stays there.
func linkToBrokerIsCut() []harness.Scenario {
	fromBroker := func(cut *fault.LinkCut) { cut.Direction = fault.FromServer }
	toBroker := func(cut *fault.LinkCut) { cut.Direction = fault.ToServer }
	return []harness.Scenario{
		{
			Name: "a link is cut with prefetched messages", Mode: mode.KeyShared,
			Fault:   prefetched,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name: "a link is cut with prefetched messages, fenced", Mode: mode.KeyShared, Guard: mode.Fenced,
			Fault:   prefetched,
			Expect:  AllHold.But(Refuted, Exclusivity),
			Require: movedOn,
		},
		{
			// Heard and hearing nothing, it is the worker's client that hangs up, after two to three
			// seconds: the users are given away by the end of a connection (half-a-link).
			Name: "a link loses one direction, from the broker", Mode: mode.KeyShared,
			Fault:   prefetchedThen(fromBroker),
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// The broker drops it and says so, and the worker knows. It goes on all the same: that a
			// connection has ended stops no lane.
			Name: "a link loses one direction, to the broker", Mode: mode.KeyShared,
			Fault:   prefetchedThen(toBroker),
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// What is sent meanwhile comes late, and nobody hangs up.
			Name: "a link is cut for less than the keep-alive", Mode: mode.KeyShared,
			Fault:   fault.LinkCut{For: 400 * time.Millisecond, Brief: true},
			Expect:  AllHold,
			Require: busy,
		},
		{
			// Order is open, as wherever healthy consumers exchange partitions
			// (order-at-a-switch).
			Name: "a link is cut with prefetched messages", Mode: mode.Failover,
			Fault:   prefetched,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
		{
			Name: "a link is cut with prefetched messages, fenced", Mode: mode.Failover, Guard: mode.Fenced,
			Fault:   prefetched,
			Expect:  AllHold.But(Refuted, Exclusivity).But(Open, Effects, Order, Rules), // effects as order, on which they depend
			Require: movedOn,
		},
		{
			// The broker deals a user's bursts to whoever has room, so the load and the wait see to it
			// that the worker has some of each user in hand (much-in-hand).
			Name: "a link is cut with many prefetched messages", Mode: mode.Shared, Load: muchInHand(),
			Fault:   prefetchedThen(func(cut *fault.LinkCut) { cut.After = 3 * time.Second }),
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// The lock does what the broker cannot: whoever is given an event that the
			// cut-off worker has prefetched waits for the lock, and then finds it seen.
			Name: "a link is cut with prefetched messages and the lock outlives it", Mode: mode.Lock, Load: muchInHand(), Settings: harness.Settings{LockTTL: outlives},
			Fault:   prefetchedThen(func(cut *fault.LinkCut) { cut.Linger = 3 * time.Second }),
			Expect:  AllHold.But(Refuted, Order),
			Require: movedOn,
		},
		{
			// It is the length of the section that breaks the lock, so it is kept open until another is
			// inside (cut-beyond-lock). Whether that one has the same event is open.
			Name: "a link is cut with prefetched messages and the lock runs out", Mode: mode.Lock, Load: muchInHand(),
			Fault:   runsOut,
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: movedOn,
		},
	}
}

// linkToLocksFails: what is asked of the lock server goes over a link of its own.
func linkToLocksFails() []harness.Scenario {
	return []harness.Scenario{
		{
			// A lock that cannot be given back runs out by itself; meanwhile its user waits.
			Name: "the link to the lock server is cut mid-flight", Mode: mode.Lock, Settings: harness.Settings{LockTTL: 10 * time.Second},
			Fault:   fault.LinkCut{Of: fault.ToLocks, For: frozen},
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
		{
			// The lock is gone before the answer that grants it is here, and the worker looks at no
			// clock (late-grant).
			Name: "the lock server's answer takes longer than the lock lives", Mode: mode.Lock, Settings: harness.Settings{LockTTL: 500 * time.Millisecond},
			Fault:   fault.LinkSlow{Of: fault.ToLocks, Latency: 800 * time.Millisecond, For: 3 * time.Second, PastLifetime: true, Linger: 10 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order).But(Open, Duplicates, Rules),
			Require: lockContention,
		},
		{
			// Its token is old by then, and the gateway refuses it at once, so whether another is inside
			// just then is chance. Each refused user keeps a lane: no more users than lanes (late-grant).
			Name: "the lock server's answer takes longer than the lock lives, fenced", Mode: mode.Lock, Guard: mode.Fenced, Settings: harness.Settings{LockTTL: 500 * time.Millisecond}, Load: fewUsers(),
			Fault:   fault.LinkSlow{Of: fault.ToLocks, Latency: 800 * time.Millisecond, For: 3 * time.Second, PastLifetime: true},
			Expect:  AllHold.But(Refuted, Order).But(Open, Exclusivity),
			Require: lockContention,
		},
		{
			Name: "the link to the lock server is slow, within the lock's lifetime", Mode: mode.Lock, Settings: harness.Settings{LockTTL: outlives},
			Fault:   fault.LinkSlow{Of: fault.ToLocks, Latency: 150 * time.Millisecond, Jitter: 100 * time.Millisecond, For: 4 * time.Second},
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
	}
}

// linkIsPoor: links that are slow or narrow cost time. A slow worker waits for the
// answers to its acks, so its users fall behind and catch up afterwards; the order
// of what goes over a connection stays. It is pinged often enough even so.
func linkIsPoor() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "a link has latency and jitter", Mode: mode.KeyShared,
			Fault:   fault.LinkSlow{Latency: 150 * time.Millisecond, Jitter: 100 * time.Millisecond, For: 4 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
		{
			Name: "a link is narrow", Mode: mode.KeyShared,
			Fault:   fault.LinkThrottle{KBps: 2, For: 4 * time.Second},
			Expect:  AllHold,
			Require: busy,
		},
	}
}

// linkIsReset: the worker is back within a fraction of a second, and too late: the
// broker gives a lost consumer's messages to others at once.
func linkIsReset() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "a link is reset mid-flight", Mode: mode.KeyShared,
			Fault:   fault.LinkReset{Linger: 10 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			// A worker that is back within the broker's second keeps its partitions, so the link stays
			// broken for longer (the-second).
			Name: "a link is reset mid-flight for longer than the failover delay", Mode: mode.Failover,
			Fault:   fault.LinkReset{For: 3 * time.Second, Linger: 10 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
		{
			Name: "a link is reset mid-flight", Mode: mode.Shared, Load: longBursts(),
			Fault:   fault.LinkReset{Linger: 10 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Order, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name: "a link is reset mid-flight and the lock outlives it", Mode: mode.Lock, Settings: harness.Settings{LockTTL: outlives},
			Fault:   fault.LinkReset{Linger: 3 * time.Second},
			Expect:  AllHold.But(Refuted, Order),
			Require: movedOn,
		},
		{
			// A lock that was given, and whose answer was lost, stays until it runs out:
			// what would take it back goes over the same link.
			Name: "the link to the lock server is reset mid-flight", Mode: mode.Lock, Settings: harness.Settings{LockTTL: 15 * time.Second},
			Fault:   fault.LinkReset{Of: fault.ToLocks, For: time.Second},
			Expect:  AllHold.But(Refuted, Order),
			Require: lockContention,
		},
	}
}

// brokerIsCutOff, as by a switch in front of it: it drops everybody, everybody
// works on, and who is back first is given everything. Left to itself that is a
// race, as after a broker's pause; here one is back before the others.
func brokerIsCutOff() []harness.Scenario {
	return []harness.Scenario{
		{
			Name: "the broker is cut off from everybody mid-flight and one is back first", Mode: mode.KeyShared,
			Fault:   fault.BrokerCut{For: 4 * time.Second, Alone: 20 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		},
		{
			Name: "the broker is cut off from everybody mid-flight and one is back first", Mode: mode.Failover,
			Fault:   fault.BrokerCut{For: 4 * time.Second, Alone: 20 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: movedOn,
		},
		{
			Name: "the broker hears nobody for a while and the lock outlives it", Mode: mode.Lock, Settings: harness.Settings{LockTTL: outlives},
			Fault:   fault.BrokerCut{For: 4 * time.Second, Direction: fault.ToServer, Linger: 3 * time.Second},
			Expect:  AllHold.But(Refuted, Order),
			Require: movedOn,
		},
	}
}

// fewUsers has no more users than a worker has lanes, half of them aimed. They
// come no oftener than with others, so that their locks are free most of the
// time: a worker that asks once in 1.6 s is not given one that is always taken.
func fewUsers() harness.Load {
	l := harness.DefaultLoad()
	l.Aimed, l.Ordinary, l.Every = 2, 2, 240*time.Millisecond
	return l
}

// muchInHand has so many events of few users that each worker of a SHARED
// subscription has some of each in its lanes before long.
func muchInHand() harness.Load {
	l := harness.DefaultLoad()
	l.Aimed, l.Ordinary, l.Every = 2, 4, 100*time.Millisecond
	return l
}
