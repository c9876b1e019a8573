package checker

import (
	"slices"
	"testing"

	"turnstile/checker/history"
)

// link is what a worker's link recorded.
func (s *story) link(w string, e history.Event) *story {
	if e.Worker = w; e.Kind != history.KindLinkStop && e.Detail == nil {
		e.Detail = map[string]string{"conn": "1"}
	}
	return s.add(history.LinkSrc(w), e)
}

func (s *story) passes(w, event, message string, t int64, fate string) *story {
	return s.link(w, history.Event{Kind: history.KindWireDelivered, T: t, User: "u1", Event: event, Outcome: fate, Detail: map[string]string{"conn": "1", "message": message}})
}

// behindLinks are two events that one worker handles, behind links that are
// observers.
func behindLinks() *story {
	s := newStory()
	s.scenario.Settings = map[string]string{history.SettingLinks: history.LinksRecorded}
	s.publish("e1", "u1", 1, 10, history.OutcomeOK).publish("e2", "u1", 2, 20, history.OutcomeOK)
	s.handle("w1", "w1-1", "e1", "u1", 100, 200).handle("w1", "w1-2", "e2", "u1", 300, 400)
	s.link("w1", history.Event{Kind: history.KindLinkStart, T: 1, Peer: "pulsar:6650"})
	s.passes("w1", "e1", "4:0:-1:-1", 90, "").passes("w1", "e2", "4:1:-1:-1", 95, "")
	for message, t := range map[string]int64{"4:0:-1:-1": 202, "4:1:-1:-1": 402} {
		s.link("w1", history.Event{Kind: history.KindWireAcknowledged, T: t, User: "u1", Detail: map[string]string{"conn": "1", "message": message}})
	}
	return s.link("w1", history.Event{Kind: history.KindLinkStop, T: 2000, Peer: "pulsar:6650"})
}

// passOfE2 is how the second event passed, in that story.
func passOfE2(e history.Event) bool {
	return e.Kind == history.KindWireDelivered && e.Event == "e2" && e.T == 95 && e.Outcome == ""
}

func of(kind history.Kind) func(history.Event) bool {
	return func(e history.Event) bool { return e.Kind == kind }
}

func TestLinksAreHeldAgainstTheirWorkers(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(s *story)
		want string // name of the finding; empty: nothing is wrong
	}{
		{"links that saw what their worker says", func(*story) {}, ""},
		{"a delivery that was held and let go", func(s *story) {
			s.without(passOfE2).passes("w1", "e2", "4:1:-1:-1", 95, history.OutcomeHeld).passes("w1", "e2", "4:1:-1:-1", 290, history.OutcomeReleased)
		}, ""},
		{"a delivery that was given twice, and received once", func(s *story) { s.passes("w1", "e1", "4:0:-1:-1", 96, history.OutcomeTwice) }, ""},
		{"a delivery that nobody received", func(s *story) { s.passes("w1", "e3", "4:2:-1:-1", 96, "") }, ""},
		{"a batch that is acknowledged as a whole", func(s *story) {
			s.link("w1", history.Event{Kind: history.KindWireAcknowledged, T: 420, Detail: map[string]string{"conn": "1", "message": "4:1:-1:3"}})
		}, ""},
		{"a worker without a link", func(s *story) { s.without(func(e history.Event) bool { return e.Src == history.LinkSrc("w1") }) }, "link-missing"},
		{"a link that never began", func(s *story) { s.without(of(history.KindLinkStart)) }, "link-missing"},
		{"a link that was cut short", func(s *story) { s.without(of(history.KindLinkStop)) }, "link-unfinished"},
		{"a link that goes on behind its end", func(s *story) { s.passes("w1", "e3", "4:2:-1:-1", 3000, "") }, "link-unfinished"},
		{"one of two links that did not end", func(s *story) {
			s.link("w1", history.Event{Kind: history.KindLinkStart, T: 1, Peer: "locks:6379"})
		}, "link-unfinished"},
		{"a delivery around the link", func(s *story) { s.without(passOfE2) }, "link-disagrees"},
		{"a delivery that the link lost, and its worker received", func(s *story) {
			s.without(passOfE2).passes("w1", "e2", "4:1:-1:-1", 95, history.OutcomeLost)
		}, "link-disagrees"},
		{"a delivery that the link still holds, and its worker received", func(s *story) {
			s.without(passOfE2).passes("w1", "e2", "4:1:-1:-1", 95, history.OutcomeHeld)
		}, "link-disagrees"},
		{"a delivery that the worker received before it passed", func(s *story) {
			s.without(passOfE2).passes("w1", "e2", "4:1:-1:-1", 350, "")
		}, "clocks-disagree"},
		{"an acknowledgement of what was never given", func(s *story) {
			s.link("w1", history.Event{Kind: history.KindWireAcknowledged, T: 500, Detail: map[string]string{"conn": "1", "message": "9:9:-1:-1"}})
		}, "link-disagrees"},
		{"what could not be read, which tells nothing of what passed", func(s *story) {
			s.without(passOfE2).link("w1", history.Event{Kind: history.KindWireUndecoded, T: 94, Detail: map[string]string{"opaque": "TLS"}})
		}, "link-undecoded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := behindLinks()
			c.edit(s)
			r := Check(s.tell(t))
			if c.want == "" {
				if len(r.Findings) > 0 {
					t.Errorf("found %+v", r.Findings)
				}
				mustBe(t, r, Exclusivity, Holds)
				return
			}
			i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Name == c.want })
			if i < 0 {
				t.Fatalf("no finding %s: %+v", c.want, r.Findings)
			}
			for _, p := range r.Findings[i].Properties {
				mustBe(t, r, p, Unknown)
			}
		})
	}
}

