package checker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
)

var leastForRules = history.Require{Attempts: 1}

func TestALifeByTheRulesHolds(t *testing.T) {
	r := Check(newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000, happening{typ: typePurchased, text: textReceipt}).require(leastForRules).tell(t))
	v := mustBe(t, r, Rules, Holds)
	for i := range journeyRules.rules {
		if k := "held_back_by_" + journeyRules.rules[i].key(); v.Counts[k] != 1 {
			t.Errorf("%s is %d, want 1", k, v.Counts[k])
		}
	}
	if v.Counts["owed"] != 8 || v.Counts["texts"] != 8 {
		t.Errorf("%d texts and %d owed, want 8 and 8", v.Counts["texts"], v.Counts["owed"])
	}
}

// What is taken from a life by the rules, or put into it.
func TestRulesOfALife(t *testing.T) {
	const twoMinutes = 2 * time.Minute
	campaign := func(after time.Duration) happening {
		return happening{typ: typeCampaign, after: after, text: textCampaign}
	}
	for _, c := range []struct {
		name string
		life []happening // after the full life, by another user
		want Verdict
		says string
	}{
		{"a fourth text of marketing within a day is against the cap", []happening{campaign(0), campaign(1), campaign(2), campaign(day - time.Millisecond)}, Refuted, "frequency cap"},
		{"a fourth text a day after the first is not", []happening{campaign(0), campaign(time.Hour), campaign(2 * time.Hour), campaign(day)}, Holds, ""},
		{"what counts is the events' times, not their order", []happening{campaign(4 * time.Hour), campaign(time.Hour), campaign(2 * time.Hour), campaign(0)}, Refuted, "frequency cap"},
		{"a receipt does not count toward the cap", []happening{campaign(0), campaign(1), campaign(2), {typ: typePurchased, after: 3, text: textReceipt}}, Holds, ""},
		{"a campaign at 21:00 is against quiet hours", []happening{campaign(9 * time.Hour)}, Refuted, "21:00"},
		{"a campaign at 20:59 is not", []happening{campaign(9*time.Hour - time.Minute)}, Holds, ""},
		{"a campaign at 08:59 is against quiet hours", []happening{campaign(-3*time.Hour - time.Minute)}, Refuted, "08:59"},
		{"a campaign at 09:00 is not", []happening{campaign(-3 * time.Hour)}, Holds, ""},
		{"quiet hours are those where the user is", []happening{{typ: typeCampaign, text: textCampaign, zone: -300}}, Refuted, "07:00"},
		{"a campaign at night by UTC and at noon by the user's clock is owed", []happening{{typ: typeCampaign, after: 12 * time.Hour, zone: 720}}, Refuted, "swallowed"},
		{"a receipt at night goes out", []happening{{typ: typePurchased, after: 12 * time.Hour, text: textReceipt}}, Holds, ""},
		{"a reminder less than a week after a purchase is against the pause",
			[]happening{{typ: typePurchased, text: textReceipt}, {typ: typeCart, after: 7*day - time.Millisecond, text: textCart}}, Refuted, "pause after a purchase"},
		{"a reminder a week after it is owed", []happening{{typ: typePurchased, text: textReceipt}, {typ: typeCart, after: 7 * day}}, Refuted, "swallowed"},
		{"a reminder for a cart of before the purchase is against the pause",
			[]happening{{typ: typePurchased, after: day, text: textReceipt}, {typ: typeCart, text: textCart}}, Refuted, "pause after a purchase"},
		{"a purchase that took effect after the reminder forbids nothing",
			[]happening{{typ: typeCart, after: 1, text: textCart}, {typ: typePurchased, text: textReceipt}}, Holds, ""},
		{"a purchase while stopped is remembered",
			[]happening{{typ: typeStop, text: textStopped}, {typ: typePurchased}, {typ: typeStart}, {typ: typeCart, text: textCart}}, Refuted, "pause after a purchase"},
		{"a receipt after STOP is against it", []happening{{typ: typeStop, text: textStopped}, {typ: typePurchased, text: textReceipt}}, Refuted, "silence after STOP"},
		{"a second STOP is not confirmed", []happening{{typ: typeStop, text: textStopped}, {typ: typeStop, text: textStopped}}, Refuted, "silence after STOP"},
		{"a STOP after START is", []happening{{typ: typeStop, text: textStopped}, {typ: typeStart}, {typ: typeStop, text: textStopped}}, Holds, ""},
		{"a receipt after START is owed", []happening{{typ: typeStop, text: textStopped}, {typ: typeStart}, {typ: typePurchased}}, Refuted, "swallowed"},
		{"a second welcome is one too many", []happening{{typ: typeSubscribed, text: textWelcome}, {typ: typeSubscribed, text: textWelcome}}, Refuted, "one welcome"},
		{"a welcome is owed to the first who comes", []happening{{typ: typeSubscribed}, {typ: typeSubscribed, text: textWelcome}}, Refuted, "swallowed"},
		{"texts that are too much may come after some that are not", []happening{campaign(0), campaign(2 * day), campaign(2*day + 1), campaign(2*day + 2), campaign(2*day + 3)}, Refuted, "frequency cap"},
		{"a welcome that STOP held back is owed after START",
			[]happening{{typ: typeStop, text: textStopped}, {typ: typeSubscribed}, {typ: typeStart}, {typ: typeSubscribed}}, Refuted, "swallowed"},
		{"a campaign that nothing holds back is owed", []happening{{typ: typeCampaign}}, Refuted, "event u2-1 (campaign)"},
		{"a campaign with three texts around it is not owed", []happening{campaign(-twoMinutes), campaign(-time.Minute), campaign(23 * time.Hour), {typ: typeCampaign}}, Holds, ""},
		{"a campaign that is older by more than a day than a text is not owed", []happening{campaign(2 * day), {typ: typeCampaign}}, Holds, ""},
		{"a type that no rule knows may be a damaged name", []happening{{typ: "opened_app"}}, Unknown, "that the rules know"},
		{"a text that no rule knows may be the one that was owed", []happening{{typ: typeCampaign, text: "campaigo"}}, Unknown, `text "campaigo" of event u2-1 is, which no rule knows`},
		{"or what held back another", []happening{{typ: typeStart, text: "campaigo"}, {typ: typeCampaign}}, Unknown, "which no rule knows"},
		{"though nothing that was owed is missing, it may be one too many", []happening{{typ: typeStart, text: "campaigo"}}, Unknown, "which no rule knows"},
		{"after STOP it is one that nobody was to get", []happening{{typ: typeStop, text: textStopped}, {typ: typePurchased, text: "campaigo"}}, Refuted, "silence after STOP"},
		{"an event of unknown type may be anything", []happening{{typ: ""}}, Unknown, "no type on record"},
		{"after an event of unknown type a silence is not sure", []happening{{typ: typeStop, text: textStopped}, {typ: ""}, {typ: typePurchased, text: textReceipt}}, Unknown, "no type"},
		{"nor is the absence of one", []happening{{typ: ""}, {typ: typePurchased}}, Unknown, "no type"},
		{"a known type sets that right again", []happening{{typ: ""}, {typ: typeStart}, {typ: typePurchased}}, Refuted, "swallowed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000, c.life...).require(leastForRules)
			if v := mustBe(t, Check(s.tell(t)), Rules, c.want); !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
		})
	}
}

