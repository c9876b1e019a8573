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
