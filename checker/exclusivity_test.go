package checker

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"turnstile/checker/history"
)

func TestExclusivity(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(s *story)
		want  Verdict
		says  string // part of the reason
	}{
		{"sections one after another hold", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 20).section("w2", "b", "e2", "u1", 30, 40)
		}, Holds, "sweep and porcupine agree"},
		{"sections that touch can be put in an order", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 20).section("w2", "b", "e2", "u1", 20, 30)
		}, Holds, ""},
		{"sections that overlap by one nanosecond are refuted", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 21).section("w2", "b", "e2", "u1", 20, 30)
		}, Refuted, "1 ns"},
		{"sections with the same ends are refuted", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 20).section("w2", "b", "e2", "u1", 10, 20)
		}, Refuted, ""},
		{"a section inside another is refuted", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 40).section("w2", "b", "e2", "u1", 20, 30)
		}, Refuted, ""},
		{"two sections of one worker that overlap are refuted", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 30).section("w1", "b", "e2", "u1", 20, 40)
		}, Refuted, "w1 was twice inside"},
		{"sections of two users may overlap", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 30).section("w1", "b", "e2", "u2", 20, 40)
		}, Holds, ""},
		{"sections without length at one instant can be put in an order", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 10).section("w2", "b", "e2", "u1", 10, 10).section("w2", "c", "e3", "u1", 10, 10)
		}, Holds, ""},
		{"a section without length at another's end holds", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 20).section("w2", "b", "e2", "u1", 20, 20).section("w2", "c", "e3", "u1", 20, 30)
		}, Holds, ""},
		{"a section without length inside another is refuted", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 20).section("w2", "b", "e2", "u1", 15, 15)
		}, Refuted, ""},
		{"a long section is compared with more than its next", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 100).section("w2", "b", "e2", "u1", 110, 120).section("w2", "c", "e3", "u1", 95, 96)
		}, Refuted, ""},

		{"an entry after the confirmed death of the one inside holds", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 20, 30).section("w2", "b", "e2", "u1", 40, 50)
		}, Holds, ""},
		{"an entry between the signal and the confirmed death can be put in an order", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 20, 30).section("w2", "b", "e2", "u1", 25, 50)
		}, Holds, "1 section entered between the signal"},
		{"a worker that was asked to stop may have gone on until it ended", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).hold("a", 12).dies("w1", 20, 50, "0").release("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e2", "u1", 25, 30)
		}, Unknown, "had recorded no exit and its worker had not been killed"},
		{"so may one of which nobody knows how it ended", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).dies("w1", 20, 50, "").section("w2", "b", "e2", "u1", 25, 30)
		}, Unknown, ""},
		{"but not beyond that", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).dies("w1", 20, 50, "143").section("w2", "b", "e2", "u1", 51, 60)
		}, Holds, ""},
		{"a killed attempt is not claimed inside until the kill", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 40, 50).section("w2", "b", "e2", "u1", 20, 30)
		}, Unknown, "had recorded no exit and its worker had not been killed"},
		{"a killed attempt was inside at its last recorded step", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 40, 50).section("w2", "b", "e2", "u1", 20, 30)
			s.worker("w1", history.Event{Kind: history.KindStateRead, T: 25, Attempt: "a"})
		}, Refuted, ""},
		{"an ack without an exit does not prove the attempt inside", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 40, 50).section("w2", "b", "e2", "u1", 20, 30)
			s.worker("w1", history.Event{Kind: history.KindAck, T: 25, Attempt: "a"})
		}, Unknown, ""},
		{"a withheld attempt was inside until the kill", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).hold("a", 12).kill("w1", 40, 50).release("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Refuted, ""},
		{"a withheld attempt may have ended right after the signal", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).hold("a", 12).kill("w1", 40, 50).release("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e2", "u1", 40, 60)
		}, Holds, ""},
		{"a withheld attempt whose answer was released was inside until then", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).hold("a", 12).release("a", 25, history.OutcomeReleased).kill("w1", 40, 50)
			s.section("w2", "b", "e2", "u1", 20, 24)
		}, Refuted, ""},
		{"nothing is claimed of a released attempt after its answer", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).hold("a", 12).release("a", 25, history.OutcomeReleased).kill("w1", 40, 50)
			s.section("w2", "b", "e2", "u1", 26, 30)
		}, Unknown, ""},
		{"a caller that had gone before the signal proves nothing", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).hold("a", 12).release("a", 30, history.OutcomeGone).kill("w1", 40, 50)
			s.section("w2", "b", "e2", "u1", 20, 24)
		}, Unknown, ""},
		{"a caller that gave up waiting proves nothing by the hold", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).hold("a", 12).kill("w1", 40, 50)
			s.worker("w1", history.Event{Kind: history.KindSendReturn, T: 15, Attempt: "a", Outcome: history.OutcomeUnclear})
			s.section("w2", "b", "e2", "u1", 20, 24)
		}, Unknown, ""},
		{"an attempt that waits with an effect still to come was inside until the kill", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).reads("w1", "a", 0, 11).waits("a", 12).kill("w1", 40, 50).goesOn("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Refuted, ""},
		{"an attempt that read that its event had taken effect may have nothing to come", func(s *story) {
			s.section("w2", "z", "e1", "u1", 5, 8).commit("e1", "u1", "z")
			s.enter("w1", "a", "e1", "u1", 10).reads("w1", "a", 1, 11).waits("a", 12).kill("w1", 40, 50).goesOn("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Unknown, "had recorded no exit"},
		{"an attempt that read before its event took effect by another has", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).reads("w1", "a", 0, 11).waits("a", 12).kill("w1", 40, 50).goesOn("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e1", "u1", 20, 30).commit("e1", "u1", "b")
		}, Refuted, ""},
		{"an attempt that waits behind its last effect was no longer inside, though it is killed there", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).reads("w1", "a", 0, 11).waitsAt("a", "written", 12).kill("w1", 40, 50).goesOn("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Holds, ""},
		{"nor if its end is not on record", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).reads("w1", "a", 0, 11).waitsAt("a", "ack", 12)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Holds, ""},
		{"but until it came there it may have been", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).reads("w1", "a", 0, 11).waitsAt("a", "written", 25).kill("w1", 40, 50)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Unknown, "had recorded no exit"},
		{"a wait at a point that nobody knows proves nothing", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).reads("w1", "a", 0, 11).waitsAt("a", "somewhere", 12).kill("w1", 40, 50)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Unknown, "had recorded no exit"},
		{"nor does one at a point ahead of the section, whenever it is stamped", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).reads("w1", "a", 0, 11).waitsAt("a", "locked", 12).kill("w1", 40, 50)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Unknown, "had recorded no exit"},
		{"an attempt that waits at a point before its section proves nothing by it", func(s *story) {
			s.waits("a", 8).enter("w1", "a", "e1", "u1", 10).kill("w1", 40, 50).goesOn("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Unknown, ""},
		{"an attempt that waits at a point after its section is not inside", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 15).waits("a", 16).kill("w1", 40, 50).goesOn("a", 45, history.OutcomeGone)
			s.section("w2", "b", "e2", "u1", 20, 30)
		}, Holds, ""},
		{"a worker's claim to withhold is not believed", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 40, 50).section("w2", "b", "e2", "u1", 20, 30)
			s.unwritten().worker("w1", history.Event{Kind: history.KindHoldBegin, T: 12, Attempt: "a"})
		}, Unknown, ""},

		{"an attempt that entered between the stamp of the signal and its arrival ended by that signal", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 5, 50).section("w2", "b", "e2", "u1", 20, 30)
		}, Holds, ""},
		{"two attempts that entered at one instant and were both killed later may have been inside together", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 20, 25).enter("w2", "b", "e2", "u1", 10).kill("w2", 18, 24)
		}, Unknown, "had recorded no exit and its worker had not been killed"},
		{"an attempt whose worker ended by itself before the next entered holds", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).kill("w1", 0, 50).section("w2", "b", "e2", "u1", 60, 70)
		}, Holds, ""},
		{"a death without the signal's time bounds the end from one side only", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).hold("a", 12).kill("w1", 0, 50).section("w2", "b", "e2", "u1", 20, 30)
		}, Unknown, ""},
		{"a section without an end is unknown", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).section("w2", "b", "e2", "u2", 40, 50)
		}, Unknown, "attempt a of w1 (its worker's death is not on record)"},
		{"a section without an end is still refuted by what is certain", func(s *story) {
			s.enter("w1", "a", "e1", "u1", 10).section("w2", "b", "e2", "u1", 15, 50)
			s.worker("w1", history.Event{Kind: history.KindStateWrite, T: 20, Attempt: "a"})
		}, Refuted, ""},
		{"other sections still refute beside one without an end", func(s *story) {
			s.enter("w1", "a", "e1", "u2", 10).section("w1", "b", "e2", "u1", 15, 50).section("w2", "c", "e3", "u1", 20, 30)
		}, Refuted, ""},
		{"a frozen worker's section is open until its recorded exit", func(s *story) {
			s.section("w1", "a", "e1", "u1", 10, 5000).section("w2", "b", "e2", "u1", 1000, 1100)
		}, Refuted, "100 ns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory()
			for i := int64(1); i <= 3; i++ {
				user := "u1"
				s.publish(fmt.Sprintf("e%d", i), user, i, i, history.OutcomeOK)
			}
			c.build(s)
			h := s.tell(t)
			j := judgeExclusivity(newRecord(h), config{timeout: time.Minute, linearize: linearize, reach: usualReach})
			if j.verdict != c.want || !strings.Contains(j.reason, c.says) {
				t.Errorf("got %s (%s), want %s saying %q", j.verdict, j.reason, c.want, c.says)
			}
		})
	}
}

