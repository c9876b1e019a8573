package levels

import (
	"bytes"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// twoApart is a story in which two workers handle one event each, one after the other.
func twoApart() *story {
	return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w1", "e1", 100).handled("w2", "e2", 300)
}

// had has each worker given an event of its own, and both for a while at once.
func had(s *story) *story {
	return s.delivered("w1", "e1", 90).delivered("w2", "e2", 95).acked("w1", "e1", 200).acked("w2", "e2", 210)
}

func TestExclusivityIsDecidedByTheLowestLevelThatSees(t *testing.T) {
	const ok, gone = history.OutcomeOK, history.OutcomeGone
	two := func() *story { return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2") }
	exclusivityIs(t, []byLevels{
		{"two sends are out at once", two().call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok),
			[4]checker.Verdict{checker.Refuted, checker.Refuted, checker.Refuted, checker.Refuted}},
		{"two sends are out at once, and neither says by whom", two().call("", "e1", 100, 200, ok).call("", "e2", 150, 250, ok),
			[4]checker.Verdict{checker.Refuted, checker.Refuted, checker.Refuted, checker.Refuted}},
		{"the other came when the answer had begun", two().call("w1", "e1", 100, 150, ok).call("w2", "e2", 150, 250, ok),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"the first had hung up, nobody knows when", two().call("w1", "e1", 100, 200, gone).call("w2", "e2", 150, 250, ok),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"the first was killed before the other came", two().call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok).
			add(history.SrcHarness, 160, history.Event{Kind: history.KindWorkerDead, Worker: "w1", From: 140}),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"one event is sent for twice at once, by two workers", two().call("w1", "e1", 100, 200, ok).call("w2", "e1", 150, 250, ok),
			[4]checker.Verdict{checker.Refuted, checker.Refuted, checker.Refuted, checker.Refuted}},
		{"one worker is impatient and sends again", two().call("w1", "e1", 100, 200, ok).call("w1", "e1", 150, 250, ok),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"a call that was sent again comes late", two().call("w1", "e1", 100, 140, ok).call("w1", "e1", 150, 250, ok).call("w2", "e2", 210, 300, ok),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"another sends once the first of two calls is answered", two().call("w1", "e1", 100, 200, ok).call("w1", "e1", 150, 250, ok).call("w2", "e2", 210, 300, ok),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"from read to write both are inside", two().reads("w1", 100).reads("w2", 110).writes("w1", "e1", 120).writes("w2", "e2", 130),
			[4]checker.Verdict{checker.Unknown, checker.Refuted, checker.Refuted, checker.Refuted}},
		{"a worker writes what it has not read", two().reads("w1", 100).writes("w1", "e1", 110).reads("w2", 120).writes("w2", "e2", 130).reads("w1", 140).writes("w2", "e2", 150).writes("w1", "e1", 160),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"a send and another's read and write", two().reads("w1", 100).call("w2", "e2", 110, 140, ok).writes("w1", "e1", 120),
			[4]checker.Verdict{checker.Unknown, checker.Refuted, checker.Refuted, checker.Refuted}},
		{"a send that does not say by whom, of whoever had its event", two().delivered("w1", "e1", 90).reads("w1", 100).delivered("w2", "e2", 105).call("", "e2", 110, 140, ok).redis("w1", "set state:u1", "state:u1", "write", 120),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Refuted, checker.Refuted}},
		{"one after the other, all on record", twoApart(),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Holds, checker.Holds}},
		{"one after the other, and marked", twoApart().marks("w1", "e1", 105, 190).marks("w2", "e2", 305, 390),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Holds, checker.Holds}},
		{"deliveries overlap, marks do not", two().handled("w1", "e1", 100).delivered("w2", "e2", 150).call("w2", "e2", 310, 320, ok).acked("w2", "e2", 400).marks("w1", "e1", 105, 190).marks("w2", "e2", 305, 390),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Holds}},
		{"marks overlap", two().handled("w1", "e1", 100).handled("w2", "e2", 150).marks("w1", "e1", 105, 190).marks("w2", "e2", 155, 240),
			[4]checker.Verdict{checker.Unknown, checker.Refuted, checker.Refuted, checker.Refuted}},
		{"only marks show that both are inside", had(two()).marks("w1", "e1", 100, 190).marks("w2", "e2", 150, 180),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Refuted}},
		{"a mark lasts beyond the acknowledgement", had(two()).marks("w1", "e1", 100, 290).marks("w2", "e2", 150, 180),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"deliveries do not overlap, and a mark lasts beyond its own into another", two().handled("w1", "e1", 100).handled("w2", "e2", 300).marks("w1", "e1", 105, 350).marks("w2", "e2", 305, 390),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Holds, checker.Unknown}},
		{"deliveries do not overlap, and marks do not fit together", two().handled("w1", "e1", 100).handled("w2", "e2", 300).marks("w1", "e1", 105, 190).marks("w2", "e2", 305, 390).
			add(history.WorkerSrc("w1"), 195, history.Event{Kind: history.KindExit, User: "u1", Event: "e1", Attempt: "w1-105", Worker: "w1", Outcome: history.OutcomeSent}),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Holds, checker.Unknown}},
		{"a mark is of an event that its worker was not given", had(two()).marks("w1", "e1", 100, 190).marks("w2", "e1", 150, 180),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"who marked a begin died, and an end comes from who has its name", had(two()).marks("w1", "e1", 100, 190).marks("w2", "e2", 150, 180).
			add(history.SrcHarness, 140, history.Event{Kind: history.KindWorkerDead, Worker: "w1", From: 130}),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"a mark has no end", had(two()).begins("w1", "e1", 100).marks("w2", "e2", 150, 180),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"marks do not overlap, and one leaves its send out", had(two()).marks("w1", "e1", 100, 140).call("w2", "e2", 145, 148, ok).marks("w2", "e2", 150, 180),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"marks do not overlap", had(two()).marks("w1", "e1", 100, 140).call("w2", "e2", 155, 160, ok).marks("w2", "e2", 150, 180),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Holds}},
		{"one worker has two at once", newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").delivered("w1", "e1", 90).delivered("w1", "e2", 91).acked("w1", "e1", 100).acked("w1", "e2", 110),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"the acknowledgement may be of the first delivery", two().delivered("w1", "e1", 90).delivered("w1", "e1", 95).acked("w1", "e1", 100).delivered("w2", "e2", 200).acked("w2", "e2", 210),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
		{"an event's send comes when it was acknowledged", twoApart().call("w1", "e1", 500, 510, ok),
			[4]checker.Verdict{checker.Unknown, checker.Unknown, checker.Unknown, checker.Unknown}},
	})
}

