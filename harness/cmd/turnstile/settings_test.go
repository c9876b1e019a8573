package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/fault"
)

func TestSettingsTellWhatEachMeans(t *testing.T) {
	code, out, errs := turnstile("settings")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, s := range fault.AllSettings() {
		if s.Meaning == "" || !strings.Contains("\n"+out, "\n"+s.Name+" ") {
			t.Errorf("it does not tell of %s", s.Name)
		}
		mustHave(t, out, s.Meaning)
	}
}

func TestTheDocumentedSettingsAreThoseThatThereAre(t *testing.T) {
	const path = "../../../fault/README.md"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "<!-- settings -->\n"+settingsTable()+"<!-- end of settings -->") {
		t.Errorf("%s is stale: go run ./harness/cmd/turnstile settings --into fault/README.md", path)
	}
}

func TestSettingsAreWrittenIntoTheirPlaceAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.md")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("before\n<!-- settings -->\nold\n<!-- end of settings -->\nafter\n")
	if code, _, errs := turnstile("settings", "--into", path); code != 0 {
		t.Fatal(errs)
	}
	b, err := os.ReadFile(path)
	if want := "before\n<!-- settings -->\n" + settingsTable() + "<!-- end of settings -->\nafter\n"; err != nil || string(b) != want {
		t.Errorf("got %s (%v), want %s", b, err, want)
	}
	write("nothing of the kind\n")
	if code, _, errs := turnstile("settings", "--into", path); code != exitUsage || !strings.Contains(errs, "no place for the settings") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
