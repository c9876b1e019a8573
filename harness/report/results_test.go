package report

import (
	"strings"
	"testing"

	"turnstile/checker"
)

func tableNamed(t *testing.T, name string) Table {
	t.Helper()
	for _, table := range Tables() {
		if table.Name == name {
			return table
		}
	}
	t.Fatalf("there is no table %q", name)
	return Table{}
}

func TestFaultsThatBreakTheSameShareALine(t *testing.T) {
	h, r := checker.Holds, checker.Refuted
	run := func(mode, fault, name string, x, o checker.Verdict) Outcome {
		return scenario(mode, fault, name, map[checker.Property]Property{
			checker.Exclusivity: {Verdict: x}, checker.Effects: {Verdict: h}, checker.Order: {Verdict: o},
			checker.Delivery: {Verdict: h}, checker.Duplicates: {Verdict: h}, checker.Progress: {Verdict: h},
		})
	}
	fenced := run("lock", "kill", "killed, fenced", r, r)
	fenced.Guard = "fenced"
	all := []Outcome{
		run("lock", noFault, "no fault", h, r), run("keyshared", noFault, "no fault", h, h),
		run("lock", "freeze", "one", r, r), run("keyshared", "freeze", "one", r, h), run("keyshared", "freeze", "two", h, r),
		run("lock", "link-cut", "one", r, r), run("keyshared", "link-cut", "one", r, r),
		run("lock", "kill", "one", h, r), fenced,
	}
	called := run("lock", "kill", "called off", checker.Unknown, checker.Unknown)
	called.Error = "no broker"
	all = append(all, called)
	for i := range all {
		for _, p := range checker.Properties() { // whatever else is judged holds
			if all[i].Properties[p].Verdict == "" {
				all[i].Properties[p] = Property{Verdict: h}
			}
		}
	}
	out := tableNamed(t, "modes").Write(&Summary{Scenarios: all})
	mustHave(t, out,
		"| fault | lock | keyshared |",
		"| none | order | ✓ |",                                    // what the mode never keeps
		"| freeze, link-cut | exclusivity | exclusivity, order |", // the worst of two runs, and of two faults one line
		"\nNot in it, because it failed as a run: lock / called off.",
		"| kill | ✓ |  |", // without the guard, and nothing where nothing was run
	)
}

func TestATableThatASessionHasNothingOfIsEmpty(t *testing.T) {
	for _, table := range Tables() {
		if text := table.Write(&Summary{}); (text != "") != table.Fixed {
			t.Errorf("of nothing %s writes %q", table.Name, text)
		}
		if text := table.Write(nil); (text != "") != table.Fixed {
			t.Errorf("without a session %s writes %q", table.Name, text)
		}
		if table.What == "" {
			t.Errorf("%s does not say what it is", table.Name)
		}
	}
}

func TestTheMatrixHasARowForEachScenario(t *testing.T) {
	s, _ := sample()
	out := tableNamed(t, "matrix").Write(s)
	if rows := strings.Count(out, "\n| ") - 1; rows != len(s.Scenarios) { // the rule below the head
		t.Errorf("%d rows for %d scenarios:\n%s", rows, len(s.Scenarios), out)
	}
	mustHave(t, out, "**✕ refuted ≠ holds**")
}
