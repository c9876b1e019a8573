package attack

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/checker/levels"
)

// onlyMarks are records as of a system that says nothing of itself but when its
// sections begin and end, of which lost marks are not on record.
func onlyMarks(h *history.History, lost func(history.Event) bool) *history.History {
	seq := map[string]uint64{}
	out := &history.History{}
	for _, e := range h.Events {
		if strings.HasPrefix(e.Src, history.SrcWorkerPrefix) {
			if e.Kind != history.KindWorkerStart && (e.Kind != history.KindEnter && e.Kind != history.KindExit || lost(e)) {
				continue
			}
			seq[e.Src]++
			e.Seq = seq[e.Src]
		}
		out.Events = append(out.Events, e)
	}
	return out
}

// besideItself reports whether the worker of an attempt was in another of the same user,
// too, before it had left this one.
func besideItself(h *history.History, attempt string) bool {
	inside := map[string]*history.Event{}
	for i := range h.Events {
		e := &h.Events[i]
		switch e.Kind {
		case history.KindEnter:
			for _, other := range inside {
				if other.Worker == e.Worker && other.User == e.User && (e.Attempt == attempt || other.Attempt == attempt) {
					return true
				}
			}
			inside[e.Attempt] = e
		case history.KindExit:
			delete(inside, e.Attempt)
		}
	}
	return false
}

// TestMarksThatAreLostMakeNoLevelSayWhatIsNotSo takes marks away, ends, begins or
// both, as of calls that never arrived: a level may know less then, and nothing
// that is not so. Of a section that came to no read, or only to some while its worker
// was in another of the same user, nobody but its marks tells, so it keeps one of them.
func TestMarksThatAreLostMakeNoLevelSayWhatIsNotSo(t *testing.T) {
	decides := map[bool]int{}
	rapid.Check(t, func(rt *rapid.T) {
		w := drawLinkedWorld(dice{rt})
		honest := w.history()
		own, m, watched := checker.Check(honest), w.asLinked(), w.watched()
		m.Marked = true
		kind := pick(w.dice, history.KindEnter, history.KindExit, "")
		gone := map[string]bool{}
		traced, ended := map[string]bool{}, map[string]bool{} // attempts of which the wire shows something, whatever becomes of their marks; and those with an end
		for _, e := range honest.Events {
			switch {
			case e.Kind == history.KindExit:
				ended[e.Attempt] = true
			case e.Kind == history.KindStateRead && e.Outcome == history.OutcomeOK && !besideItself(honest, e.Attempt):
				traced[e.Attempt] = true
			}
		}
		lossy := onlyMarks(watched, func(e history.Event) bool {
			keepsOne := kind == history.KindExit || kind == history.KindEnter && ended[e.Attempt]
			if kind != "" && e.Kind != kind || !keepsOne && !traced[e.Attempt] {
				return false
			}
			if _, drawn := gone[e.Attempt]; !drawn {
				gone[e.Attempt] = w.rare(3)
			}
			return gone[e.Attempt]
		})
		for _, h := range []*history.History{onlyMarks(watched, func(history.Event) bool { return false }), lossy} {
			r := levels.Check(h, m, levels.Marks)
			for _, a := range r.Levels {
				for _, wrong := range w.against(a, own) {
					rt.Errorf("%s\n%s", wrong, keep(t, "marks", written(t, h), wrong+"\n"+w.String()))
				}
			}
			if v := r.Levels[levels.Marks].Of(checker.Exclusivity); v.Decided() {
				decides[h == lossy]++
			}
			if slices.ContainsFunc(r.Verdicts, func(v levels.Verdict) bool { return strings.Contains(v.Reason, "CONTRADICT") }) {
				rt.Errorf("levels contradict each other: %+v", r.Verdicts)
			}
		}
	})
	say("with all marks exclusivity was decided in %d worlds, with some lost in %d", decides[false], decides[true])
	if decides[false] <= decides[true] {
		t.Errorf("marks that are lost cost nothing: exclusivity was decided in %d worlds with all, in %d without", decides[false], decides[true])
	}
}
