package fault

import (
	"math/rand/v2"
	"time"
)

// The weights are low where a fault takes long, or leaves little to go on with.

var ofConsumers = map[string]entry{
	"kill": {Kill{}, nil, 3, []Harm{Death, Moved}, func(r *rand.Rand) Fault {
		return Kill{At: drawPoint(r), After: drawDuration(r, 0, time.Second), SameName: r.IntN(3) == 0}
	}},
	"freeze": {Freeze{}, nil, 3, []Harm{CutOff, Late, Moved}, func(r *rand.Rand) Fault {
		return Freeze{At: drawPoint(r), AtLeast: drawDuration(r, 4*time.Second, 8*time.Second)}
	}},
	// Never drawn, so that seeds draw what they drew before it was there.
	"evict": {Evict{}, nil, 0, []Harm{CutOff, Late, Moved, Replaced}, nil},
	"leave": {Leave{}, nil, 2, []Harm{Late, Moved}, func(r *rand.Rand) Fault {
		return Leave{At: drawPoint(r), Hold: drawDuration(r, 0, 2*time.Second), SameName: r.IntN(3) == 0}
	}},
	"join": {Join{}, nil, 2, []Harm{Late, Moved}, func(r *rand.Rand) Fault {
		return Join{At: drawPoint(r), Hold: drawDuration(r, 0, 3*time.Second), Named: drawRank(r)}
	}},
	"stutter": {Stutter{}, nil, 2, []Harm{CutOff, Late, Moved}, func(r *rand.Rand) Fault {
		return Stutter{At: drawPoint(r), Freezes: 2 + r.IntN(8), For: drawDuration(r, 200*time.Millisecond, 900*time.Millisecond), Every: drawDuration(r, 100*time.Millisecond, 500*time.Millisecond)}
	}},
	"rolling": {Rolling{}, nil, 1, []Harm{Late, Moved}, func(r *rand.Rand) Fault {
		return Rolling{At: drawPoint(r), Hold: drawDuration(r, 0, time.Second), Linger: drawDuration(r, 0, time.Second), Every: drawDuration(r, 0, time.Second), SameName: r.IntN(3) == 0}
	}},
	"everybody": {Everybody{}, nil, 1, []Harm{Death, Late, Moved}, func(r *rand.Rand) Fault {
		e := Everybody{At: drawPoint(r), Graceful: r.IntN(2) == 0, Down: drawDuration(r, 0, 3*time.Second), SameName: r.IntN(2) == 0}
		if e.Graceful {
			e.Hold = drawDuration(r, 0, time.Second)
		}
		return e
	}},
	"stalled-consumer": {Stalled{}, nil, 1, []Harm{Late, Moved}, func(r *rand.Rand) Fault {
		return Stalled{For: drawDuration(r, 2*time.Second, 8*time.Second), Named: drawRank(r)}
	}},
	"slow-handler": {Slow{}, undivided, 1, []Harm{Late}, func(r *rand.Rand) Fault {
		return Slow{At: drawPoint(r), By: drawDuration(r, 500*time.Millisecond, 4*time.Second), For: drawDuration(r, 2*time.Second, 6*time.Second)}
	}},
	"poison-event": {Poison{}, nil, 1, nil, func(r *rand.Rand) Fault {
		return Poison{Times: 1 + r.IntN(3)}
	}},
}

