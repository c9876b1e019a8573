package checker

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker/history"
)

// recordedRuns are histories of real runs, trimmed to a few users:
//
//	turnstile trim <run folder> --user <user> --out checker/testdata/runs/<name>.jsonl.gz
//
// A new one is put there and given a line here, with what turnstile check says
// of it and why that is right.
var recordedRuns = []struct {
	name string
	want [5]Verdict // in the order of fiveProperties
}{
	{"shared-alone", [5]Verdict{Holds, Holds, Holds, Holds, Holds}},
	{"shared-undisturbed", [5]Verdict{Refuted, Refuted, Refuted, Holds, Holds}},
	{"shared-killed", [5]Verdict{Refuted, Refuted, Refuted, Holds, Refuted}},
	{"shared-fenced", [5]Verdict{Refuted, Refuted, Refuted, Holds, Holds}},
	{"lock-undisturbed", [5]Verdict{Holds, Holds, Refuted, Holds, Holds}},
	{"lock-killed", [5]Verdict{Holds, Refuted, Refuted, Holds, Refuted}},
	{"lock-expired", [5]Verdict{Refuted, Refuted, Refuted, Holds, Holds}},
	{"lock-expired-fenced", [5]Verdict{Refuted, Holds, Refuted, Holds, Holds}},
	{"lock-lost", [5]Verdict{Vacuous, Vacuous, Vacuous, Refuted, Vacuous}}, // a planted bug; nothing is redelivered
	{"failover-undisturbed", [5]Verdict{Holds, Holds, Holds, Holds, Holds}},
	{"failover-killed", [5]Verdict{Holds, Refuted, Holds, Holds, Refuted}},
	{"failover-frozen", [5]Verdict{Refuted, Refuted, Holds, Holds, Refuted}},
	{"failover-exchanged", [5]Verdict{Refuted, Refuted, Refuted, Holds, Refuted}},
	{"keyshared-undisturbed", [5]Verdict{Holds, Holds, Holds, Holds, Holds}},
	{"keyshared-killed", [5]Verdict{Holds, Refuted, Holds, Holds, Refuted}},
	{"keyshared-frozen", [5]Verdict{Refuted, Refuted, Holds, Holds, Refuted}},
	{"keyshared-frozen-fenced", [5]Verdict{Refuted, Holds, Holds, Holds, Holds}},
	{"keyshared-paused-missed", [5]Verdict{Vacuous, Unknown, Vacuous, Vacuous, Unknown}}, // the fault missed; the gateway's record has no end
}

var fiveProperties = [5]Property{Exclusivity, Effects, Order, Delivery, Duplicates}

func recorded(t testing.TB, name string) *history.History {
	t.Helper()
	h, err := history.ReadFile(filepath.Join("testdata", "runs", name+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestRecordedRunsAreJudgedAsEver(t *testing.T) {
	for _, c := range recordedRuns {
		t.Run(c.name, func(t *testing.T) {
			r := Check(recorded(t, c.name))
			for i, p := range fiveProperties {
				mustBe(t, r, p, c.want[i])
			}
			for _, f := range r.Findings {
				if f.Name != "gateway-unfinished" { // what happened, and what was seen of it, in truth
					t.Errorf("a true run contradicts itself: %s: %s", f.Name, f.Detail)
				}
			}
			for _, v := range r.Verdicts {
				if w := v.Witness; w != nil && !w.Minimal && v.Property != Delivery {
					t.Errorf("the witness against %s is not proven minimal: %s", v.Property, w.Summary)
				}
			}
		})
	}
	files, err := os.ReadDir(filepath.Join("testdata", "runs"))
	if err != nil || len(files) != len(recordedRuns) {
		t.Errorf("%d recorded runs, of which %d are judged (%v)", len(files), len(recordedRuns), err)
	}
}

// TestALostTailNeverMakesARefutationHold takes away what each observer recorded
// last, and what the whole history has last, with an end that fits what is
// left: as if it had never been written.
func TestALostTailNeverMakesARefutationHold(t *testing.T) {
	for _, c := range recordedRuns {
		if !slices.Contains(c.want[:], Refuted) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := recorded(t, c.name)
			for src, n := range sources(h) {
				for _, lost := range amounts(n) {
					r := Check(withoutLast(h, src, lost))
					for i, p := range fiveProperties {
						if v := r.Of(p); c.want[i] == Refuted && v.Verdict == Holds {
							t.Errorf("without the last %d of %d events of %q, %s holds: %s", lost, n, src, p, v.Reason)
						}
					}
				}
			}
		})
	}
}

// sources counts the events of each observer; those of all are under "".
func sources(h *history.History) map[string]int {
	out := map[string]int{"": len(h.Events)}
	for i := range h.Events {
		out[h.Events[i].Src]++
	}
	return out
}

// amounts are how many of n events to lose: one, some, and all.
func amounts(n int) []int {
	if testing.Short() {
		return slices.Compact([]int{1, max(1, n/8), n})
	}
	var out []int
	for lost := 1; lost < n; lost += max(1, lost/2) {
		out = append(out, lost)
	}
	return append(out, n)
}

func withoutLast(h *history.History, src string, lost int) *history.History {
	out := slices.Clone(h.Events)
	for i := len(out) - 1; i >= 0 && lost > 0; i-- {
		if src == "" || out[i].Src == src {
			out[i].Kind = ""
			lost--
		}
	}
	return &history.History{Events: slices.DeleteFunc(out, func(e history.Event) bool { return e.Kind == "" })}
}

func TestRecordedRunsTellNothingOfTheMachine(t *testing.T) {
	for _, c := range recordedRuns {
		for _, e := range recorded(t, c.name).Events {
			for _, v := range e.Detail {
				if strings.HasPrefix(v, "/") {
					t.Errorf("%s: a %s names the path %s", c.name, e.Kind, v)
				}
			}
		}
	}
}

// readBytes reads a file of that content.
func readBytes(path string, b []byte) (*history.History, error) {
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return nil, err
	}
	return history.ReadFile(path)
}
