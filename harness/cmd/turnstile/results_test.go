package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/harness/decide"
	"turnstile/harness/report"
)

// frozenSession is a session whose frozen consumer broke exclusivity.
func frozenSession(t *testing.T) string {
	return aimingSession(t, func(s *report.Summary) {
		aimedAlone(s)
		s.Scenarios[0].Properties = map[checker.Property]report.Property{}
		for _, p := range checker.Properties() {
			v := checker.Holds
			if p == checker.Exclusivity {
				v = checker.Refuted
			}
			s.Scenarios[0].Properties[p] = report.Property{Expected: v, Verdict: v}
		}
	})
}

func document(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResultsAreWrittenInTheirPlaces(t *testing.T) {
	session := frozenSession(t)
	doc := document(t, "before\n<!-- results: modes -->\nold\n<!-- end of results -->\nbetween\n<!-- results: mutants -->\nkept\n<!-- end of results -->\nafter\n")
	for range 2 { // the second time changes nothing
		code, out, errs := turnstile("results", session, "--into", doc)
		if code != 0 || errs != "" {
			t.Fatalf("exit code %d: %s", code, errs)
		}
		mustHave(t, out, "nothing of mutants, which stays as it is")
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		got := string(b)
		mustHave(t, got, "before\n<!-- results: modes -->\n| fault | keyshared |", "| freeze | exclusivity |", "<!-- end of results -->\nbetween\n", "\nkept\n", "\nafter\n")
		if strings.Contains(got, "old") {
			t.Error("the old table is still there")
		}
	}
}

func TestResultsArePrintedWithoutADocument(t *testing.T) {
	code, out, errs := turnstile("results", frozenSession(t))
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	mustHave(t, out, "<!-- results: modes -->", "<!-- results: matrix -->", "✕ refuted")
}

func TestWithoutASessionResultsWriteWhatIsOfTheCodeAlone(t *testing.T) {
	d := document(t, "<!-- results: properties -->\nold\n<!-- end of results -->\n<!-- results: modes -->\nkept\n<!-- end of results -->\n")
	code, out, errs := turnstile("results", "--into", d)
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	mustHave(t, out, "properties", "the session has nothing of modes")
	b, err := os.ReadFile(d)
	if err != nil {
		t.Fatal(err)
	}
	mustHave(t, string(b), "| exclusivity | ", "\nkept\n")
}

func TestResultsRefuseWhatTheyCannotWrite(t *testing.T) {
	session := frozenSession(t)
	empty := t.TempDir()
	if err := os.WriteFile(filepath.Join(empty, "summary.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := document(t, "<!-- results: modes -->\n<!-- end of results -->\n")
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"no session", []string{"results"}, "takes the folders of sessions"},
		{"a folder that is none", []string{"results", t.TempDir()}, "name the folder of a session"},
		{"a summary that says nothing", []string{"results", empty, "--into", good}, "says nothing of a session"},
		{"a document that is not there", []string{"results", session, "--into", good, "--into", filepath.Join(t.TempDir(), "no.md")}, "name a document that is there"},
		{"a document without a place", []string{"results", session, "--into", good, "--into", document(t, "# text\n")}, "has no place for a table"},
		{"a table that there is not", []string{"results", session, "--into", good, "--into", document(t, "<!-- results: tables -->\n<!-- end of results -->\n")}, `the table "tables", which there is not`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, _, errs := turnstile(tt.args...)
			if code != exitUsage || !strings.Contains(errs, tt.says) {
				t.Errorf("exit code %d, %q, want %d and %q", code, errs, exitUsage, tt.says)
			}
			if b, err := os.ReadFile(good); err != nil || strings.Contains(string(b), "freeze") {
				t.Errorf("another document was written all the same: %v", err)
			}
		})
	}
}

func TestWhatDecideRestsOnIsWrittenFromASession(t *testing.T) {
	session := aimingSession(t, func(s *report.Summary) {
		s.Scenarios[0].Odds = &decide.OddsOf{Arm: "keyshared", Lanes: 32, Calm: decide.Calm{Sections: 10}, Struck: []decide.Struck{{Fault: "freeze", Own: 2, All: 8}}}
	})
	path := document(t, `{"odds": {"command": "x", "date": "", "pulsar": "", "arms": []}, "prices": {"command": "kept", "date": "", "pulsar": "", "arms": []}}`)
	code, out, errs := turnstile("results", session, "--data", path)
	if code != 0 || errs != "" || !strings.Contains(out, ": odds") || strings.Contains(out, ": prices") {
		t.Fatalf("exit code %d, %q, %q", code, out, errs)
	}
	m, err := decide.ReadMeasuredFile(path)
	if err != nil || len(m.Odds.Arms) != 1 || m.Odds.Arms[0].Struck[0].Own != 2 || m.Odds.Command != "make odds" || m.Prices.Command != "kept" {
		t.Errorf("%v: %+v", err, m)
	}
	if code, _, errs := turnstile("results", session, "--data", path, "--recount"); code != exitUsage || !strings.Contains(errs, "counting") {
		t.Errorf("counted anew without a history: exit code %d, %q", code, errs)
	}
	if code, _, errs := turnstile("results", "--data", path); code != exitUsage || !strings.Contains(errs, "name their folders") {
		t.Errorf("without a session: exit code %d, %q", code, errs)
	}
}