var ofBrokers = map[string]entry{
	"broker-pause": {BrokerPause{}, nil, 1, []Harm{CutOff, Late, Moved}, func(r *rand.Rand) Fault {
		// Below two keep-alive intervals nobody need notice, and the fault waits for
		// a worker to come back that never went.
		return BrokerPause{For: drawDuration(r, 3*time.Second, 6*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
	}},
	"broker-restart": {BrokerRestart{}, nil, 1, []Harm{CutOff, Late, Moved}, func(r *rand.Rand) Fault {
		return BrokerRestart{At: drawPoint(r), Graceful: r.IntN(2) == 0, Down: drawDuration(r, 0, 3*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
	}},
	"unload": {Unload{}, nil, 2, []Harm{CutOff, Late, Moved}, func(r *rand.Rand) Fault {
		return Unload{At: drawPoint(r), Bundle: r.IntN(3) == 0, Linger: drawDuration(r, 0, 2*time.Second), Times: 1 + r.IntN(3)}
	}},
}

var ofLocks = map[string]entry{
	"lock-loss": {LockExpiry{}, withLocks, 4, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockExpiry{Delete: r.IntN(2) == 0}
	}},
	"lock-flush": {LockFlush{}, withLocks, 2, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockFlush{At: drawHolding(r)}
	}},
	"lock-restart": {LockRestart{}, withLocks, 1, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockRestart{At: drawHolding(r), Down: drawDuration(r, 0, 3*time.Second)}
	}},
	"lock-failover": {LockFailover{}, withLocks, 1, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockFailover{At: drawHolding(r)}
	}},
	"lock-eviction": {LockEviction{}, withLocks, 1, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockEviction{At: drawHolding(r), Policy: policies[r.IntN(len(policies))]}
	}},
	"lock-pause": {LockPause{}, withLocks, 1, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockPause{At: drawHolding(r), For: drawDuration(r, time.Second, 6*time.Second)}
	}},
}

var ofLinks = map[string]entry{
	"link-cut": {LinkCut{}, nil, 2, []Harm{CutOff, Late, Moved, Doubt}, func(r *rand.Rand) Fault {
		return LinkCut{At: drawPoint(r), Direction: drawDirection(r), For: drawDuration(r, 3*time.Second, 8*time.Second), Brief: r.IntN(3) == 0}
	}},
	"broker-cut": {BrokerCut{}, nil, 1, []Harm{CutOff, Late, Moved, Doubt}, func(r *rand.Rand) Fault {
		return BrokerCut{At: drawPoint(r), Direction: drawDirection(r), For: drawDuration(r, 3*time.Second, 6*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
	}},
	"link-slow": {LinkSlow{}, nil, 1, []Harm{Late}, func(r *rand.Rand) Fault {
		return LinkSlow{At: drawPoint(r), Latency: drawDuration(r, 100*time.Millisecond, 400*time.Millisecond), Jitter: drawDuration(r, 0, 80*time.Millisecond), For: drawDuration(r, 2*time.Second, 6*time.Second)}
	}},
	"link-throttle": {LinkThrottle{}, nil, 1, []Harm{Late}, func(r *rand.Rand) Fault {
		return LinkThrottle{At: drawPoint(r), KBps: 5 + r.IntN(50), For: drawDuration(r, 2*time.Second, 6*time.Second)}
	}},
	"link-reset": {LinkReset{}, nil, 1, []Harm{CutOff, Late, Moved}, func(r *rand.Rand) Fault {
		return LinkReset{At: drawPoint(r), For: drawDuration(r, 0, 3*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
	}},
}

var ofOperations = map[string]entry{
	"partitions": {Partitions{}, partitioned, 1, []Harm{Late, Moved}, func(r *rand.Rand) Fault {
		return Partitions{At: drawPoint(r), Add: 1 + r.IntN(8), Linger: drawDuration(r, 0, 2*time.Second)}
	}},
	"skip": {Skip{}, nil, 1, []Harm{Lost, Books, CutOff, Moved}, func(r *rand.Rand) Fault {
		return Skip{Messages: r.IntN(20)}
	}},
	// Never drawn: what was published and not handled may be gone, which makes
	// the rest of a schedule say little.
	"unsubscribe": {Unsubscribe{}, nil, 0, []Harm{Lost, CutOff, Late, Moved, Doubt}, nil},
	"burst": {Burst{}, nil, 1, []Harm{Late}, func(r *rand.Rand) Fault {
		return Burst{Events: 20 + r.IntN(200)}
	}},
}

func drawDirection(r *rand.Rand) Direction {
	return []Direction{BothWays, ToServer, FromServer}[r.IntN(3)]
}

func drawRank(r *rand.Rand) Rank { return []Rank{"", First, Last}[r.IntN(3)] }
