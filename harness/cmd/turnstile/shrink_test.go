package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAScheduleIsNotShrunk(t *testing.T) {
	put := func(dir, name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const plan = "mode: shared\nfaults:\n  - fault: kill\n"
	dir := t.TempDir()
	schedule := put(dir, "s.yaml", plan)
	wrong := put(dir, "wrong.yaml", "mode: shred\nfaults:\n  - fault: kill\n")
	made := func(verdict string) string {
		folder := t.TempDir()
		put(folder, "schedule.yaml", plan)
		if verdict != "" {
			put(folder, "verdict.json", verdict)
		}
		return folder
	}
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"that is not named", nil, "shrink takes one run folder or history, not 0"},
		{"that is not there", []string{filepath.Join(dir, "none")}, "name a run folder or the file of a schedule"},
		{"that is refused as a schedule", []string{wrong, "--property", "effects"}, `wrong.yaml:1: there is no mode "shred"`},
		{"when a file does not say what is to stay refuted", []string{schedule}, "give --property, one of"},
		{"for a property that there is not", []string{schedule, "--property", "beauty"}, `there is no property "beauty": the properties are`},
		{"of a run without a schedule", []string{t.TempDir()}, "only runs of schedules can be shrunk"},
		{"of a run without a verdict", []string{made("")}, "give --property"},
		{"of a run whose verdict is garbled", []string{made("{")}, "verdict.json"},
		{"of a run in which nothing was refuted", []string{made(`{"verdicts": [{"property": "effects", "verdict": "holds"}]}`)}, "refutes nothing: give --property"},
		{"without running anything", []string{schedule, "--property", "effects", "--times", "0"}, "--times is 0: give 1 to 10"},
		{"in no time", []string{schedule, "--property", "effects", "--within", "-1s"}, "--within is -1s: give a time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs strings.Builder
			if code := run(append([]string{"shrink"}, c.args...), &out, &errs); code != exitUsage || !strings.Contains(errs.String(), c.says) {
				t.Errorf("exit code %d and %q, want %q", code, errs.String(), c.says)
			}
		})
	}
}
