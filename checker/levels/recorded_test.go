package levels

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// More runs to judge than those that are part of this repository:
//
//	go test ./checker/levels -run Recorded -v -args -levels.runs=runs
var moreRuns = flag.String("levels.runs", "", "a folder: every history below it is judged, too")

// recordedRuns are whole histories of real runs whose links were observers. Of each
// property: which level decides what.
var recordedRuns = []struct {
	name string
	want map[checker.Property]string
}{
	{"keyshared-undisturbed", map[checker.Property]string{
		checker.Exclusivity: "holds by 3", checker.Order: "holds by 1", checker.Delivery: "holds by 1", checker.Duplicates: "holds by 1", checker.Progress: "holds by 2",
	}},
	{"keyshared-close-unheard", map[checker.Property]string{
		checker.Exclusivity: "refuted by 0", checker.Order: "holds by 2", checker.Delivery: "holds by 2", checker.Duplicates: "refuted by 0", checker.Progress: "holds by 2",
	}},
	{"lock-undisturbed", map[checker.Property]string{
		checker.Exclusivity: "holds by 3", checker.Order: "refuted by 1", checker.Delivery: "holds by 1", checker.Duplicates: "holds by 0", checker.Progress: "holds by 2",
	}},
}

func read(t *testing.T, path string) *history.History {
	t.Helper()
	h, err := history.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func recorded(t *testing.T, name string) *history.History {
	return read(t, filepath.Join("testdata", "runs", name+".jsonl.gz"))
}

func TestRecordedRunsAreDecidedByTheLevelsThatSeeThem(t *testing.T) {
	for _, c := range recordedRuns {
		t.Run(c.name, func(t *testing.T) {
			h := recorded(t, c.name)
			r := Check(h, Reference(h), Marks)
			for _, p := range checker.Properties() {
				got, want := "", c.want[p]
				if v := r.Of(p); v.Decided() {
					got = fmt.Sprintf("%s by %d", v.Verdict, v.Level)
				}
				if got != want {
					t.Errorf("%s: %q (%s), want %q", p, got, r.Of(p).Reason, want)
				}
			}
			for _, f := range r.Findings {
				t.Errorf("found: %s: %s", f.Name, f.Detail)
			}
			if missed := Calibrated(h, Reference(h)); len(missed) > 0 {
				t.Errorf("not calibrated: %q", missed)
			}
		})
	}
}

// TestRecordedRunsAreNotContradictedByAnyLevel holds what the levels say of recorded
// runs against what the checker says by the workers' own records.
func TestRecordedRunsAreNotContradictedByAnyLevel(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "testdata", "runs", "*.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range recordedRuns {
		paths = append(paths, filepath.Join("testdata", "runs", c.name+".jsonl.gz"))
	}
	if *moreRuns != "" {
		paths = append(paths, historiesIn(t, *moreRuns)...)
	}
	runs, linked, decides := 0, 0, map[string]int{}
	for _, path := range paths {
		h, err := history.ReadFile(path)
		if err != nil {
			t.Logf("%s: %v", path, err)
			continue
		}
		runs++
		own := checker.Check(h)
		seen := slices.ContainsFunc(h.Events, func(e history.Event) bool { return strings.HasPrefix(e.Src, history.SrcLinkPrefix) })
		if seen {
			linked++
		}
		// This project's own orchestrator has a lane for each user, which its mapping does
		// not say.
		lanes := Reference(h)
		lanes.OneAtATime = true
		for _, by := range []struct {
			said string
			m    Mapping
		}{{"", Reference(h)}, {", one at a time", lanes}} {
			for _, a := range Check(h, by.m, Marks).Levels {
				for _, v := range a.Verdicts {
					o := own.Of(v.Property)
					if (v.Verdict == checker.Holds || v.Verdict == checker.Vacuous) && o.Verdict == checker.Refuted || v.Verdict == checker.Refuted && o.Verdict == checker.Holds {
						t.Errorf("%s: %s is %s at %s (%s), and %s by the workers' own records (%s)", path, v.Property, v.Verdict, a.Level, v.Reason, o.Verdict, o.Reason)
					}
					if strings.HasPrefix(v.Reason, contradiction) {
						t.Errorf("%s: %s: %s", path, v.Property, v.Reason)
					}
					if v.Decided() && seen {
						decides[fmt.Sprintf("%s, level %d%s", v.Property, a.Level, by.said)]++
					}
				}
			}
		}
	}
	t.Logf("%d runs, %d with links; of these decided:", runs, linked)
	for _, k := range sortedKeys(decides) {
		t.Logf("%5.1f %%  %s", 100*float64(decides[k])/float64(linked), k)
	}
}

func historiesIn(t *testing.T, folder string) (paths []string) {
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if name := filepath.Base(path); err == nil && !d.IsDir() && (name == "history.jsonl" || name == "history.jsonl.gz") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestWhatMoreIsSeenFlipsNothing takes observers away one at a time from recorded
// runs: what was unknown stays so, and what was decided is not decided otherwise.
func TestWhatMoreIsSeenFlipsNothing(t *testing.T) {
	for _, c := range recordedRuns[:2] { // the others would tell the same in more time
		h := recorded(t, c.name)
		whole := Check(h, Reference(h), Marks)
		var sources []string
		for i := range h.Events {
			if src := h.Events[i].Src; src != history.SrcEnd && !slices.Contains(sources, src) {
				sources = append(sources, src)
			}
		}
		for _, src := range sources {
			less := &history.History{Events: slices.DeleteFunc(slices.Clone(h.Events), func(e history.Event) bool { return e.Src == src })}
			r := Check(less, Reference(h), Marks)
			for l, a := range r.Levels {
				for _, v := range a.Verdicts {
					if before := whole.Levels[l].Of(v.Property); v.Decided() && v.Verdict != before.Verdict {
						t.Errorf("%s without %s: %s is %s at %s (%s), and was %s", c.name, src, v.Property, v.Verdict, a.Level, v.Reason, before.Verdict)
					}
				}
			}
		}
	}
}
