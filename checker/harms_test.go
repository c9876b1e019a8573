package checker

import (
	"path/filepath"
	"testing"

	"turnstile/checker/history"
)

// TestWhatIsCountedOfRecordedRunsIsWhatIsJudgedOfThem: there is some of a harm just
// where the property that asks for it is refuted for it.
func TestWhatIsCountedOfRecordedRunsIsWhatIsJudgedOfThem(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "runs", "*.gz"))
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d recorded runs: %v", len(paths), err)
	}
	seen := map[HarmKind]bool{}
	for _, path := range paths {
		h, err := history.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := newRecord(h)
		exclusivity := judgeExclusivity(r, config{linearize: linearize, reach: usualReach}).counts
		twice, rules := judgeDuplicates(r).counts, judgeRules(r).counts
		tally := Count(h)
		n := map[HarmKind]int64{}
		for i, harm := range tally.Harms {
			n[harm.Kind]++
			seen[harm.Kind] = true
			if i > 0 && tally.Harms[i-1].T > harm.T {
				t.Errorf("%s: the harms are not in their order", path)
			}
		}
		if n[OverlappedSection] > exclusivity["overlapping_pairs"] || (n[OverlappedSection] == 0) != (exclusivity["overlapping_pairs"] == 0) {
			t.Errorf("%s: %d overlapped sections, and %d overlapping pairs", path, n[OverlappedSection], exclusivity["overlapping_pairs"])
		}
		if (n[DoubleText] == 0) != (twice["duplicated"] == 0) || n[DoubleText] < twice["duplicated"] {
			t.Errorf("%s: %d double texts, and %d that reached the gateway more than once", path, n[DoubleText], twice["duplicated"])
		}
		if texts := rules["against_silence_after_stop"]; n[StopNotKept] > texts || (n[StopNotKept] == 0) != (texts == 0) {
			t.Errorf("%s: %d STOPs that were not kept, and %d texts against that rule", path, n[StopNotKept], texts)
		}
		if len(tally.Stays) != len(r.sections) || len(tally.Faults) != len(r.faults) {
			t.Errorf("%s: %d stays of %d sections, %d of %d faults", path, len(tally.Stays), len(r.sections), len(tally.Faults), len(r.faults))
		}
	}
	for _, k := range []HarmKind{OverlappedSection, DoubleText, LostUpdate} {
		if !seen[k] {
			t.Errorf("no recorded run has %s", k)
		}
	}
}

func TestHarmIsCountedOneByOne(t *testing.T) {
	kinds := func(s *story) (got map[HarmKind]int, last int64) {
		got = map[HarmKind]int{}
		for _, h := range Count(s.history()).Harms {
			got[h.Kind]++
			last = h.T
		}
		return got, last
	}
	for _, c := range []struct {
		name  string
		build func() *story
		want  map[HarmKind]int
		last  int64
	}{
		{"of who take turns there is none", takeTurns, map[HarmKind]int{}, 0},
		{"two that begin in one that is open are one section that was not alone", func() *story {
			return journeys().does(try{"w1", "a", "e2", 10, 90, 0, ""}).skips(try{"w2", "b", "e3", 20, 30, 0, ""}).skips(try{"w3", "c", "e5", 40, 50, 0, ""})
		}, map[HarmKind]int{OverlappedSection: 1}, 20},
		{"a write that does not know of the one before it", func() *story {
			return journeys().does(try{"w1", "a", "e2", 10, 50, 0, ""}).does(try{"w2", "b", "e5", 60, 80, 0, ""})
		}, map[HarmKind]int{LostUpdate: 1}, 80},
		{"a text for the third time is the second one too many", func() *story {
			s := journeys().does(try{"w1", "a", "e2", 10, 50, 0, "receipt"})
			return s.begins(try{"w2", "b", "e2", 60, 70, 1, "receipt"}).begins(try{"w3", "c", "e2", 80, 90, 1, "receipt"})
		}, map[HarmKind]int{DoubleText: 2}, 81},
		{"a text is one too many whatever was refused before it", func() *story {
			s := journeys().does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).begins(try{"w2", "b", "e2", 60, 70, 1, "receipt"})
			return s.arrives(try{"w1", "a", "e2", 0, 0, 0, "receipt"}, 5, history.OutcomeFailed)
		}, map[HarmKind]int{DoubleText: 1}, 61},
		{"a write whose user the log leaves out is that of its event's", func() *story {
			s := journeys().does(try{"w1", "a", "e2", 10, 50, 0, ""}).does(try{"w2", "b", "e5", 60, 80, 0, ""})
			return s.of("b", history.KindStateCommit, func(e *history.Event) { e.User = "" })
		}, map[HarmKind]int{LostUpdate: 1}, 80},
		{"a first write loses none, whatever it read, nor one that does not say what", func() *story {
			s := journeys().does(try{"w1", "a", "e2", 10, 50, 3, ""}).does(try{"w2", "b", "e5", 60, 80, 4, ""})
			return s.of("b", history.KindStateCommit, func(e *history.Event) { e.Detail = nil })
		}, map[HarmKind]int{}, 0},
		{"a text that was decided on before the STOP and goes out behind it", func() *story {
			s := journeys().does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "b", "e3", 30, 40, 1, "stop_confirmation"})
			return s.does(try{"w2", "c", "e5", 50, 60, 2, "campaign"})
		}, map[HarmKind]int{StopNotKept: 1}, 40},
		{"two texts after one STOP are one STOP that was not kept, when it was handled", func() *story {
			s := journeys().does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "b", "e3", 30, 40, 1, "stop_confirmation"})
			return s.does(try{"w2", "c", "e5", 50, 60, 2, "campaign"}).does(try{"w2", "d", "e6", 70, 80, 3, "cart_reminder"})
		}, map[HarmKind]int{StopNotKept: 1}, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, last := kinds(c.build())
			if len(got) != len(c.want) || last != c.last {
				t.Fatalf("%v, the last at %d, want %v and %d", got, last, c.want, c.last)
			}
			for k, n := range c.want {
				if got[k] != n {
					t.Errorf("%d of %s, want %d", got[k], k, n)
				}
			}
		})
	}
}
