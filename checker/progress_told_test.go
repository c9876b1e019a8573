package checker

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"turnstile/checker/history"
)

// heldBeside is goingOn, with w2 kept inside by the gateway while w1 is frozen.
func heldBeside() *story {
	s := later(goingOn(), "u2", 11, 17, 18)
	about := history.Event{Attempt: "u3-1-of-w2", Worker: "w2", User: "u3", Detail: map[string]string{"hold": "h1"}}
	about.Kind, about.T = history.KindPointBegin, 9*second
	s.gateway(about)
	about.Kind, about.T = history.KindPointEnd, 17*second
	return s.gateway(about)
}

func TestWhyProgressHoldsIsToldInFull(t *testing.T) {
	const (
		end       = "the broker had nothing left at the end, and no consumer is stalled"
		recovered = "; what was waiting at the end of the fault had taken effect "
		still     = ", and users that it did not touch never stood still for more than "
	)
	for _, c := range []struct {
		name string
		tell *story
		want string
	}{
		{"without a fault", takeTurns(), end},
		{"with one", goingOn(), end + recovered + "1.000 s later" + still + "10.000 ms meanwhile"},
		{"with one beside which the gateway kept every worker inside", heldBeside(),
			end + recovered + "1.000 s later; every worker was kept inside during freeze-1, so nothing is said of that time"},
		{"with one beside which another stopped everybody", halted(goingOn(), 10, 12), end + recovered + "9.000 s later" +
			"; of the time of freeze-1 in which nobody could serve (another fault stopped everybody, or no worker lived that was not struck), and until someone was served after it, nothing is said" +
			still + "10.000 ms meanwhile"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := judgeProgress(newRecord(c.tell.tell(t))); got.verdict != Holds || got.reason != c.want {
				t.Errorf("%s: the reason is\n%s\nwant\n%s", got.verdict, got.reason, c.want)
			}
		})
	}
}

func TestATimeThatNoClockCanTellIsLost(t *testing.T) {
	const absurd = int64(1) << 61
	for _, c := range []struct {
		name  string
		ahead int64 // the worker's clock of the harness's
		known bool
		want  bool
	}{
		{"as far behind as may be", absurd, true, false},
		{"further behind", absurd + 1, true, true},
		{"as far ahead as may be", -absurd, true, false},
		{"further ahead", -absurd - 1, true, true},
		{"without a bound", 0, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns()
			if c.known {
				s.offset("d", "far", c.ahead, c.ahead)
			}
			p := newProgressCheck(newRecord(s.tell(t)))
			p.at("it", "far", 0)
			if got := len(p.lost) > 0; got != c.want {
				t.Errorf("lost: %t, want %t", got, c.want)
			}
		})
	}
}

func TestTheWitnessOfProgressHasTheSectionsThatTellIt(t *testing.T) {
	for _, c := range []struct {
		name  string
		tell  func(s *story)
		want  []string
		users int
		total int
	}{
		{"of a stalled consumer, its own", func(s *story) {
			s.handle("w1", "u2-3-of-w1", "u2-3", "u2", 35*second, 36*second)
			given(s, "w2", "u2-3", "u2", 40*second)
		}, []string{"u2-3-of-w2"}, 1, 1},
		{"of one with many events, as many as can be read", func(s *story) {
			for i := 1; i <= 22; i++ {
				e := fmt.Sprintf("x-%02d", i)
				given(s.publish(e, "u2", int64(100+i), 38*second, history.OutcomeOK), "w2", e, "u2", 40*second)
				for k := range int64(2) { // in vain
					attempt, at := fmt.Sprintf("%s by %d", e, k), 39*second+int64(10*i)+4*k
					s.enter("w2", attempt, e, "u2", at)
					s.worker("w2", history.Event{Kind: history.KindExit, T: at + 2, Event: e, User: "u2", Attempt: attempt, Outcome: history.OutcomeUnclear})
				}
			}
		}, nil, 1, 1},
		{"of a stuck user, everybody's", func(s *story) {
			s.publish("stuck", "u2", 50, 31*second, history.OutcomeOK)
			s.section("w1", "by-w1", "stuck", "u2", 32*second, 33*second).section("w2", "by-w2", "stuck", "u2", 34*second, 35*second)
			unquiet(s)
		}, []string{"by-w1", "by-w2"}, 1, 1},
		{"of one who waits beside a stalled consumer, that one's", func(s *story) {
			given(s, "w2", "u2-3", "u2", 40*second)
			s.publish("stuck", "u3", 1, 31*second, history.OutcomeOK)
			unquiet(s)
		}, []string{"u2-3-of-w2"}, 2, 2},
		{"of workers at rest, nobody's", func(s *story) { unquiet(s) }, nil, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := goingOn()
			c.tell(s)
			w := judgeProgress(newRecord(s.tell(t))).witness
			if w == nil {
				t.Fatal("nothing is witnessed")
			}
			var got []string
			for _, a := range w.Attempts {
				got = append(got, a.Attempt)
			}
			if c.name == "of one with many events, as many as can be read" {
				if len(got) != maxWitnessEvents || len(w.Events) != maxWitnessEvents {
					t.Errorf("%d sections and %d events, want %d of each", len(got), len(w.Events), maxWitnessEvents)
				}
				return
			}
			if !slices.Equal(got, c.want) || w.Users != c.users || w.Total != c.total {
				t.Errorf("the sections are %v, of %d violations for %d users, want %v, %d and %d", got, w.Total, w.Users, c.want, c.total, c.users)
			}
		})
	}
}

