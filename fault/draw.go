package fault

import (
	"math/rand/v2"
	"time"
)

// onlyCluster is why faults of a cluster's servers are never drawn.
const onlyCluster = "exploration runs on a standalone broker"

// What random schedules draw faults' settings from. Weights are low where a fault
// takes long, or leaves little to go on with.

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

func drawDirection(r *rand.Rand) Direction {
	return []Direction{BothWays, ToServer, FromServer}[r.IntN(3)]
}

func drawRank(r *rand.Rand) Rank { return []Rank{"", First, Last}[r.IntN(3)] }