// TestALinkChangesNoVerdict: what links saw is held against the workers' records
// and decides nothing.
func TestALinkChangesNoVerdict(t *testing.T) {
	with := behindLinks()
	without := behindLinks()
	without.scenario.Settings = nil
	without.without(func(e history.Event) bool { return e.Src == history.LinkSrc("w1") })
	a, b := Check(with.tell(t)), Check(without.tell(t))
	for _, p := range Properties() {
		if a.Of(p).Verdict != b.Of(p).Verdict || a.Of(p).Reason != b.Of(p).Reason {
			t.Errorf("%s is %s with links (%s) and %s without (%s)", p, a.Of(p).Verdict, a.Of(p).Reason, b.Of(p).Verdict, b.Of(p).Reason)
		}
	}
}

func TestWhatIsAmissWithLinksIsToldOnce(t *testing.T) {
	unasked := func(s *story) *story {
		s.scenario.Settings = nil
		return s
	}
	for _, c := range []struct {
		name string
		edit func(s *story)
		want []string // all findings
	}{
		{"a worker without a link that was given something", func(s *story) {
			s.without(func(e history.Event) bool { return e.Src == history.LinkSrc("w1") })
		}, []string{"link-missing"}},
		{"a worker without a link that was given nothing", func(s *story) {
			s.worker("w2", history.Event{Kind: history.KindNote, T: 5})
		}, []string{"link-missing"}},
		{"a worker of whom nothing is on record but that it died", func(s *story) { s.kill("w9", 30, 40) }, []string{"worker-record-missing"}},
		{"links that the run was not to record, and which saw what their worker says", func(s *story) { unasked(s) }, nil},
		{"links that the run was not to record, and a delivery around one", func(s *story) { unasked(s).without(passOfE2) }, []string{"link-disagrees"}},
		{"links that the run was not to record, and a delivery before it passed one", func(s *story) {
			unasked(s).without(passOfE2).passes("w1", "e2", "4:1:-1:-1", 350, "")
		}, []string{"clocks-disagree"}},
		{"links that the run was not to record, of which one was cut short", func(s *story) { unasked(s).without(of(history.KindLinkStop)) }, []string{"link-unfinished"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := behindLinks()
			c.edit(s)
			var got []string
			r := Check(s.tell(t))
			for _, f := range r.Findings {
				got = append(got, f.Name)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("found %v, want %v: %+v", got, c.want, r.Findings)
			}
		})
	}
}

func TestAWorkerWithoutALinkIsToldOfThoughNobodyHadAnythingToDo(t *testing.T) {
	s := newStory()
	s.scenario.Settings = map[string]string{history.SettingLinks: history.LinksRecorded}
	s.worker("w1", history.Event{Kind: history.KindNote, T: 5})
	if r := Check(s.tell(t)); !finds(r, "link-missing") {
		t.Errorf("found %+v", r.Findings)
	}
}
