package checker

import (
	"slices"
	"testing"

	"turnstile/checker/history"
)

// TestAnEventsOwnTimeIsHeldAgainstWhatItsWorkerWasGiven tells a life in which a
// cap is broken, and then spoils when its first event happened.
func TestAnEventsOwnTimeIsHeldAgainstWhatItsWorkerWasGiven(t *testing.T) {
	published := func(change func(*history.Event)) func(*history.Event) {
		return func(e *history.Event) {
			if e.Kind == history.KindPublish && e.Event == "u1-1" {
				change(e)
			}
		}
	}
	delivered := func(change func(*history.Event)) func(*history.Event) {
		return func(e *history.Event) {
			if e.Kind == history.KindDeliver && e.Event == "u1-1" {
				change(e)
			}
		}
	}
	for _, c := range []struct {
		name string
		edit func(*history.Event)
		want Verdict
	}{
		{"both say the same", func(*history.Event) {}, Refuted},
		{"a publish of another time", published(func(e *history.Event) { e.At++ }), Unknown},
		{"a publish of another zone", published(func(e *history.Event) { e.ZoneMinutes = 1 }), Unknown},
		{"a delivery of another time", delivered(func(e *history.Event) { e.At++ }), Unknown},
		{"a delivery of another zone", delivered(func(e *history.Event) { e.ZoneMinutes = 1 }), Unknown},
		{"a delivery that does not tell", delivered(func(e *history.Event) { e.At, e.ZoneMinutes = 0, 0 }), Refuted},
		{"a delivery that tells of a zone and no time", delivered(func(e *history.Event) { e.At, e.ZoneMinutes = 0, 1 }), Refuted},
		{"a publish that does not tell", published(func(e *history.Event) { e.At, e.ZoneMinutes = 0, 0 }), Unknown}, // three texts are no breach
	} {
		t.Run(c.name, func(t *testing.T) {
			campaign := happening{typ: typeCampaign, text: textCampaign}
			s := newStory().lives("u1", 100, campaign, campaign, campaign, campaign)
			s.restamp = c.edit
			r := Check(s.tell(t))
			mustBe(t, r, Rules, c.want)
			if told := finds(r, "time-mismatch"); told != (c.want == Unknown) {
				t.Errorf("told: %t", told)
			}
		})
	}
}

func TestTriesOfOnePublishTellOneTime(t *testing.T) {
	for _, c := range []struct {
		name     string
		at, zone int64
		want     bool
	}{
		{"the same", noon, 60, false},
		{"another time", noon + 1, 60, true},
		{"another zone", noon, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory()
			try := history.Event{Kind: history.KindPublish, T: 10, From: 10, Event: "e1", User: "u1", Ordinal: 1, At: noon, ZoneMinutes: 60, Outcome: history.OutcomeUnclear}
			s.harness(try)
			try.T, try.From, try.At, try.ZoneMinutes = 20, 20, c.at, c.zone
			s.harness(try)
			if told := finds(Check(s.tell(t)), "time-mismatch"); told != c.want {
				t.Errorf("told: %t", told)
			}
		})
	}
}

func finds(r *Result, name string) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Name == name })
}
