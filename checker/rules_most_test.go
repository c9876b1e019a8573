package checker

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// mayHoldBack says the same of a step as [atMost.excuses], text by text.
func mayHoldBack(a atMost, texts []got, s *ruleStep) bool {
	near, window := 0, a.within.Milliseconds()
	for _, t := range texts {
		if t.lo >= s.place || t.p == s.p {
			continue
		}
		switch apart := t.p.at - s.p.at; {
		case a.within != 0 && t.p.at == 0, a.within != 0 && apart > window:
			return true
		case a.within == 0 || -window < apart && apart < window:
			near++
		}
	}
	return near >= a.texts
}

func TestTextsAreCountedForAllStepsAtOnceAsForEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := atMost{texts: rapid.IntRange(0, 4).Draw(t, "texts"), within: rapid.SampledFrom([]time.Duration{0, time.Millisecond, 3 * time.Millisecond}).Draw(t, "within")}
		r := &rule{about: []string{"x"}, limit: a}
		n := rapid.IntRange(1, 12).Draw(t, "events")
		l := &userLife{born: true, byEvent: make([]int32, n)}
		events := make([]publish, n)
		for i := range events {
			events[i] = publish{nth: i, at: rapid.Int64Range(0, 9).Draw(t, "at")}
		}
		of := func() *publish { return &events[rapid.IntRange(0, n-1).Draw(t, "event")] }
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			s := ruleStep{p: of(), place: i + 1}
			if rapid.IntRange(0, 9).Draw(t, "of another run") == 9 {
				s.p = nil
			}
			l.steps = append(l.steps, s)
		}
		for range rapid.IntRange(0, 12).Draw(t, "sends") {
			l.texts = append(l.texts, got{e: &history.Event{Text: "x"}, p: of(), lo: rapid.IntRange(0, len(l.steps)).Draw(t, "lo")})
		}
		for i := range l.steps {
			s := &l.steps[i]
			if s.p == nil {
				continue
			}
			want := a.timed() && s.p.at == 0 || mayHoldBack(a, l.texts, s)
			if held := a.excuses(l, r, s); held != want {
				t.Fatalf("step %d, of time %d: %t, and text by text it is %t", s.place, s.p.at, held, want)
			}
		}
	})
}

func TestWhatLiesBeforeAPlaceIsCounted(t *testing.T) {
	for n := 1; n <= 9; n++ {
		c, naive := make(counts, n), make([]int, n)
		for i := range 3 * n {
			at := i * i % n
			c.add(at)
			naive[at]++
			want := 0
			for place := range n + 1 {
				if got := c.before(place); got != want {
					t.Fatalf("of %v, %d lie before %d, and %d are counted", naive, want, place, got)
				}
				if place < n {
					want += naive[place]
				}
			}
		}
	}
}
