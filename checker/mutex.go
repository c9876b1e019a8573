package checker

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"
)

// step is the input of an operation on a user's mutex.
type step struct {
	acquire bool
	id      int // of the attempt; small and dense
	s       *section
}

const free = -1

// mutex is the sequential specification of one user's mutex. Its state is the
// id of the attempt inside, or free.
//
// An acquire and the release of the same attempt may be stamped alike, which
// leaves their order open; only the attempt inside can release, so the model
// puts the acquire first.
var mutex = porcupine.Model{
	Init: func() any { return free },
	Step: func(state, input, _ any) (bool, any) {
		in, inside := input.(step), state.(int)
		if in.acquire {
			return inside == free, in.id
		}
		return inside == in.id, free
	},
	DescribeOperation: func(input, _ any) string {
		in := input.(step)
		verb := "exit"
		if in.acquire {
			verb = "enter"
		}
		return fmt.Sprintf("%s %s %s (%s)", in.s.worker, verb, in.s.event, in.s.attempt)
	},
}

// operations turns sections into operations on the mutex: an acquire in
// [before, start] and a release in [end, over]. Times are those of the
// intervals' frame; on another clock than the section's own, before and over
// are left at start and end.
//
// Where before and over lie changes no answer (see the claim in exclusivity.go),
// only the search's cost: that a section cannot have begun before its delivery
// is true, too, but with a thousand prefetched messages a user it leaves as many
// acquires open at once, and the search takes minutes.
func operations(ivs []interval, ownClock bool) []porcupine.Operation {
	ops := make([]porcupine.Operation, 0, 2*len(ivs))
	clients := map[string]int{}
	for id, iv := range ivs {
		client, ok := clients[iv.s.worker]
		if !ok {
			client = len(clients)
			clients[iv.s.worker] = client
		}
		before, over := iv.start, iv.end
		if ownClock {
			before, over = iv.s.before, max(iv.end, iv.s.over)
		}
		ops = append(ops,
			porcupine.Operation{ClientId: client, Input: step{true, id, iv.s}, Call: before, Return: iv.start},
			porcupine.Operation{ClientId: client, Input: step{false, id, iv.s}, Call: iv.end, Return: over})
	}
	return ops
}

// linearizer decides whether operations on one user's mutex have a
// linearization, within a time.
type linearizer func(ops []porcupine.Operation, within time.Duration) porcupine.CheckResult

func linearize(ops []porcupine.Operation, within time.Duration) porcupine.CheckResult {
	if within <= 0 { // porcupine reads zero as no limit
		return porcupine.Unknown
	}
	return porcupine.CheckOperationsTimeout(mutex, ops, within)
}
