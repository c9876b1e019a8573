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
