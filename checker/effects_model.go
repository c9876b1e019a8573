package checker

import (
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// effectRules are the journey's rules that can be judged without the times of
// events. They are named by the types and texts that a history carries: the
// checker knows nothing of the orchestrator, and a history in which none of
// these names occur is judged without them.
//
//   - After a STOP took effect, nothing is sent until a START takes effect. The
//     STOP itself is confirmed.
//   - A welcome is sent once in a user's life.
//   - An event that the state has seen has no effect at all. A state remembers
//     the latest 256 events.
var effectRules = struct {
	seen                    int    // events that a state remembers
	stop, start, purchase   string // types of events
	welcome, cart, campaign string // texts
}{
	seen: 256,
	stop: "replied_stop", start: "replied_start", purchase: "purchased",
	welcome: "welcome", cart: "cart_reminder", campaign: "campaign",
}

// userState is the state of the sequential object.
type userState struct {
	version  int64
	place    int // of the last write, in the user's part of the log
	reads    int // operations that only read, since the last write
	lastSend int // highest place in the gateway's record so far
	stopped  bool
	welcomed bool
}

// effectStep is the input of an operation: the effect, and how many operations
// that only read are to read the version that it reads.
type effectStep struct {
	e       *effect
	readers int
}

// effectModel is the sequential specification of one user's state.
//
// That a write leaves no reader of the version before it behind is no part of
// the specification but cuts the search short: versions only go up, so such a
// reader could never be put in place again. Without it, k open readers of one
// version make 2^k ways into each dead end.
var effectModel = porcupine.Model{
	Step: func(state, input, _ any) (bool, any) {
		s, in := state.(userState), input.(effectStep)
		e := in.e
		if e.wrong != nil || e.read != s.version {
			return false, s
		}
		if e.place == 0 {
			s.reads++
			return true, s
		}
		if e.place != s.place+1 || s.reads != in.readers || e.seen() {
			return false, s
		}
		s.version, s.place, s.reads = e.wrote, e.place, 0
		if len(e.texts) > 0 {
			if s.stopped || e.firstSend < s.lastSend {
				return false, s
			}
			s.lastSend = e.lastSend
		}
		if slices.Contains(e.texts, effectRules.welcome) {
			if s.welcomed {
				return false, s
			}
			s.welcomed = true
		}
		switch e.typ {
		case effectRules.stop:
			s.stopped = true
		case effectRules.start:
			s.stopped = false
		}
		return true, s
	},
	DescribeOperation: func(input, _ any) string {
		e := input.(effectStep).e
		if e.place == 0 {
			return fmt.Sprintf("%s read %d (%s)", e.worker, e.read, e.attempt)
		}
		return fmt.Sprintf("%s %d → %d %v (%s)", e.worker, e.read, e.wrote, e.texts, e.attempt)
	},
}

// seen reports whether the state on which the effect was to be decided
// remembers its event.
func (e *effect) seen() bool {
	return e.earlier != nil && e.place-e.earlier.place <= effectRules.seen
}

// initial is the version before the user's first operation.
func (u *userEffects) initial() int64 {
	for _, group := range [][]*effect{u.writes, u.others} {
		for _, e := range group {
			if e.place > 0 || e.wrong == nil {
				return e.read
			}
		}
	}
	return 0
}

// operations turns a user's effects into operations of [effectModel].
//
// Of the operations that only read one version, two are kept: the one that
// begins last and the one that is over first. An order puts all readers of a
// version between the same two writes, so it is the latest beginning and the
// earliest end among them that can contradict it.
func (u *userEffects) operations() []porcupine.Operation {
	type ends struct{ last, first *effect }
	readers := map[int64]*ends{}
	kept := slices.Clone(u.writes)
	var versions []int64
	for _, o := range u.others {
		k := readers[o.read]
		switch {
		case o.wrong != nil:
			kept = append(kept, o)
		case k == nil:
			readers[o.read] = &ends{o, o}
			versions = append(versions, o.read)
		default:
			if o.start > k.last.start {
				k.last = o
			}
			if o.end < k.first.end {
				k.first = o
			}
		}
	}
	count := map[int64]int{}
	for _, v := range versions {
		k := readers[v]
		kept = append(kept, k.last)
		count[v] = 1
		if k.first != k.last {
			kept = append(kept, k.first)
			count[v] = 2
		}
	}
	ops := make([]porcupine.Operation, 0, len(kept))
	clients := map[string]int{}
	for _, e := range kept {
		client, ok := clients[e.worker]
		if !ok {
			client = len(clients)
			clients[e.worker] = client
		}
		ops = append(ops, porcupine.Operation{ClientId: client, Input: effectStep{e, count[e.read]}, Call: e.start, Return: e.end})
	}
	return ops
}

// explainer decides whether operations on a user's state, which is at a version
// at first, have a linearization, within a time.
type explainer func(initial int64, ops []porcupine.Operation, within time.Duration) porcupine.CheckResult

func explain(initial int64, ops []porcupine.Operation, within time.Duration) porcupine.CheckResult {
	if within <= 0 { // porcupine reads zero as no limit
		return porcupine.Unknown
	}
	model := effectModel
	model.Init = func() any { return userState{version: initial} }
	return porcupine.CheckOperationsTimeout(model, ops, within)
}
