package levels

import (
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

func foundIn(r *Result, name string) bool {
	return slices.ContainsFunc(r.Findings, func(f checker.Finding) bool { return f.Name == name })
}

// TestARecordThatIsNotWholeIsFound changes a history in which two overlap.
func TestARecordThatIsNotWholeIsFound(t *testing.T) {
	of := func(h *history.History, src string, kind history.Kind, n int) *history.Event {
		for i := range h.Events {
			if e := &h.Events[i]; e.Src == src && e.Kind == kind {
				if n--; n < 0 {
					return e
				}
			}
		}
		t.Fatalf("there is no %s of %s", kind, src)
		return nil
	}
	for _, c := range []struct {
		name   string
		change func(h *history.History)
		found  string // empty: nothing is
		above  bool   // the downstream, by which they overlap, has no part in it
	}{
		{"a line of a link is missing", func(h *history.History) {
			h.Events = slices.DeleteFunc(h.Events, func(e history.Event) bool { return e.Src == "link/w1" && e.Seq == 3 })
		}, "lines-missing", true},
		{"a line of the downstream is missing", func(h *history.History) {
			h.Events = slices.DeleteFunc(h.Events, func(e history.Event) bool { return e.Src == history.SrcGateway && e.Kind == history.KindNote })
		}, "lines-missing", false},
		{"no line has a number", func(h *history.History) {
			for i := range h.Events {
				h.Events[i].Seq = 0
			}
		}, "", false},
		{"the downstream's stamp runs back", func(h *history.History) { of(h, history.SrcGateway, history.KindSendReturn, 1).T = 160 }, "stamps-run-back", false},
		{"a worker's begin runs back", func(h *history.History) { of(h, "worker/w1", history.KindEnter, 1).T = 101 }, "stamps-run-back", true},
		{"a worker's end runs back", func(h *history.History) { of(h, "worker/w1", history.KindExit, 1).T = 101 }, "", false},
		{"a death runs back", func(h *history.History) { of(h, history.SrcHarness, history.KindWorkerDead, 0).T = 1 }, "", false},
		{"a clock is compared in between", func(h *history.History) {
			e := of(h, history.SrcGateway, history.KindNote, 0)
			e.Kind, e.Domain = history.KindClockOffset, "other"
			of(h, history.SrcGateway, history.KindSendReturn, 1).T = 160
		}, "stamps-run-back", false},
		{"an event is published for two users", func(h *history.History) { of(h, history.SrcHarness, history.KindPublish, 1).User = "u2" }, "publish-ambiguous", false},
		{"an event is published as two numbers", func(h *history.History) { of(h, history.SrcHarness, history.KindPublish, 1).Ordinal = 7 }, "publish-ambiguous", false},
		{"an event is published twice", func(*history.History) {}, "", false},
		{"two scenarios are on record", func(h *history.History) {
			of(h, history.SrcHarness, history.KindPublish, 0).Kind = history.KindScenario
		}, "scenario-ambiguous", false},
		{"the store's own log has gaps, and runs back", func(h *history.History) {
			h.Events = append(h.Events, history.Event{Src: history.SrcStore, Seq: 5, T: 9, Domain: "d"}, history.Event{Src: history.SrcStore, Seq: 9, T: 1, Domain: "d"})
		}, "", false},
		{"the end has a number of its own", func(h *history.History) {
			h.Events = append(h.Events, history.Event{Src: history.SrcEnd, Kind: history.KindEnd, Seq: 99, T: 9, Domain: "d"})
		}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 1, "e1").publishes(2, 2, "e2").delivered("w1", "e1", 90).delivered("w2", "e2", 91)
			s.call("w1", "e1", 100, 200, history.OutcomeOK).call("w2", "e2", 150, 250, history.OutcomeOK).add(history.SrcGateway, 203, history.Event{Kind: history.KindNote})
			s.marks("w1", "e1", 95, 260).marks("w2", "e2", 96, 270).acked("w1", "e1", 300).acked("w2", "e2", 310)
			s.delivered("w1", "e1", 400).marks("w1", "e1", 405, 410).acked("w1", "e1", 420).dies("w3", 450, 460)
			h := s.history()
			c.change(h)
			r := Check(h, storyMapping, Marks)
			breaks := []string{"scenario-ambiguous", "lines-missing", "stamps-run-back", "publish-ambiguous"}
			for _, name := range breaks {
				if foundIn(r, name) != (name == c.found) {
					t.Errorf("%s is found: %t", name, foundIn(r, name))
				}
			}
			want := checker.Refuted
			if c.found != "" && !c.above {
				want = checker.Unknown
			}
			if v := r.Of(checker.Exclusivity); v.Verdict != want {
				t.Errorf("%s: %s, want %s", v.Verdict, v.Reason, want)
			}
		})
	}
}