func TestPorcupineHasItsSay(t *testing.T) {
	always := func(answer porcupine.CheckResult) Option {
		return func(c *config) {
			c.linearize = func([]porcupine.Operation, time.Duration) porcupine.CheckResult { return answer }
		}
	}
	for _, c := range []struct {
		name   string
		story  *story
		answer porcupine.CheckResult
		want   Verdict
		says   string
	}{
		{"out of time without an overlap is unknown", takeTurns(), porcupine.Unknown, Unknown, "in time"},
		{"a violation that the sweep does not see is a loud unknown", takeTurns(), porcupine.Illegal, Unknown, "CONTRADICTS ITSELF"},
		{"an overlap that porcupine does not see is a loud unknown", frozen(), porcupine.Ok, Unknown, "CONTRADICTS ITSELF"},
		{"agreement on the overlap is refuted", frozen(), porcupine.Illegal, Refuted, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := mustBe(t, Check(c.story.tell(t), always(c.answer)), Exclusivity, c.want)
			if !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
		})
	}
	t.Run("an overlap is confirmed on its two sections", func(t *testing.T) {
		sizes := []int{}
		r := Check(frozen().tell(t), func(c *config) {
			c.linearize = func(ops []porcupine.Operation, d time.Duration) porcupine.CheckResult {
				sizes = append(sizes, len(ops))
				return linearize(ops, d)
			}
		})
		mustBe(t, r, Exclusivity, Refuted)
		if !slices.Equal(sizes, []int{4}) {
			t.Errorf("porcupine was asked about %v operations", sizes)
		}
	})
	t.Run("no time at all is not read as no limit", func(t *testing.T) {
		if got := linearize(nil, 0); got != porcupine.Unknown {
			t.Errorf("porcupine says %s", got)
		}
		mustBe(t, Check(takeTurns().tell(t), WithTimeout(0)), Exclusivity, Unknown)
		mustBe(t, Check(frozen().tell(t), WithTimeout(0)), Exclusivity, Refuted)
	})
}