// TestMarksThatDoNotFitTakeAwayNothingButExclusivity: all else that a lower level says
// does not rest on who was inside when.
func TestMarksThatDoNotFitTakeAwayNothingButExclusivity(t *testing.T) {
	s := twoApart().marks("w1", "e1", 105, 190).marks("w2", "e2", 305, 390).
		add(history.WorkerSrc("w1"), 195, history.Event{Kind: history.KindExit, User: "u1", Event: "e1", Attempt: "w1-105", Worker: "w1", Outcome: history.OutcomeSent})
	r := Check(s.history(), storyMapping, Marks)
	for _, p := range Properties() {
		want := checker.Holds
		if p == checker.Exclusivity {
			want = checker.Unknown
		}
		if v := r.Of(p); v.Verdict != want {
			t.Errorf("%s is %s (%s), want %s", p, v.Verdict, v.Reason, want)
		}
	}
}

func TestAWordOfTheMappingMakesOneWorkersDeliveriesNoOverlap(t *testing.T) {
	s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").delivered("w1", "e1", 90).delivered("w1", "e2", 91).acked("w1", "e1", 100).acked("w1", "e2", 110)
	m := storyMapping
	m.OneAtATime = true
	if v := says(t, s, m, Broker, checker.Exclusivity); v.Verdict != checker.Holds || v.Counts["outer_within_worker"] != 1 {
		t.Errorf("%s %v: %s", v.Verdict, v.Counts, v.Reason)
	}
}

