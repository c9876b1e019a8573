package checker

import (
	"fmt"
	"slices"
	"testing"

	"turnstile/checker/history"
)

// back starts another life of a worker, which stops of its own will.
func (s *story) back(w string, t, stop int64) *story {
	s.worker(w, history.Event{Kind: history.KindWorkerStart, T: t})
	return s.worker(w, history.Event{Kind: history.KindWorkerStop, T: stop})
}

// killedAndBack is a worker that is killed inside and comes back under its name.
func killedAndBack() *story {
	s := newStory()
	for i := int64(1); i <= 3; i++ {
		s.publish(fmt.Sprintf("e%d", i), "u1", i, 10*i, history.OutcomeOK)
	}
	s.handle("w2", "w2-1", "e1", "u1", 100, 150)
	s.given("w1", "w1-1", "e2", "u1", 199).enter("w1", "w1-1", "e2", "u1", 200)
	s.back("w1", 300, 900)
	s.handle("w1", "w1-2", "e2", "u1", 310, 400)
	return s.handle("w2", "w2-2", "e3", "u1", 500, 600)
}

func TestAWorkerThatComesBackUnderItsName(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(s *story)
		want Verdict
		find string // a finding; empty: none at all
	}{
		{"is bounded by the death of the life that it was inside in", func(s *story) { s.kill("w1", 220, 250) }, Holds, ""},
		{"overlaps in its second life what another does", func(s *story) {
			s.kill("w1", 220, 250).given("w2", "w2-3", "e3", "u1", 349).section("w2", "w2-3", "e3", "u1", 350, 390)
		}, Refuted, ""},
		{"is open where the death of its first life is not on record", func(s *story) { s.dead["w1"] = true }, Unknown, "worker-restarted"},
		{"dies twice", func(s *story) {
			s.kill("w1", 220, 250).kill("w1", 950, 960).without(func(e history.Event) bool {
				return e.Kind == history.KindWorkerStop && e.Src == history.WorkerSrc("w1")
			})
		}, Holds, ""},
		{"dies once too often", func(s *story) { s.kill("w1", 220, 250).kill("w1", 230, 260) }, Unknown, "worker-died-again"},
		{"recorded something in between", func(s *story) {
			s.kill("w1", 220, 250).worker("w1", history.Event{Kind: history.KindNack, T: 270, Event: "e2", User: "u1", Attempt: "w1-1"})
		}, Unknown, "worker-after-death"},
		{"uses an attempt's id again", func(s *story) {
			s.kill("w1", 220, 250).worker("w1", history.Event{Kind: history.KindAck, T: 420, Event: "e2", User: "u1", Attempt: "w1-1"})
		}, Unknown, "attempt-reused"},
		{"had stopped of its own will before", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindExit, T: 210, Event: "e2", User: "u1", Attempt: "w1-1", Outcome: history.OutcomeSkipped})
			s.worker("w1", history.Event{Kind: history.KindWorkerStop, T: 215}).dies("w1", 212, 220, "0").acked("w1", "w1-1", "e2", "u1", 211)
			s.dies("w1", 890, 910, "0").worker("w2", history.Event{Kind: history.KindWorkerStop, T: 900}).dies("w2", 890, 910, "0")
		}, Holds, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := killedAndBack()
			c.edit(s)
			r := Check(s.tell(t))
			mustBe(t, r, Exclusivity, c.want)
			if c.find == "" && len(r.Findings) > 0 {
				t.Errorf("found amiss: %+v", r.Findings)
			}
			if c.find != "" && !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Name == c.find }) {
				t.Errorf("no finding %s: %+v", c.find, r.Findings)
			}
		})
	}
}

// Lanes may write in another order than they stamp in, and none stamps when its
// process is not there.
func TestStampsOfALifeLieBetweenItsStartAndItsEnd(t *testing.T) {
	for _, c := range []struct {
		name    string
		attempt string
		kind    history.Kind
		at      int64
		find    string
	}{
		{"before its second start", "w1-2", history.KindEnter, 290, "worker-before-start"},
		{"after its death, and written before", "w1-1", history.KindDeliver, 270, "worker-after-death"},
		{"after it said that it stopped, and written before", "w1-2", history.KindExit, 5_000, "worker-restarted"},
		{"when it lived", "w1-2", history.KindEnter, 311, ""},
	} {
		h := killedAndBack().kill("w1", 220, 250).history()
		for i := range h.Events {
			if e := &h.Events[i]; e.FromWorker() && e.Attempt == c.attempt && e.Kind == c.kind {
				e.T = c.at
			}
		}
		found := slices.ContainsFunc(Check(h).Findings, func(f Finding) bool { return f.Name == c.find })
		if want := c.find != ""; found != want {
			t.Errorf("%s: found %q: %t: %+v", c.name, c.find, found, Check(h).Findings)
		}
		if fs := Check(h).Findings; c.find == "" && len(fs) > 0 {
			t.Errorf("%s: found amiss: %+v", c.name, fs)
		}
	}
}

