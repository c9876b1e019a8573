package checker

import (
	"slices"
	"testing"

	"turnstile/checker/history"
)

// Evidence is looked for while a fault lasts, by the process that records its begin and its end.
func TestAFaultLastsWhileItsEvidenceIsLookedFor(t *testing.T) {
	for name, c := range map[string]struct {
		evidence []int64
		want     bool
	}{
		"evidence before the end":            {[]int64{719}, false},
		"evidence at the end":                {[]int64{720}, false},
		"evidence after the end":             {[]int64{721}, true},
		"some before the end, and one after": {[]int64{715, 721, 716}, true},
		"evidence as it began":               {[]int64{710}, false},
		"evidence before it began":           {[]int64{709}, true},
		"evidence of which no time is told":  {[]int64{0}, false},
		"no evidence":                        {nil, false},
	} {
		s := takeTurns()
		var seen []history.Evidence
		for _, at := range c.evidence {
			seen = append(seen, history.Evidence{Name: "it is done", Observer: "engine", T: at, Seen: true})
		}
		s.fault("f", "", "", 710, 720, seen...)
		if got := slices.ContainsFunc(Check(s.history()).Findings, func(f Finding) bool { return f.Name == "fault-ambiguous" }); got != c.want {
			t.Errorf("%s: told: %t", name, got)
		}
	}
}

func TestItIsToldHowFarAFaultIsFromItsEvidence(t *testing.T) {
	for at, want := range map[int64]string{
		725: "the fault f ended 5ns before its evidence was looked for: it is done",
		703: "the fault f began 7ns after its evidence was looked for: it is done",
	} {
		s := takeTurns().fault("f", "", "", 710, 720, history.Evidence{Name: "it is done", Observer: "engine", T: at, Seen: true})
		if fs := Check(s.history()).Findings; !slices.ContainsFunc(fs, func(f Finding) bool { return f.Detail == want }) {
			t.Errorf("evidence at %d: no finding says %q: %+v", at, want, fs)
		}
	}
}

// Of the harness's own two lines, one is wrong.
func TestNobodyIsStruckInsideWhoHadBeenSeenDead(t *testing.T) {
	for at, want := range map[int64]bool{215: false, 250: false, 251: true} {
		s := killedAndBack().kill("w1", 220, 250)
		s.harness(history.Event{Kind: history.KindFaultBegin, T: at, Fault: "f", Worker: "w1", User: "u1", Event: "e2", Attempt: "w1-1"})
		s.harness(history.Event{Kind: history.KindFaultEnd, T: 290, Fault: "f", Outcome: history.OutcomeHealed})
		if got := slices.ContainsFunc(Check(s.history()).Findings, func(f Finding) bool { return f.Name == "signal-astray" }); got != want {
			t.Errorf("struck at %d, seen dead at 250: told: %t", at, got)
		}
	}
}
