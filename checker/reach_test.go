package checker

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// boundless has porcupine asked about everything.
var boundless = reach{user: math.MaxInt, all: math.MaxInt}

func withReach(user, all int) Option { return func(c *config) { c.reach = reach{user, all} } }

// drawUsers draws a history of some users, on one clock or two, with deaths.
func drawUsers(t *rapid.T) *story {
	s := newStory()
	s.domains[history.WorkerSrc("far")] = "far"
	s.offset("d", "far", -1, rapid.Int64Range(-1, 1).Draw(t, "width"))
	workers := []string{"w1", "w2"}
	if rapid.Bool().Draw(t, "two clocks") {
		workers = append(workers, "far")
	}
	for u := range rapid.IntRange(1, 3).Draw(t, "users") {
		user := fmt.Sprint("u", u)
		s.publish(user+"-e", user, 1, 1, history.OutcomeOK)
		now := int64(100)
		for i := range rapid.IntRange(0, 6).Draw(t, "sections") {
			id := fmt.Sprintf("%s-%d", user, i)
			enter := now + rapid.Int64Range(-1, 6).Draw(t, "gap")
			exit := enter + rapid.Int64Range(0, 6).Draw(t, "length")
			if rapid.IntRange(0, 9).Draw(t, "dies") == 0 {
				w := "k" + id
				s.enter(w, id, user+"-e", user, enter).kill(w, exit, exit+rapid.Int64Range(0, 9).Draw(t, "until dead"))
			} else {
				w := rapid.SampledFrom(workers).Draw(t, "worker")
				s.section(w, id, user+"-e", user, enter, exit)
			}
			now = max(now, exit)
		}
	}
	return s
}

// TestTheSweepAloneAnswersAsBothDo judges drawn histories with porcupine, without
// it, and with it for some users only.
func TestTheSweepAloneAnswersAsBothDo(t *testing.T) {
	property(t, 0, []string{"holds", "refuted", "unknown"}, func(t *rapid.T, n *tally) {
		h := drawUsers(t).history()
		both := judgeExclusivity(newRecord(h), config{timeout: time.Minute, linearize: linearize, reach: reach{1000, 1000}})
		if both.counts["sweep_only_users"] != 0 {
			t.Fatalf("porcupine was not asked: %v", both.counts)
		}
		for _, within := range []reach{{0, 0}, {3, 1000}, {1000, rapid.IntRange(0, 20).Draw(t, "all")}} {
			alone := judgeExclusivity(newRecord(h), config{timeout: time.Minute, linearize: linearize, reach: within})
			if alone.verdict != both.verdict {
				t.Fatalf("both say %s (%s), the sweep %s (%s)", both.verdict, both.reason, alone.verdict, alone.reason)
			}
			if n := alone.counts["sweep_only_users"] + alone.counts["confirmed_users"]; n != alone.counts["users"] {
				t.Fatalf("%d users are accounted for: %v", n, alone.counts)
			}
			for _, c := range []map[string]int64{alone.counts, both.counts} {
				delete(c, "sweep_only_users")
				delete(c, "confirmed_users")
				delete(c, "operations")
			}
			if !maps.Equal(alone.counts, both.counts) {
				t.Fatalf("both count %v, the sweep %v", both.counts, alone.counts)
			}
		}
		n.drew("%s", both.verdict)
	})
}

// TestSweepAndPorcupineAgreeOnLongHistories draws single users with hundreds of
// sections, of which a few may be in each other's way.
func TestSweepAndPorcupineAgreeOnLongHistories(t *testing.T) {
	property(t, 0, []string{string(porcupine.Ok), string(porcupine.Illegal)}, func(t *rapid.T, drawn *tally) {
		n := rapid.IntRange(2, 300).Draw(t, "sections")
		slips := rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 2).Draw(t, "slips")
		ivs := make([]interval, n)
		now := int64(0)
		for i := range ivs {
			length := int64(i*7%13) + 1
			s := &section{attempt: fmt.Sprint(i), user: "u", worker: fmt.Sprint("w", i%3), domain: "d", before: now, enter: now + 2, exited: true}
			s.end = s.enter + length
			s.possible, s.over = s.end, s.end+int64(i%3)
			ivs[i] = interval{s.enter, s.end, s}
			now = s.end
		}
		for _, i := range slips {
			by := rapid.Int64Range(-4, 4).Draw(t, "by")
			s := ivs[i].s
			s.enter, s.end, s.over = s.enter+by, s.end+by, s.over+by
			s.before = min(s.before, s.enter)
			ivs[i] = interval{s.enter, s.end, s}
		}
		found := sweep(ivs, false)
		got := linearize(operations(ivs, true), time.Minute)
		if (found.pairs == 0) != (got == porcupine.Ok) {
			t.Fatalf("the sweep sees %d overlaps, porcupine says %s", found.pairs, got)
		}
		drawn.drew("%s", got)
	})
}