func TestAStalledConsumerIsToldByTheUserThatWaitsLongest(t *testing.T) {
	give := func(s *story, n int, user string, at int64) *story {
		e := fmt.Sprintf("x-%d", n)
		return given(s.publish(e, user, int64(100+n), 30*second+int64(n), history.OutcomeOK), "w2", e, user, at*second)
	}
	for _, c := range []struct {
		name string
		tell func(s *story)
		user string
		rest int64
	}{
		{"the first that it was given", func(s *story) { give(give(s, 1, "u5", 40), 2, "u4", 50) }, "u5", 60 * second},
		{"the second, where something of the first was recorded later", func(s *story) { give(give(give(s, 1, "u5", 35), 2, "u6", 36), 3, "u5", 50) }, "u6", 64 * second},
		{"of two the first by name, given first", func(s *story) { give(give(s, 1, "u4", 40), 2, "u5", 40) }, "u4", 60 * second},
		{"of two the first by name, given last", func(s *story) { give(give(s, 1, "u5", 40), 2, "u4", 40) }, "u4", 60 * second},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := goingOn()
			c.tell(s)
			quietAt(s, 100*second)
			w := judgeProgress(newRecord(s.tell(t))).witness
			if w == nil || w.User != c.user || w.StandstillNS != c.rest {
				t.Errorf("the witness is %+v, want user %s after %d", w, c.user, c.rest)
			}
		})
	}
	s := give(give(give(goingOn(), 1, "u5", 35), 2, "u6", 36), 3, "u7", 37)
	given(s, "w1", "x-1", "u5", 38*second)
	if got := judgeProgress(newRecord(s.tell(t))).counts; got["unfinished"] != 4 || got["stalled_consumers"] != 2 {
		t.Errorf("counts %v, want 4 unfinished of 2 stalled consumers", got)
	}
}

// quietAt has the harness stop waiting at an instant, with nothing left.
func quietAt(s *story, at int64) *story {
	s.harness(history.Event{Kind: history.KindQuiet, T: at, Outcome: history.OutcomeOK})
	return s.without(func(e history.Event) bool { return e.Kind == history.KindQuiet && e.T != at })
}

func TestHowMuchTooLateIsTold(t *testing.T) {
	s := goingOn()
	slow(s, second/2)
	r := Check(s.tell(t))
	if w := r.Of(Progress).Witness; w == nil || w.StandstillNS != 3*second {
		t.Errorf("the witness is %+v, want one of 3 s", w)
	}
}

func TestOfAFaultBeforeWhichNothingWasAcknowledgedNothingWaited(t *testing.T) {
	s := takeTurns().fault("f", "", "", 1, 2) // the first is published at 10
	if j := judgeProgress(newRecord(s.history())); j.recoveries[0].WaitedNS != nil {
		t.Errorf("what had waited took effect after %d", *j.recoveries[0].WaitedNS)
	}
}

