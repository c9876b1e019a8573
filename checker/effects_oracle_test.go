package checker

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// operations are the attempts that must have a place, by the definition.
func (w *world) operations() (ops []*done, torn, open bool) {
	for _, a := range w.all {
		if a.place > 0 || w.torn(a) || a.skip && a.exited && a.call == 0 {
			ops = append(ops, a)
		}
		torn = torn || w.torn(a)
		open = open || a.place > 0 && a.call > 0 && a.outcome == history.OutcomeDeduplicated && w.original(a) == nil
	}
	return ops, torn, open
}

// torn reports whether an attempt's text and write do not belong together.
func (w *world) torn(a *done) bool {
	if a.place > 0 {
		return w.tells && a.text != "" && a.call == 0
	}
	return a.call > 0 && a.outcome == "accepted" &&
		!slices.ContainsFunc(w.all, func(b *done) bool { return w.original(b) == a && b.place > 0 })
}

// original is the accepted send that a deduplicated one repeats.
func (w *world) original(b *done) *done {
	if b.call == 0 || b.outcome != history.OutcomeDeduplicated {
		return nil
	}
	for _, a := range w.all {
		if a.event == b.event && a.call > 0 && a.call < b.call && a.outcome == "accepted" {
			return a
		}
	}
	return nil
}

// sends reports whether an operation's text goes out by it: it was accepted, or
// confirms what an attempt without a write had sent.
func (w *world) sends(a *done) bool {
	first := w.original(a)
	return a.call > 0 && (a.outcome == "accepted" || first != nil && first.place == 0)
}

func (a *done) end() int64 {
	if a.place > 0 && !a.sure {
		return math.MaxInt64
	}
	return a.left
}

// accepted is the call by which the attempt's text went out: its own, or, of one
// that wrote and was told that it had gone out, that of another which wrote
// nothing, whether or not that one is among those that are looked at.
func (w *world) accepted(a *done) *done {
	if a.call == 0 || a.outcome == "accepted" {
		return a
	}
	for _, first := range w.all {
		if first.outcome == "accepted" && first.event == a.event && first.text == a.text && first.call < a.call && first.place == 0 && a.place > 0 {
			return first
		}
	}
	return a
}

// late reports whether a text was accepted when a STOP was surely in force.
func (w *world) late(part []*done) bool {
	for _, a := range part {
		if a = w.accepted(a); a.call == 0 || a.outcome != "accepted" {
			continue
		}
		for _, stop := range part {
			if drawnTypes[stop.event] != "replied_stop" || stop.place == 0 || !stop.sure || stop.event == a.event || stop.left >= a.sentAt {
				continue
			}
			if !slices.ContainsFunc(w.all, func(g *done) bool {
				return drawnTypes[g.event] == "replied_start" && g.place > stop.place && g.enter <= a.sentAt
			}) {
				return true
			}
		}
	}
	return false
}

// explained is the oracle: it tries every order of the operations. Those of the
// world that are not among them were left out: a write among those has its place
// in the log, wrote some higher version than the one before it, and did nothing
// else, but that a START stays one.
func (w *world) explained(ops []*done) bool {
	left := map[int]*done{}
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	for _, a := range w.all {
		if a.place > 0 && !slices.Contains(ops, a) {
			left[a.place] = a
		}
		if a.hasRead {
			low, high = min(low, a.version-6), max(high, a.version+7)
		}
	}
	type state struct {
		version           int64
		place, call       int
		stopped, welcomed bool
		seen              string
	}
	var try func(rest []*done, s state) bool
	try = func(rest []*done, s state) bool {
		if len(rest) == 0 {
			return true
		}
		if a := left[s.place+1]; a != nil {
			next := s
			next.place++
			next.stopped = s.stopped && drawnTypes[a.event] != "replied_start"
			for next.version = s.version + 1; next.version <= high; next.version++ {
				if try(rest, next) {
					return true
				}
			}
		}
		for i, a := range rest {
			if a.version != s.version || slices.ContainsFunc(rest, func(b *done) bool { return b.end() < a.enter }) {
				continue
			}
			next := s
			if a.place > 0 {
				if a.place != s.place+1 || strings.Contains(s.seen, "<"+a.event+">") {
					continue
				}
				next.seen += "<" + a.event + ">"
				next.place, next.version = a.place, a.version+1
				if w.sends(a) {
					if s.stopped || a.call < s.call || a.text == "welcome" && s.welcomed {
						continue
					}
					next.call, next.welcomed = a.call, s.welcomed || a.text == "welcome"
				}
				switch drawnTypes[a.event] {
				case "replied_stop":
					next.stopped = true
				case "replied_start":
					next.stopped = false
				}
			}
			if try(slices.Delete(slices.Clone(rest), i, i+1), next) {
				return true
			}
		}
		return false
	}
	for version := low; version <= high; version++ { // the state before the run
		if try(ops, state{version: version}) {
			return true
		}
	}
	return len(ops) == 0
}