func TestARuleThatNothingPutToTheTestMakesRulesVacuous(t *testing.T) {
	for i := range fullLife() {
		h := fullLife()[i]
		if h.text != "" || h.typ == typeStart {
			continue
		}
		life := slices.Delete(fullLife(), i, i+1)
		r := Check(newStory().lives("u1", 1000, life...).require(leastForRules).tell(t))
		if v := mustBe(t, r, Rules, Vacuous); !strings.Contains(v.Reason, "no event put to the test") {
			t.Errorf("without the %s of %s: the reason is %q", h.typ, h.after, v.Reason)
		}
	}
	// What alone was at night was held back by STOP, too.
	life := slices.Insert(slices.Delete(fullLife(), 6, 7), 10, happening{typ: typeCampaign, after: 5*day + 10*time.Hour})
	mustBe(t, Check(newStory().lives("u1", 1000, life...).require(leastForRules).tell(t)), Rules, Vacuous)
}

func TestWhatTheRecordLacksOfTheRules(t *testing.T) {
	stop := []happening{{typ: typeStop, text: textStopped}, {typ: typePurchased, text: textReceipt}}
	swallows := []happening{{typ: typePurchased}}
	untimed := func(e *history.Event) { e.At, e.ZoneMinutes = 0, 0 }
	for _, c := range []struct {
		name    string
		life    []happening
		drop    func(history.Event) bool
		restamp func(*history.Event)
		want    Verdict
		says    string
	}{
		{"without events' times nothing holds", nil, nil, untimed, Unknown, "9 of 13 events that took effect have no time of their own on record"},
		{"without them, a text after STOP is one all the same", stop, nil, untimed, Refuted, "silence after STOP"},
		{"without them, a receipt is owed all the same", swallows, nil, untimed, Refuted, "swallowed"},
		{"without the gateway's end, what was owed may have gone out", swallows, kind(history.KindObserverStop), nil, Unknown, "the end of the gateway's record"},
		{"without the gateway's end, a text after STOP is one all the same", stop, kind(history.KindObserverStop), nil, Refuted, "silence after STOP"},
		{"without the store's log nothing is known", stop, kind(history.KindStateCommit), nil, Unknown, "the store's log is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000, c.life...).require(leastForRules)
			s.drop, s.restamp = c.drop, c.restamp
			if v := mustBe(t, Check(s.tell(t)), Rules, c.want); !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
		})
	}
}