func TestWhatRestsOnTheSweepAloneIsSaid(t *testing.T) {
	two := takeTurns()
	two.publish("e4", "u2", 1, 40, history.OutcomeOK).handle("w1", "w1-4", "e4", "u2", 700, 710)
	for _, c := range []struct {
		name       string
		option     Option
		says       string
		confirmed  int64
		sweepAlone int64
	}{
		{"all within reach", withReach(3, 4), "sweep and porcupine agree", 2, 0},
		{"one user too long", withReach(2, 9), "sweep and porcupine agree on 1 user, and the sweep alone decided 1 user (porcupine is asked about users of at most 2 sections, and 9 in all)", 1, 1},
		{"a later user too much", withReach(9, 3), "agree on 1 user, and the sweep alone decided 1 user", 1, 1},
		{"nobody within reach", withReach(0, 0), "agree on 0 users, and the sweep alone decided 2 users", 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := mustBe(t, Check(two.tell(t), c.option), Exclusivity, Holds)
			if !strings.Contains(v.Reason, c.says) || v.Counts["confirmed_users"] != c.confirmed || v.Counts["sweep_only_users"] != c.sweepAlone {
				t.Errorf("the reason %q does not say %q, or the counts %v are not right", v.Reason, c.says, v.Counts)
			}
			if strings.HasSuffix(c.says, "agree") && !strings.HasSuffix(v.Reason, "agree") {
				t.Errorf("the reason is %q", v.Reason)
			}
		})
	}
	t.Run("a refutation is confirmed whatever its size", func(t *testing.T) {
		asked := 0
		r := Check(frozen().tell(t), withReach(0, 0), func(c *config) {
			c.linearize = func(ops []porcupine.Operation, d time.Duration) porcupine.CheckResult {
				asked++
				return linearize(ops, d)
			}
		})
		mustBe(t, r, Exclusivity, Refuted)
		if asked != 1 {
			t.Errorf("porcupine was asked %d times", asked)
		}
	})
}

func TestOfEqualOverlapsTheSweepOffersTheFirst(t *testing.T) {
	at := func(domain string, start, end int64) interval {
		return interval{start, end, &section{attempt: fmt.Sprintf("%s %d-%d", domain, start, end), domain: domain}}
	}
	for _, c := range []struct {
		name   string
		ivs    []interval
		across bool
		want   string
	}{
		{"of two that end together the one that entered first", []interval{at("d", 0, 10), at("d", 1, 10), at("d", 2, 5)}, false, "[d 0-10, d 1-10; d 0-10, d 2-5] of 3"},
		{"the one that stays longest", []interval{at("d", 0, 10), at("d", 1, 11), at("d", 2, 5)}, false, "[d 0-10, d 1-11; d 1-11, d 2-5] of 3"},
		{"of two clocks' that end together the one that entered first", []interval{at("a", 0, 10), at("b", 1, 10), at("c", 2, 5)}, true, "[a 0-10, b 1-10; a 0-10, c 2-5] of 3"},
		{"of two clocks' the one that stays longest", []interval{at("a", 0, 10), at("b", 1, 11), at("c", 2, 5)}, true, "[a 0-10, b 1-11; b 1-11, c 2-5] of 3"},
		{"none of its own clock", []interval{at("a", 0, 10), at("a", 1, 11), at("b", 2, 5), at("b", 3, 4)}, true, "[a 1-11, b 2-5; a 1-11, b 3-4] of 4"},
		{"none that is over", []interval{at("a", 0, 3), at("b", 3, 11), at("a", 3, 5)}, true, "[a 3-5, b 3-11] of 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := sweep(c.ivs, c.across)
			var pairs []string
			for _, p := range found.best {
				pairs = append(pairs, p.a.s.attempt+", "+p.b.s.attempt)
			}
			if got := fmt.Sprintf("[%s] of %d", strings.Join(pairs, "; "), found.pairs); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
