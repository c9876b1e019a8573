package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/checker/history"
)

// FuzzCheckFile goes the whole way from a file's bytes to the pages of a
// report: whatever the file holds, there is one of the exit codes and never a
// panic.
func FuzzCheckFile(f *testing.F) {
	h, err := history.ReadFile(freeze + "/history.jsonl.gz")
	if err != nil {
		f.Fatal(err)
	}
	var plain bytes.Buffer
	if err := history.Write(&plain, h.Events[:40]); err != nil {
		f.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(plain.Bytes())
	_ = z.Close()
	f.Add(plain.Bytes())
	f.Add(packed.Bytes())
	f.Add(plain.Bytes()[:plain.Len()-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path, out := filepath.Join(dir, "history.jsonl"), filepath.Join(dir, "report")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		code, text, errs := turnstile("check", path, "--timeout", "1s", "--out", out)
		switch code {
		case exitUsage:
			if strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "turnstile: ") || text != "" {
				t.Fatalf("not told in one line: %q %q", errs, text)
			}
			return
		case exitHolds, exitRefuted, exitUnknown, exitVacuous:
		default:
			t.Fatalf("exit code %d", code)
		}
		if strings.Contains(text, "CONTRADICTS") {
			t.Fatal(text)
		}
		for _, name := range []string{"verdict.json", "violation.md"} {
			if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
				t.Fatalf("%s was not written: %v", name, err)
			}
		}
	})
}
