package levels

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// toldStories have, between them, something of all that a level can say.
var toldStories = []struct {
	name  string
	story func() *story
	one   bool // by the mapping's word that a worker handles one at a time
}{
	{"one after the other, all on record", twoApart, false},
	{"three sends overlap, two of them for longest", func() *story {
		return twoEvents().publishes(2, 3, "e3").call("w1", "e1", 100, 200, history.OutcomeOK).call("w2", "e2", 150, 260, history.OutcomeOK).call("w1", "e3", 190, 300, history.OutcomeOK)
	}, false},
	{"the first and the last overlap for as long", func() *story {
		return twoEvents().call("w1", "e1", 100, 150, history.OutcomeOK).call("w2", "e2", 120, 150, history.OutcomeOK).call("w1", "e1", 200, 230, history.OutcomeOK).call("w2", "e2", 200, 230, history.OutcomeOK)
	}, false},
	{"reads and writes overlap, and one names no event", func() *story {
		return twoEvents().reads("w1", 100).reads("w2", 110).redis("w1", "set state:u1", "state:u1", "write", 120).writes("w2", "e2", 130)
	}, false},
	{"deliveries overlap at two workers and within one", func() *story {
		return had(twoEvents()).publishes(2, 3, "e3").delivered("w1", "e3", 92).acked("w1", "e3", 130)
	}, false},
	{"deliveries overlap within one worker", func() *story {
		return twoEvents().delivered("w1", "e1", 90).delivered("w1", "e2", 91).acked("w1", "e1", 100).acked("w1", "e2", 110)
	}, false},
	{"deliveries overlap within one worker, which handles one at a time", func() *story {
		return twoEvents().delivered("w1", "e1", 90).delivered("w1", "e2", 91).acked("w1", "e1", 100).acked("w1", "e2", 110)
	}, true},
	{"marks overlap, and one has no end", func() *story { return had(twoEvents()).begins("w1", "e1", 100).marks("w2", "e2", 150, 180) }, false},
	{"marks do not overlap", func() *story {
		return had(twoEvents()).marks("w1", "e1", 100, 140).call("w2", "e2", 155, 160, history.OutcomeOK).marks("w2", "e2", 150, 180)
	}, false},
	{"marks overlap", func() *story { return had(twoEvents()).marks("w1", "e1", 100, 140).marks("w2", "e2", 130, 180) }, false},
	{"nothing but marks", func() *story { return twoEvents().marks("w1", "e1", 100, 140).marks("w2", "e2", 150, 180) }, false},
	{"one worker marks, and one event twice", func() *story { return twoApart().marks("w1", "e1", 105, 150).marks("w1", "e1", 160, 190) }, false},
	{"marks do not overlap, and one leaves its send out", func() *story {
		return had(twoEvents()).marks("w1", "e1", 100, 140).call("w2", "e2", 145, 148, history.OutcomeOK).marks("w2", "e2", 150, 180)
	}, false},
	{"two users, one of them as the other", func() *story { return had(twoApart()).twice() }, false},
	{"texts are refused, or perhaps accepted", func() *story {
		refused := history.Event{Event: "e1", Attempt: "a1", Worker: "w1", Text: "coupon", Outcome: history.OutcomeFailed}
		perhaps := history.Event{Event: "e2", Attempt: "a2", Worker: "w2", Text: "coupon", Outcome: history.OutcomeUnclear}
		return twoApart().sends(refused, 145, 146, 147, history.OutcomeFailed).sends(perhaps, 345, 346, 347, history.OutcomeUnclear)
	}, false},
	{"more attempts are required than were seen", func() *story {
		s := twoApart()
		s.events[0].Scenario.Require = history.Require{Attempts: 3}
		return s
	}, false},
	{"a send lies in no bound", func() *story { return twoApart().call("w1", "e1", 500, 510, history.OutcomeOK) }, false},
	{"a command lies in no bound", func() *story { return twoApart().reads("w1", 500) }, false},
	{"against their order, and one has no effect", func() *story {
		return twoEvents().publishes(2, 3, "e3").handled("w2", "e2", 100).handled("w1", "e1", 300)
	}, false},
	{"a text twice, and a redelivery", func() *story {
		return twoApart().delivered("w2", "e1", 500).reads("w2", 510).call("w2", "e1", 520, 530, history.OutcomeOK).acked("w2", "e1", 550)
	}, false},
	{"a fault struck inside, another did not bite, and there was no quiet", func() *story {
		return twoApart().strikes("freeze-1", "w1", 125, true).strikes("kill-1", "w2", 330, false).restless()
	}, false},
	{"a fault has no end, and a worker no link", func() *story {
		return twoApart().add(history.SrcHarness, 500, history.Event{Kind: history.KindFaultBegin, Fault: "f"}).without(history.LinkSrc("w2"))
	}, false},
	{"more is required than was seen", func() *story {
		s := twoApart().marks("w1", "e1", 105, 190).marks("w2", "e2", 305, 390)
		s.events[0].Scenario.Require = history.Require{Attempts: 3, Contended: 2, Handovers: 2, Redeliveries: 1, FaultBites: true}
		return s
	}, false},
}

