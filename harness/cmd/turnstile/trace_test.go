package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTraceWritesOneUsersTraces(t *testing.T) {
	code, all, errs := turnstile("trace", freeze, "--user", "u1")
	if code != 0 || errs != "" || !json.Valid([]byte(all)) {
		t.Fatalf("exit code %d, stderr %q, JSON %v", code, errs, json.Valid([]byte(all)))
	}
	for _, want := range []string{`"service.name","value":{"stringValue":"w4"}`, `"freeze-1"`, `"links":[`, `"u1-25"`} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not in it", want)
		}
	}
	if strings.Contains(all, `"u2-`) {
		t.Error("another user's events are in it")
	}
	out := filepath.Join(t.TempDir(), "trace.json")
	code, said, _ := turnstile("trace", freeze, "--format", "perfetto", "--out", out)
	if b, err := os.ReadFile(out); code != 0 || err != nil || !json.Valid(b) || !strings.Contains(string(b), "traceEvents") || !strings.Contains(said, out) {
		t.Errorf("exit code %d, %v, told %q", code, err, said)
	}
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"a format that there is not":  {[]string{"trace", freeze, "--format", "zipkin"}, "otlp and perfetto"},
		"a user that there is not":    {[]string{"trace", freeze, "--user", "u99"}, `no user "u99"`},
		"a file that there is":        {[]string{"trace", freeze, "--out", out}, "nothing is overwritten"},
		"a folder that there is not":  {[]string{"trace", freeze, "--out", filepath.Join(out, "x")}, "--out"},
		"a history that there is not": {[]string{"trace", "nowhere"}, "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			if code, out, errs := turnstile(row.args...); code == 0 || out != "" || !strings.Contains(errs, row.want) {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, out, errs)
			}
		})
	}
}
