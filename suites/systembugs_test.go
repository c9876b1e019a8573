package suites

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"turnstile/harness"
	"turnstile/harness/system"
)

// systemBugsVariable asks for the bugs of the example systems (`make system-bugs`).
const systemBugsVariable = "TURNSTILE_SYSTEM_BUGS"

// systemTrials are the bugs that each of the example systems lists, and, once for
// those that break the same in one mode under one fault, the system without any.
func systemTrials(t *testing.T) (all []harness.SystemTrial) {
	t.Helper()
	lists, err := filepath.Glob(filepath.Join("..", "fixtures", "systems", "*", system.BugsFile))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no system lists its bugs: found %v (%v)", lists, err)
	}
	for _, path := range lists {
		m, err := system.ReadFile(filepath.Join(filepath.Dir(path), "turnstile.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		bugs, err := system.ReadBugs(m)
		if err != nil {
			t.Fatal(err)
		}
		without := map[string]bool{}
		for _, b := range bugs {
			all = append(all, harness.SystemTrial{System: &m, Bug: b})
			twin := harness.SystemTrial{System: &m, Bug: b, Without: true}
			if key := string(b.Mode) + twin.Name(); !without[key] {
				without[key] = true
				all = append(all, twin)
			}
		}
	}
	return all
}

// TestSystemBugs: each bug planted in a system that was not written for this is
// refuted by what can be seen of it from outside, and without it the same is not.
func TestSystemBugs(t *testing.T) {
	if os.Getenv(systemBugsVariable) == "" {
		t.Skipf("skipped: set %s=1 to plant bugs in the example systems", systemBugsVariable)
	}
	s, err := session()
	if err != nil {
		t.Fatal(err)
	}
	for _, trial := range systemTrials(t) {
		t.Run(trial.System.Name+" "+string(trial.Bug.Mode)+" "+trial.Name(), func(t *testing.T) {
			t.Parallel()
			r := s.RunSystemTrial(ctx, trial, t.Name())
			if r.Err != nil {
				t.Fatalf("%v (%s)", r.Err, r.Dir)
			}
			for _, wrong := range r.Wrong {
				t.Errorf("%s (%s)", wrong, r.Dir)
			}
		})
	}
}

// TestTheSystemsListBugsThatCanBePlanted needs no Docker.
func TestTheSystemsListBugsThatCanBePlanted(t *testing.T) {
	bugs := map[string]int{}
	for _, trial := range systemTrials(t) {
		if err := trial.Check(); err != nil {
			t.Error(err)
		}
		if !trial.Without {
			bugs[trial.System.Name]++
		}
	}
	for name, n := range bugs {
		if n < 8 {
			t.Errorf("the system %s has %d bugs to plant, want eight at the least", name, n)
		}
	}
}

// TestTheSystemsAreShort: each is complete in fewer than 300 lines, its bugs apart.
func TestTheSystemsAreShort(t *testing.T) {
	bugs := []string{"bugs.go", "Planted.java", "planted.py"}
	lines := map[string]int{}
	for _, ext := range []string{"go", "java", "py"} {
		files, err := filepath.Glob(filepath.Join("..", "fixtures", "systems", "*", "*."+ext))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if name := filepath.Base(filepath.Dir(path)); !slices.Contains(bugs, filepath.Base(path)) {
				lines[name] += bytes.Count(b, []byte("\n"))
			}
		}
	}
	if len(lines) < 3 {
		t.Errorf("there are the systems %v, want three at the least", lines)
	}
	for name, n := range lines {
		if n >= 300 {
			t.Errorf("the system %s has %d lines, want fewer than 300", name, n)
		}
	}
}

// TestSystemsTellsOfBugsThatThereAre: SYSTEMS.md has no bug that is none any more,
// or is another by now.
func TestSystemsTellsOfBugsThatThereAre(t *testing.T) {
	is := map[string]harness.SystemTrial{}
	for _, trial := range systemTrials(t) {
		if !trial.Without {
			is[trial.System.Name+" "+trial.Bug.Name] = trial
		}
	}
	for _, row := range resultsIn(t, "SYSTEMS.md", "systembugs") {
		trial, ok := is[row[0]+" "+row[1]]
		if b := trial.Bug; !ok || row[2] != b.Does || row[3] != string(b.Mode) || row[5] != string(b.Refutes) {
			t.Errorf("it tells of %v, which is no bug of %s any more: make system-bugs", row, row[0])
		}
	}
}