func TestAnAcknowledgementEndsNothingThatItMayNotBeOf(t *testing.T) {
	m := storyMapping
	m.OneAtATime = true
	two := func() *story { return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2") }
	for _, c := range []struct {
		name  string
		story *story
		want  checker.Verdict
	}{
		{"it was given once", two().delivered("w1", "e1", 90).acked("w1", "e1", 100), checker.Holds},
		{"it was given twice", two().delivered("w1", "e1", 90).delivered("w1", "e1", 95).acked("w1", "e1", 100), checker.Unknown},
		{"it was handed back, and not acknowledged", two().delivered("w1", "e1", 90).link("w1", 95, history.Event{Kind: history.KindWireRedeliveryAsked, Detail: map[string]string{"conn": "1", "message": "4:1:-1:-1"}}), checker.Unknown},
		{"an ack timeout gave it to another as well", two().delivered("w1", "e1", 90).link("w1", 95, history.Event{Kind: history.KindWireRedeliveryAsked, Detail: map[string]string{"conn": "1", "message": "4:1:-1:-1"}}).delivered("w2", "e1", 96).acked("w2", "e1", 99).acked("w1", "e1", 100), checker.Unknown},
		{"an ack timeout gave it to the same again", two().delivered("w1", "e1", 90).link("w1", 95, history.Event{Kind: history.KindWireRedeliveryAsked, Detail: map[string]string{"conn": "1", "message": "4:1:-1:-1"}}).delivered("w1", "e1", 96).acked("w1", "e1", 97).acked("w1", "e1", 100), checker.Unknown},
		{"its worker died", two().delivered("w1", "e1", 90).add(history.SrcHarness, 150, history.Event{Kind: history.KindWorkerDead, Worker: "w1", From: 140}), checker.Holds},
		{"its worker died later", two().delivered("w1", "e1", 90).add(history.SrcHarness, 250, history.Event{Kind: history.KindWorkerDead, Worker: "w1", From: 140}), checker.Unknown},
		{"all up to a later one are acknowledged", two().delivered("w1", "e1", 90).link("w1", 100, history.Event{Kind: history.KindWireAcknowledged, Detail: map[string]string{"conn": "1", "message": "4:7:-1:-1", "cumulative": "true"}}), checker.Holds},
		{"all up to an earlier one are acknowledged", two().delivered("w1", "e1", 90).link("w1", 100, history.Event{Kind: history.KindWireAcknowledged, Detail: map[string]string{"conn": "1", "message": "4:0:-1:-1", "cumulative": "true"}}), checker.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := says(t, c.story.delivered("w2", "e2", 200).acked("w2", "e2", 210), m, Broker, checker.Exclusivity); v.Verdict != c.want {
				t.Errorf("%s: %s, want %s", v.Verdict, v.Reason, c.want)
			}
		})
	}
}

func TestWhoDoesNotHearAnAnswerIsNotTakenToHaveWaitedForIt(t *testing.T) {
	silent := func(heard bool) *story {
		s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").reads("w2", 110)
		d := func(conn, request, name, words string) map[string]string {
			return map[string]string{"conn": conn, "link": "state", "request": request, "name": name, "access": map[string]string{"get": "read", "set": "write"}[name], "keys": "state:u1", "words": words}
		}
		s.link("w1", 100, history.Event{Kind: history.KindWireCommand, Detail: d("9", "1", "get", "get state:u1")})
		s.link("w1", 101, history.Event{Kind: history.KindWireReply, Detail: map[string]string{"conn": "9", "link": "state", "request": "1", "name": "get", "reply": "nil"}})
		s.link("w1", 105, history.Event{Kind: history.KindWireCommand, Detail: d("9", "2", "set", "set state:u1 e1")})
		s.link("w1", 150, history.Event{Kind: history.KindWireReply, Detail: map[string]string{"conn": "9", "link": "state", "request": "2", "name": "set", "reply": "+", "text": "OK"}})
		if heard {
			s.link("w1", 160, history.Event{Kind: history.KindWireCommand, Detail: d("9", "3", "get", "get state:u1")})
		}
		return s.writes("w2", "e2", 130)
	}
	if v := says(t, silent(true), storyMapping, Store, checker.Exclusivity); v.Verdict != checker.Refuted {
		t.Errorf("heard: %s: %s", v.Verdict, v.Reason)
	}
	if v := says(t, silent(false), storyMapping, Store, checker.Exclusivity); v.Verdict != checker.Unknown {
		t.Errorf("unheard: %s: %s", v.Verdict, v.Reason)
	}
	soon := storyMapping
	soon.GivesUpAfter = 5
	if v := says(t, silent(true), soon, Store, checker.Exclusivity); v.Verdict != checker.Unknown {
		t.Errorf("it gives up without hanging up: %s: %s", v.Verdict, v.Reason)
	}
}

