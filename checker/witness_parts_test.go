package checker

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"turnstile/checker/history"
)

func TestNumbersAtTheEdgesAreWrittenForPeople(t *testing.T) {
	for got, want := range map[string]string{
		inWords(999_999): "999999 ns", inWords(1_000_000): "1.000 ms", inWords(999_999_000): "999.999 ms", inWords(1_000_000_000): "1.000 s", inWords(0): "0 ns",
		many(2, "bus"): "2 buses", many(1, "bus"): "1 bus", many(2, "match"): "2 matches", many(3, "text"): "3 texts",
		some(nil): "", some([]string{"a"}): "a", some([]string{"a", "b", "c", "d"}): "a, b, c and 1 more",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTheWitnessOfMissingEventsIsSomethingToRead(t *testing.T) {
	s := newStory().publish("e0", "u1", 1, 1, history.OutcomeOK).handle("w1", "a0", "e0", "u1", 100, 110)
	var want []string
	for i := range int64(30) { // none takes effect; the last two are given up
		e := fmt.Sprintf("m%02d", i)
		s.publish(e, fmt.Sprintf("v%02d", i), 1, 2+i, history.OutcomeOK)
		s.section("w1", "a"+e, e, fmt.Sprintf("v%02d", i), 200+10*i, 205+10*i)
		if i < 18 {
			want = append(want, e)
		}
		if i >= 28 {
			s.worker("w1", history.Event{Kind: history.KindDeadLetter, T: 206 + 10*i, Event: e, Attempt: "a" + e, User: fmt.Sprintf("v%02d", i)})
		}
	}
	s.section("w2", "again", "m28", "v28", 900, 910)
	w := mustBe(t, Check(s.tell(t)), Delivery, Refuted).Witness
	want = append([]string{"m28", "m29"}, want...)
	if !slices.Equal(w.Events, want) || w.Total != 30 || w.Users != 30 || w.User != "v28" {
		t.Errorf("events %v of %s; %d of %d users", w.Events, w.User, w.Total, w.Users)
	}
	var attempts []string
	for _, a := range w.Attempts {
		attempts = append(attempts, a.Attempt)
	}
	wantAttempts := []string{}
	for _, e := range want[2:] {
		wantAttempts = append(wantAttempts, "a"+e)
	}
	if !slices.Equal(attempts, append(wantAttempts, "am28", "am29")) {
		t.Errorf("attempts %v", attempts)
	}
}

func TestFaultsAreToldByWhenTheyWere(t *testing.T) {
	s := newStory().publish("e1", "u1", 1, 1, history.OutcomeOK).section("w1", "a", "e1", "u1", 100, 200)
	for _, f := range [][2]int64{{50, 99}, {51, 100}, {150, 160}, {200, 210}, {201, 210}} {
		s.fault(fmt.Sprintf("%d-%d", f[0], f[1]), "", "", f[0], f[1])
	}
	s.harness(history.Event{Kind: history.KindFaultBegin, T: 60, Fault: "open"})
	r := newRecord(s.tell(t))
	told := func(sections ...*section) string {
		var out []string
		for _, f := range r.witnessFaults(sections) {
			out = append(out, f.Fault+" "+f.Relation)
		}
		return strings.Join(out, ", ")
	}
	if got, want := told(r.sections...), "50-99 before, 51-100 during, open during, 150-160 during, 200-210 during"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := told(), "50-99 during, 51-100 during, open during, 150-160 during, 200-210 during, 201-210 during"; got != want {
		t.Errorf("without a section: got  %s\nwant %s", got, want)
	}
	for i := range int64(8) {
		s.fault(fmt.Sprintf("more %d", i), "", "", 170+i, 180)
	}
	r = newRecord(s.tell(t))
	if got := r.witnessFaults(r.sections); len(got) != maxWitnessFaults || got[0].Fault != "more 0" && got[0].Fault != "more 1" || got[7].Fault != "200-210" {
		t.Errorf("of many the last are not told: %+v", got)
	}
}

func TestTheBrokerIsShownFromTheFirstEnterToTheLastEnd(t *testing.T) {
	s := frozen().offset("d", "host", -5, 5)
	r := newRecord(s.tell(t))
	both := []WitnessAttempt{{Attempt: "w1-1", Domain: "d", Enter: 100, End: 200}, {Attempt: "lost"}, {Attempt: "w2-1", Domain: "d", Enter: 300, End: 400}}
	for _, c := range []struct {
		name     string
		attempts []WitnessAttempt
		domain   string
		at       int64
		want     bool
	}{
		{"just before", both, "d", 99, false},
		{"at the first enter", both, "d", 100, true},
		{"between the two", both, "d", 250, true},
		{"at the last end", both, "d", 400, true},
		{"just behind", both, "d", 401, false},
		{"perhaps at the first enter, by another clock", both, "host", 95, true},
		{"surely before it, by another clock", both, "host", 94, false},
		{"surely behind the last end, by another clock", both, "host", 406, false},
		{"on a clock that nobody compared", both, "far", 250, false},
		{"of attempts of which none is on record", []WitnessAttempt{{Attempt: "lost"}}, "d", 250, false},
		{"of attempts of which one is on such a clock", append(slices.Clone(both), WitnessAttempt{Attempt: "x", Domain: "far", Enter: 1, End: 2}), "d", 250, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := r.clocks.within(&history.Event{Domain: c.domain, T: c.at}, c.attempts); got != c.want {
				t.Errorf("shown: %t", got)
			}
		})
	}
}

func TestATimelineIsNoLongerThanCanBeRead(t *testing.T) {
	s := frozen()
	for i := range int64(50) {
		s.harness(history.Event{Kind: history.KindBroker, T: 301 + i, Detail: map[string]string{"saw": fmt.Sprint(i)}})
	}
	s.kill("w3", 310, 320).harness(history.Event{Kind: history.KindNote, T: 330})
	s.worker("w1", history.Event{Kind: history.KindNote, T: 331, Event: "e1"})
	w := mustBe(t, Check(s.tell(t)), Exclusivity, Refuted).Witness
	count := map[history.Kind]int{}
	for _, e := range w.Timeline {
		count[e.Kind]++
	}
	want := map[history.Kind]int{
		history.KindBroker: maxWitnessBroker, history.KindPublish: 2, history.KindDeliver: 2, history.KindEnter: 2, history.KindExit: 2,
		history.KindSendCall: 4, history.KindAck: 2, history.KindStateCommit: 2, history.KindFaultBegin: 1, history.KindFaultEnd: 1,
	}
	if fmt.Sprint(count) != fmt.Sprint(want) {
		t.Errorf("it has %v, want %v", count, want)
	}
}

func TestARankSaysHowClearlyAFaultLedToAnOverlap(t *testing.T) {
	seen := history.Evidence{Name: "paused", Observer: "engine", Seen: true}
	base := func() *story { // w2 enters at 300, while w1 is inside from 100 to 900
		return frozen().without(func(e history.Event) bool { return e.Fault == "freeze-1" })
	}
	for _, c := range []struct {
		name string
		s    *story
		want int
	}{
		{"without a fault", base(), 0},
		{"a fault that did not bite", base().fault("f", "w1", "u1", 150, 850), 0},
		{"a fault aimed into the first", base().fault("f", "w1", "u1", 150, 160, seen), 3},
		{"a fault aimed into the second", base().fault("f", "w2", "u1", 350, 360, seen), 3},
		{"a fault that was going on", base().fault("f", "", "", 299, 301, seen), 2},
		{"a fault that ended at that instant", base().fault("f", "", "", 250, 300, seen), 1},
		{"a fault that began at that instant", base().fault("f", "", "", 300, 400, seen), 0},
		{"a fault before it, and one that was going on", base().fault("f", "", "", 200, 210, seen).fault("g", "", "", 250, 400, seen), 2},
		{"one that was going on, and a shorter one", base().fault("f", "", "", 200, 400, seen).fault("g", "", "", 250, 260, seen), 2},
		{"one that did not bite, and one that was going on", base().fault("f", "", "", 200, 400).fault("g", "", "", 250, 400, seen), 2},
		{"one at that instant, and one that was going on", base().fault("f", "", "", 300, 400, seen).fault("g", "", "", 250, 400, seen), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecord(c.s.tell(t))
			a, b := r.byAttempt["w1-1"], r.byAttempt["w2-1"]
			if got := r.rank(pair{interval{a.enter, a.end, a}, interval{b.enter, b.end, b}}); got != c.want {
				t.Errorf("the rank is %d, want %d", got, c.want)
			}
		})
	}
}