// refuted is the oracle for a part of the operations, by themselves.
func (w *world) refuted(part []*done) bool {
	return slices.ContainsFunc(part, w.torn) || w.late(part) || !w.explained(part)
}

// TestEffectsAgainstEveryOrder compares the verdict with a search through all
// orders of up to five attempts, some of which died.
func TestEffectsAgainstEveryOrder(t *testing.T) {
	reach := []string{"holds, 1 operations", "holds, 3 operations", "holds, 5 operations", "refuted, 2 operations", "refuted, 5 operations", "unknown, 1 operations", "torn"}
	property(t, 10_000, reach, func(t *rapid.T, n *tally) {
		w := drawWorld(t)
		if w.commits == 0 {
			return
		}
		ops, torn, open := w.operations()
		legal := !w.refuted(ops)
		j := judgeEffects(newRecord(w.history()), config{timeout: time.Minute, linearize: linearize, explain: explain, reach: boundless})
		want := Holds
		switch {
		case !legal:
			want = Refuted
		case open:
			want = Unknown
		}
		n.drew("%s, %d operations", want, len(ops))
		if torn {
			n.drew("torn")
		}
		if j.verdict != want {
			t.Fatalf("%s (%s), the oracle says %s (torn %t, late %t, open %t)\n%s", j.verdict, j.reason, want, torn, w.late(w.all), open, w)
		}
	})
}

// TestEveryPartOfAHistoryIsJudgedAsByEveryOrder does the same for drawn parts.
func TestEveryPartOfAHistoryIsJudgedAsByEveryOrder(t *testing.T) {
	reach := []string{"refuted true, 2 of 4 operations", "refuted false, 3 of 5 operations", "refuted true, 5 of 5 operations"}
	property(t, 5_000, reach, func(t *rapid.T, n *tally) {
		w := drawWorld(t)
		if w.commits == 0 {
			return
		}
		u := effectsByUser(newRecord(w.history()))[0]
		var part []*effect
		var ids []string
		for _, e := range slices.Concat(u.writes, u.others) {
			if rapid.IntRange(0, 2).Draw(t, "kept") > 0 {
				part, ids = append(part, e), append(ids, e.attempt)
			}
		}
		want := w.refuted(w.attempts(ids))
		n.drew("refuted %t, %d of %d operations", want, len(part), len(u.writes)+len(u.others))
		sub := u.only(part)
		if got := newPass(sub).violations(); (len(got) > 0) != want {
			t.Fatalf("of %v the pass finds %+v, the oracle refutes: %t\n%s", ids, got, want, w)
		}
		if got := explain(sub.initial(), sub.operations(), time.Minute); (got == porcupine.Illegal) != want {
			t.Fatalf("of %v porcupine says %s, the oracle refutes: %t\n%s", ids, got, want, w)
		}
	})
}

func (w *world) attempts(ids []string) []*done {
	var out []*done
	for _, a := range w.all {
		if slices.Contains(ids, a.id) {
			out = append(out, a)
		}
	}
	return out
}

// TestTheWitnessOfEffectsIsMinimal has the oracle judge each witness by itself,
// and without any one of its attempts.
func TestTheWitnessOfEffectsIsMinimal(t *testing.T) {
	reach := []string{"1 attempts, 0 beside", "1 attempts, 1 beside", "2 attempts, 0 beside"}
	property(t, 5_000, reach, func(t *rapid.T, n *tally) {
		w := drawWorld(t)
		j := judgeEffects(newRecord(w.history()), config{timeout: time.Minute, linearize: linearize, explain: explain})
		if j.witness == nil {
			return
		}
		if !j.witness.Minimal {
			t.Fatalf("not proven minimal: %s\n%s", j.reason, w)
		}
		var ids []string
		for _, a := range j.witness.Attempts {
			if !a.Beside {
				ids = append(ids, a.Attempt)
			}
		}
		n.drew("%d attempts, %d beside", len(ids), len(j.witness.Attempts)-len(ids))
		part := w.attempts(ids)
		if !w.refuted(part) {
			t.Fatalf("%v by themselves have an order: %s\n%s", ids, j.reason, w)
		}
		for i := range part {
			if w.refuted(slices.Delete(slices.Clone(part), i, i+1)) {
				t.Fatalf("%v refute without %s, too: %s\n%s", ids, part[i].id, j.reason, w)
			}
		}
	})
}
