package attack

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Conditions under which a record that tells something else leaves one observer's
// word alone.

// only: the records differ in nothing but what wipe takes away, of events of that
// sort.
func only(wipe func(*history.Event), is ...where) func(checker.Property, *forgery, *forgery) bool {
	return func(_ checker.Property, before, after *forgery) bool {
		if len(before.events) != len(after.events) {
			return false
		}
		for i := range before.events {
			was, now := before.events[i], after.events[i]
			if fits(&was, is) && fits(&now, is) {
				wipe(&was)
				wipe(&now)
			}
			if !same(was, now) {
				return false
			}
		}
		return true
	}
}

func same(a, b history.Event) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// restated are the events of after that are not as they were.
func restated(before, after *forgery) (was, now []*history.Event) {
	type line struct {
		src string
		seq uint64
	}
	old := map[line]*history.Event{}
	before.each(func(e *history.Event) { old[line{e.Src, e.Seq}] = e })
	after.each(func(e *history.Event) {
		if o := old[line{e.Src, e.Seq}]; o != nil && !same(*o, *e) {
			was, now = append(was, o), append(now, e)
		}
	})
	return was, now
}

// restamped: one record of that kind has another stamp, and all else is as it was.
func restamped(k history.Kind) func(p checker.Property, before, after *forgery) bool {
	return func(p checker.Property, before, after *forgery) bool {
		_, now := restated(before, after)
		return len(now) == 1 && only(func(e *history.Event) { e.T = 0 }, kind(k))(p, before, after)
	}
}

// answerToldOfLastTry: a publish that had no answer has one, and all else is as it
// was; nobody tried to publish that event again.
func answerToldOfLastTry(p checker.Property, before, after *forgery) bool {
	_, now := restated(before, after)
	return len(now) == 1 && outcome(history.OutcomeOK)(now[0]) &&
		only(func(e *history.Event) { e.Outcome = "" }, kind(history.KindPublish), outcomeOf(history.OutcomeOK, history.OutcomeUnclear))(p, before, after) &&
		!after.has(kind(history.KindPublish), func(e *history.Event) bool { return e.Event == now[0].Event && e.Seq > now[0].Seq })
}

// restampedByHarness: one line of the harness's of that kind has other stamps, and
// all else is as it was; what the harness recorded before it had ended by then, and
// what it recorded after it had not begun.
func restampedByHarness(is ...where) func(p checker.Property, before, after *forgery) bool {
	return func(p checker.Property, before, after *forgery) bool {
		_, now := restated(before, after)
		return len(now) == 1 && only(func(e *history.Event) { e.T, e.From = 0, 0 }, append(slices.Clone(is), from(history.SrcHarness))...)(p, before, after) &&
			!after.has(from(history.SrcHarness), func(e *history.Event) bool {
				begun := e.T
				if e.From != 0 {
					begun = e.From
				}
				return e.Seq < now[0].Seq && e.T > now[0].T || e.Seq > now[0].Seq && begun < now[0].T
			})
	}
}

// readRestated: an attempt that is in nobody's record but its worker's, and wrote
// nothing, read another version.
func readRestated(p checker.Property, before, after *forgery) bool {
	_, now := restated(before, after)
	return len(now) == 1 && only(func(e *history.Event) { e.Version = 0 }, kind(history.KindStateRead))(p, before, after) &&
		!after.has(attemptIs(now[0].Attempt), kind(history.KindStateWrite, history.KindStateCommit, history.KindSendCall))
}

// struckInside: faults name other attempts, and each was inside by its own record
// when the fault began, for all that is known of the clocks.
func struckInside(p checker.Property, before, after *forgery) bool {
	_, now := restated(before, after)
	names := func(e *history.Event) { e.Worker, e.User, e.Attempt, e.Event = "", "", "", "" }
	return only(names, kind(history.KindFaultBegin))(p, before, after) && !slices.ContainsFunc(now, func(f *history.Event) bool {
		begun := after.has(attemptIs(f.Attempt), kind(history.KindEnter), func(e *history.Event) bool { return !after.surelyBefore(f, e) })
		left := after.has(attemptIs(f.Attempt), kind(history.KindExit), func(e *history.Event) bool { return after.surelyBefore(e, f) })
		return !begun || left
	})
}

// struckNobody: a fault that names no user names no worker any more, and all else is as it was.
func struckNobody(p checker.Property, before, after *forgery) bool {
	_, now := restated(before, after)
	return len(now) == 1 && now[0].User == "" && now[0].Worker == "" && only(func(e *history.Event) { e.Worker = "" }, kind(history.KindFaultBegin))(p, before, after)
}

// unseenByOthers: all that changed is stamps of one attempt, of which neither the
// gateway nor the harness recorded anything.
func unseenByOthers(p checker.Property, before, after *forgery) bool {
	_, now := restated(before, after)
	return len(now) > 0 && only(func(e *history.Event) { e.T, e.From = 0, 0 }, byWorker)(p, before, after) &&
		!slices.ContainsFunc(now, func(e *history.Event) bool {
			return e.Attempt != now[0].Attempt || after.has(not(byWorker), not(from(history.SrcStore)), attemptIs(e.Attempt))
		})
}

// exitAfterWhatIsKnown: nobody recorded anything of the attempt, but notes and that
// it came to where nothing is to be done any more, between the exit that was moved
// and where it was.
func exitAfterWhatIsKnown(p checker.Property, before, after *forgery) bool {
	_, now := restated(before, after)
	if len(now) != 1 || now[0].Kind != history.KindExit {
		return false
	}
	x := now[0]
	return only(func(e *history.Event) { e.T = 0 }, kind(history.KindExit))(p, before, after) &&
		!after.has(attemptIs(x.Attempt), not(from(history.SrcStore)), not(kind(history.KindNote)), func(e *history.Event) bool {
			own := e.Src == x.Src
			point := e.Kind == history.KindPointBegin || e.Kind == history.KindPointEnd
			return own && e.Seq < x.Seq && e.T > x.T || !own && !point && after.surelyBefore(x, e)
		})
}

