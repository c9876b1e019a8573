package checker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
)

// The parts of the rules by themselves, on lives that are put together by hand.

// lifeOf is a life of steps, each of an event of its own, of these types and times.
func lifeOf(steps ...ruleStep) *userLife {
	l := &userLife{user: "u1", born: true}
	for i, s := range steps {
		s.place, s.first = i+1, true
		l.steps = append(l.steps, s)
	}
	return l
}

func stepAt(typ string, at int64) ruleStep {
	return ruleStep{typ: typ, p: &publish{event: typ, at: at}}
}

// textOf is a text that went out for an event of a time, after a step.
func textOf(text string, at int64, after int) got {
	return got{e: &history.Event{Text: text}, p: &publish{event: text, at: at}, lo: after, hi: after}
}

func TestWhatACapMayHoldBack(t *testing.T) {
	const hour = int64(3_600_000)
	cap1 := &rule{name: "cap", about: []string{textCampaign}, limit: atMost{texts: 1, within: time.Hour}}
	once := &rule{name: "once", about: []string{textCampaign}, limit: atMost{texts: 1}}
	any1 := &rule{name: "any", limit: atMost{texts: 1}}
	for _, c := range []struct {
		name   string
		r      *rule
		at     int64 // of the second of three steps
		unborn bool
		texts  []got
		want   bool
	}{
		{"nothing that is not there", cap1, 10 * hour, false, nil, false},
		{"a text from before", cap1, 10 * hour, false, []got{textOf(textCampaign, 10*hour, 1)}, true},
		{"not one from after", cap1, 10 * hour, false, []got{textOf(textCampaign, 10*hour, 2)}, false},
		{"nor one from after in front of one from before", cap1, 10 * hour, false, []got{textOf(textCampaign, 10*hour, 2), textOf(textCampaign, 10*hour, 1)}, true},
		{"not one of its window before", cap1, 10 * hour, false, []got{textOf(textCampaign, 9*hour, 1)}, false},
		{"one of less than that", cap1, 10 * hour, false, []got{textOf(textCampaign, 9*hour+1, 1)}, true},
		{"not one of its window later", cap1, 10 * hour, false, []got{textOf(textCampaign, 11*hour, 1)}, false},
		{"one of less than that later", cap1, 10 * hour, false, []got{textOf(textCampaign, 11*hour-1, 1)}, true},
		{"what is older than its window", cap1, 10 * hour, false, []got{textOf(textCampaign, 11*hour+1, 1)}, true},
		{"one of no known time", cap1, 10 * hour, false, []got{textOf(textCampaign, 0, 1)}, true},
		{"what itself has no known time", cap1, 0, false, nil, true},
		{"a life that began before the record", once, 10 * hour, true, nil, true},
		{"whatever the time, if it has no window", once, 0, false, []got{textOf(textCampaign, 90*hour, 1)}, true},
		{"no time, if it has no window", once, 0, false, nil, false},
		{"no text that it is not about", once, 10 * hour, false, []got{textOf(textReceipt, 10*hour, 1)}, false},
		{"any text, if it is about all", any1, 10 * hour, false, []got{textOf(textReceipt, 10*hour, 1)}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lifeOf(stepAt(typeCampaign, hour), stepAt(typeCampaign, c.at), stepAt(typeCampaign, hour))
			l.born, l.texts = !c.unborn, c.texts
			if got := c.r.limit.excuses(l, c.r, &l.steps[1]); got != c.want {
				t.Errorf("it may have held back: %t, want %t", got, c.want)
			}
		})
	}
}