func TestATimeTooShortToStandStillInIsNotTold(t *testing.T) {
	s := halted(later(goingOn(), "u2", 11, 11, 12), 13, 14) // before it, event 11 of u2 waits for a second
	v := judgeProgress(newRecord(s.tell(t)))
	if got := v.counts["standstill_ns"]; v.verdict != Holds || got != second/100 {
		t.Errorf("%s, and they stood still for %d, want %d", v.verdict, got, second/100)
	}
}

func TestFullRateOfEffects(t *testing.T) {
	const begin, end = 6 * second, 20 * second
	at := func(times ...int64) (out []taken) {
		for _, t := range times {
			out = append(out, taken{"u1", instant{t, t}})
		}
		return out
	}
	many := func(n int, t, apart int64) (out []taken) {
		for i := range n {
			out = append(out, at(t+int64(i)*apart)...)
		}
		return out
	}
	for _, c := range []struct {
		name    string
		effects [][]taken
		want    int64 // -1: none
	}{
		{"one second before the fault is enough to know the rate", [][]taken{at(begin - second), at(end + 5)}, 5},
		{"less is not", [][]taken{at(begin - second + 1), at(end + 5)}, -1},
		{"what took effect as the fault began came before it", [][]taken{at(begin - second), many(10, begin, 0), at(end + 1), many(10, end+2*second, 1)}, 2 * second},
		{"what may have as it ended came after it", [][]taken{at(begin - second), {{"u1", instant{end, end + 3}}}}, 3},
		{"the rate is that of the time from the first effect on", [][]taken{many(10, begin-second, 0), at(end + 1), many(9, end+2*second, 1)}, 2 * second},
		{"as many within a second are", [][]taken{many(3, begin-second, 0), {}, at(end+1, end+1+second/2, end+1+second)}, 1},
		{"as many within more than a second are not", [][]taken{many(3, begin-second, 0), {}, at(end+1, end+1+second/2, end+2+second)}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := (&progressCheck{effects: slices.Concat(c.effects...)}).fullRate(begin, end)
			if c.want < 0 && got != nil || c.want >= 0 && (got == nil || *got != c.want) {
				t.Errorf("after %v, want %d", got, c.want)
			}
		})
	}
}

func TestFullRateIsTold(t *testing.T) {
	const tenth = second / 10
	for _, c := range []struct {
		name       string
		from, back int64 // ten events of u2 a second: from the first, none during the fault, again from the second until 30 s
		want       int64 // from the fault's end; -1: not told
	}{
		{"at once, where nothing was missed", 2 * second, 10 * second, second / 100},
		{"when as much takes effect again as before", 2 * second, 24 * second, 4*second + second/100},
		{"never, where too little does", 2 * second, 29*second + second/2, -1},
		{"never, where nothing was before", 12 * second, 12 * second, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory()
			n := int64(0)
			for at := c.from; at < 30*second; at += tenth {
				if at >= 10*second && at < c.back {
					continue
				}
				n++
				e := fmt.Sprintf("u2-%d", n)
				s.publish(e, "u2", n, at, history.OutcomeOK)
				s.handle("w2", e+"-of-w2", e, "u2", at+10, at+second/100)
			}
			s.harness(history.Event{Kind: history.KindFaultBegin, T: 10 * second, Fault: "freeze-1"})
			s.harness(history.Event{Kind: history.KindFaultEnd, T: 20 * second, Fault: "freeze-1", Outcome: history.OutcomeHealed,
				Evidence: []history.Evidence{{Name: "frozen", Observer: "engine", Seen: true}}})
			s.restamp = readLate
			s.publish("last", "u1", 99, 100*second, history.OutcomeFailed)
			got := Check(s.tell(t)).Faults[0].Recovery
			if got == nil {
				t.Fatal("no recovery is told")
			}
			switch ns := got.FullRateNS; {
			case ns == nil && c.want < 0:
			case ns == nil || *ns != c.want:
				t.Errorf("the full rate came after %v, not %d", ns, c.want)
			}
		})
	}
}

