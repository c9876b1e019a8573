package interleave

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker"
)

func steps(of ...int) (own [][]move) {
	for _, n := range of {
		own = append(own, make([]move, n))
	}
	return own
}

func TestMergesOfSeveralAreCounted(t *testing.T) {
	for _, c := range []struct {
		own  [][]move
		want int64
	}{{steps(), 1}, {steps(3), 1}, {steps(1, 1, 1), 6}, {steps(5, 5), 252}, {steps(2, 2, 2), 90}} {
		if n := mergesOf(c.own); n.Cmp(big.NewInt(c.want)) != 0 {
			t.Errorf("%v, want %d", n, c.want)
		}
	}
}

// TestEveryMergeCanBeDrawn: of the six orders of three steps none is left out.
func TestEveryMergeCanBeDrawn(t *testing.T) {
	met := map[string]bool{}
	for place := range uint64(1000) { // fixed seeds: what is drawn is always the same
		pick := picker(steps(1, 1, 1), rand.New(rand.NewPCG(1, place)))
		moves := []move{{Choice: Choice{Who: "w1"}}, {Choice: Choice{Who: "w2"}}, {Choice: Choice{Who: "w3"}}}
		order := ""
		for len(moves) > 0 {
			i := pick(moves)
			order += moves[i].Who
			moves = append(moves[:i:i], moves[i+1:]...)
		}
		met[order] = true
	}
	if len(met) != 6 {
		t.Errorf("%d orders were drawn: %v", len(met), met)
	}
}

// TestOfDrawnMergesNothingHolds, whatever they came to.
func TestOfDrawnMergesNothingHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 5)
		d := &Drawn{Possible: big.NewInt(6), Executed: rapid.IntRange(5, 6).Draw(t, "executed")}
		v := DrawnVerdict{of: d, Refuted: n.Draw(t, "refuted"), Unknown: n.Draw(t, "unknown")}
		want := checker.Unknown
		if v.Refuted > 0 {
			want = checker.Refuted
		}
		if v.Verdict() != want || v.Reason() == "" {
			t.Fatalf("%s, %s", v.Verdict(), v.Reason())
		}
	})
}

func TestTheSameMergesAreDrawnFromASeed(t *testing.T) {
	x := server(t)
	p, err := PairNamed("three-events")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for range 2 {
		d, err := x.Draw(t.Context(), unguarded(), p, 1, 20, 7)
		if err != nil || len(d.Failed) > 0 {
			t.Fatal(err, d.Failed)
		}
		all := fmt.Sprint(d.Executed, d.Possible)
		for _, v := range d.Verdicts {
			all += fmt.Sprintln(v.Property, v.Verdict(), v.Reason())
			if v.Property == checker.Effects && v.Verdict() != checker.Refuted {
				t.Errorf("without a guard: %s", v.Reason())
			}
		}
		told = append(told, all)
	}
	if told[0] != told[1] {
		t.Errorf("once\n%sand once\n%s", told[0], told[1])
	}
	if _, err := x.Run(t.Context(), unguarded(), p, Bounds{Tries: 1}); err == nil {
		t.Error("the merges of three were driven as though they were of two")
	}
}
