package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A schedule that is wrong is refused before anything is started, which is why
// these need no Docker.
func TestRunRefusesAScheduleBeforeItStartsAnything(t *testing.T) {
	for _, c := range []struct {
		name, schedule, says string
	}{
		{"that names an unknown fault", "mode: shared\nfaults:\n  - fault: frezze\n", `:3: there is no fault "frezze"`},
		{"that never heals", "mode: shared\nfaults:\n  - fault: freeze\n    for: 24h\n", "not heal within a run"},
		{"of an unknown mode", "mode: sharded\nfaults:\n  - fault: kill\n", `:1: there is no mode "sharded"`},
		{"of an unknown guard", "mode: shared\nguard: hope\nfaults:\n  - fault: kill\n", `:2: there is no guard "hope"`},
		{"with a lock that lacks what its guard needs", "mode: lock\nguard: fenced\nlock: redislock\nfaults:\n  - fault: kill\n", ":3: the lock redislock gives no fencing token"},
		{"that is empty", "", "this is no schedule"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s.yaml")
			if err := os.WriteFile(path, []byte(c.schedule), 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			if code := run([]string{"run", "--schedule", path}, &stdout, &stderr); code != exitUsage || !strings.Contains(stderr.String(), c.says) {
				t.Errorf("code %d, %s", code, stderr.String())
			}
		})
	}
}

func TestRunNeedsAScheduleThatIsThere(t *testing.T) {
	for _, args := range [][]string{{"run"}, {"run", "--schedule", filepath.Join(t.TempDir(), "none.yaml")}} {
		var stdout, stderr bytes.Buffer
		if code := run(args, &stdout, &stderr); code != exitUsage || !strings.Contains(stderr.String(), "schedule") {
			t.Errorf("%v: code %d, %s", args, code, stderr.String())
		}
	}
}