// drawn is a section as rapid draws it, with the interval that each of its
// operations may take effect in.
func drawSections(t *rapid.T) []interval {
	n := rapid.IntRange(0, 5).Draw(t, "sections")
	stamp := rapid.Int64Range(0, 12)
	var out []interval
	for i := range n {
		ts := rapid.SliceOfN(stamp, 4, 4).Draw(t, "stamps")
		slices.Sort(ts)
		s := &section{attempt: fmt.Sprint(i), user: "u", worker: fmt.Sprintf("w%d", i%2), domain: "d",
			before: ts[0], enter: ts[1], end: ts[2], possible: ts[2], over: ts[3], exited: true}
		if rapid.Bool().Draw(t, "tight") {
			s.before, s.over = s.enter, s.end
		}
		if rapid.IntRange(0, 5).Draw(t, "endless") == 0 {
			s.over = unbounded
		}
		out = append(out, interval{s.enter, s.end, s})
	}
	return out
}

// canBeOrdered is the oracle: it tries every order of the sections, and in each
// gives every acquire and release the earliest point that its interval and its
// predecessor leave.
func canBeOrdered(ivs []interval) bool {
	var try func(rest []interval, now int64) bool
	try = func(rest []interval, now int64) bool {
		if len(rest) == 0 {
			return true
		}
		for i, iv := range rest {
			acquire := max(now, iv.s.before)
			release := max(acquire, iv.s.end)
			if acquire > iv.s.enter || release > iv.s.over {
				continue
			}
			if try(slices.Delete(slices.Clone(rest), i, i+1), release) {
				return true
			}
		}
		return false
	}
	return try(ivs, -1)
}

