package levels

import (
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

var twoEvents = func() *story { return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2") }

// sends is a call with all that may be said of it; from is when it began to be
// answered, 0 where nobody recorded that.
func (s *story) sends(c history.Event, t, from, answered int64, outcome string) *story {
	c.Kind, c.User = history.KindSendCall, "u1"
	s.add(history.SrcGateway, t, c)
	c.Kind, c.Outcome, c.From = history.KindSendReturn, outcome, from
	return s.add(history.SrcGateway, answered, c)
}

func (s *story) dies(worker string, signalled, dead int64) *story {
	return s.add(history.SrcHarness, dead, history.Event{Kind: history.KindWorkerDead, Worker: worker, From: signalled})
}

func (s *story) holdEnds(attempt string, t int64, outcome string) *story {
	return s.add(history.SrcGateway, t, history.Event{Kind: history.KindHoldEnd, User: "u1", Attempt: attempt, Event: "e1", Worker: "w1", Text: "receipt", Outcome: outcome})
}

// TestAnInstantThatTwoHaveInCommonIsNoOverlap: what ends when another begins is over,
// and whatever is done at the instant at which a bound begins or ends lies in it.
func TestAnInstantThatTwoHaveInCommonIsNoOverlap(t *testing.T) {
	const ok, gone = history.OutcomeOK, history.OutcomeGone
	const u, r, h = checker.Unknown, checker.Refuted, checker.Holds
	receipt := history.Event{Event: "e1", Attempt: "a1", Worker: "w1", Text: "receipt"}
	other := receipt
	other.Attempt, other.Text = "a2", "coupon"
	exclusivityIs(t, []byLevels{
		{"a send that is answered at once comes while another is out", twoEvents().call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 150, ok), [4]checker.Verdict{r, r, r, r}},
		{"a send that is answered at once comes when another does", twoEvents().call("w1", "e1", 100, 200, ok).call("w2", "e2", 100, 100, ok), [4]checker.Verdict{u, u, u, u}},
		{"a send of nobody comes at the instant at which a worker was given its event", twoEvents().delivered("w1", "e1", 90).reads("w1", 100).delivered("w2", "e2", 110).call("", "e2", 110, 140, ok).redis("w1", "set state:u1", "state:u1", "write", 120), [4]checker.Verdict{u, u, r, r}},
		{"a send of nobody is anybody's where a link was not read", twoEvents().delivered("w1", "e1", 90).reads("w1", 100).delivered("w2", "e2", 105).call("", "e2", 110, 140, ok).redis("w1", "set state:u1", "state:u1", "write", 120).
			link("w2", 50, history.Event{Kind: history.KindWireUndecoded}), [4]checker.Verdict{u, u, u, u}},
		{"a send of nobody lies in the later of two deliveries", newStory("w1", "w2").publishes(0, 1, "e1").delivered("w1", "e1", 100).acked("w1", "e1", 110).delivered("w2", "e1", 300).call("", "e1", 310, 320, ok).acked("w2", "e1", 330), [4]checker.Verdict{u, u, h, h}},
		{"a send comes when its event is delivered, and is answered when that is acknowledged", twoEvents().delivered("w1", "e1", 100).call("w1", "e1", 100, 140, ok).acked("w1", "e1", 140).delivered("w2", "e2", 200).acked("w2", "e2", 210), [4]checker.Verdict{u, u, h, h}},
		{"marks begin with their deliveries and end with their acknowledgements", had(twoEvents()).marks("w1", "e1", 90, 200).marks("w2", "e2", 95, 210), [4]checker.Verdict{u, u, u, r}},
		{"a mark lasts beyond its acknowledgement, and none overlap", had(twoEvents()).marks("w1", "e1", 100, 140).marks("w2", "e2", 150, 290), [4]checker.Verdict{u, u, u, u}},
		{"who marked an end died at that instant", had(twoEvents()).marks("w1", "e1", 100, 190).marks("w2", "e2", 150, 180).dies("w1", 185, 190), [4]checker.Verdict{u, u, u, r}},
		{"a mark of one worker lies in another of it that has no end", newStory("w1").publishes(0, 1, "e1").publishes(1, 2, "e2").delivered("w1", "e1", 90).delivered("w1", "e2", 91).acked("w1", "e1", 300).acked("w1", "e2", 300).begins("w1", "e1", 100).marks("w1", "e2", 150, 180), [4]checker.Verdict{u, u, u, u}},

		{"what nobody could read may have been a write", twoEvents().reads("w1", 100).reads("w2", 110).writes("w1", "e1", 120).writes("w2", "e2", 130).link("w2", 50, history.Event{Kind: history.KindWireUndecoded}), [4]checker.Verdict{u, u, u, u}},
		{"a write is refused, and made again of what was read", twoEvents().reads("w1", 100).refused("w1", "e1", 105).writes("w1", "e1", 120).call("w2", "e2", 112, 114, ok), [4]checker.Verdict{u, r, r, r}},
		{"a write that is not answered shows nothing, whatever its clock says", twoEvents().reads("w1", -500).asks("set", "state:u1", "write", -400).call("w2", "e2", -300, -200, ok), [4]checker.Verdict{u, u, u, u}},
		{"a read names no event, whatever is among its words", twoEvents().redis("w1", "get state:u1 e1", "state:u1", "read", 100).asks("get state:u1 e2", "state:u1", "read", 101).replies(110).asks("get", "state:u1", "read", 900).replies(902), [4]checker.Verdict{u, u, u, u}},
		{"nobody asked for what is answered", twoEvents().call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok).add(history.SrcGateway, 260, history.Event{Kind: history.KindSendReturn, User: "u1", Event: "e1", Attempt: "a7", Text: "coupon", Outcome: ok}), [4]checker.Verdict{r, r, r, r}},

		{"it was signalled as its call came", twoEvents().call("w1", "e1", 140, 200, ok).call("w2", "e2", 130, 250, ok).dies("w1", 140, 160), [4]checker.Verdict{u, u, u, u}},
		{"its death was confirmed as its call came", twoEvents().call("w1", "e1", 160, 200, ok).call("w2", "e2", 150, 250, ok).dies("w1", 140, 160), [4]checker.Verdict{u, u, u, u}},
		{"another of its name calls after its death", twoEvents().call("w1", "e1", 161, 200, ok).call("w2", "e2", 150, 250, ok).dies("w1", 140, 160), [4]checker.Verdict{r, r, r, r}},
		{"it died of no signal", twoEvents().call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok).add(history.SrcHarness, 140, history.Event{Kind: history.KindWorkerDead, Worker: "w1"}), [4]checker.Verdict{r, r, r, r}},
		{"another worker died", twoEvents().call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok).dies("w3", 140, 145).dies("w4", 140, 145), [4]checker.Verdict{r, r, r, r}},
		{"a call of nobody may be of whoever died", twoEvents().call("", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok).dies("w1", 140, 145), [4]checker.Verdict{u, u, u, u}},
		{"the answer was out after it was signalled", twoEvents().call("w1", "e1", 100, 200, ok).call("w2", "e2", 150, 250, ok).dies("w1", 170, 175), [4]checker.Verdict{r, r, r, r}},

		{"an impatient worker calls for another text once the first is answered", twoEvents().sends(receipt, 100, 150, 151, ok).sends(other, 150, 250, 251, ok).call("w2", "e2", 200, 300, ok), [4]checker.Verdict{r, r, r, r}},
		{"a worker calls for two texts at one instant, and has one answer at once", twoEvents().sends(receipt, 100, 200, 201, ok).sends(other, 100, 100, 101, ok).call("w2", "e2", 150, 250, ok), [4]checker.Verdict{r, r, r, r}},
		{"the later of an impatient worker's calls is answered first", twoEvents().call("w1", "e1", 100, 300, ok).call("w1", "e1", 150, 200, ok).call("w2", "e2", 210, 310, ok), [4]checker.Verdict{u, u, u, u}},
		{"an impatient worker sends again what another had sent, too", twoEvents().call("w2", "e1", 10, 20, ok).call("w1", "e1", 100, 200, ok).call("w1", "e1", 150, 250, ok).call("w2", "e2", 210, 300, ok), [4]checker.Verdict{u, u, u, u}},

		{"a hold shows how long an answer was out that nobody stamped", twoEvents().sends(receipt, 100, 0, 190, ok).holdEnds("a1", 180, history.OutcomeReleased).call("w2", "e2", 150, 250, ok), [4]checker.Verdict{r, r, r, r}},
		{"a hold whose caller was gone shows nothing", twoEvents().sends(receipt, 100, 120, 190, ok).holdEnds("a1", 180, gone).call("w2", "e2", 150, 250, ok), [4]checker.Verdict{u, u, u, u}},
		{"a hold of one of two calls under one name is of neither", twoEvents().sends(receipt, 100, 120, 190, ok).sends(receipt, 110, 130, 195, ok).holdEnds("a1", 180, history.OutcomeReleased).call("w2", "e2", 125, 250, ok), [4]checker.Verdict{u, u, u, u}},
	})
}

