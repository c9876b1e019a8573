package fault

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"
)

// entry is a fault as schedules know it: by name, with the settings of its
// struct's yaml tags, and with how a random schedule draws it.
type entry struct {
	zero Fault
	// modes in which it can strike; nil: all. Weight is how often it is drawn,
	// against the others; 0: never.
	modes  []string
	weight int
	harms  []Harm
	draw   func(*rand.Rand) Fault
}

// The modes, as scenarios call them, that some faults are confined to.
const modeLock = "lock"

var catalogue = map[string]entry{
	"kill": {Kill{}, nil, 3, []Harm{Death, Moved}, func(r *rand.Rand) Fault {
		return Kill{At: drawPoint(r), After: drawDuration(r, 0, time.Second)}
	}},
	"freeze": {Freeze{}, nil, 3, []Harm{CutOff, Late, Moved}, func(r *rand.Rand) Fault {
		return Freeze{At: drawPoint(r), AtLeast: drawDuration(r, 4*time.Second, 8*time.Second)}
	}},
	"leave": {Leave{}, nil, 2, []Harm{Late, Moved}, func(r *rand.Rand) Fault {
		return Leave{At: drawPoint(r), Hold: drawDuration(r, 0, 2*time.Second)}
	}},
	"join": {Join{}, nil, 2, []Harm{Late, Moved}, func(r *rand.Rand) Fault {
		return Join{At: drawPoint(r), Hold: drawDuration(r, 0, 3*time.Second)}
	}},
	"broker-pause": {BrokerPause{}, nil, 1, []Harm{CutOff, Late, Moved}, func(r *rand.Rand) Fault {
		return BrokerPause{For: drawDuration(r, time.Second, 5*time.Second), Linger: drawDuration(r, 0, 2*time.Second)}
	}},
	"lock-loss": {LockExpiry{}, []string{modeLock}, 4, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockExpiry{Delete: r.IntN(2) == 0}
	}},
	"lock-flush": {LockFlush{}, []string{modeLock}, 2, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockFlush{At: drawHolding(r)}
	}},
	"lock-restart": {LockRestart{}, []string{modeLock}, 1, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockRestart{At: drawHolding(r), Down: drawDuration(r, 0, 3*time.Second)}
	}},
	"lock-failover": {LockFailover{}, []string{modeLock}, 1, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockFailover{At: drawHolding(r)}
	}},
	"lock-eviction": {LockEviction{}, []string{modeLock}, 1, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockEviction{At: drawHolding(r), Policy: policies[r.IntN(len(policies))]}
	}},
	"lock-pause": {LockPause{}, []string{modeLock}, 1, []Harm{Late, NoLock}, func(r *rand.Rand) Fault {
		return LockPause{At: drawHolding(r), For: drawDuration(r, time.Second, 6*time.Second)}
	}},
}

// Names lists the faults that a schedule can name.
func Names() []string { return slices.Sorted(maps.Keys(catalogue)) }

// nameOf is the name by which schedules know a fault, or "".
func nameOf(f Fault) string {
	for name, e := range catalogue {
		if reflect.TypeOf(e.zero) == reflect.TypeOf(f) {
			return name
		}
	}
	return ""
}

func (e entry) fits(mode string) bool { return e.modes == nil || slices.Contains(e.modes, mode) }

// drawPoint favours the send, where nothing is asked of the orchestrator.
func drawPoint(r *rand.Rand) Point {
	points := Points()
	if k := r.IntN(2 * len(points)); k < len(points) && points[k] != PointLocked {
		return points[k]
	}
	return PointSend
}

// drawHolding draws a point at which a worker has its user's lock.
func drawHolding(r *rand.Rand) Point {
	points := []Point{PointSend, PointLocked, PointRead, PointSend, PointWritten}
	return points[r.IntN(len(points))]
}

// drawDuration draws from [least, most], in tenths of a second.
func drawDuration(r *rand.Rand, least, most time.Duration) time.Duration {
	const step = 100 * time.Millisecond
	return least + step*time.Duration(r.Int64N(int64((most-least)/step)+1))
}
