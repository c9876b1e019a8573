package checker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"turnstile/checker/history"
)

// TestAViolationSaysWhatItDidToTheUser gives the kind, the harm, the text and the attempts of each.
func TestAViolationSaysWhatItDidToTheUser(t *testing.T) {
	harms := map[int]string{harmNone: "none", harmText: "text", harmBlind: "blind", harmDoubled: "doubled", harmStop: "stop"}
	dead := func(s *story, a try) *story { return s.begins(a).kill(a.w, a.enter+3, a.enter+4) }
	for _, c := range []struct {
		name  string
		build func(s *story)
		want  string
	}{
		{"one text by two attempts of one event", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e2", 30, 60, 0, "receipt"})
		}, "lost_updates doubled receipt a b"},
		{"two welcomes on one version", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 50, 0, "welcome"}).does(try{"w2", "b", "e7", 30, 60, 0, "welcome"})
		}, "lost_updates doubled welcome a b"},
		{"one text for each of two events", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e2", 30, 60, 0, "receipt"})
		}, "lost_updates text receipt a b"},
		{"a text that only the second attempt of an event sent", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, ""}).does(try{"w2", "b", "e2", 30, 60, 0, "receipt"})
		}, "lost_updates none - a b"},
		{"a text that only the first attempt of an event sent", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e2", 30, 60, 0, ""})
		}, "lost_updates text receipt a b"},
		{"a text by who did not see the STOP", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 50, 0, ""}).does(try{"w2", "b", "e2", 30, 60, 0, "receipt"})
		}, "lost_updates blind receipt a b"},
		{"a STOP that was overwritten", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 50, 0, ""}).does(try{"w2", "b", "e8", 30, 60, 0, ""})
		}, "lost_updates blind - a b"},
		{"a STOP that was overwritten by a STOP", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 50, 0, "stop_confirmation"}).does(try{"w2", "b", "e3", 30, 60, 0, ""})
		}, "lost_updates text stop_confirmation a b"},
		{"a cart reminder by who did not see the purchase", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e6", 30, 60, 0, "cart_reminder"})
		}, "lost_updates blind cart_reminder a b"},
		{"another text by who did not see the purchase", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e5", 30, 60, 0, "campaign"})
		}, "lost_updates text receipt a b"},
		{"marketing by who did not see marketing", func(s *story) {
			s.does(try{"w1", "a", "e6", 10, 50, 0, "cart_reminder"}).does(try{"w2", "b", "e5", 30, 60, 0, "campaign"})
		}, "lost_updates blind campaign a b"},
		{"marketing by who did not see a welcome", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 50, 0, "welcome"}).does(try{"w2", "b", "e5", 30, 60, 0, "campaign"})
		}, "lost_updates text welcome a b"},
		{"a receipt by who did not see marketing", func(s *story) {
			s.does(try{"w1", "a", "e5", 10, 50, 0, "campaign"}).does(try{"w2", "b", "e2", 30, 60, 0, "receipt"})
		}, "lost_updates text campaign a b"},
		{"a write on a version that nobody else read", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 30, 40, 5, "receipt"})
		}, "lost_updates none - a b"},
		{"a text of one who died", func(s *story) {
			dead(s, try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 50, 60, 0, "receipt"})
		}, "torn_effects text welcome a"},
		{"a text of one who died, without which the event was handled then", func(s *story) {
			dead(s, try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "c", "e2", 30, 40, 0, "receipt"}).does(try{"w2", "b", "e1", 50, 60, 1, ""})
		}, "torn_effects text welcome a b"},
		{"a text of one who died, sent again then", func(s *story) {
			dead(s, try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "c", "e2", 30, 40, 0, "receipt"}).does(try{"w2", "b", "e1", 50, 60, 1, "welcome"})
		}, "torn_effects doubled welcome b a"},
		{"texts of two who died", func(s *story) {
			dead(s, try{"w1", "a", "e1", 10, 20, 0, "welcome"})
			dead(s, try{"w3", "b", "e1", 30, 40, 0, "welcome"}).does(try{"w2", "c", "e2", 50, 60, 0, "receipt"})
		}, "torn_effects doubled welcome b a; torn_effects doubled welcome a b"},
		{"a text sent twice by one attempt", func(s *story) {
			a := try{"w1", "a", "e1", 10, 20, 0, "welcome"}
			s.does(a).arrives(a, 15, "")
		}, "texts_sent_again doubled welcome a"},
		{"a text that never went out", func(s *story) {
			a := try{"w1", "a", "e1", 70, 80, 0, ""}
			s.begins(a).commitOn("e1", "u1", "a", 0, "welcome").ends(a, history.OutcomeOK)
		}, "texts_unsent text welcome a"},
		{"a text after STOP", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""}).does(try{"w2", "b", "e5", 30, 40, 1, "campaign"})
		}, "texts_after_stop stop campaign a b"},
		{"a second welcome", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e7", 30, 40, 1, "welcome"})
		}, "welcomes_twice doubled welcome a b"},
		{"a third welcome", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e7", 30, 40, 1, "welcome"}).does(try{"w2", "c", "e8", 50, 60, 2, "welcome"})
		}, "welcomes_twice doubled welcome a b; welcomes_twice doubled welcome a c"},
		{"an event that was handled again, with its text", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 20, 0, "receipt"}).does(try{"w2", "b", "e2", 30, 40, 1, "receipt"})
		}, "events_twice doubled receipt a b"},
		{"an event that was handled again, without one", func(s *story) {
			s.does(try{"w1", "a", "e8", 10, 20, 0, ""}).does(try{"w2", "b", "e8", 30, 40, 1, ""})
		}, "events_twice text - a b"},
		{"texts in another order than their writes", func(s *story) {
			a := try{"w1", "a", "e1", 10, 20, 0, ""}
			s.begins(a).commitOn("e1", "u1", "a", 0, "welcome").ends(a, history.OutcomeOK)
			a.text = "welcome"
			s.does(try{"w2", "b", "e2", 30, 40, 1, "receipt"}).arrives(a, 35, "")
		}, "effects_out_of_place text receipt a b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := journeys()
			c.build(s)
			var got []string
			for _, v := range newPass(effectsByUser(newRecord(s.tell(t)))[0]).violations() {
				by := ""
				for _, e := range v.by {
					by += " " + e.attempt
				}
				text := v.text
				if text == "" {
					text = "-"
				}
				got = append(got, fmt.Sprintf("%s %s %s%s", v.kind, harms[v.harm], text, by))
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), c.want)
			}
		})
	}
}

