package harness

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/report"
)

func TestObserversOwnRecordsAreKeptWhereTheyAreEvidence(t *testing.T) {
	whole := []history.Event{{T: 1, Domain: "d", Src: history.SrcHarness, Seq: 1, Kind: history.KindScenario, Scenario: &history.Setup{Name: "x", Mode: "keyshared", Guard: "none"}}}
	torn := slices.Concat(whole, []history.Event{{T: 2, Domain: "d", Src: history.SrcHarness, Seq: 2, Kind: history.KindNote, Detail: map[string]string{detailTorn: "w1's last line"}}})
	for _, c := range []struct {
		name   string
		events []history.Event // nil: there is no history
		cut    bool
		err    error
		kept   bool
	}{
		{name: "a run that was judged, whatever came out", events: whole},
		{name: "a run that failed as such", events: whole, err: errors.New("the gateway did not stop"), kept: true},
		{name: "a record that was cut short", events: torn, kept: true},
		{name: "a run without a history", err: errors.New("no engine"), kept: true},
		{name: "a history that cannot be read again", events: whole, cut: true, kept: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Result{Dir: t.TempDir()}
			part := filepath.Join(r.Dir, partsFolder, "w1.jsonl")
			if err := os.Mkdir(filepath.Dir(part), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(part, []byte("a record"), 0o644); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(r.Dir, report.HistoryFile)
			if c.events != nil {
				if err := history.WriteFile(path, c.events); err != nil {
					t.Fatal(err)
				}
			}
			if c.cut {
				if err := os.Truncate(path, 40); err != nil {
					t.Fatal(err)
				}
			}
			r.settle(Scenario{Name: "x", Mode: mode.KeyShared, Expect: AllHold}, c.err)
			if _, err := os.Stat(part); err != nil {
				t.Fatal("it is gone before it is known whether it is needed")
			}
			if err := r.tidy(); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(part); (err == nil) != c.kept {
				t.Errorf("kept: %t, want %t (the run's error is %v, judged: %t)", err == nil, c.kept, r.Err, r.Check != nil)
			}
		})
	}
}