// enterBeforeWhatFollows: the worker recorded nothing of the attempt before the enter
// that was moved and stamped it later, nor of its event before stamped later, and
// what it recorded next of the attempt did not begin before.
func enterBeforeWhatFollows(p checker.Property, before, after *forgery) bool {
	_, now := restated(before, after)
	if len(now) != 1 || now[0].Kind != history.KindEnter {
		return false
	}
	x := now[0]
	given := after.has(kind(history.KindDeliver), from(x.Src), func(e *history.Event) bool { return e.Event == x.Event && e.Seq < x.Seq && e.T <= x.T })
	return given && only(func(e *history.Event) { e.T = 0 }, kind(history.KindEnter))(p, before, after) &&
		!after.has(from(x.Src), func(e *history.Event) bool {
			return e.Seq < x.Seq && e.Event == x.Event && e.T > x.T || e.Seq > x.Seq && e.Attempt == x.Attempt && cmp.Or(e.From, e.T) < x.T
		})
}

// offset bounds the difference of two clocks, by the record's measurements.
func (h *forgery) offset(a, b string) (lo, hi int64) {
	if a == b {
		return 0, 0
	}
	lo, hi = math.MaxInt64/4, -math.MaxInt64/4
	h.each(func(e *history.Event) {
		switch {
		case e.Domain == a && e.Peer == b:
			lo, hi = min(lo, e.Lo), max(hi, e.Hi)
		case e.Domain == b && e.Peer == a:
			lo, hi = min(lo, -e.Hi), max(hi, -e.Lo)
		}
	}, kind(history.KindClockOffset))
	if lo > hi {
		return -math.MaxInt64 / 4, math.MaxInt64 / 4
	}
	return lo, hi
}

// surelyBefore reports whether a was recorded before b on any clock that fits.
func (h *forgery) surelyBefore(a, b *history.Event) bool {
	_, hi := h.offset(a.Domain, b.Domain)
	return a.T+hi < b.T
}

// stampsFit: nothing that a worker and somebody else know of runs from an effect
// to its cause: a delivery to its publish, a call at the gateway to that of its
// worker, an answer to the call, a read to the enter of whoever wrote, a record to the
// begin of its process, a death to a record.
func stampsFit(_ checker.Property, _, after *forgery) bool {
	first := func(is ...where) (out *history.Event) {
		after.each(func(e *history.Event) {
			if out == nil {
				out = e
			}
		}, is...)
		return out
	}
	fit := true
	order := func(cause, effect *history.Event) {
		fit = fit && (cause == nil || effect == nil || !after.surelyBefore(effect, cause))
	}
	after.each(func(e *history.Event) {
		switch e.Kind {
		case history.KindDeliver:
			if p := first(kind(history.KindPublish), func(o *history.Event) bool { return o.Event == e.Event }); p != nil {
				begun := *p
				begun.T = p.From
				order(&begun, e)
			}
		case history.KindSendCall:
			order(e, first(from(history.SrcGateway), kind(history.KindSendCall), attemptIs(e.Attempt), textIs(e.Text)))
		case history.KindSendReturn:
			if e.Outcome == history.OutcomeOK {
				order(first(from(history.SrcGateway), kind(history.KindSendCall), attemptIs(e.Attempt), textIs(e.Text)), e)
			}
		case history.KindEnter:
			order(e, first(from(history.SrcGateway), kind(history.KindSendCall), attemptIs(e.Attempt)))
		case history.KindStateRead:
			if w := first(kind(history.KindStateCommit), userIs(e.User), func(o *history.Event) bool { return o.Version == e.Version }); w != nil {
				order(first(kind(history.KindEnter), attemptIs(w.Attempt)), e)
			}
		}
	}, byWorker)
	return fit
}

// readBeforeByStamps: stamps fit but for reads of what had been written over by
// then, and each of those is of an attempt that left no other trace.
func readBeforeByStamps(p checker.Property, before, after *forgery) bool {
	fit := stampsFit(p, before, after)
	after.each(func(r *history.Event) {
		after.each(func(w *history.Event) {
			read := *r
			if r.From != 0 {
				read.T = r.From
			}
			if after.surelyBefore(w, &read) {
				fit = fit && !after.has(attemptIs(r.Attempt), kind(history.KindStateWrite, history.KindStateCommit, history.KindSendCall))
			}
		}, byWorker, kind(history.KindStateWrite), userIs(r.User), outcome(history.OutcomeOK), func(w *history.Event) bool { return w.Version > r.Version })
	}, byWorker, kind(history.KindStateRead))
	return fit
}

func textIs(text string) where { return func(e *history.Event) bool { return e.Text == text } }

// nothingRecognized: a text is no longer told as recognized, and none is.
func nothingRecognized(p checker.Property, before, after *forgery) bool {
	return only(func(e *history.Event) { e.Outcome = "" }, from(history.SrcGateway), kind(history.KindSendCall), outcomeOf("", history.OutcomeOK, history.OutcomeDeduplicated))(p, before, after) &&
		!after.has(from(history.SrcGateway), outcome(history.OutcomeDeduplicated))
}

func outcomeOf(of ...string) where {
	return func(e *history.Event) bool { return slices.Contains(of, e.Outcome) }
}