func TestOnlyVersionsThatAreKnownAreToldAsTheSame(t *testing.T) {
	for _, c := range []struct {
		name    string
		unread  string // attempts whose reads are not on record
		version int64  // that the second read
		want    string
	}{
		{"both known", "", 0, "attempt a (w1) sent it and wrote no state, attempt b (w3) sent it too; both read version 0"},
		{"both known, and another", "", 1, "attempt a (w1) sent it and wrote no state, attempt b (w3) sent it too"},
		{"the first not known", "a", 0, "attempt a (w1) sent it and wrote no state, attempt b (w3) sent it too"},
		{"the second not known", "b", 0, "attempt a (w1) sent it and wrote no state, attempt b (w3) sent it too"},
		{"neither known", "ab", 0, "attempt a (w1) sent it and wrote no state, attempt b (w3) sent it too"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := journeys().does(try{"w2", "c", "e2", 1, 2, 0, ""})
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).kill("w1", 15, 18).begins(try{"w3", "b", "e1", 30, 40, c.version, "welcome"}).kill("w3", 35, 38)
			s.without(func(e history.Event) bool {
				return e.Kind == history.KindStateRead && strings.Contains(c.unread, e.Attempt)
			})
			found := newPass(effectsByUser(newRecord(s.tell(t)))[0]).violations()
			if want := "user u1 got the welcome text twice (event e1): " + c.want; found[0].says != want {
				t.Errorf("got  %s\nwant %s", found[0].says, want)
			}
		})
	}
}

func TestOfEqualViolationsTheFirstIsTheWitness(t *testing.T) {
	s := journeys()
	s.does(try{"w1", "a", "e2", 10, 50, 0, ""}).does(try{"w2", "b", "e8", 30, 60, 0, ""})
	s.does(try{"w1", "c", "e5", 110, 150, 1, ""}).does(try{"w2", "d", "e6", 130, 160, 1, ""})
	w := judge(newRecord(s.tell(t)), Effects, config{timeout: time.Minute, explain: explain, reach: usualReach}).witness
	if w == nil || w.Total != 2 || w.Attempts[0].Attempt != "a" || w.Attempts[1].Attempt != "b" {
		t.Errorf("the witness is %+v", w)
	}
}

func TestPorcupineIsNotAskedWithoutTime(t *testing.T) {
	u := effectsByUser(newRecord(takeTurns().tell(t)))[0]
	for _, within := range []time.Duration{0, -1} {
		if got := explain(u.initial(), u.operations(), within); got != porcupine.Unknown {
			t.Errorf("within %d effects are %s", within, got)
		}
		if got := linearize(operations(nil, true), within); got != porcupine.Unknown {
			t.Errorf("within %d sections are %s", within, got)
		}
	}
}

func TestHowClearlyAFaultLedToAViolation(t *testing.T) {
	seen := history.Evidence{Name: "paused", Observer: "engine", Seen: true}
	base := func() *story { // a is inside from 10 to 50, b from 30 to 60
		return journeys().does(try{"w1", "a", "e2", 10, 50, 0, ""}).does(try{"w2", "b", "e8", 30, 60, 0, ""}).section("w3", "c", "e1", "u1", 70, 90)
	}
	for _, c := range []struct {
		name string
		s    *story
		want int
	}{
		{"none", base(), 0},
		{"one that was aimed into the first", base().fault("f", "w1", "u1", 20, 25, seen), 2},
		{"one that was aimed into the last", base().fault("f", "w2", "u1", 40, 45, seen), 2},
		{"one that was aimed into another attempt", base().fault("f", "w3", "u1", 80, 85, seen), 0},
		{"one that was aimed and did not bite", base().fault("f", "w1", "u1", 20, 25), 0},
		{"one that was aimed at nobody, before the last was over", base().fault("f", "", "", 59, 70, seen), 1},
		{"one that was aimed at nobody, after that", base().fault("f", "", "", 60, 70, seen), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecord(c.s.tell(t))
			u := effectsByUser(r)[0]
			if got := nearness(r, newPass(u).violations()[0]); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func TestAWitnessThatIsNotProvenMinimalSaysSo(t *testing.T) {
	r := newRecord(takeTurns().tell(t))
	u := effectsByUser(r)[0]
	w := tornWitness(r, []violation{{kind: misplaced, by: u.writes[:1], says: "something", u: u}}, 1) // of what has an order
	if want := "something; effects out of place 1, for 1 user in all; that nothing can be left out of these attempts is not proven"; w.Minimal || w.Summary != want {
		t.Errorf("minimal: %t: %s", w.Minimal, w.Summary)
	}
}