func TestWhatWasBeforeTheFirstWriteMayHaveHeldItBack(t *testing.T) {
	for _, typ := range []string{typePurchased, typeSubscribed, typeCart, typeCampaign} {
		s := newStory().lives("u1", 1000, fullLife()...).require(leastForRules)
		s.versions["u2"] = 3
		v := mustBe(t, Check(s.lives("u2", 5000, happening{typ: typ}).tell(t)), Rules, Unknown)
		if !strings.Contains(v.Reason, "before the first write") {
			t.Errorf("the reason is %q", v.Reason)
		}
	}
}

func TestWhatWentWrongWithTheRulesIsCounted(t *testing.T) {
	s := newStory().lives("u1", 1000, fullLife()...).require(leastForRules).
		lives("u2", 5000, happening{typ: typeSubscribed, text: textWelcome}, happening{typ: typeSubscribed, text: textWelcome}, happening{typ: typePurchased}).
		lives("u3", 9000, happening{typ: typeSubscribed, text: textWelcome}, happening{typ: typeSubscribed, text: textWelcome})
	v := mustBe(t, Check(s.fault("late-1", "w1", "", 9_500, 9_501).tell(t)), Rules, Refuted)
	for name, want := range map[string]int64{"texts": 11, "owed": 10, swallowed: 1, "against_one_welcome": 2, "against_frequency_cap": 0} {
		if got := v.Counts[name]; got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if v.Witness.Total != 3 || v.Witness.Users != 2 {
		t.Errorf("%d breaches for %d users, want 3 for 2", v.Witness.Total, v.Witness.Users)
	}
}

func TestATextWasSwallowedBeforeAFaultThatBeganWhenItsAttemptWasOver(t *testing.T) {
	s := newStory().lives("u1", 1000, fullLife()...).require(leastForRules).lives("u2", 5000, happening{typ: typePurchased})
	v := mustBe(t, Check(s.fault("early-1", "w1", "", 5_010, 5_020).fault("late-2", "w1", "", 5_060, 5_061).tell(t)), Rules, Refuted)
	if !slices.Equal(v.Before, []string{"late-2"}) {
		t.Errorf("it was swallowed before %v, want late-2", v.Before)
	}
}

// Two attempts of a user at once: what is sure of their texts is what no order
// that the records leave open would make right.
func TestTextsWhoseOrderIsOpen(t *testing.T) {
	base := func() *story {
		s := newStory().lives("u1", 1000, fullLife()...).require(leastForRules)
		for i, typ := range []string{typeStop, typePurchased} {
			s.harness(history.Event{Kind: history.KindPublish, T: 5000, From: 5000, Event: []string{"stop", "buy"}[i], User: "u2", Ordinal: int64(i + 1), Type: typ, At: noon, Outcome: history.OutcomeOK})
		}
		return s
	}
	// stops is the STOP's attempt, whose worker knew it written at 5200.
	stops := func(s *story) *story {
		s.given("w1", "a-stop", "stop", "u2", 5090)
		s.section("w1", "a-stop", "stop", "u2", 5100, 5250).textArrives("w1", "a-stop", "stop", "u2", textStopped, 5110, "")
		s.worker("w1", history.Event{Kind: history.KindStateWrite, T: 5200, From: 5150, Event: "stop", User: "u2", Attempt: "a-stop", Version: 1, Outcome: history.OutcomeOK})
		return s.commitOn("stop", "u2", "a-stop", 0, textStopped)
	}
	// buys is an attempt that read no STOP and sends at a time.
	buys := func(s *story, enter, send int64, writes bool) *story {
		s.given("w2", "a-buy", "buy", "u2", enter-1).enter("w2", "a-buy", "buy", "u2", enter).textArrives("w2", "a-buy", "buy", "u2", textReceipt, send, "")
		if writes {
			return s.exit("w2", "a-buy", "buy", "u2", send+100).writes("w2", "a-buy", "buy", "u2", send+50, 1).commitOn("buy", "u2", "a-buy", 0, textReceipt)
		}
		return s.worker("w2", history.Event{Kind: history.KindExit, T: send + 100, Event: "buy", User: "u2", Attempt: "a-buy", Outcome: history.OutcomeUnclear})
	}
	for _, c := range []struct {
		name string
		tell *story
		want Verdict
	}{
		{"a receipt of the same time as the STOP may have been first", buys(stops(base()), 5050, 5180, true), Holds},
		{"accepted after the STOP was known to be written, it was not", buys(stops(base()), 5050, 5300, true), Refuted},
		{"the same of an attempt that wrote nothing", buys(stops(base()), 5050, 5300, false), Refuted},
		{"one that wrote nothing and was accepted before may have been first", buys(stops(base()), 5050, 5180, false), Holds},
	} {
		t.Run(c.name, func(t *testing.T) { mustBe(t, Check(c.tell.tell(t)), Rules, c.want) })
	}
}

func TestATextThatWasAcceptedTwiceWasGotTwice(t *testing.T) {
	s := newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000, happening{typ: typeSubscribed, text: textWelcome}).require(leastForRules)
	s.textArrives("w1", "a-u2-1", "u2-1", "u2", textWelcome, 5012, "")
	mustBe(t, Check(s.tell(t)), Rules, Refuted)
}

