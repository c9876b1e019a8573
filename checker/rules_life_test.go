package checker

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// placed is a story of u2, whose events e1 to e3 are published at 10, 20 and 30.
func placed() *story {
	s := newStory()
	for i, e := range []string{"e1", "e2", "e3"} {
		s.harness(history.Event{Kind: history.KindPublish, T: int64(10 * (i + 1)), From: int64(10 * (i + 1)), Event: e, User: "u2", Ordinal: int64(i + 1), Type: typePurchased, At: noon, Outcome: history.OutcomeOK})
	}
	return s
}

func TestThePlacesOfAText(t *testing.T) {
	text := func(s *story, attempt, event string, at int64) *story {
		return s.gateway(history.Event{Kind: history.KindSendCall, T: at, Event: event, User: "u2", Attempt: attempt, Worker: "w1", Text: textReceipt})
	}
	// three are three writes, of which that of e2 alone was made within a section on
	// record, from 100 on, and was known to its worker at 200.
	three := func() *story {
		s := placed().commitOn("e1", "u2", "a1", 0, "").commitOn("e2", "u2", "a2", 1, "").commitOn("e3", "u2", "a3", 1, "")
		return s.enter("w1", "a2", "e2", "u2", 100).writes("w1", "a2", "e2", "u2", 200, 2).
			worker("w1", history.Event{Kind: history.KindAck, T: 300, Event: "e2", User: "u2", Attempt: "a2", Outcome: history.OutcomeOK})
	}
	for _, c := range []struct {
		name   string
		tell   *story // its last text is looked at
		lo, hi int
		open   int
	}{
		{"of an attempt that wrote: from the version that it read to the step before its own",
			text(placed().commitOn("e1", "u2", "a1", 0, "").commitOn("e2", "u2", "a2", 1, "").commitOn("e3", "u2", "a3", 1, ""), "a3", "e3", 50), 1, 2, 0},
		{"of one that read the newest", text(placed().commitOn("e1", "u2", "a1", 0, "").commitOn("e2", "u2", "a2", 1, ""), "a2", "e2", 50), 1, 1, 0},
		{"of one that handled its event again",
			text(placed().commitOn("e1", "u2", "a1", 0, "").commitOn("e2", "u2", "a2", 1, "").commitOn("e1", "u2", "again", 2, ""), "again", "e1", 50), 2, 2, 0},
		{"of one that wrote nothing: any", text(placed().commitOn("e1", "u2", "a1", 0, "").commitOn("e2", "u2", "a2", 1, ""), "x", "e3", 50), 0, 2, 0},
		{"of one that is not named: any", text(placed().commitOn("e1", "u2", "a1", 0, "").commitOn("e2", "u2", "a2", 1, "").commitOn("e1", "u2", "", 2, ""), "", "e3", 50), 0, 3, 0},
		{"of one that wrote for another user: any", text(placed().commitOn("e1", "u2", "a1", 0, "").
			publish("f", "u3", 1, 40, history.OutcomeOK).commitOn("f", "u3", "b1", 0, "").commitOn("f", "u3", "b2", 1, "").commitOn("f", "u3", "b3", 2, ""), "b3", "e1", 50), 0, 1, 0},

		{"accepted before anything was known of a step: any before its own", text(three(), "x", "e3", 50), 0, 1, 0},
		{"accepted as one had begun: that one's, too", text(three(), "x", "e3", 100), 0, 3, 0},
		{"accepted while it was under way", text(three(), "x", "e3", 150), 0, 3, 0},
		{"accepted as it was known to be written: perhaps before it", text(three(), "x", "e3", 200), 0, 3, 0},
		{"accepted after it was known to be written", text(three(), "x", "e3", 250), 2, 3, 0},
		{"what a worker knew of a write that did not succeed says nothing", func() *story {
			s := text(three(), "x", "e3", 250)
			for i := range s.events {
				if s.events[i].Kind == history.KindStateWrite {
					s.events[i].Outcome = history.OutcomeUnclear
				}
			}
			return s
		}(), 0, 3, 0},
		{"an exact place is not for the clocks to say", text(three(), "a2", "e2", 250), 1, 1, 0},
		{"what no place is left to may be anywhere, and is told", func() *story {
			return text(three(), "x", "e3", 250).enter("w1", "a1", "e1", "u2", 260)
		}(), 0, 3, 1},
		{"what its own clock says is exact, though most sections are on another", func() *story {
			s := text(three(), "x", "e3", 250)
			domain := s.events[len(s.events)-1].Domain
			for i := range 3 {
				n := "far" + strconv.Itoa(i)
				s.events = append(s.events, history.Event{Src: history.WorkerSrc("w9"), Domain: "far", Kind: history.KindEnter, T: int64(i), Event: "e1", User: "u9", Attempt: n, Worker: "w9"})
			}
			return s.offset(domain, "far", -1000, 1000)
		}(), 2, 3, 0},
		{"one on a clock that nobody compared has all places, and the next its own", func() *story {
			s := three()
			s.events = append(s.events, history.Event{Src: history.SrcGateway, Domain: "far", Kind: history.KindSendCall, T: 250, Event: "e3", User: "u2", Attempt: "x", Worker: "w1", Text: textReceipt})
			return text(s, "x", "e3", 250)
		}(), 2, 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, l := range livesOfUsers(newRecord(c.tell.history()), &journeyRules) {
				if l.user != "u2" {
					continue
				}
				if got := l.texts[len(l.texts)-1]; got.lo != c.lo || got.hi != c.hi || len(l.open) != c.open {
					t.Errorf("its places are %d to %d, want %d to %d; open: %v", got.lo, got.hi, c.lo, c.hi, l.open)
				}
			}
		})
	}
}

func TestAStepIsDecidedAfterTheFirstThatWroteWhatItRead(t *testing.T) {
	property(t, 200, nil, func(t *rapid.T, _ *tally) {
		b := &lifeBuilder{r: newRecord(&history.History{}), book: &journeyRules, users: map[string]*userLife{}, again: map[string]int{}}
		rising := rapid.Bool().Draw(t, "rising")
		version := int64(0)
		var wrote []int64
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			if rising {
				version += rapid.Int64Range(1, 2).Draw(t, "more")
			} else {
				version = rapid.Int64Range(1, 4).Draw(t, "version")
			}
			read, detail := rapid.Int64Range(0, 7).Draw(t, "read"), map[string]string{}
			known := rapid.IntRange(0, 5).Draw(t, "known") > 0
			if known {
				detail["read_version"] = strconv.FormatInt(read, 10)
			}
			b.addStep(&history.Event{User: "u1", Version: version, Detail: detail}, nil)
			want := 0
			for i, w := range wrote {
				if known && w == read && want == 0 {
					want = i + 1
				}
			}
			l := b.users["u1"]
			if got := l.decidedAfter(&l.steps[len(l.steps)-1]); got != want {
				t.Fatalf("after %v, one that read %d (known: %t) is decided after step %d, want %d", wrote, read, known, got, want)
			}
			wrote = append(wrote, version)
		}
	})
}
