package checker

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// TestWhatIsTakenAway takes one thing at a time from a sound run that requires
// everything: no property may hold for want of it.
func TestWhatIsTakenAway(t *testing.T) {
	sound := func() *story {
		s := takeTurns().require(history.Require{Attempts: 3, Contended: 1, Handovers: 1, Redeliveries: 2, FaultBites: true})
		s.scenario.Workers = 3
		s.worker("w2", history.Event{Kind: history.KindDeliver, T: 299, Event: "e2", User: "u1", Attempt: "w2-0"}) // so e2 is delivered twice
		s.fault("kill-1", "w3", "u2", 745, 800, history.Evidence{Name: "the broker dropped it", Observer: "broker", Seen: true})
		s.publish("e4", "u2", 1, 5, history.OutcomeOK)
		s.given("w3", "w3-1", "e4", "u2", 699)
		s.enter("w3", "w3-1", "e4", "u2", 700).hold("w3-1", 705).kill("w3", 750, 760).release("w3-1", 755, history.OutcomeGone)
		return s.handle("w1", "w1-3", "e4", "u2", 900, 950)
	}
	t.Run("nothing: all hold", func(t *testing.T) {
		for _, p := range butRules() {
			mustBe(t, Check(sound().tell(t)), p, Holds)
		}
	})
	t.Run("an attempt by everybody, on whose write a later one is built: none holds that it may have broken", func(t *testing.T) {
		s := sound().without(func(e history.Event) bool { return e.Attempt == "w2-1" })
		n := int64(0)
		for i := range s.events { // the log is counted anew
			if e := &s.events[i]; e.Kind == history.KindStateCommit && e.Attempt != "w2-1" {
				n++
				e.Ordinal = n
			}
		}
		r := Check(s.tell(t))
		for _, p := range []Property{Exclusivity, Effects, Progress} {
			mustBe(t, r, p, Unknown)
		}
		if !finds(r, "writer-unobserved") {
			t.Errorf("found %+v", r.Findings)
		}
	})
	t.Run("an attempt by everybody, whose write another read: neither", func(t *testing.T) {
		s := takeTurns().without(func(e history.Event) bool { return e.Attempt == "w1-2" })
		s.given("w2", "w2-2", "e3", "u1", 649).section("w2", "w2-2", "e3", "u1", 650, 700).reads("w2", "w2-2", 3, 660).acked("w2", "w2-2", "e3", "u1", 710)
		r := Check(s.tell(t))
		mustBe(t, r, Exclusivity, Unknown)
		if !finds(r, "writer-unobserved") {
			t.Errorf("found %+v", r.Findings)
		}
	})
	all := func(v Verdict) map[Property]Verdict {
		return map[Property]Verdict{Exclusivity: v, Effects: v, Order: v, Delivery: v, Duplicates: v, Progress: v}
	}
	from := func(src string) func(history.Event) bool {
		return func(e history.Event) bool { return e.Src == src }
	}
	for _, c := range []struct {
		name string
		drop func(history.Event) bool
		edit func(s *story)
		want map[Property]Verdict // those not named still hold
		says string
	}{
		{"the contention", nil, func(s *story) { s.scenario.Require.Contended = 9 }, all(Vacuous), "contended 2 of at least 9"},
		{"the handovers", nil, func(s *story) { s.scenario.Require.Handovers = 9 }, all(Vacuous), "handovers 3 of at least 9"},
		{"the redeliveries", nil, func(s *story) { s.scenario.Require.Redeliveries = 9 }, all(Vacuous), "redeliveries 2 of at least 9"},
		{"the attempts", nil, func(s *story) { s.scenario.Require.Attempts = 9 }, all(Vacuous), "attempts 5 of at least 9"},
		{"the fault", func(e history.Event) bool { return e.Fault != "" }, nil, all(Vacuous), "no fault was begun and one was required"},
		{"the fault's evidence", nil, func(s *story) {
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultEnd {
					s.events[i].Evidence = nil
				}
			}
		}, all(Vacuous), "the fault kill-1 did not bite: no evidence was recorded"},
		{"one piece of the fault's evidence", nil, func(s *story) {
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultEnd {
					s.events[i].Evidence[0].Seen = false
				}
			}
		}, all(Vacuous), "the fault kill-1 did not bite: the broker dropped it: not seen"},
		{"the hold that proves the fault's aim", func(e history.Event) bool { return e.Kind == history.KindHoldBegin || e.Kind == history.KindHoldEnd }, nil, all(Vacuous), "w3 was not provably inside a section of u2 when it began"},
		{"the fault's end", kind(history.KindFaultEnd), nil, all(Unknown), "its end is not on record"},
		{"the fault's heal", nil, func(s *story) {
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultEnd {
					s.events[i].Outcome = history.OutcomeHealFailed
				}
			}
		}, map[Property]Verdict{Delivery: Unknown, Progress: Unknown}, "was not healed"},
		{"the store's log", from(history.SrcStore), nil, map[Property]Verdict{Effects: Unknown, Order: Unknown, Delivery: Unknown, Progress: Unknown}, "store"},
		{"one line of the store's log", func(e history.Event) bool { return e.Kind == history.KindStateCommit && e.Ordinal == 2 }, nil,
			map[Property]Verdict{Effects: Unknown, Order: Unknown, Delivery: Unknown, Progress: Unknown}, "position 1 of the store's log is followed by 3"},
		{"the gateway", from(history.SrcGateway), nil, map[Property]Verdict{Exclusivity: Vacuous, Effects: Unknown, Order: Vacuous, Delivery: Vacuous, Duplicates: Unknown, Progress: Vacuous}, ""},
		{"the gateway's end", kind(history.KindObserverStop), nil, map[Property]Verdict{Effects: Unknown, Duplicates: Unknown}, "the gateway's record has no end"},
		{"a worker's death", kind(history.KindWorkerDead), nil,
			map[Property]Verdict{Exclusivity: Unknown, Effects: Unknown, Order: Vacuous, Delivery: Vacuous, Duplicates: Vacuous, Progress: Unknown}, ""},
		{"a worker's whole record", from(history.WorkerSrc("w2")), nil,
			map[Property]Verdict{Exclusivity: Unknown, Effects: Unknown, Order: Vacuous, Delivery: Vacuous, Duplicates: Vacuous, Progress: Unknown}, ""},
		{"a worker's start", func(e history.Event) bool {
			return e.Kind == history.KindWorkerStart && e.Src == history.WorkerSrc("w2")
		}, nil, all(Unknown), "has no worker_start"},
		{"the end of a worker that ended as it was told", func(e history.Event) bool {
			return e.Kind == history.KindWorkerStop && e.Src == history.WorkerSrc("w2")
		}, func(s *story) { s.dies("w2", 900, 901, "0") }, all(Unknown), "did not record that it stopped"},
		{"the ends of all workers, of which one ended as it was told", kind(history.KindWorkerStop), func(s *story) { s.dies("w2", 900, 901, "0") },
			map[Property]Verdict{Exclusivity: Unknown, Effects: Unknown, Progress: Unknown}, "worker w2 neither said that it stopped"},
		{"a worker's end", func(e history.Event) bool {
			return e.Kind == history.KindWorkerStop && e.Src == history.WorkerSrc("w2")
		}, nil,
			map[Property]Verdict{Exclusivity: Unknown, Effects: Unknown, Progress: Unknown}, "neither said that it stopped nor was seen to be killed"},
		{"one worker of those that the scenario names", nil, func(s *story) { s.scenario.Workers = 4 }, map[Property]Verdict{Exclusivity: Unknown, Effects: Unknown, Progress: Unknown}, "3 of the scenario's 4 workers"},
		{"one enter", func(e history.Event) bool { return e.Kind == history.KindEnter && e.Attempt == "w2-1" }, nil, all(Unknown), "exit and no enter"},
		{"one exit", func(e history.Event) bool { return e.Kind == history.KindExit && e.Attempt == "w2-1" }, nil, all(Unknown), ""},
		{"one publish", func(e history.Event) bool { return e.Kind == history.KindPublish && e.Event == "e3" }, nil, all(Unknown), "was not published in this run"},
		{"the attempt that the fault was aimed into", nil, func(s *story) {
			for i := range s.events {
				if s.events[i].Kind == history.KindFaultBegin {
					s.events[i].Attempt = "w3-9"
				}
			}
		}, map[Property]Verdict{Exclusivity: Vacuous, Effects: Vacuous, Order: Vacuous, Delivery: Vacuous, Duplicates: Vacuous, Progress: Unknown}, ""},
		{"the quiet end, so that publishes may be missing, too", kind(history.KindQuiet), nil,
			map[Property]Verdict{Exclusivity: Unknown, Effects: Unknown, Order: Unknown, Delivery: Unknown, Duplicates: Unknown, Progress: Unknown}, "publishes may be missing"},
		{"every send", kind(history.KindSendCall), nil, all(Unknown), "the gateway's record lacks all texts of it"},
		{"every send, of attempts that say that none went out", kind(history.KindSendCall), func(s *story) {
			for i := range s.events {
				if s.events[i].Kind == history.KindExit {
					s.events[i].Outcome = history.OutcomeSkipped
				}
			}
		}, map[Property]Verdict{Duplicates: Vacuous}, "no text was sent"},
		{"the scenario, whose minimum then applies", nil, func(s *story) { s.scenario = nil }, nil, ""},
		{"the scenario, and the fault's evidence", nil, func(s *story) {
			s.scenario = nil
			for i := range s.events {
				s.events[i].Evidence = nil
			}
		}, all(Vacuous), "did not bite"},
		{"the scenario and every handover", func(e history.Event) bool {
			return e.Attempt != "" && e.Attempt != "w1-1" && e.Kind != history.KindDeliver && e.Src != history.SrcStore || e.Fault != "" || e.Src == history.WorkerSrc("w3") || e.Kind == history.KindWorkerDead
		},
			func(s *story) { s.scenario = nil }, map[Property]Verdict{Exclusivity: Unknown, Effects: Unknown, Order: Vacuous, Delivery: Vacuous, Duplicates: Vacuous, Progress: Unknown}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sound()
			if c.drop != nil {
				s.without(c.drop)
			}
			if c.edit != nil {
				c.edit(s)
			}
			r := Check(s.tell(t))
			for _, p := range butRules() {
				want, named := c.want[p]
				if !named {
					want = Holds
				}
				v := mustBe(t, r, p, want)
				if named && !strings.Contains(v.Reason, c.says) {
					t.Errorf("%s: the reason %q does not say %q", p, v.Reason, c.says)
				}
			}
		})
	}
}

