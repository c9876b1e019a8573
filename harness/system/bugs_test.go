package system

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/fixtures/orchestrator/mode"
)

// buggy is a system with a list of bugs beside its manifest.
func buggy(t *testing.T, bugs string) Manifest {
	t.Helper()
	m := read(t, plain)
	m.Folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(m.Folder, BugsFile), []byte(bugs), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

const aBug = "bugs:\n- {name: no-lock, does: it takes no lock, mode: lock, refutes: exclusivity, level: 0}\n"

func TestABugIsPlantedByTheEnvironment(t *testing.T) {
	m := buggy(t, aBug)
	all, err := ReadBugs(m)
	if err != nil || len(all) != 1 {
		t.Fatalf("read %+v (%v)", all, err)
	}
	if got := m.Planted(all[0]).Variables(mode.Lock); got[BugVariable] != "no-lock" || got["LOCKS"] != "on" {
		t.Errorf("the environment is %v", got)
	}
	all[0].Set = map[string]string{"LOCK_SECONDS": "20"}
	if got := m.Unplanted(all[0]).Variables(mode.Lock); got["LOCK_SECONDS"] != "20" || got[BugVariable] != "" {
		t.Errorf("without the bug the environment is %v", got)
	}
	if m.Variables(mode.Lock)[BugVariable] != "" {
		t.Error("it is planted in the system that it was taken from, too")
	}
}

func TestABugOfWhichNobodyCouldTellIsRefused(t *testing.T) {
	for _, c := range []struct{ name, was, is, says string }{
		{"nothing", aBug, "", "bugs.yaml:1: this is no list of bugs"},
		{"no bug", aBug, "bugs: []\n", "bugs.yaml:1: bugs: it lists none"},
		{"another key", "does:", "dose:", "bugs.yaml:2: there is no key bugs[1].dose: there are name, does"},
		{"no name", "no-lock", "''", "bugs.yaml:2: bugs[1]: : give it a name"},
		{"another mode", "mode: lock", "mode: failover", `the manifest has no mode "failover"`},
		{"no property", "exclusivity", "exclusiveness", `refutes "exclusiveness"`},
		{"a level that needs marks", "level: 0", "level: 3", "is seen at levels 0 to 2"},
		{"one name twice", "bugs:\n", aBug, "bugs.yaml:3: bugs[2]: no-lock is there twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := ReadBugs(buggy(t, strings.Replace(aBug, c.was, c.is, 1))); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("said %v, want %q", err, c.says)
			}
		})
	}
}