func TestTheLeastTimeOfAnAnswerCountsWhereNobodyStampedIt(t *testing.T) {
	call := history.Event{Event: "e1", Attempt: "a1", Worker: "w1", Text: "receipt"}
	for _, c := range []struct {
		name            string
		answered, other int64
		outcome         string // of the call itself
		want            checker.Verdict
	}{
		{"the other came before that time was over", 200, 150, "", checker.Refuted},
		{"the other came when it was over", 200, 160, "", checker.Unknown},
		{"the answer was there sooner", 150, 150, "", checker.Unknown},
		{"the call was refused", 200, 150, history.OutcomeFailed, checker.Unknown},
	} {
		m := storyMapping
		m.AnswersAfter = 60
		call.Outcome = c.outcome
		if v := says(t, twoEvents().sends(call, 100, 0, c.answered, history.OutcomeOK).call("w2", "e2", c.other, 250, history.OutcomeOK), m, Downstream, checker.Exclusivity); v.Verdict != c.want {
			t.Errorf("%s: %s: %s, want %s", c.name, v.Verdict, v.Reason, c.want)
		}
	}
}

func TestOneWorkersWordIsNothingBesideItsMarks(t *testing.T) {
	m := storyMapping
	m.OneAtATime = true
	s := newStory("w1").publishes(0, 1, "e1").publishes(1, 2, "e2").delivered("w1", "e1", 90).delivered("w1", "e2", 91).acked("w1", "e1", 300).acked("w1", "e2", 310)
	s.begins("w1", "e1", 100).marks("w1", "e2", 150, 180)
	levels := Check(s.history(), m, Marks).Levels
	if v := levels[Broker].Of(checker.Exclusivity); v.Verdict != checker.Holds {
		t.Errorf("by its word: %s: %s", v.Verdict, v.Reason)
	}
	if j := see(s.history(), m).exclusivity(Marks); j.verdict != checker.Unknown {
		t.Errorf("by marks of which one has no end: %s: %s", j.verdict, j.reason)
	}
}