func TestTimeToRecoverIsTold(t *testing.T) {
	s := goingOnBut(15, 22) // u2 is served at 15 and at 22
	slow(s, 0)
	v := mustBe(t, Check(s.tell(t)), Progress, Holds)
	for name, want := range map[string]int64{
		"first_effect_ns":        2*second + second/100, // u2's at 22
		"recovery_ns":            4 * second,            // slow's exit, from the heal at 20
		"recovery_from_begin_ns": 14 * second,
		"standstill_ns":          second / 100,               // how long u2's events take at the most
		"outage_ns":              7*second + second/100 - 10, // slow waits while u2's of 15 takes effect, just after 15 at the earliest, until that of 22 does
		"stuck_users":            0,
		"stalled_consumers":      0,
	} {
		if got := v.Counts[name]; got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
}

func TestAStalledConsumerIsWitnessed(t *testing.T) {
	s := given(given(goingOn(), "w2", "u2-3", "u2", 40*second), "w2", "u2-4", "u2", 41*second)
	w := mustBe(t, Check(s.tell(t)), Progress, Refuted).Witness
	if w.Worker != "w2" || w.User != "u2" || w.Total != 1 || w.Users != 1 || strings.Join(w.Events, " ") != "u2-3 u2-4" || w.StandstillNS < 58*second {
		t.Errorf("witness %+v", w)
	}
	if len(w.Faults) != 1 || w.Faults[0].Relation != "before" {
		t.Errorf("faults %+v", w.Faults)
	}
	var kinds []string
	for _, e := range w.Timeline {
		if e.Event == "u2-3" && e.Src != history.SrcStore || e.Kind == history.KindQuiet {
			kinds = append(kinds, string(e.Kind))
		}
	}
	if got := strings.Join(kinds, " "); got != "publish deliver enter send_call send_call exit ack deliver quiet" {
		t.Errorf("the timeline tells %q", got)
	}
}

// lasts has the freeze last for so long.
func lasts(s *story, ns int64) *story {
	for i := range s.events {
		if e := &s.events[i]; e.Kind == history.KindFaultEnd {
			e.T = 10*second + ns
		}
	}
	return s
}

// slow has an event of before the heal handled between 3 and 4 s after it.
func slow(s *story, limit int64) {
	s.scenario.RecoverWithinNS = limit
	s.publish("slow", "u1", 50, 15*second, history.OutcomeOK)
	s.handle("w1", "slow-1", "slow", "u1", 23*second, 24*second)
}

// finishedAfterAnother has w1 handle an event that then w2 is given and finishes.
func finishedAfterAnother(s *story) *story {
	s.publish("done", "u2", 50, 37*second, history.OutcomeOK).handle("w1", "w1/done", "done", "u2", 38*second, 39*second)
	return given(s, "w2", "done", "u2", 40*second).section("w2", "w2/done", "done", "u2", 41*second, 42*second)
}

// A hold that nobody ended was over when the worker that it kept inside died: a fault
// that begins then finds its user free.
func TestAHoldKeepsNobodyOnceItsWorkerIsDead(t *testing.T) {
	for _, c := range []struct {
		name string
		dies int64 // in seconds
		want Verdict
	}{
		{"its worker died before the fault", 9, Refuted},
		{"its worker died after it", 21, Holds},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := goingOnBut(10, 19).publish("u3-1", "u3", 1, 8*second-1, history.OutcomeOK).publish("u3-2", "u3", 2, 11*second, history.OutcomeOK)
			s.given("w3", "a", "u3-1", "u3", 8*second).enter("w3", "a", "u3-1", "u3", 8*second+1).kill("w3", c.dies*second, c.dies*second+1)
			s.gateway(history.Event{Kind: history.KindPointBegin, T: 8*second + 2, Attempt: "a", Worker: "w3", User: "u3", Detail: map[string]string{"hold": "h1"}})
			s.handle("w2", "b", "u3-1", "u3", 9*second+500, 9*second+600).handle("w2", "c", "u3-2", "u3", 18*second, 18*second+5)
			if got := judgeProgress(newRecord(s.tell(t))); got.verdict != c.want {
				t.Errorf("progress is %s, want %s: %s", got.verdict, c.want, got.reason)
			}
		})
	}
}