// twice has all that is of the user be of another as well.
func (s *story) twice() *story {
	other := strings.NewReplacer("u1", "u2", "e1", "f1", "e2", "f2", "call-", "other-")
	for _, e := range slices.Clone(s.events)[1:] {
		e.User, e.Event, e.Attempt = other.Replace(e.User), other.Replace(e.Event), other.Replace(e.Attempt)
		e.Detail = maps.Clone(e.Detail)
		for k, v := range e.Detail {
			e.Detail[k] = other.Replace(v)
		}
		if e.Detail["message"] != "" {
			e.Detail["message"] = "5" + e.Detail["message"]
		}
		if e.Detail["conn"] != "" {
			e.Detail["conn"] = "2"
		}
		s.events = append(s.events, e)
	}
	for _, w := range s.workers {
		s.redis(w, "get lock:u2", "lock:u2", "none", storyEnd-20)
		s.events[len(s.events)-2].Detail["conn"], s.events[len(s.events)-1].Detail["conn"] = "2", "2"
	}
	return s
}

// strikes is a fault at a worker that handles the user.
func (s *story) strikes(fault, worker string, t int64, seen bool) *story {
	s.add(history.SrcHarness, t, history.Event{Kind: history.KindFaultBegin, Fault: fault, Worker: worker, User: "u1"})
	return s.add(history.SrcHarness, t+5, history.Event{Kind: history.KindFaultEnd, Fault: fault, Worker: worker, User: "u1", Outcome: history.OutcomeHealed, Evidence: []history.Evidence{{Name: "it bit", Observer: "engine", Seen: seen}}})
}

// tell is all that levels say of a history, a line each.
func tell(h *history.History, m Mapping) string {
	var out strings.Builder
	line := func(what string, v any) {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&out, "%s %s\n", what, b)
	}
	before := ""
	for l := Downstream; l <= Marks; l++ {
		r := Check(h, m, l)
		fmt.Fprintf(&out, "%s\n", l)
		line("  opportunity", r.Opportunity)
		for _, f := range r.Faults {
			line("  fault", f)
		}
		for _, v := range r.Verdicts {
			w := v.Witness
			v.Witness = nil
			one := strings.Replace(fmt.Sprintf("%s by %d: %s %v: %s", v.Property, v.Level, v.Verdict, v.Counts, v.Reason), "map[]", "", 1)
			if v.Would != nil {
				one += fmt.Sprintf(" (level %d would decide)", *v.Would)
			}
			if strings.Contains(before, one+"\n") || v.Property == checker.Effects || v.Property == checker.Rules {
				continue // as the level below said
			}
			fmt.Fprintf(&out, "  %s\n", one)
			if w == nil {
				continue
			}
			for i := range w.Timeline {
				fmt.Fprintf(&out, "    %d %s %d %s\n", w.Timeline[i].T, w.Timeline[i].Src, w.Timeline[i].Seq, w.Timeline[i].Kind)
			}
			w.Timeline = nil
			line("    witness", w)
		}
		if l == Marks {
			for _, f := range r.Findings {
				line("  found", f)
			}
		}
		before = out.String()
	}
	return out.String()
}

// TestWhatLevelsSayOfAStoryIsWordForWordWhatIsWrittenDown: verdicts with their reasons and
// counts, witnesses, opportunity and findings. UPDATE=1 writes it down anew, to be read.
func TestWhatLevelsSayOfAStoryIsWordForWordWhatIsWrittenDown(t *testing.T) {
	var all strings.Builder
	for _, c := range toldStories {
		m := storyMapping
		m.OneAtATime = c.one
		fmt.Fprintf(&all, "# %s\n%s\n", c.name, tell(c.story().history(), m))
	}
	path := filepath.Join("testdata", "told.txt")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.Split(all.String(), "\n"), strings.Split(string(written), "\n")
	story := ""
	for i := range min(len(got), len(want)) {
		if strings.HasPrefix(want[i], "# ") {
			story = want[i]
		}
		if got[i] != want[i] {
			t.Fatalf("%s:%d (%s): said\n%s\nwant\n%s", path, i+1, story, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s has %d lines, want %d", path, len(want), len(got))
	}
}