func TestNothingHoldsWithoutAWholeRecord(t *testing.T) {
	for _, c := range []struct {
		name  string
		story *story
	}{
		{"a worker has no link", twoApart().without(history.LinkSrc("w2"))},
		{"the downstream recorded nothing", twoApart().without(history.SrcGateway)},
		{"the harness recorded nothing", twoApart().without(history.SrcHarness)},
		{"a link passed on what it could not read", twoApart().link("w2", 50, history.Event{Kind: history.KindWireUndecoded, Detail: map[string]string{"opaque": "TLS"}})},
		{"a message says nothing of its user", twoApart().link("w2", 50, history.Event{Kind: history.KindWireDelivered, Event: "e1", Detail: map[string]string{"conn": "1", "message": "9:9:-1:-1"}})},
		{"a key of Redis is nobody's", twoApart().redis("w2", "set other 1", "other", "write", 500)},
		{"a command whose keys are not known", twoApart().redis("w2", "frobnicate state:u1", "", "unknown", 500)},
		{"a call of the downstream is nobody's", twoApart().add(history.SrcGateway, 500, history.Event{Kind: history.KindNote, Detail: map[string]string{DetailNobody: "GET /other"}})},
		{"an event that was not published is delivered", twoApart().delivered("w1", "e9", 500).acked("w1", "e9", 510)},
		{"an acknowledged event passed no link", twoApart().publishes(500, 3, "e3")},
		{"somebody speaks of a worker without a link", twoApart().call("w3", "e1", 220, 230, history.OutcomeOK)},
		{"a fault did not end", twoApart().add(history.SrcHarness, 500, history.Event{Kind: history.KindFaultBegin, Fault: "f"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Check(c.story.history(), storyMapping, Broker)
			if v := r.Of(checker.Exclusivity); v.Verdict != checker.Unknown {
				t.Errorf("%s: %s", v.Verdict, v.Reason)
			}
			if len(r.Findings) == 0 {
				t.Error("nothing was found")
			}
		})
	}
	if v := says(t, twoApart(), storyMapping, Broker, checker.Exclusivity); v.Verdict != checker.Holds {
		t.Errorf("with a whole record: %s: %s", v.Verdict, v.Reason)
	}
}

func TestWhatTookEffectIsSeenFromTheLinkToRedisOn(t *testing.T) {
	three := func() *story {
		return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w1", "e1", 100)
	}
	for _, c := range []struct {
		name     string
		story    *story
		property checker.Property
		level    Level
		want     checker.Verdict
	}{
		{"all took effect", twoApart(), checker.Delivery, Store, checker.Holds},
		{"one has no effect", three(), checker.Delivery, Store, checker.Refuted},
		{"one has no effect, and was published as the broker was found quiet", three().publishes(storyEnd, 3, "e3"), checker.Delivery, Store, checker.Unknown},
		{"one has no effect, and a write names none", three().redis("w1", "set state:u1", "state:u1", "write", 300), checker.Delivery, Store, checker.Unknown},
		{"one has no effect, and a write names two", three().redis("w1", "set state:u1 e2 e1", "state:u1", "write", 300), checker.Delivery, Store, checker.Unknown},
		{"the downstream sees no effect", twoApart(), checker.Delivery, Downstream, checker.Unknown},
		{"in their order", twoApart(), checker.Order, Store, checker.Holds},
		{"against their order", newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w2", "e2", 100).handled("w1", "e1", 300), checker.Order, Store, checker.Refuted},
		{"at once", newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").reads("w1", 90).reads("w2", 91).writes("w2", "e2", 100).writes("w1", "e1", 101), checker.Order, Store, checker.Unknown},
		{"each text once", twoApart(), checker.Duplicates, Downstream, checker.Holds},
		{"a text twice", twoApart().call("w2", "e1", 320, 330, history.OutcomeOK), checker.Duplicates, Downstream, checker.Refuted},
		{"nobody waits", twoApart(), checker.Progress, Broker, checker.Holds},
		{"a message is kept", twoApart().publishes(400, 3, "e3").delivered("w1", "e3", 500).reads("w1", 505).writes("w1", "e3", 510), checker.Progress, Broker, checker.Unknown},
		{"on what it decided", twoApart(), checker.Effects, Broker, checker.Unknown},
		{"what is owed", twoApart(), checker.Rules, Broker, checker.Unknown},
	} {
		t.Run(string(c.property)+": "+c.name, func(t *testing.T) {
			if v := says(t, c.story, storyMapping, c.level, c.property); v.Verdict != c.want {
				t.Errorf("%s: %s, want %s", v.Verdict, v.Reason, c.want)
			}
		})
	}
}

func TestWithoutAChanceOfAViolationNothingHolds(t *testing.T) {
	require := func(r history.Require) *story {
		s := twoApart()
		s.events[0].Scenario.Require = r
		return s
	}
	at := func(s *story, seen bool, worker, user string, t int64) *story {
		s.add(history.SrcHarness, t, history.Event{Kind: history.KindFaultBegin, Fault: "f", Worker: worker, User: user})
		return s.add(history.SrcHarness, t+10, history.Event{Kind: history.KindFaultEnd, Fault: "f", Worker: worker, User: user, Outcome: history.OutcomeHealed, Evidence: []history.Evidence{{Name: "it bit", Observer: "engine", Seen: seen}}})
	}
	fault := func(s *story, seen bool, worker string) *story { return at(s, seen, worker, "u1", 125) }
	marked := func(s *story) *story { return s.marks("w1", "e1", 105, 190).marks("w2", "e2", 305, 390) }
	bites := history.Require{FaultBites: true}
	for _, c := range []struct {
		name  string
		story *story
		level Level
		want  checker.Verdict
	}{
		{"all that is required is seen", require(history.Require{Attempts: 2, Contended: 1, Handovers: 1}), Broker, checker.Holds},
		{"more attempts are required than are seen", require(history.Require{Attempts: 3}), Broker, checker.Unknown},
		{"more waiting", require(history.Require{Contended: 2}), Broker, checker.Unknown},
		{"more handovers", require(history.Require{Handovers: 2}), Broker, checker.Unknown},
		{"a redelivery", require(history.Require{Redeliveries: 1}), Broker, checker.Unknown},
		{"more than the highest level sees", marked(require(history.Require{Attempts: 3})), Marks, checker.Vacuous},
		{"a fault is required", require(bites), Broker, checker.Vacuous},
		{"a fault bit", fault(require(bites), true, "w1"), Broker, checker.Holds},
		{"a fault did not bite", fault(require(bites), false, "w1"), Broker, checker.Vacuous},
		{"a fault is of a worker alone", at(require(bites), true, "w2", "", 125), Broker, checker.Holds},
		{"a fault is of a user alone", at(require(bites), true, "", "u1", 125), Broker, checker.Holds},
		{"a fault struck before it was seen inside", at(require(bites), true, "w1", "u1", 109), Broker, checker.Unknown},
		{"a fault struck at the first that was seen of it inside", at(require(bites), true, "w1", "u1", 110), Broker, checker.Holds},
		{"a fault struck at the last", at(require(bites), true, "w1", "u1", 162), Broker, checker.Holds},
		{"a fault struck after that", at(require(bites), true, "w1", "u1", 163), Broker, checker.Unknown},
		{"a fault struck whom nobody saw inside", fault(require(bites), true, "w2"), Broker, checker.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := says(t, c.story, storyMapping, c.level, checker.Duplicates); v.Verdict != c.want {
				t.Errorf("%s: %s, want %s", v.Verdict, v.Reason, c.want)
			}
		})
	}
}

func TestTheControlMustBeRefuted(t *testing.T) {
	both := newStory("w1", "w2").publishes(0, 1, "e1").call("w1", "e1", 100, 200, history.OutcomeOK).call("w2", "e1", 150, 250, history.OutcomeOK)
	if why := Control(Check(both.history(), storyMapping, Broker)); why != "" {
		t.Errorf("it was refuted: %s", why)
	}
	if why := Control(Check(twoApart().history(), storyMapping, Broker)); why == "" {
		t.Error("observers that see no overlap pass for ones that see")
	}
}

func TestAMappingThatMeansNothingIsRefused(t *testing.T) {
	for _, m := range []Mapping{
		{State: []string{"state"}}, {State: []string{"{user}:{user}"}}, {Others: []string{"{user}{user}"}},
		{Commands: []Command{{Access: "maybe"}}}, {GivesUpAfter: -1},
	} {
		if m.Validate() == nil {
			t.Errorf("taken: %+v", m)
		}
	}
	if err := storyMapping.Validate(); err != nil {
		t.Error(err)
	}
	if err := (Reference(&history.History{})).Validate(); err != nil {
		t.Error(err)
	}
}

func FuzzMapping(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"state":["state:{user}"],"others":["*"],"commands":[{"names":"eval","key":"*log","access":"write","done":"0"}]}`,
		`{"state":["{user"]}`, `{"state":["(["]}`, `{"State":[]} {}`, `[]`, ``,
	} {
		f.Add([]byte(s))
	}
	h := twoApart().history()
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ReadMapping(bytes.NewReader(b))
		if err != nil {
			return
		}
		// The downstream alone tells of these, whatever the keys of Redis are.
		if v := Check(h, m, Broker).Of(checker.Duplicates); v.Verdict == checker.Refuted || v.Verdict == checker.Vacuous {
			t.Errorf("duplicates are %s: %s", v.Verdict, v.Reason)
		}
		Calibrated(h, m)
	})
}
