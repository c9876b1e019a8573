package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/levels"
)

const closeUnheard = "../../../checker/levels/testdata/runs/keyshared-close-unheard.jsonl.gz"

func TestLevelsSaysWhatEachLevelSays(t *testing.T) {
	code, out, errs := turnstile("levels", closeUnheard, "--level", "2")
	if code != exitRefuted || errs != "" {
		t.Errorf("exit code %d, stderr %q", code, errs)
	}
	for _, part := range []string{"level 2", "exclusivity  refuted  refuted  refuted", "order        unknown  unknown  holds", "no level would"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not in:\n%s", part, out)
		}
	}
	if strings.Contains(out, "level 3") {
		t.Errorf("level 3 was not asked for:\n%s", out)
	}
	code, out, _ = turnstile("levels", closeUnheard, "--json")
	r := &levels.Result{}
	if err := json.Unmarshal([]byte(out), r); err != nil || code != exitRefuted {
		t.Fatalf("exit code %d: %v in:\n%s", code, err, out)
	}
	if v := r.Of(checker.Exclusivity); v.Verdict != checker.Refuted || v.Level != levels.Downstream || v.Witness == nil {
		t.Errorf("exclusivity is %+v", v)
	}
	if o := resultOf(t, []byte(out)).Of(checker.Exclusivity); o.Verdict != checker.Refuted {
		t.Errorf("who reads verdict.json reads %s", o.Verdict)
	}
}

func TestLevelsTakesAMappingOrSaysWhatIsWrongWithIt(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "mapping.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if code, out, errs := turnstile("levels", closeUnheard, "--mapping", file(`{"state":["other:{user}"]}`)); code != exitRefuted || errs != "" || !strings.Contains(out, "does not speak of") {
		t.Errorf("exit code %d, stderr %q:\n%s", code, errs, out)
	}
	for _, c := range []struct{ arg, value, says string }{
		{"--mapping", file(`{"state":["other"]}`), "{user}"},
		{"--mapping", file(`{"keys":[]}`), "its keys are"},
		{"--mapping", filepath.Join(t.TempDir(), "none"), "none"},
		{"--level", "4", "0 to 3"},
	} {
		if code, _, errs := turnstile("levels", closeUnheard, c.arg, c.value); code != exitUsage || !strings.Contains(errs, c.says) {
			t.Errorf("%s %s: exit code %d, stderr %q", c.arg, c.value, code, errs)
		}
	}
}

func TestTheRunOfASystemIsJudgedByWhatItsManifestSaid(t *testing.T) {
	dir := t.TempDir()
	b, err := os.ReadFile(closeUnheard)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"history.jsonl.gz": b, "mapping.json": []byte(`{"state":["other:{user}"]}`), "verdict.json": []byte(`{}`)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := turnstile("levels", dir)
	if code != exitRefuted || errs != "" || !strings.Contains(out, "does not speak of") || strings.Contains(out, "level 3\n") {
		t.Errorf("exit code %d, stderr %q:\n%s", code, errs, out)
	}
	if _, out, _ := turnstile("check", dir); !strings.Contains(out, "turnstile levels "+dir) {
		t.Errorf("check does not say what judges it:\n%s", out)
	}
}
