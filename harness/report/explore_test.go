package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
)

func drawn(mode, guard string, seed uint64, of Property, faults ...checker.FaultEvidence) Outcome {
	return Outcome{
		Name: "schedule x", Mode: mode, Guard: guard, Fault: "kill+freeze", Seed: 1, Drawn: &Drawn{Seed: seed}, Folder: "f", Events: 1,
		Properties: map[checker.Property]Property{checker.Exclusivity: of, checker.Order: {Verdict: checker.Holds}},
		Evidence:   Evidence{Faults: faults},
	}
}

func anExploration() *Summary {
	known := Property{Verdict: checker.Refuted, Known: "a section that outlives its lock goes on"}
	bitten := checker.FaultEvidence{Fault: "kill-1", Ended: true, Healed: true, Bitten: true}
	stuck := checker.FaultEvidence{Fault: "kill-2", Ended: true}
	missed := checker.FaultEvidence{Fault: "freeze-3", Ended: true, Healed: true, Evidence: []history.Evidence{{Name: fault.MissedEvidence}}}
	failed := drawn("shared", "none", 4000, Property{Verdict: checker.Unknown})
	failed.Error = "the worker w1 ended by itself" + strings.Repeat("\n"+strings.Repeat("log ", 100), 20)
	return &Summary{Seed: 7, Scenarios: []Outcome{
		drawn("keyshared", "none", 3000, Property{Verdict: checker.Refuted}, missed),
		drawn("lock", "fenced", 5000, Property{Verdict: checker.Vacuous}),
		drawn("lock", "none", 1000, known, bitten, stuck),
		drawn("lock", "none", 2000, Property{Verdict: checker.Holds}, bitten),
		failed,
		{Name: "no exploration", Mode: "shared", Properties: map[checker.Property]Property{checker.Order: {Verdict: checker.Refuted}}},
	}}
}

func TestTheSummaryOfAnExploration(t *testing.T) {
	s := anExploration()
	s.Leaks = &Leaks{
		Memory: []Memory{{Heap: 1 << 20}, {Heap: 3 << 20}, {Heap: 2 << 20}},
		Quiet:  []Quiet{{AfterRuns: 8, Goroutines: 11}, {AfterRuns: 20, Goroutines: 12, Containers: []string{"r3-w1"}}},
		Grown:  []Goroutines{{Entry: "a.leak", Before: 0, Now: 1, Stack: "a.leak\n\ta.go:1"}},
		AtEnd:  []string{"turnstile-x"},
	}
	var b bytes.Buffer
	WriteExploration(&b, Explored(s))
	got := b.String()
	for _, want := range []string{
		"5 schedules in 0.0 s, seed 7: 2 refutations (1 unexplained), 1 failed as runs, 1 vacuous in some property.",
		"| lock | none | 2 | 0 | 1 holds, 1 refuted |",
		"| lock | fenced | 1 | 0 | 1 vacuous |",
		"| shared | none | 1 | 1 | 1 unknown |",
		"| exclusivity | keyshared | none | 3000 | kill+freeze | **unexplained** | f |\n| exclusivity | lock | none | 1000 | kill+freeze | a section that outlives its lock goes on | f |",
		"failed as a run: shared schedule x (seed 4000, f):\n\n    the worker w1 ended by itself\n    log ",
		"log …\n    … and 11 more lines in summary.json\n",
		"| freeze | 0 | 0 | 1 | 0 |\n| kill | 3 | 2 | 0 | 1 |",
		"| goroutines, nothing running | 11 | 12 | 12 |",
		"| live heap, after each run | 1MiB | 3MiB | 2MiB |",
		"with nothing running, there were the containers r3-w1",
		"goroutines of a.leak: 0 at the first quiet moment, 1 at the last",
		"after everything was removed there were turnstile-x",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "no exploration") || strings.Contains(got, "resident memory") {
		t.Errorf("it has a run that was not drawn, or a figure that nobody measured:\n%s", got)
	}
	if strings.Index(got, "| lock | none | 2 ") > strings.Index(got, "| lock | fenced | 1 ") {
		t.Errorf("the rows are not in the order of modes and guards:\n%s", got)
	}
}

func TestWhatWasNotMeasuredIsNotCalledClean(t *testing.T) {
	s := anExploration()
	for _, c := range []struct {
		leaks *Leaks
		says  string
		not   string
	}{
		{nil, "# Exploration", "left behind"},
		{&Leaks{}, "No container, network or goroutine was left behind.", "not compared"},
		{&Leaks{Stuck: []string{"turnstile-x: has active endpoints"}}, "refuses to remove it until it is restarted (moby/moby#42119): turnstile-x: has", "left behind: "},
		{&Leaks{Unmeasured: "other scenarios were running"}, "Goroutines were not compared: other scenarios were running.", "or goroutine was"},
	} {
		s.Leaks = c.leaks
		var b bytes.Buffer
		WriteExploration(&b, Explored(s))
		if !strings.Contains(b.String(), c.says) || strings.Contains(b.String(), c.not) {
			t.Errorf("it does not say %q, or says %q:\n%s", c.says, c.not, b.String())
		}
	}
}

func TestASessionWithoutDrawnSchedulesHasNoExploration(t *testing.T) {
	s := &Summary{Scenarios: []Outcome{{Name: "no fault", Mode: "lock"}}}
	if Explored(s) != nil || s.OnlyExplored() {
		t.Error("an exploration was made of nothing")
	}
}

func TestAnExplorationIsWrittenForMachinesToo(t *testing.T) {
	folder := t.TempDir()
	if err := WriteExplored(folder, Explored(anExploration())); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(folder, "explore.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back Exploration
	if err := json.Unmarshal(b, &back); err != nil || len(back.Rows) != 4 || back.Refutations[0].Seed != 3000 || back.Faults[1].Bitten != 2 {
		t.Errorf("read back %+v (%v)", back, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "explore.md")); err != nil {
		t.Error(err)
	}
}
