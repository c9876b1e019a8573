package checker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// truth is what really happened to one attempt, which no record tells whole.
type truth struct {
	from, to int64 // the true section
}

// domainOf puts the workers called w2… on another clock.
func domainOf(worker string) string {
	if strings.HasPrefix(worker, "w2") {
		return "far"
	}
	return "d"
}

// TestVerdictsAreTrue draws what really happened (deaths, withheld answers,
// clocks apart by an offset within its measured bound), records what the
// observers would have seen of it, and compares the verdict with the truth.
func TestVerdictsAreTrue(t *testing.T) {
	// An enter is recorded up to 2 late; the end of a killed attempt is known up
	// to 5 early.
	const unseen = 2 + 5
	property(t, 0, []string{"holds", "refuted", "unknown"}, func(t *rapid.T, n *tally) {
		s := newStory()
		s.domains[history.WorkerSrc("w2")] = "far"
		lo := rapid.Int64Range(-4, 4).Draw(t, "lo")
		hi := lo + rapid.Int64Range(0, 3).Draw(t, "width")
		off := rapid.Int64Range(lo, hi).Draw(t, "offset")
		s.offset("d", "far", lo, hi)
		s.publish("e", "u", 1, 1, history.OutcomeOK)
		var truths []truth
		died := false
		for i := range rapid.IntRange(1, 4).Draw(t, "attempts") {
			w := rapid.SampledFrom([]string{"w1", "w2"}).Draw(t, "worker")
			shift := int64(0)
			if w == "w2" {
				shift = off
			}
			id := fmt.Sprint(i)
			from := rapid.Int64Range(100, 140).Draw(t, "from")
			enter := from + rapid.Int64Range(0, 2).Draw(t, "until enter")
			switch rapid.IntRange(0, 6).Draw(t, "fate") {
			case 0: // killed while its send was withheld
				w = fmt.Sprintf("%s-%d", w, i)
				s.domains[history.WorkerSrc(w)] = domainOf(w)
				held := enter + rapid.Int64Range(0, 3).Draw(t, "until held")
				signal := held + rapid.Int64Range(0, 20).Draw(t, "until signal")
				to := signal + rapid.Int64Range(0, 3).Draw(t, "until dead")
				s.enter(w, id, "e", "u", enter+shift).hold(id, held).release(id, to+1, history.OutcomeGone).kill(w, signal, to+2)
				truths = append(truths, truth{from, to})
				died = true
			case 1: // killed at any point
				w = fmt.Sprintf("%s-%d", w, i)
				s.domains[history.WorkerSrc(w)] = domainOf(w)
				step := enter + rapid.Int64Range(0, 5).Draw(t, "until step")
				to := step + rapid.Int64Range(0, 5).Draw(t, "until left")
				signal := to + rapid.Int64Range(-5, 5).Draw(t, "until signal")
				signal = max(signal, from)
				dead := max(signal, to) + 3
				if rapid.Bool().Draw(t, "by itself") {
					signal = 0
				}
				s.enter(w, id, "e", "u", enter+shift).kill(w, signal, dead)
				s.worker(w, history.Event{Kind: history.KindStateRead, T: step + shift, Attempt: id, User: "u", Event: "e"})
				truths = append(truths, truth{from, to})
				died = true
			case 2: // killed, or not, while it waited at a point of its handling
				w = fmt.Sprintf("%s-%d", w, i)
				s.domains[history.WorkerSrc(w)] = domainOf(w)
				read := enter + rapid.Int64Range(0, 3).Draw(t, "until read")
				s.enter(w, id, "e", "u", enter+shift).reads(w, id, 0, read+shift)
				left := read + rapid.Int64Range(0, 10).Draw(t, "until left")
				point := rapid.SampledFrom([]string{"read", "written"}).Draw(t, "point")
				held := read + rapid.Int64Range(0, 3).Draw(t, "until held")
				if point == "written" {
					held = left + rapid.Int64Range(0, 3).Draw(t, "until held")
				}
				until := held + rapid.Int64Range(0, 20).Draw(t, "until signal or release")
				if point == "read" {
					left = until + rapid.Int64Range(0, 3).Draw(t, "until dead or left")
				}
				s.waitsAt(id, point, held)
				if rapid.Bool().Draw(t, "killed") {
					s.goesOn(id, until+4, history.OutcomeGone).kill(w, until, max(until, left)+3)
				} else {
					s.goesOn(id, until, history.OutcomeReleased).exit(w, id, "e", "u", left+shift)
				}
				truths = append(truths, truth{from, left})
				died = true
			default:
				exit := enter + rapid.Int64Range(0, 20).Draw(t, "until exit")
				s.section(w, id, "e", "u", enter+shift, exit+shift)
				truths = append(truths, truth{from, exit + rapid.Int64Range(0, 2).Draw(t, "until left")})
			}
		}
		overlapped, long, near := false, false, false
		for i, a := range truths {
			for _, b := range truths[:i] {
				both := min(a.to, b.to) - max(a.from, b.from)
				overlapped = overlapped || a.to > b.from && b.to > a.from
				long = long || both > unseen
				near = near || both >= 0
			}
		}
		j := judgeExclusivity(newRecord(s.history()), config{timeout: time.Minute, linearize: linearize, reach: usualReach})
		n.drew("%s", j.verdict)
		switch {
		case j.verdict == Refuted && !overlapped:
			t.Fatalf("refuted, and the true sections did not overlap: %+v: %s", truths, j.reason)
		case j.verdict == Holds && long:
			t.Fatalf("holds, and the true sections overlapped for longer than can go unrecorded: %+v", truths)
		case j.verdict == Unknown && lo == hi && !died && !near:
			t.Fatalf("unknown with exact clocks, exits on record and sections apart: %+v: %s", truths, j.reason)
		}
	})
}
