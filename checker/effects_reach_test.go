package checker

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// TestThePassAloneAnswersAsBothDo judges drawn histories with porcupine and
// without it.
func TestThePassAloneAnswersAsBothDo(t *testing.T) {
	property(t, 0, []string{"holds", "refuted"}, func(t *rapid.T, n *tally) {
		w := drawWorld(t)
		if w.commits == 0 {
			return
		}
		judge := func(within reach) judgement {
			return judgeEffects(newRecord(w.history()), config{timeout: time.Minute, linearize: linearize, explain: explain, reach: within})
		}
		both, alone := judge(boundless), judge(reach{})
		if both.counts["pass_only_users"] != 0 || alone.counts["confirmed_users"] != 0 {
			t.Fatalf("porcupine was asked about %v with no reach, %v with all", alone.counts, both.counts)
		}
		if alone.verdict != both.verdict {
			t.Fatalf("both say %s (%s), the pass %s (%s)", both.verdict, both.reason, alone.verdict, alone.reason)
		}
		for _, c := range []map[string]int64{alone.counts, both.counts} {
			delete(c, "pass_only_users")
			delete(c, "confirmed_users")
		}
		if !maps.Equal(alone.counts, both.counts) {
			t.Fatalf("both count %v, the pass %v", both.counts, alone.counts)
		}
		n.drew("%s", both.verdict)
	})
}

func TestWhatRestsOnThePassAloneIsSaid(t *testing.T) {
	sound := func(b *bulk) {
		b.inTurn("u1", 3)
		b.inTurn("u2", 2)
	}
	torn := func(b *bulk) { // u2's second attempt decides on what its first had read
		sound(b)
		b.begin("w1", "late", "late", "u2", 900, 0, "receipt")
		b.commit("late", "late", "u2", 0, "receipt")
		b.exit("w1", "late", 950, history.OutcomeOK, history.OutcomeSent)
	}
	for _, c := range []struct {
		name            string
		build           func(*bulk)
		within          reach
		want            Verdict
		says            string
		confirmed, pass int64
	}{
		{"all within reach", sound, reach{3, 5}, Holds, "pass and porcupine agree", 2, 0},
		{"one user too long", sound, reach{2, 9}, Holds,
			"pass and porcupine agree on 1 user, and the pass alone decided 1 user (porcupine is asked about users of at most 2 operations, and 9 in all)", 1, 1},
		{"a later user too much", sound, reach{9, 4}, Holds, "agree on 1 user, and the pass alone decided 1 user", 1, 1},
		{"nobody within reach", sound, reach{0, 0}, Holds, "agree on 0 users, and the pass alone decided 2 users", 0, 2},
		{"the refuted user beyond what is asked in all is asked about as the witness", torn, reach{3, 3}, Refuted, "in all", 2, 0},
		{"the refuted user is too long", torn, reach{2, 9}, Refuted, "(by the pass alone: porcupine is asked about users of at most 2 operations)", 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bulk
			c.build(&b)
			asked := int64(0)
			cfg := config{timeout: time.Minute, linearize: linearize, reach: c.within, explain: func(initial userState, ops []porcupine.Operation, d time.Duration) porcupine.CheckResult {
				asked++
				return explain(initial, ops, d)
			}}
			j := judgeEffects(b.record(), cfg)
			if j.verdict != c.want || !strings.HasSuffix(j.reason, c.says) && !strings.Contains(j.reason, c.says+" ") {
				t.Errorf("%s: the reason %q does not say %q", j.verdict, j.reason, c.says)
			}
			if j.verdict == Refuted && !strings.HasPrefix(j.reason, j.witness.Summary) || c.pass == 0 && strings.Contains(j.reason, "alone") {
				t.Errorf("%s: the reason is %q", j.verdict, j.reason)
			}
			if asked != c.confirmed || j.counts["confirmed_users"] != c.confirmed || j.counts["pass_only_users"] != c.pass {
				t.Errorf("porcupine was asked %d times; the counts are %v", asked, j.counts)
			}
		})
	}
	t.Run("a witness that porcupine had no time for is confirmed by nobody", func(t *testing.T) {
		var b bulk
		torn(&b)
		cfg := config{timeout: time.Minute, linearize: linearize, reach: boundless, explain: func(userState, []porcupine.Operation, time.Duration) porcupine.CheckResult { return porcupine.Unknown }}
		if j := judgeEffects(b.record(), cfg); j.verdict != Refuted || j.counts["confirmed_users"] != 0 || j.counts["pass_only_users"] != 0 {
			t.Errorf("%s: %s; %v", j.verdict, j.reason, j.counts)
		}
	})
	t.Run("a pass that porcupine contradicts about the witness says nothing", func(t *testing.T) {
		var b bulk
		torn(&b)
		cfg := config{timeout: time.Minute, linearize: linearize, reach: reach{3, 3}, explain: func(userState, []porcupine.Operation, time.Duration) porcupine.CheckResult { return porcupine.Ok }}
		if j := judgeEffects(b.record(), cfg); j.verdict != Unknown || j.witness != nil || !strings.Contains(j.reason, "CONTRADICTS ITSELF") {
			t.Errorf("%s: %s", j.verdict, j.reason)
		}
	})
}