func TestSweepPorcupineAndEveryOrderAgree(t *testing.T) {
	property(t, 0, []string{"legal true", "legal false"}, func(t *rapid.T, n *tally) {
		ivs := drawSections(t)
		legal := canBeOrdered(ivs)
		n.drew("legal %t", legal)
		pairs := 0
		for i := range ivs {
			for j := range i {
				// Written out as the definition has it.
				if !(ivs[i].end <= ivs[j].start || ivs[j].end <= ivs[i].start) {
					pairs++
				}
			}
		}
		found := sweep(ivs, false)
		if found.pairs != pairs {
			t.Fatalf("the sweep counts %d overlapping pairs, there are %d", found.pairs, pairs)
		}
		if (pairs == 0) != legal {
			t.Fatalf("%d overlapping pairs, and an order exists: %t", pairs, legal)
		}
		for _, p := range found.best {
			if !overlaps(p.a, p.b) || p.a.s == p.b.s {
				t.Fatalf("%+v is offered as an overlap", p)
			}
		}
		for _, own := range []bool{true, false} {
			if got := linearize(operations(ivs, own), time.Minute); (got == porcupine.Ok) != legal {
				t.Fatalf("porcupine says %s (own clock: %t), an order exists: %t", got, own, legal)
			}
		}
	})
}

func TestTheSweepAcrossClocksCountsOnlyPairsFromTwo(t *testing.T) {
	property(t, 0, []string{"some true", "some false"}, func(t *rapid.T, n *tally) {
		ivs := drawSections(t)
		for i := range ivs {
			ivs[i].s.domain = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "domain")
		}
		pairs := 0
		for i := range ivs {
			for j := range i {
				if overlaps(ivs[i], ivs[j]) && ivs[i].s.domain != ivs[j].s.domain {
					pairs++
				}
			}
		}
		n.drew("some %t", pairs > 0)
		found := sweep(ivs, true)
		if found.pairs != pairs {
			t.Fatalf("the sweep counts %d overlapping pairs, there are %d", found.pairs, pairs)
		}
		for _, p := range found.best {
			if !overlaps(p.a, p.b) || p.a.s.domain == p.b.s.domain {
				t.Fatalf("%+v is offered as an overlap across clocks", p)
			}
		}
	})
}
