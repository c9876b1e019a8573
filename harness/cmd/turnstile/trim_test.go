package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"turnstile/checker/history"
)

func TestTrimKeepsSomeUsersAndWhatConcernsNobody(t *testing.T) {
	out := filepath.Join(t.TempDir(), "small.jsonl.gz")
	code, text, errs := turnstile("trim", freeze, "--user", "u3", "--out", out)
	if code != exitHolds || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	mustHave(t, text, "small.jsonl.gz", "of u1, u3") // u1 is whom the fault was aimed at
	out2 := filepath.Join(t.TempDir(), "alone.jsonl")
	if code, _, errs := turnstile("trim", alone, "--user", "u17"); code != exitUsage {
		t.Errorf("without --out: exit code %d: %s", code, errs)
	}
	if code, _, errs := turnstile("trim", alone, "--user", "u2", "--out", out2); code != exitHolds {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	h, err := history.ReadFile(out2)
	if err != nil {
		t.Fatal(err)
	}
	if users := usersOf(h); !slices.Equal(users, []string{"u2"}) {
		t.Errorf("kept of %v", users)
	}
	if s := h.Scenario(); s == nil || s.Settings["trimmed to"] != "u2" || s.Require.Attempts >= 200 || s.Require.Attempts < 1 {
		t.Errorf("the scenario is %+v", s)
	}
	if code, text, _ := turnstile(untimed("check", out2)...); code != exitHolds {
		t.Errorf("what was kept of a run in which all holds: exit code %d: %s", code, text)
	}
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"a file that is there is kept", []string{"trim", alone, "--user", "u2", "--out", out2}, "not there yet"},
		{"no user", []string{"trim", alone, "--out", out2 + "x"}, "name a user to keep with --user"},
		{"an unknown user", []string{"trim", alone, "--user", "u99", "--out", out2 + "x"}, `no user "u99"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := turnstile(c.args...)
			if code != exitUsage {
				t.Errorf("exit code %d", code)
			}
			mustHave(t, errs, c.says)
		})
	}
	if _, err := os.Stat(out2 + "x"); err == nil {
		t.Error("a refused trim left a file")
	}
}
