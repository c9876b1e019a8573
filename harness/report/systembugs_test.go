package report

import (
	"strings"
	"testing"

	"turnstile/checker"
)

// aTrial is a run of a bug, or of its system without one, with a level's verdict each.
func aTrial(system, bug string, without bool, at ...checker.Verdict) Outcome {
	return Outcome{
		Mode: "lock", Fault: "none", Events: 100, Properties: map[checker.Property]Property{checker.Exclusivity: {Verdict: at[len(at)-1]}},
		SystemBug: &SystemBug{System: system, Name: bug, Does: "it does", Without: without, Refutes: checker.Exclusivity, Level: 1, At: at},
	}
}

// calledOff is a run that did not come to publish anything.
func calledOff(s Outcome) Outcome {
	s.Events, s.Error, s.Properties, s.SystemBug.At = 0, "context canceled", nil, nil
	return s
}

func TestTheTableOfSystemBugsCountsByLevel(t *testing.T) {
	const u, r, h = checker.Unknown, checker.Refuted, checker.Holds
	rows := SystemBugRows(&Summary{Scenarios: []Outcome{
		aTrial("python", "no-lock", false, u, r, r),
		aTrial("go", "no-lock", false, u, r, r, r),
		aTrial("go", "no-lock", false, u, u, u, r),
		aTrial("go", "lock-expires", false, r, r, r, r),
		aTrial("go", "no-lock", true, u, u, h, h),
		aTrial("go", "no-lock", true, u, u, u, r),
		calledOff(aTrial("go", "no-lock", false, u)),
		calledOff(aTrial("go", "no-lock", true, u)),
		{Mode: "lock", Fault: "none"},
	}})
	var b strings.Builder
	WriteSystemBugs(&b, rows)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	want := []string{
		"| go | no-lock | it does | lock | none | exclusivity |  | 1 of 2 | 1 of 2 | 2 of 2 | 1 of 2 |",
		"| go | lock-expires | it does | lock | none | exclusivity | 1 of 1 | 1 of 1 | 1 of 1 | 1 of 1 | 1 of 2 |",
		"| python | no-lock | it does | lock | none | exclusivity |  | 1 of 1 | 1 of 1 | no marks | 0 of 0 |",
	}
	if len(lines) != 2+len(want) {
		t.Fatalf("it has %d lines:\n%s", len(lines), b.String())
	}
	for i, w := range want {
		if lines[2+i] != w {
			t.Errorf("it says\n%s\nwant\n%s", lines[2+i], w)
		}
	}
	if rows := SystemBugRows(&Summary{Scenarios: []Outcome{{Mode: "lock"}}}); len(rows) > 0 {
		t.Errorf("of a session without bugs it has %v", rows)
	}
}