func TestContendedAgainstItsDefinition(t *testing.T) {
	property(t, 0, []string{"0 contended", "1 contended", "2 contended"}, func(t *rapid.T, drawn *tally) {
		s := newStory()
		n := rapid.IntRange(1, 5).Draw(t, "events")
		published := make([]int64, n)
		ok := make([]bool, n)
		for i := range n {
			published[i], ok[i] = rapid.Int64Range(1, 20).Draw(t, "published"), rapid.IntRange(0, 3).Draw(t, "outcome") > 0
			s.publish(fmt.Sprint(i), "u1", int64(i+1), published[i], map[bool]string{true: history.OutcomeOK, false: history.OutcomeUnclear}[ok[i]])
		}
		type sec struct {
			event       int
			enter, exit int64
		}
		var all []sec
		for k := range rapid.IntRange(0, 6).Draw(t, "sections") {
			x := sec{event: rapid.IntRange(0, n-1).Draw(t, "event"), enter: rapid.Int64Range(1, 20).Draw(t, "enter")}
			x.exit = x.enter + rapid.Int64Range(0, 8).Draw(t, "length")
			all = append(all, x)
			s.section("w1", fmt.Sprintf("a%d", k), fmt.Sprint(x.event), "u1", x.enter, x.exit)
		}
		want := 0
		for _, x := range all {
			waits := false
			for later := x.event + 1; later < n; later++ {
				free := ok[later] && published[later] < x.exit
				for _, y := range all {
					free = free && !(y.event == later && y.enter <= x.enter)
				}
				waits = waits || free
			}
			if waits {
				want++
			}
		}
		drawn.drew("%d contended", want)
		if got := countOpportunity(newRecord(s.history())).Contended; got != want {
			t.Fatalf("%d sections are counted as contended, %d are", got, want)
		}
	})
}