// What is written before the start is of another run, whatever its stamp says; what is
// stamped on another clock than the start says nothing of which was first.
func TestWhatALifeBeginsWithIsItsStart(t *testing.T) {
	of := func(h *history.History) (at []int) {
		for i := range h.Events {
			if h.Events[i].Src == history.WorkerSrc("w1") {
				at = append(at, i)
			}
		}
		return at
	}
	before := takeTurns().history()
	at := of(before)
	first, second := &before.Events[at[0]], &before.Events[at[1]]
	*first, *second = *second, *first
	first.Seq, second.Seq = second.Seq, first.Seq

	elsewhere := takeTurns().worker("w1", history.Event{Kind: history.KindNote, T: -9}).history()
	at = of(elsewhere)
	elsewhere.Events[at[0]].Domain = "x"
	late := &elsewhere.Events[at[len(at)-1]]
	late.Domain, late.T = "x", elsewhere.Events[at[1]].T-1

	for _, c := range []struct {
		name string
		h    *history.History
		want bool
	}{
		{"a line before it, stamped later", before, true},
		{"a line behind it, stamped earlier on a clock of which a note before it was", elsewhere, false},
	} {
		fs := Check(c.h).Findings
		if got := slices.ContainsFunc(fs, func(f Finding) bool { return f.Name == "worker-before-start" }); got != c.want {
			t.Errorf("%s: told: %t: %+v", c.name, got, fs)
		}
	}
}

func TestOfSeveralLivesItIsToldWhichOneIsMeant(t *testing.T) {
	first := killedAndBack()
	first.dead["w1"] = true
	second := killedAndBack().kill("w1", 220, 250).without(func(e history.Event) bool { return e.Src == history.WorkerSrc("w1") && e.T == 900 })
	only := takeTurns().without(func(e history.Event) bool {
		return e.Src == history.WorkerSrc("w2") && e.Kind == history.KindWorkerStop
	})
	for _, c := range []struct {
		name, find, want string
		tell             *story
	}{
		{"the first", "worker-restarted", "worker w1 (life 1 of 2) started again, and that it had died before is not on record", first},
		{"the second", "worker-end-unknown", "worker w1 (life 2 of 2) neither said that it stopped nor was seen to be killed, so its record may be cut short", second},
		{"the only one", "worker-end-unknown", "worker w2 neither said that it stopped nor was seen to be killed, so its record may be cut short", only},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Check(c.tell.tell(t))
			if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Name == c.find && f.Detail == c.want }) {
				t.Errorf("no finding %s says %q: %+v", c.find, c.want, r.Findings)
			}
		})
	}
}

func TestEachDeathIsThatOfTheLifeThatItEnded(t *testing.T) {
	for _, c := range []struct {
		name   string
		deaths [][2]int64 // signalled after, confirmed; the lives begin at 0 and 300
		want   []int64    // when each life died; 0: not on record
		beyond int
	}{
		{"one of before the second life", [][2]int64{{220, 250}}, []int64{250, 0}, 0},
		{"one of after its start", [][2]int64{{350, 360}}, []int64{0, 360}, 0},
		{"one as it started", [][2]int64{{220, 300}}, []int64{300, 0}, 0},
		{"one of each", [][2]int64{{220, 250}, {350, 360}}, []int64{250, 360}, 0},
		{"one too many before, and the second's", [][2]int64{{220, 250}, {230, 260}, {350, 360}}, []int64{250, 360}, 1},
		{"one too many after", [][2]int64{{220, 250}, {350, 360}, {370, 380}}, []int64{250, 360}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory().section("w1", "a", "e1", "u1", 100, 200).back("w1", 300, 900)
			for _, d := range c.deaths {
				s.kill("w1", d[0], d[1])
			}
			w := newRecord(s.history()).workers["w1"]
			var got []int64
			for _, l := range w.lives {
				at := int64(0)
				if l.dead != nil {
					at = l.dead.T
				}
				got = append(got, at)
			}
			if !slices.Equal(got, c.want) || len(w.beyond) != c.beyond {
				t.Errorf("the lives died at %v, and %d deaths are beyond, want %v and %d", got, len(w.beyond), c.want, c.beyond)
			}
		})
	}
}

func TestALifeIsOverWithWhatItHadInHand(t *testing.T) {
	const end = 2 * patience
	for _, c := range []struct {
		name    string
		at      int64 // when e3 is delivered to w1
		stalled int64
	}{{"in its first life", 205, 0}, {"in its second", 305, 1}} {
		t.Run(c.name, func(t *testing.T) {
			s := killedAndBack().kill("w1", 220, 250)
			s.without(func(e history.Event) bool {
				return e.T < end && (e.Kind == history.KindQuiet || e.Kind == history.KindWorkerStop)
			})
			s.worker("w1", history.Event{Kind: history.KindDeliver, T: c.at, Event: "e3", User: "u1", Attempt: "w1-0"})
			s.harness(history.Event{Kind: history.KindQuiet, T: end, Outcome: history.OutcomeOK})
			s.worker("w1", history.Event{Kind: history.KindWorkerStop, T: end + 1})
			s.without(func(e history.Event) bool { return e.Kind == history.KindQuiet && e.T > end })
			if r := Check(s.tell(t)); r.Of(Progress).Counts["stalled_consumers"] != c.stalled {
				t.Errorf("%d stalled consumers, want %d: %+v", r.Of(Progress).Counts["stalled_consumers"], c.stalled, r.Of(Progress))
			}
		})
	}
}