func TestMarksThatDoNotFitAreFound(t *testing.T) {
	exit := func(worker, user, attempt string) history.Event {
		return history.Event{Kind: history.KindExit, User: user, Event: "e1", Attempt: attempt, Worker: worker}
	}
	for _, c := range []struct {
		name  string
		story func(s *story) *story
		found bool
	}{
		{"an end without a begin", func(s *story) *story { return s.add("worker/w1", 150, exit("w1", "u1", "a9")) }, true},
		{"an end of another worker", func(s *story) *story {
			return s.begins("w1", "e1", 100).add("worker/w2", 150, exit("w2", "u1", "w1-100"))
		}, true},
		{"an end of another user", func(s *story) *story {
			return s.begins("w1", "e1", 100).add("worker/w1", 150, exit("w1", "u2", "w1-100"))
		}, true},
		{"two ends", func(s *story) *story {
			return s.marks("w1", "e1", 100, 150).add("worker/w1", 160, exit("w1", "u1", "w1-100"))
		}, true},
		{"two begins", func(s *story) *story { return s.begins("w1", "e1", 100).begins("w1", "e1", 100) }, true},
		{"a begin on a clock that nobody knows, before an end without a begin", func(s *story) *story {
			s.begins("w1", "e1", 100)
			s.events[len(s.events)-1].Domain = "other"
			return s.add("worker/w2", 150, exit("w2", "u1", "a9"))
		}, true},
		{"an end after its worker's death", func(s *story) *story { return s.marks("w1", "e1", 100, 150).dies("w1", 120, 149) }, true},
		{"an end at that instant", func(s *story) *story { return s.marks("w1", "e1", 100, 150).dies("w1", 120, 150) }, false},
		{"a begin and an end", func(s *story) *story { return s.marks("w1", "e1", 100, 150) }, false},
	} {
		if r := Check(c.story(had(twoEvents())).history(), storyMapping, Marks); foundIn(r, "marks-disagree") != c.found {
			t.Errorf("%s: found: %t, want %t: %+v", c.name, !c.found, c.found, r.Findings)
		}
	}
}

func TestASystemThatKeepsNothingInRedisNeedsNoLinkToIt(t *testing.T) {
	h := removed(had(twoEvents()).history(), linkTo(toRedis, ofRedis, ""))
	if r := Check(h, Mapping{}, Broker); foundIn(r, "worker-unseen") {
		t.Errorf("found: %+v", r.Findings)
	}
	if r := Check(h, storyMapping, Broker); !foundIn(r, "worker-unseen") {
		t.Error("a system that keeps states there needs none")
	}
}

func TestAFindingSaysWhichPropertiesItTouches(t *testing.T) {
	r := Check(twoApart().publishes(storyEnd, 3, "e3").history(), storyMapping, Broker)
	i := slices.IndexFunc(r.Findings, func(f checker.Finding) bool { return f.Name == "publish-after-quiet" })
	if i < 0 {
		t.Fatalf("not found: %+v", r.Findings)
	}
	if f := r.Findings[i]; !slices.Equal(f.Properties, []checker.Property{checker.Delivery, checker.Progress}) || len(f.Breaks) > 0 {
		t.Errorf("it touches %v and breaks %v", f.Properties, f.Breaks)
	}
}

func TestALevelThatThereIsNotIsToldByItsNumber(t *testing.T) {
	for l := Downstream - 1; l <= Marks+1; l++ {
		there := l != Downstream-1 && l != Marks+1
		if err := l.Valid(); (err == nil) != there {
			t.Errorf("%d: %v", l, err)
		}
		if strings.Contains(l.String(), "(") != there {
			t.Errorf("%d is called %s", l, l)
		}
	}
	if got := Store.String(); got != "level 1 (each worker's link to Redis)" {
		t.Errorf("it is called %s", got)
	}
}

func TestOfManyTheFirstFewAreNamed(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "a", 3: "a, b, c", 4: "a, b, c and 1 more", 5: "a, b, c and 2 more"} {
		if got := some([]string{"a", "b", "c", "d", "e"}[:n]); got != want {
			t.Errorf("of %d: %q, want %q", n, got, want)
		}
	}
	if got := inMS(1234567); got != "1.235 ms" {
		t.Errorf("said %s", got)
	}
}

