package checker

import (
	"fmt"
	"math"
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
//   - An event of another type than those that have rules may have been any, where
//     a history speaks of STOP at all: a START too, so what was said before is
//     suspended by it.
//   - An event that the state has seen has no effect at all. A state remembers
//     the latest 256 events.
var effectRules = struct {
	seen                    int      // events that a state remembers
	stop, start, purchase   string   // types of events
	others                  []string // further types that have rules
	welcome, cart, campaign string   // texts
}{
	seen:   256,
	others: []string{typeSubscribed, typeCart, typeCampaign},
	stop:   typeStop, start: typeStart, purchase: typePurchased,
	welcome: textWelcome, cart: textCart, campaign: textCampaign,
}

// ruled reports whether a type of event has rules.
func ruled(typ string) bool {
	return typ == effectRules.stop || typ == effectRules.start || typ == effectRules.purchase || slices.Contains(effectRules.others, typ)
}

// userState is the state of the sequential object.
//
// In a part of a history, each write that was left out wrote some version
// above the one before it and did nothing else that is known (see
// [userEffects.only]). The state before the first write is one unknown more.
type userState struct {
	version  int64
	base     int64 // version of the last write that is not left out
	seen     int   // versions above it that operations read
	room     int   // unknown versions before the next write that is not left out
	place    int   // of the last write, in the user's part of the log
	reads    int   // operations that only read version
	lastSend int   // highest place in the gateway's record so far
	stopped  bool
	welcomed bool
}

// effectStep is the input of an operation: the effect, how many operations
// that only read are to read the version that it reads, and how many unknown
// versions lie between it and the next write.
type effectStep struct {
	e       *effect
	readers int
	room    int
}

// put puts an operation that only reads.
func (s userState) put(e *effect) (bool, userState) {
	switch {
	case e.read == s.version:
		s.reads++
		return true, s
	case e.read > s.version && s.seen < s.room:
		s.version, s.reads, s.seen = e.read, 1, s.seen+1
		return true, s
	}
	return false, s
}

// leadsTo reports whether a write can come next, by its place and the version
// that it read.
func (s userState) leadsTo(e *effect, readers int) bool {
	below, reads := s.seen, 0
	if e.read == s.version {
		reads = s.reads
		below = max(0, below-1)
	}
	switch gap := e.gap(); {
	case e.place != s.place+1+e.left || reads != readers:
		return false
	case gap == 0:
		return e.read == s.base
	default:
		return e.read >= s.version && e.read >= s.base+int64(gap) && below < gap
	}
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
		if e.bad() != nil {
			return false, s
		}
		if e.place == 0 {
			ok, next := s.put(e)
			return ok, next
		}
		if !s.leadsTo(e, in.readers) || e.seen() {
			return false, s
		}
		s.version, s.base, s.place, s.reads, s.seen, s.room = e.wrote, e.wrote, e.place, 0, 0, in.room
		s.stopped = s.stopped && !e.resets
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
		default:
			s.stopped = s.stopped && !e.restarts
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

// gap counts the unknown versions between the write before it and what it read.
func (e *effect) gap() int {
	if e.place-e.left == 1 {
		return e.left + 1 // what the state was at first is known by what was read of it alone
	}
	return e.left
}

// follows reports whether a write can have read what is left by the one before.
func (e *effect) follows(before *effect) bool {
	if e.left == 0 {
		return e.read == before.wrote
	}
	return e.read >= before.wrote+int64(e.left)
}

// room counts the unknown versions before the user's i-th write, or behind the
// last.
func (u *userEffects) room(i int) int {
	switch {
	case i < len(u.writes):
		return u.writes[i].gap()
	case i == 0:
		return u.left + 1
	}
	return u.left
}

// initial is the state before the user's first operation.
func (u *userEffects) initial() userState {
	return userState{version: math.MinInt64, base: math.MinInt64, room: u.room(0)}
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
		case o.bad() != nil:
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
	room := map[*effect]int{}
	for i, w := range u.writes {
		room[w] = u.room(i + 1)
	}
	ops := make([]porcupine.Operation, 0, len(kept))
	clients := map[string]int{}
	for _, e := range kept {
		client, ok := clients[e.worker]
		if !ok {
			client = len(clients)
			clients[e.worker] = client
		}
		// Only a damaged history has an end before its start, which porcupine does
		// not bear.
		ops = append(ops, porcupine.Operation{ClientId: client, Input: effectStep{e, count[e.read], room[e]}, Call: e.start, Return: max(e.start, e.end)})
	}
	return ops
}

// explainer decides whether operations on a user's state, which is initial at
// first, have a linearization, within a time.
type explainer func(initial userState, ops []porcupine.Operation, within time.Duration) porcupine.CheckResult

func explain(initial userState, ops []porcupine.Operation, within time.Duration) porcupine.CheckResult {
	if within <= 0 { // porcupine reads zero as no limit
		return porcupine.Unknown
	}
	model := effectModel
	model.Init = func() any { return initial }
	return porcupine.CheckOperationsTimeout(model, ops, within)
}