func TestAnAttemptIsNearAFaultThatBeganBeforeItsEnd(t *testing.T) {
	seen := history.Evidence{Name: "paused", Observer: "engine", Seen: true}
	for _, c := range []struct {
		name string
		s    *story
		want bool
	}{
		{"that began just before its end", takeTurns().fault("f", "", "", 199, 900, seen), true},
		{"that began at its end", takeTurns().fault("f", "", "", 200, 900, seen), false},
		{"that was aimed into it", takeTurns().fault("f", "w1", "u1", 200, 900, seen), true},
		{"that did not bite", takeTurns().fault("f", "", "", 50, 900), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecord(c.s.tell(t))
			if got := r.nearFault("w1-1"); got != c.want || r.nearFault("nobody") {
				t.Errorf("near: %t", got)
			}
		})
	}
}

func TestAFaultThatBeganAfterTheFirstSectionIsToldByTheSecond(t *testing.T) {
	s := newStory().section("w1", "a", "e1", "u1", 100, 200).section("w2", "b", "e2", "u1", 300, 400)
	s.fault("f", "w2", "", 350, 360)
	r := newRecord(s.history())
	got := r.witnessFaults(r.sections)
	if len(got) != 1 || got[0].Relation != "during" {
		t.Errorf("the faults are %+v, want f during them", got)
	}
}
