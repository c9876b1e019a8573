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
	// ground is what its mode must have; nil: nothing. Weight is how often it is
	// drawn, against the others; 0: never.
	ground *ground
	weight int
	harms  []Harm
	draw   func(*rand.Rand) Fault
}

var catalogue = gather(ofConsumers, ofBrokers, ofLocks, ofLinks, ofOperations, ofClusters)

// gather puts the parts of the catalogue together.
func gather(parts ...map[string]entry) map[string]entry {
	all := map[string]entry{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
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