func TestADeathEndsWhatHadBegunByThen(t *testing.T) {
	s := see(&history.History{}, Mapping{})
	s.deaths["w1"] = []death{{t: 30}, {t: 10}, {t: 20}}
	for _, c := range []struct{ from, want int64 }{{0, 10}, {10, 10}, {11, 20}, {30, 30}, {31, unbounded}} {
		if got := s.deathAfter("w1", c.from); got != c.want {
			t.Errorf("what began at %d ends at %d, want %d", c.from, got, c.want)
		}
	}
	if got := s.deathAfter("w2", 0); got != unbounded {
		t.Errorf("another's death ends it at %d", got)
	}
}

// refused is a write to which the server says that it did nothing.
func (s *story) refused(worker, event string, t int64) *story {
	s.writes(worker, event, t)
	d := s.events[len(s.events)-1].Detail
	d["reply"], d["text"] = "-", "READONLY"
	return s
}

func TestBoundsAreOfTwoSectionsByTheirMarksTheirWorkersOrTheirEvents(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b bound
		want bool
	}{
		{"two marks of one worker and event", bound{attempt: "a", worker: "w1", event: "e1"}, bound{attempt: "b", worker: "w1", event: "e1"}, true},
		{"one mark", bound{attempt: "a", worker: "w1", event: "e1"}, bound{attempt: "a", worker: "w2", event: "e2"}, false},
		{"a mark, and what may be of it", bound{attempt: "a", worker: "w1", event: "e1"}, bound{worker: "w1", event: "e1"}, false},
		{"what may be of a mark, and the mark", bound{worker: "w1", event: "e1"}, bound{attempt: "a", worker: "w1", event: "e1"}, false},
		{"two workers", bound{worker: "w1", event: "e1"}, bound{worker: "w2", event: "e1"}, true},
		{"two events", bound{worker: "w1", event: "e1"}, bound{worker: "w1", event: "e2"}, true},
		{"a worker that is not known", bound{worker: "w1", event: "e1"}, bound{event: "e1"}, false},
		{"an event that is not known", bound{event: "e1"}, bound{worker: "w1"}, false},
	} {
		if got := distinct(&c.a, &c.b); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
