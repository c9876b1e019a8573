package checker

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// unsure is a section whose end may be unclear: it was inside from enter to
// sure, and as far as anyone knows at any instant up to perhaps; endless if
// nobody knows at all.
type unsure struct {
	enter, sure, perhaps int64
	endless              bool
}

// drawUnsure tells a section of a worker of its own: one that exits, or is
// killed, or ends by itself, or of whose end nothing is on record.
func drawUnsure(t *rapid.T, s *story, i int) unsure {
	w, id := fmt.Sprintf("w%d", i), fmt.Sprintf("a%d", i)
	at := rapid.Int64Range(10, 30).Draw(t, "enter")
	u := unsure{enter: at, sure: at + rapid.Int64Range(0, 6).Draw(t, "length")}
	how := rapid.SampledFrom([]string{"exits", "exits", "exits", "killed", "killed", "ends", "open"}).Draw(t, "how")
	if how == "exits" {
		s.section(w, id, "e1", "u1", at, u.sure)
		u.perhaps = u.sure
		return u
	}
	s.enter(w, id, "e1", "u1", at)
	if u.sure > at {
		s.worker(w, history.Event{Kind: history.KindStateRead, T: u.sure, Attempt: id})
	}
	// No record is of after the death.
	signal := rapid.Int64Range(at-2, at+10).Draw(t, "signal")
	dead := max(signal, u.sure) + rapid.Int64Range(0, 4).Draw(t, "death")
	switch how {
	case "killed":
		s.kill(w, signal, dead)
		u.perhaps = max(u.sure, signal)
	case "ends":
		s.kill(w, 0, dead)
		u.perhaps = dead
	case "open":
		u.endless = true
	}
	return u
}

// TestExclusivityWithUnclearEndsAgainstEveryEnd compares the verdict with a
// trial of every instant at which each pair of sections may have ended.
func TestExclusivityWithUnclearEndsAgainstEveryEnd(t *testing.T) {
	property(t, 500, []string{"holds", "refuted", "unknown"}, func(t *rapid.T, n *tally) {
		s := newStory().publish("e1", "u1", 1, 1, history.OutcomeOK)
		all := make([]unsure, rapid.IntRange(1, 4).Draw(t, "sections"))
		for i := range all {
			all[i] = drawUnsure(t, s, i)
		}
		want := Holds
		for i, a := range all {
			if a.endless && want == Holds {
				want = Unknown
			}
			for _, b := range all[:i] {
				if a.sure > b.enter && b.sure > a.enter {
					want = Refuted
				}
				if a.endless || b.endless || want == Refuted {
					continue
				}
				for ends := a.sure; ends <= a.perhaps; ends++ {
					for other := b.sure; other <= b.perhaps; other++ {
						if ends > b.enter && other > a.enter {
							want = Unknown
						}
					}
				}
			}
		}
		n.drew("%s", want)
		j := judgeExclusivity(newRecord(s.history()), config{timeout: time.Minute, linearize: linearize})
		if j.verdict != want {
			t.Fatalf("%s (%s), every end says %s: %+v", j.verdict, j.reason, want, all)
		}
	})
}
