package interval

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestAnIntervalHasItsShareInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trials := rapid.Float64Range(0.1, 10_000).Draw(t, "trials")
		of := trials * rapid.Float64Range(0, 1).Draw(t, "share")
		lo, hi := Wilson(of, trials)
		if share := of / trials; lo < 0 || hi > 1 || lo > share+1e-12 || hi < share-1e-12 {
			t.Fatalf("%v of %v: %v to %v", of, trials, lo, hi)
		}
		if more, most := Wilson(4*of, 4*trials); most-more >= hi-lo {
			t.Fatalf("four times as many trials say no more: %v to %v, and %v to %v", lo, hi, more, most)
		}
		if l, h := Wilson(trials-of, trials); math.Abs(l-(1-hi)) > 1e-9 || math.Abs(h-(1-lo)) > 1e-9 {
			t.Fatalf("the interval of the others is no mirror: %v to %v", l, h)
		}
	})
}

func TestOfNothingThatWasSeenTheUpperEndIsNotNothing(t *testing.T) {
	if lo, hi := Wilson(0, 6); lo != 0 || hi < 0.39 || hi > 0.4 {
		t.Errorf("0 of 6: %g to %g", lo, hi)
	}
	if lo, hi := Wilson(0, 0); lo != 0 || hi != 1 {
		t.Errorf("of no trials: %g to %g", lo, hi)
	}
}