// TestWhoMayHaveSeenMoreIsFound: nothing holds beside an observer that may lack lines at
// its end, and what it saw stands.
func TestWhoMayHaveSeenMoreIsFound(t *testing.T) {
	without := func(src string, kind history.Kind, n int) func(h *history.History) {
		return func(h *history.History) {
			i := -1
			h.Events = slices.DeleteFunc(h.Events, func(e history.Event) bool {
				if e.Src == src && e.Kind == kind {
					i++
				}
				return e.Src == src && e.Kind == kind && (n < 0 || i == n)
			})
		}
	}
	for _, c := range []struct {
		name   string
		change func(h *history.History)
		found  string
	}{
		{"the downstream has no begin", without(history.SrcGateway, history.KindObserverStart, -1), "gateway-unfinished"},
		{"the downstream has no end", without(history.SrcGateway, history.KindObserverStop, -1), "gateway-unfinished"},
		{"a link has no begin", without("link/w1", history.KindLinkStart, 0), "link-unfinished"},
		{"no link has a begin or an end", func(h *history.History) {
			without("link/w1", history.KindLinkStart, -1)(h)
			without("link/w1", history.KindLinkStop, -1)(h)
		}, "link-unfinished"},
		{"a link has no end", without("link/w1", history.KindLinkStop, 1), "link-unfinished"},
		{"a link goes on after its end", func(h *history.History) {
			h.Events = append(h.Events, history.Event{Src: "link/w1", Kind: history.KindWirePermits, Worker: "w1", T: storyEnd + 5, Domain: "d"})
		}, "link-unfinished"},
		{"the broker had something left when it was found quiet", func(h *history.History) {
			for i := range h.Events {
				if h.Events[i].Kind == history.KindQuiet {
					h.Events[i].Detail = map[string]string{history.DetailBacklog: "1"}
				}
			}
		}, "quiet-disputed"},
	} {
		h := twoApart().history()
		c.change(h)
		for i := range h.Events {
			h.Events[i].Seq = 0
		}
		r := Check(h, storyMapping, Broker)
		if !foundIn(r, c.found) || r.Of(checker.Progress).Verdict != checker.Unknown {
			t.Errorf("%s: %s, found %+v", c.name, r.Of(checker.Progress).Verdict, r.Findings)
		}
	}
	h := twoApart()
	h.unquiet = true
	whole := h.history()
	for i := range whole.Events {
		if whole.Events[i].Kind == history.KindQuiet {
			whole.Events[i].Detail = map[string]string{history.DetailBacklog: "1"}
		}
	}
	if r := Check(whole, storyMapping, Broker); foundIn(r, "quiet-disputed") {
		t.Error("the harness says itself that something was left")
	}
}

func TestAStampRunsBackBeforeTheLatestOfAll(t *testing.T) {
	line := func(kind history.Kind, t int64) history.Event {
		return history.Event{Src: "worker/w1", Kind: kind, Domain: "d", T: t, User: "u1", Attempt: string(kind)}
	}
	h := &history.History{Events: []history.Event{line(history.KindEnter, 100), line(history.KindExit, 50), line(history.KindEnter, 80)}}
	if r := Check(h, Mapping{}, Marks); !foundIn(r, "stamps-run-back") {
		t.Error("a begin before an earlier begin is taken, since an end between them is stamped earlier")
	}
}

func TestAllTimesArePutOnTheHarnesssClock(t *testing.T) {
	h := &history.History{Events: []history.Event{{Src: history.SrcGateway, Domain: "g"}, {Src: history.SrcHarness, Domain: "h"}, {Src: history.SrcHarness, Domain: "i"}}}
	if got := frameOf(h); got != "h" {
		t.Errorf("they are on %q", got)
	}
	h.Events = h.Events[:1]
	if got := frameOf(h); got != "" {
		t.Errorf("without one they are on %q", got)
	}
}

func TestWhatElseAWorkerRecordsIsNoMark(t *testing.T) {
	s := had(twoEvents()).marks("w1", "e1", 100, 140).add("worker/w1", 120, history.Event{Kind: history.KindNote, User: "u1", Event: "e1", Attempt: "w1-100", Worker: "w1"})
	if r := Check(s.marks("w2", "e2", 150, 180).history(), storyMapping, Marks); foundIn(r, "marks-disagree") || r.Of(checker.Exclusivity).Verdict != checker.Holds {
		t.Errorf("found: %+v", r.Findings)
	}
}

// By clocks that nobody compared closely, the death of who had the name before may seem
// to come after a mark.
func TestADeathOfWhoHadTheNameBeforeEndsNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		death int64
		found bool
	}{
		{"perhaps before the mark began", 120, false},
		{"surely within it", 160, true},
	} {
		s := had(twoEvents()).marks("w1", "e1", 100, 190)
		for i := range s.events {
			if e := &s.events[i]; e.Src == history.WorkerSrc("w1") {
				e.Domain = "far"
			}
		}
		s.dies("w1", c.death, c.death).marks("w2", "e2", 195, 199)
		s.add(history.SrcHarness, 1, history.Event{Kind: history.KindClockOffset, Peer: "far", Lo: -40, Hi: 0})
		if r := Check(s.history(), storyMapping, Marks); foundIn(r, "marks-disagree") != c.found {
			t.Errorf("a death %s: found: %+v", c.name, r.Findings)
		}
	}
}