func TestWhatAPauseForbids(t *testing.T) {
	const minute = int64(60_000)
	pause := &rule{name: "pause", about: []string{textCart}, limit: pauseAfter{event: typePurchased, pause: time.Hour}}
	unclear := textOf(textCart, 100*minute, 1)
	unclear.unclear = true
	for _, c := range []struct {
		name  string
		steps []ruleStep
		texts []got
		want  string // what is said of the first that is forbidden
		may   bool   // whether it may have held back the answer to the last step
	}{
		{"nothing before there was one", []ruleStep{stepAt(typeCart, 100*minute)}, []got{textOf(textCart, 100*minute, 1)}, "", false},
		{"a text of less than the pause later", []ruleStep{stepAt(typePurchased, 90*minute), stepAt(typeCart, 100*minute)}, []got{textOf(textCart, 100*minute, 1)},
			"of a time 10m0s after event purchased (purchased)", true},
		{"not one of the pause later", []ruleStep{stepAt(typePurchased, 40*minute), stepAt(typeCart, 100*minute)}, []got{textOf(textCart, 100*minute, 1)}, "", false},
		{"by the latest of several", []ruleStep{stepAt(typePurchased, 90*minute), stepAt(typePurchased, 30*minute), stepAt(typeCart, 100*minute)},
			[]got{textOf(textCart, 100*minute, 2)}, "of a time 10m0s after", true},
		{"by the latest of several, which came last", []ruleStep{stepAt(typePurchased, 30*minute), stepAt(typePurchased, 90*minute), stepAt(typeCart, 100*minute)},
			[]got{textOf(textCart, 100*minute, 2)}, "of a time 10m0s after", true},
		{"no text that may not have gone out, or is of no known time, but the next", []ruleStep{stepAt(typePurchased, 90*minute), stepAt(typeCart, 100*minute)},
			[]got{unclear, textOf(textCart, 0, 1), textOf(textCart, 95*minute, 1)}, "of a time 5m0s after", true},
		{"after a purchase of no known time nothing for certain", []ruleStep{stepAt(typePurchased, 0), stepAt(typeCart, 100*minute)}, []got{textOf(textCart, 100*minute, 1)}, "", true},
		{"nor after what may have been one", []ruleStep{stepAt("", 90*minute), stepAt(typeCart, 100*minute)}, []got{textOf(textCart, 100*minute, 1)}, "", true},
		{"nor after anything else of no known time", []ruleStep{stepAt(typeCampaign, 0), stepAt(typeCart, 100*minute)}, []got{textOf(textCart, 100*minute, 1)}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lifeOf(c.steps...)
			l.texts = c.texts
			said := ""
			if found := pause.limit.breaches(l, pause); len(found) > 0 {
				said = found[0].says
			}
			if said == "" != (c.want == "") || !strings.Contains(said, c.want) {
				t.Errorf("it says %q, want %q", said, c.want)
			}
			if got := pause.limit.excuses(l, pause, &l.steps[len(l.steps)-1]); got != c.may {
				t.Errorf("it may have held back: %t, want %t", got, c.may)
			}
		})
	}
}

func TestTheFirstOfTwoPurchasesAtOnceIsNamed(t *testing.T) {
	pause := pauseAfter{event: typePurchased, pause: time.Hour}
	l := lifeOf(stepAt(typePurchased, 1), stepAt(typePurchased, 1))
	if got := pause.upTo(l)[2].latest; got != 1 {
		t.Errorf("it is step %d, want 1", got)
	}
}

func TestASilenceForbidsWhatItIsAboutAndSurelyWentOut(t *testing.T) {
	silent := &rule{name: "silent", about: []string{textCampaign}, limit: silence{from: typeStop, until: typeStart}}
	unclear := textOf(textCampaign, 1, 1)
	unclear.unclear = true
	l := lifeOf(stepAt(typeStop, 1))
	l.texts = []got{unclear, textOf(textReceipt, 1, 1), textOf(textCampaign, 1, 1)}
	found := silent.limit.breaches(l, silent)
	if len(found) != 1 || !slices.Equal(found[0].texts, []*got{&l.texts[2]}) {
		t.Errorf("found %+v, want the last text alone", found)
	}
}