func TestWhatCountsAsOpportunity(t *testing.T) {
	s := takeTurns()
	s.publish("e4", "u2", 1, 40, history.OutcomeOK).handle("w1", "w1-4", "e4", "u2", 700, 710)
	s.section("w1", "w1-9", "e4", "u2", 720, 730) // the same worker again: no handover
	s.worker("w1", history.Event{Kind: history.KindDeliver, T: 800, Event: "e4", User: "u2", Attempt: "w1-5", Redelivery: 1})
	s.worker("w1", history.Event{Kind: history.KindDeliver, T: 810, Event: "e1", User: "u1", Attempt: "w1-6"})
	s.worker("w2", history.Event{Kind: history.KindDeliver, T: 820, Event: "e1", User: "u1", Attempt: "w2-6"})
	s.worker("w2", history.Event{Kind: history.KindDeliver, T: 825, Event: "e5", User: "u2", Attempt: "w2-7", Redelivery: 2}) // its first delivery is not on record
	s.worker("w2", history.Event{Kind: history.KindLockContended, T: 830, Event: "e1", User: "u1", Attempt: "w2-6"})
	s.gateway(history.Event{Kind: history.KindSendCall, T: 840, Event: "e1", User: "u1", Attempt: "w1-1", Text: "other", Outcome: history.OutcomeFailed})
	s.gateway(history.Event{Kind: history.KindSendCall, T: 841, Event: "e1", User: "u1", Attempt: "w1-1", Text: "receipt", Outcome: history.OutcomeDeduplicated})
	want := Opportunity{Attempts: 5, Users: 2, Workers: 2, Contended: 2, Handovers: 2, Redeliveries: 3, Sends: 4, LockContended: 1}
	if got := Check(s.tell(t)).Opportunity; got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestWhatCountsOfFaults(t *testing.T) {
	seen := history.Evidence{Name: "paused", Observer: "engine", Seen: true}
	s := frozen()                                                                             // aimed and bitten
	s.fault("unaimed", "w9", "", 910, 920, seen)                                              // bitten
	s.fault("missed", "w9", "u1", 910, 920, seen)                                             // not where it was to be
	s.harness(history.Event{Kind: history.KindFaultBegin, T: 930, Fault: "open"})             // and never ended
	s.harness(history.Event{Kind: history.KindFaultBegin, T: 940, Fault: "sick", Worker: ""}) // and was not healed
	s.harness(history.Event{Kind: history.KindFaultEnd, T: 950, Fault: "sick", Evidence: []history.Evidence{seen}, Outcome: history.OutcomeHealFailed})
	o := countOpportunity(newRecord(s.tell(t)))
	if got := [4]int{o.FaultsBegun, o.FaultsAimed, o.FaultsBitten, o.FaultsHealed}; got != [4]int{5, 1, 3, 3} {
		t.Errorf("begun, aimed, bitten and healed are %v", got)
	}
}

func TestSectionsThatSayNothingOfContentionLeaveTheOthers(t *testing.T) {
	for _, c := range []struct {
		name  string
		first func(s *story)
	}{
		{"of an event that nobody published", func(s *story) { s.section("w1", "a0", "foreign", "u1", 50, 60) }},
		{"of another user's event", func(s *story) {
			s.publish("f1", "u2", 1, 10, history.OutcomeOK).section("w1", "a0", "f1", "u1", 50, 60)
		}},
		{"on a clock that nobody compared", func(s *story) {
			s.domains[history.WorkerSrc("w0")] = "far"
			s.publish("e0", "u1", 1, 10, history.OutcomeOK).section("w0", "a0", "e0", "u1", 50, 60)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().publish("e1", "u1", 2, 20, history.OutcomeOK).publish("e2", "u1", 3, 30, history.OutcomeOK).publish("e3", "u1", 4, 40, history.OutcomeOK)
			c.first(s)
			s.section("w1", "a1", "e1", "u1", 100, 110).section("w1", "a2", "e2", "u1", 200, 210).section("w1", "a3", "e3", "u1", 300, 310)
			if got := Check(s.tell(t)).Opportunity.Contended; got != 2 {
				t.Errorf("%d sections are counted as contended, 2 are", got)
			}
		})
	}
}

func TestARunWithoutAScenarioNeedsNoFault(t *testing.T) {
	s := takeTurns()
	s.scenario = nil
	r := Check(s.tell(t))
	for _, p := range []Property{Order, Delivery, Duplicates} {
		mustBe(t, r, p, Holds)
	}
}

func TestAFaultIsAimedWhereItsWorkerWasSurelyInside(t *testing.T) {
	s := frozen().offset("d", "host", -10, 10) // w1 is inside of u1 from 100 to 900, and w2 later
	r := newRecord(s.tell(t))
	for _, c := range []struct {
		name  string
		begin history.Event
		want  string
	}{
		{"just before it entered", history.Event{T: 99, Worker: "w1", User: "u1"}, ""},
		{"as it entered", history.Event{T: 100, Worker: "w1", User: "u1"}, "w1-1"},
		{"as it left", history.Event{T: 900, Worker: "w1", User: "u1"}, "w1-1"},
		{"just after it left", history.Event{T: 901, Worker: "w1", User: "u1"}, ""},
		{"by the attempt that it names", history.Event{T: 500, Worker: "w1", User: "u1", Attempt: "w1-1"}, "w1-1"},
		{"by another attempt than it names", history.Event{T: 500, Worker: "w1", User: "u1", Attempt: "w1-2"}, ""},
		{"of another user", history.Event{T: 500, Worker: "w1", User: "u2"}, ""},
		{"of no user", history.Event{T: 500, Worker: "w1"}, ""},
		{"at another worker", history.Event{T: 350, Worker: "w2", User: "u1"}, "w2-1"},
		{"at nobody", history.Event{T: 500, User: "u1"}, ""},
		{"by the whole bound of another clock", history.Event{T: 110, Domain: "host", Worker: "w1", User: "u1"}, "w1-1"},
		{"within the bound of another clock's begin", history.Event{T: 109, Domain: "host", Worker: "w1", User: "u1"}, ""},
		{"within the bound of another clock's end", history.Event{T: 891, Domain: "host", Worker: "w1", User: "u1"}, ""},
		{"on a clock that nobody compared", history.Event{T: 500, Domain: "far", Worker: "w1", User: "u1"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.begin.Domain == "" {
				c.begin.Domain = "d"
			}
			got := ""
			if s := struckInside(r, &c.begin); s != nil {
				got = s.attempt
			}
			if got != c.want {
				t.Errorf("inside is %q, want %q", got, c.want)
			}
		})
	}
}
