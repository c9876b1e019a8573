package levels

import (
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// tries is a try to publish an event of which this came.
func (s *story) tries(t int64, ordinal int64, event, outcome string) *story {
	s.publishes(t, ordinal, event)
	s.events[len(s.events)-1].Outcome = outcome
	return s
}

// queues is a write within a transaction, whose answer says nothing of whether it was done.
func (s *story) queues(worker, event string, t int64) *story {
	s.writes(worker, event, t)
	s.events[len(s.events)-1].Detail["text"] = "QUEUED"
	return s
}

// losesAWrite is a write that did not reach the server.
func (s *story) losesAWrite(worker, event string, t int64) *story {
	s.writes(worker, event, t)
	s.events[len(s.events)-2].Outcome = history.OutcomeLost
	return s
}

func (s *story) restless() *story {
	s.unquiet = true
	return s
}

func (s *story) recovers(within int64) *story {
	s.events[0].Scenario.RecoverWithinNS = within
	return s
}

func (s *story) fault(begin, end int64) *story {
	s.add(history.SrcHarness, begin, history.Event{Kind: history.KindFaultBegin, Fault: "f"})
	return s.add(history.SrcHarness, end, history.Event{Kind: history.KindFaultEnd, Fault: "f", Outcome: history.OutcomeHealed, Evidence: []history.Evidence{{Name: "it bit", Observer: "engine", Seen: true}}})
}

func TestWhatTookEffectIsSaidOnlyWhereItIsKnown(t *testing.T) {
	const ok, failed, unclear = history.OutcomeOK, history.OutcomeFailed, history.OutcomeUnclear
	one := func() *story { return newStory("w1", "w2").publishes(0, 1, "e1").handled("w1", "e1", 100) }
	asked := history.Event{Kind: history.KindWireRedeliveryAsked, Detail: map[string]string{"conn": "1", "message": "4:3:-1:-1"}}
	refused := history.Event{Event: "e1", Attempt: "a1", Worker: "w1", Text: "receipt", Outcome: failed}
	again := history.Event{Event: "e2", Attempt: "a1", Worker: "w1", Text: "receipt", Outcome: failed}
	perhaps := history.Event{Event: "e1", Attempt: "a2", Worker: "w1", Text: "receipt", Outcome: unclear}
	for _, c := range []struct {
		property checker.Property
		name     string
		story    *story
		level    Level
		want     checker.Verdict
		says     string
	}{
		{checker.Delivery, "the only publish is unclear, and had no effect", newStory("w1").tries(0, 1, "e1", unclear).reads("w1", 10), Store, checker.Unknown, "that 1 event was published is not known"},
		{checker.Delivery, "a publish is unclear, and came to nobody", one().tries(1, 2, "e2", unclear), Broker, checker.Holds, "all 1 acknowledged"},
		{checker.Delivery, "a publish is unclear, and came to a worker", one().tries(1, 2, "e2", unclear).delivered("w2", "e2", 300).acked("w2", "e2", 310), Broker, checker.Unknown, "an event came to a worker although"},
		{checker.Delivery, "a publish is unclear, and took effect", one().tries(1, 2, "e2", unclear).handled("w2", "e2", 300), Store, checker.Holds, "all 1 acknowledged"},
		{checker.Delivery, "a try that was unclear is made again, and no effect came of it", one().tries(1, 2, "e2", unclear).tries(5, 2, "e2", ok), Store, checker.Refuted, "1 of 2 acknowledged"},
		{checker.Delivery, "a try that was acknowledged is made again in vain, and no effect came of it", one().tries(1, 2, "e2", ok).tries(5, 2, "e2", failed), Store, checker.Refuted, "1 of 2 acknowledged"},
		{checker.Delivery, "it is not known whether a write was done", one().publishes(1, 2, "e2").delivered("w2", "e2", 290).reads("w2", 295).queues("w2", "e2", 300), Store, checker.Unknown, "0 of 2 acknowledged publishes have no effect on record and 1 an unclear one"},
		{checker.Delivery, "one has no effect and of one it is not known, in a run without quiet", one().publishes(1, 2, "e2").publishes(2, 3, "e3").queues("w2", "e2", 300).restless(), Store, checker.Unknown, "1 of 3 acknowledged publishes have no effect on record and 1 an unclear one; the run did not reach quiet"},
		{checker.Delivery, "a write names none", one().publishes(1, 2, "e2").redis("w1", "set state:u1", "state:u1", "write", 300), Store, checker.Unknown, "and 0 an unclear one; 1 write name no event"},

		{checker.Delivery, "a try that was unclear is made again, and fails", one().tries(1, 2, "e2", unclear).tries(5, 2, "e2", failed), Broker, checker.Holds, "all 1 acknowledged"},
		{checker.Delivery, "a write was lost, whatever is answered to its number", one().publishes(1, 2, "e2").reads("w2", 290).losesAWrite("w2", "e2", 300), Store, checker.Refuted, "1 of 2 acknowledged"},
		{checker.Delivery, "not all words of a write are on record", one().cut(), Store, checker.Unknown, "1 write name no event"},
		{checker.Delivery, "a write names another user's event", one().ofAnother("f1"), Store, checker.Unknown, "1 write name no event"},
		{checker.Delivery, "commands have a number in common, one after the other", twoEvents().reads("w1", 50).asks("set state:u1 e1", "state:u1", "write", 100).replies(110).reads("w1", 150).asks("set state:u1 e2", "state:u1", "write", 200).replies(210), Store, checker.Holds, "all 2"},
		{checker.Order, "one was to be held back", twoEvents().writes("w2", "e2", 100).writes("w1", "e1", 300).heldBack(0, 5), Store, checker.Unknown, "of 1 event the order"},
		{checker.Order, "the earlier was perhaps not published", newStory("w1", "w2").tries(0, 1, "e1", unclear).publishes(1, 2, "e2").writes("w2", "e2", 100).writes("w1", "e1", 300), Store, checker.Unknown, "of 1 event the order"},
		{checker.Order, "of the first it is not known, and the others are against their order", twoEvents().publishes(2, 3, "e3").writes("w2", "e3", 100).writes("w2", "e2", 200).queues("w1", "e1", 300), Store, checker.Refuted, "event e3"},
		{checker.Order, "it is not known whether the earlier one was done", twoEvents().writes("w2", "e2", 100).queues("w1", "e1", 300), Store, checker.Unknown, "of 1 event the order"},
		{checker.Order, "the earlier is asked for as the later is answered", twoEvents().writes("w2", "e2", 100).writes("w1", "e1", 102), Store, checker.Unknown, "of 1 event the order"},
		{checker.Order, "the later is asked for as the earlier is answered", twoEvents().writes("w1", "e1", 100).writes("w2", "e2", 102), Store, checker.Unknown, "of 1 event the order"},
		{checker.Order, "the earlier is asked for after the later was answered", twoEvents().writes("w2", "e2", 100).writes("w1", "e1", 103), Store, checker.Refuted, "1 inversion for 1 user"},
		{checker.Order, "the first of all had no effect", twoEvents().publishes(2, 3, "e3").writes("w2", "e3", 100).writes("w1", "e2", 200), Store, checker.Refuted, "event e3 (published as number 3) was answered before any of event e2"},
		{checker.Order, "the last comes before both others, and the second before the first", twoEvents().publishes(2, 3, "e3").writes("w2", "e3", 100).writes("w2", "e2", 200).writes("w1", "e1", 300), Store, checker.Refuted, "2 inversions for 1 user"},
		{checker.Order, "the last comes after the second, and before the first", twoEvents().publishes(2, 3, "e3").writes("w2", "e2", 100).writes("w2", "e3", 200).writes("w1", "e1", 300), Store, checker.Refuted, "2 inversions for 1 user"},
		{checker.Order, "the earlier was published twice", newStory("w1", "w2").tries(0, 1, "e1", unclear).tries(1, 1, "e1", ok).publishes(2, 2, "e2").writes("w2", "e2", 100).writes("w1", "e1", 300), Store, checker.Unknown, "of 1 event the order"},
		{checker.Order, "the later was published twice", newStory("w1", "w2").publishes(0, 1, "e1").tries(1, 2, "e2", ok).tries(2, 2, "e2", ok).writes("w2", "e2", 100).writes("w1", "e1", 300), Store, checker.Unknown, "of 1 event the order"},
		{checker.Order, "all are in order, and a write names none", twoApart().redis("w1", "set state:u1", "state:u1", "write", 500), Store, checker.Unknown, "1 write name no event"},
		{checker.Order, "a write that names none comes before the others", twoEvents().redis("w1", "set state:u1", "state:u1", "write", 50).writes("w2", "e2", 100).writes("w1", "e1", 300), Store, checker.Unknown, "of 1 event the order in which they took effect cannot be told, and 1 write name no event"},
		{checker.Order, "a user had one event", one(), Store, checker.Vacuous, "no user had two events that took effect"},

		{checker.Duplicates, "a text is refused, and then accepted twice", newStory("w1").publishes(0, 1, "e1").sends(refused, 50, 51, 52, failed).call("w1", "e1", 100, 110, ok).call("w1", "e1", 120, 130, ok), Downstream, checker.Refuted, "was accepted 2 times"},
		{checker.Duplicates, "a text is refused, and then accepted", one().publishes(1, 2, "e2").sends(again, 250, 251, 252, failed).call("w1", "e2", 300, 310, ok), Downstream, checker.Holds, "2 texts reached the downstream"},
		{checker.Duplicates, "a text was perhaps accepted, and then surely", newStory("w1").publishes(0, 1, "e1").sends(perhaps, 50, 51, 52, unclear).call("w1", "e1", 100, 110, ok), Downstream, checker.Unknown, "may have been accepted more than once"},
		{checker.Duplicates, "a text was surely accepted, and then perhaps", newStory("w1").publishes(0, 1, "e1").call("w1", "e1", 10, 20, ok).sends(perhaps, 50, 51, 52, unclear), Downstream, checker.Unknown, "may have been accepted more than once"},
		{checker.Duplicates, "one was perhaps accepted, and another twice", twoEvents().sends(perhaps, 50, 51, 52, unclear).call("w2", "e2", 100, 110, ok).call("w2", "e2", 120, 130, ok), Downstream, checker.Refuted, "1 text for 1 user in all"},
		{checker.Duplicates, "a text was surely accepted, then perhaps, and surely again", newStory("w1").publishes(0, 1, "e1").call("w1", "e1", 10, 20, ok).sends(perhaps, 50, 51, 52, unclear).call("w1", "e1", 60, 70, ok), Downstream, checker.Refuted, "1 text for 1 user in all"},
		{checker.Duplicates, "one was perhaps accepted, once", newStory("w1").publishes(0, 1, "e1").sends(perhaps, 50, 51, 52, unclear), Downstream, checker.Vacuous, "no text was sent"},
		{checker.Duplicates, "two texts twice each", twoApart().call("w1", "e1", 500, 510, ok).call("w1", "e2", 520, 530, ok), Downstream, checker.Refuted, "2 texts for 1 user in all"},

		{checker.Progress, "one waits for as long as the scenario has for it", twoApart().recovers(361), Broker, checker.Unknown, "an event took effect 0.000 ms after"},
		{checker.Progress, "one waits for less", twoApart().recovers(362), Broker, checker.Holds, "every one of 2 acknowledged events"},
		{checker.Progress, "a publish failed, and a later one waited", newStory("w1", "w2").tries(0, 1, "e1", failed).publishes(1, 2, "e2").handled("w2", "e2", 300).recovers(50), Broker, checker.Unknown, "an event took effect"},
		{checker.Progress, "one was to be held back for most of that", twoApart().recovers(361).heldBack(1, 300), Broker, checker.Holds, "every one of 2"},
		{checker.Progress, "one was with a worker that died, and went to another", twoApart().publishes(2, 3, "e3").delivered("w1", "e3", 400).dies("w1", 410, 420).handled("w2", "e3", 500), Broker, checker.Holds, "every one of 3"},
		{checker.Progress, "one was handed back, and went to another", twoApart().publishes(2, 3, "e3").delivered("w1", "e3", 400).link("w1", 410, asked).handled("w2", "e3", 500), Broker, checker.Holds, "every one of 3"},
		{checker.Progress, "one is kept, and another handles it", twoApart().publishes(2, 3, "e3").delivered("w1", "e3", 400).handled("w2", "e3", 500), Broker, checker.Unknown, "worker w1 was given event e3 and neither"},
		{checker.Progress, "a fault ended as the last took effect", twoApart().fault(200, 360), Broker, checker.Holds, "every one of 2"},
		{checker.Progress, "a fault ended after that", twoApart().fault(200, 361), Broker, checker.Unknown, "after the fault f"},
	} {
		t.Run(string(c.property)+": "+c.name, func(t *testing.T) {
			if v := says(t, c.story, storyMapping, c.level, c.property); v.Verdict != c.want || !strings.Contains(v.Reason, c.says) {
				t.Errorf("%s: %s, want %s with %q", v.Verdict, v.Reason, c.want, c.says)
			}
		})
	}
}

// heldBack has the nth event of the story, a publish, be held back.
func (s *story) heldBack(n int, ns int64) *story {
	s.events[n+1].DelayNS = ns
	return s
}

// TestWhoWaitsIsCounted counts handlings during which a later event of the user waits.
func TestWhoWaitsIsCounted(t *testing.T) {
	late := func(t int64) *story {
		s := newStory("w1", "w2").publishes(0, 1, "e1")
		return s.publishes(t, 2, "e2")
	}
	for _, c := range []struct {
		name  string
		story *story
		want  int
	}{
		{"the later is published before the handling ends", late(161).handled("w1", "e1", 100).handled("w2", "e2", 300), 1},
		{"the later is published as it ends", late(162).handled("w1", "e1", 100).handled("w2", "e2", 300), 0},
		{"both begin at once", late(1).reads("w1", 100).reads("w2", 100).writes("w1", "e1", 110).writes("w2", "e2", 110), 0},
		{"the later is handled first, and again", late(1).call("w2", "e2", 50, 60, history.OutcomeOK).call("w1", "e1", 100, 110, history.OutcomeOK).call("w2", "e2", 150, 160, history.OutcomeOK), 0},
		{"what is not of this run is handled before", late(1).call("w1", "e9", 50, 60, history.OutcomeOK).handled("w1", "e1", 100).handled("w2", "e2", 300), 1},
	} {
		if got := see(c.story.history(), storyMapping).opportunity(Store).Contended; got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// cut takes from the story's last write on record what it wrote.
func (s *story) cut() *story {
	for i := range s.events {
		if d := s.events[i].Detail; d["access"] == "write" && d["words"] != "" {
			d["cut"] = "true"
		}
	}
	return s
}

// ofAnother has a worker write an event to a state that is another user's.
func (s *story) ofAnother(event string) *story {
	s.publishes(3, 1, event)
	s.events[len(s.events)-1].User = "u2"
	return s.redis("w1", "set state:u1 "+event, "state:u1", "write", 500)
}

func TestWithoutTheWordThatWritesNameTheirEventsNothingIsSeenToTakeEffect(t *testing.T) {
	silent, stateless := storyMapping, storyMapping
	silent.NamesEvent, stateless.State = false, nil
	for _, m := range []Mapping{silent, stateless} {
		for _, p := range []checker.Property{checker.Delivery, checker.Order, checker.Progress} {
			if v := says(t, twoApart(), m, Broker, p); v.Verdict != checker.Unknown || !strings.Contains(v.Reason, "the mapping does not say how a write") {
				t.Errorf("%s: %s: %s", p, v.Verdict, v.Reason)
			}
		}
	}
}

func TestOfARunWithoutAScenarioTheLeastIsRequired(t *testing.T) {
	for _, c := range []struct {
		name  string
		story *story
		want  checker.Verdict
	}{
		{"two sections at two workers could have met", twoApart(), checker.Holds},
		{"its fault bit", twoApart().strikes("f", "w1", 125, true), checker.Holds},
		{"its fault did not bite", twoApart().strikes("f", "w1", 125, false), checker.Vacuous},
		{"one handled all", newStory("w1").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w1", "e1", 100).handled("w1", "e2", 300), checker.Unknown},
	} {
		c.story.events = c.story.events[1:]
		if v := says(t, c.story, storyMapping, Broker, checker.Duplicates); v.Verdict != c.want {
			t.Errorf("%s: %s: %s, want %s", c.name, v.Verdict, v.Reason, c.want)
		}
	}
}

func TestAFaultOfNobodyIsAimedAtNobody(t *testing.T) {
	s := newStory("w1").publishes(0, 1, "e1").call("", "e1", 100, 200, history.OutcomeOK)
	s.add(history.SrcHarness, 150, history.Event{Kind: history.KindFaultBegin, Fault: "f", User: "u1"})
	if o := see(s.history(), storyMapping).opportunity(Downstream); o.FaultsBegun != 1 || o.FaultsAimed != 0 {
		t.Errorf("%+v", o)
	}
}