func TestATextThatWasRecognizedIsNotGotAgain(t *testing.T) {
	life := []happening{{typ: typeSubscribed, text: textWelcome}}
	s := newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000, life...).require(leastForRules)
	s.textArrives("w1", "a-u2-1", "u2-1", "u2", textWelcome, 5012, history.OutcomeDeduplicated)
	mustBe(t, Check(s.tell(t)), Rules, Holds)
}

func TestATextThatWasTakenForAnotherEventsIsSwallowed(t *testing.T) {
	life := []happening{{typ: typePurchased, text: textReceipt}, {typ: typePurchased, after: time.Minute}}
	s := newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000, life...).require(leastForRules)
	s.textArrives("w1", "a-u2-2", "u2-2", "u2", textReceipt, 5110, history.OutcomeDeduplicated)
	for i := range s.events {
		if e := &s.events[i]; e.Src == history.SrcGateway && e.Kind == history.KindSendCall && e.User == "u2" {
			e.Detail = map[string]string{"idempotency_key": e.User + "/" + e.Text} // it does not name the event
		}
	}
	v := mustBe(t, Check(s.tell(t)), Rules, Refuted)
	if v.Counts[swallowed] != 1 || v.Witness.Text != textReceipt || !slices.Equal(v.Witness.Events, []string{"u2-2"}) {
		t.Errorf("counts %v, witness of text %q and events %v", v.Counts, v.Witness.Text, v.Witness.Events)
	}
}

func TestATextOfUnclearOutcomeDecidesNothing(t *testing.T) {
	for name, life := range map[string][]happening{
		"it may be the one that was owed":      {{typ: typeCampaign}},
		"it may be the one that is too much":   {{typ: typeSubscribed, text: textWelcome}, {typ: typeSubscribed}},
		"it may be the one that fills the cap": {{typ: typeCampaign, text: textCampaign}, {typ: typeCampaign, text: textCampaign}, {typ: typeCampaign}, {typ: typeCampaign, after: time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000, life...).require(leastForRules)
			n := len(life)
			if n == 4 {
				n = 3
			}
			id := map[int]string{1: "u2-1", 2: "u2-2", 3: "u2-3"}[n]
			text := journeyRules.answers[life[n-1].typ]
			s.textArrives("w1", "a-"+id, id, "u2", text, 5000+int64(100*(n-1))+10, history.OutcomeUnclear)
			mustBe(t, Check(s.tell(t)), Rules, Unknown)
		})
	}
}

func TestTheWitnessOfARuleHasTheAttemptsThatTellIt(t *testing.T) {
	s := newStory().lives("u1", 1000, fullLife()...).lives("u2", 5000,
		happening{typ: typeCampaign, text: textCampaign}, happening{typ: typeCampaign, text: textCampaign},
		happening{typ: typePurchased, text: textReceipt},
		happening{typ: typeCampaign, text: textCampaign}, happening{typ: typeCampaign, text: textCampaign},
	).require(leastForRules)
	w := mustBe(t, Check(s.tell(t)), Rules, Refuted).Witness
	var attempts []string
	for _, a := range w.Attempts {
		attempts = append(attempts, a.Attempt)
	}
	if want := []string{"a-u2-1", "a-u2-2", "a-u2-4", "a-u2-5"}; !slices.Equal(attempts, want) || !w.Minimal || w.Total != 1 || w.Users != 1 {
		t.Errorf("attempts %v, want %v; minimal %v, total %d, users %d", attempts, want, w.Minimal, w.Total, w.Users)
	}
}
