//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestAFIFOKeepsNobodyWaiting has FIFOs to which nobody writes in place of a run
// folder's files.
func TestAFIFOKeepsNobodyWaiting(t *testing.T) {
	for _, c := range []struct {
		name string
		code int
		says string
	}{
		{"history.jsonl.gz", exitUsage, "is a FIFO to which nobody writes: start first what does, or name a file\n"},
		{"verdict.json", exitRefuted, "verdict.json cannot be compared with"},
		{"run.json", exitRefuted, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := runFolder(t, freeze)
			path := filepath.Join(dir, c.name)
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			code, out, errs := turnstile("check", dir, "--out", t.TempDir())
			if code != c.code {
				t.Errorf("exit code %d, want %d: %s", code, c.code, errs)
			}
			mustHave(t, out+errs, c.says)
		})
	}
}

// TestNoCommandWaitsForAFileThatNobodyWrites has a FIFO in place of each file that a
// command line can name: whoever waits for one cannot be asked to end either.
func TestNoCommandWaitsForAFileThatNobodyWrites(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, name := range []string{"f", "summary.json", "verdict.json", "schedule.yaml"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rates, manifest := "../../decide/examples/peak-day.yaml", "../../../fixtures/systems/python/turnstile.yaml"
	cluster := []string{"--pulsar", "pulsar://localhost:1", "--admin", "http://localhost:1"}
	for name, args := range map[string][]string{
		"rates":                {"decide", "--rates", path},
		"what was measured":    {"decide", "--rates", rates, "--data", path},
		"a manifest":           {"doctor", "--system", path},
		"a schedule":           {"run", "--schedule", path},
		"a schedule to verify": {"verify", "--system", manifest, "--schedule", path},
		"a schedule to shrink": {"shrink", path, "--property", "order"},
		"a run to shrink":      {"shrink", dir},
		"a token":              append([]string{"doctor", "--system", manifest, "--token-file", path}, cluster...),
		"certificates":         append([]string{"doctor", "--system", manifest, "--tls-ca", path}, cluster...),
		"a merge":              {"interleave", "--merge", path},
		"rules":                {"alerts", alone, "--rules", path},
		"a document":           {"results", "--into", path},
		"settings' document":   {"settings", "--into", path},
		"a session":            {"results", dir},
		"a mapping":            {"levels", freeze, "--mapping", path},
		"a history":            {"trim", path, "--user", "u1", "--out", filepath.Join(dir, "new")},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := turnstile(args...)
			if code != exitUsage || out != "" {
				t.Errorf("exit code %d, want %d; stdout %q", code, exitUsage, out)
			}
			mustHave(t, errs, dir)
		})
	}
}
