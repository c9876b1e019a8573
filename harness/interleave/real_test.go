package interleave

import (
	"bytes"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

// server is an explorer on a real server, one for all tests.
func server(t *testing.T) *Explorer {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: -short leaves out what needs Docker, and this needs a Redis server")
	}
	addr, stop, err := StartServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x, err := Open(t.Context(), addr, 8, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// pair is the one of that name.
func pair(t *testing.T, name string) Pair {
	t.Helper()
	i := slices.IndexFunc(pairs, func(p Pair) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("there is no pair %q", name)
	}
	return pairs[i]
}

func unguarded() Subject { return Subject{Mode: mode.Shared, Guard: mode.Unguarded, Lock: "turnstile"} }

func explore(t *testing.T, x *Explorer, e *Exploration) []*Taken {
	t.Helper()
	var mu sync.Mutex
	var all []*Taken
	x.Explore(t.Context(), e, func(k *Taken) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, k)
	})
	if len(e.Failed) > 0 {
		t.Fatalf("%d were not executed: %v", len(e.Failed), e.Failed[0])
	}
	return all
}

// answers are the sets of verdicts that merges came to, and a number of merges for
// each.
func answers(all []*Taken, size func(*Taken) *big.Int) map[string]string {
	counts := map[string]*big.Int{}
	for _, t := range all {
		var words []string
		for _, v := range t.Check.Verdicts {
			words = append(words, string(v.Property)+" "+string(v.Verdict))
		}
		key := strings.Join(words, ", ")
		if counts[key] == nil {
			counts[key] = new(big.Int)
		}
		counts[key].Add(counts[key], size(t))
	}
	out := map[string]string{}
	for k, n := range counts {
		out[k] = n.String()
	}
	return out
}

// TestWhatIsCutIsEqual is statement 4: all merges, one by one, against one of
// each class with the class's size.
func TestWhatIsCutIsEqual(t *testing.T) {
	x := server(t)
	for _, c := range []struct {
		mode   mode.Mode
		guard  mode.Guard
		pair   string
		faults int
	}{
		{mode.Shared, mode.Unguarded, "stop", 0}, {mode.Shared, mode.Unguarded, "retry", 1}, {mode.Shared, mode.Fenced, "start", 0},
		{mode.Lock, mode.Unguarded, "start", 0}, {mode.Lock, mode.Unguarded, "retry", 1},
	} {
		t.Run(fmt.Sprintf("%s %s %s %d", c.mode, c.guard, c.pair, c.faults), func(t *testing.T) {
			s := unguarded()
			s.Mode, s.Guard = c.mode, c.guard
			b := Bounds{Tries: 1, Faults: c.faults}
			whole := explore(t, x, &Exploration{Subject: s, Pair: pair(t, c.pair), Bounds: b, Whole: true})
			cut := explore(t, x, &Exploration{Subject: s, Pair: pair(t, c.pair), Bounds: b})
			one := answers(whole, func(*Taken) *big.Int { return big.NewInt(1) })
			classes := answers(cut, func(k *Taken) *big.Int { return newClass(k.merged()).size() })
			if !maps.Equal(one, classes) {
				t.Errorf("all %d merges came to\n%v\nand %d with those that are equal to\n%v", len(whole), one, len(cut), classes)
			}
			if c.pair != "retry" && len(cut) >= len(whole) {
				t.Errorf("nothing was cut: %d of %d", len(cut), len(whole))
			}
		})
	}
}

// TestAMergeThatIsMissingIsFound takes one executed merge away after the other.
func TestAMergeThatIsMissingIsFound(t *testing.T) {
	x := server(t)
	r, err := x.Run(t.Context(), Subject{Mode: mode.Shared, Guard: mode.Fenced, Lock: "turnstile"}, pair(t, "start"), Bounds{Tries: 1})
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Of(checker.Duplicates); v.Verdict != checker.Holds || len(r.Missing) > 0 {
		t.Fatalf("with all of them: %s, %s; missing %v", v.Verdict, v.Reason, r.Missing)
	}
	for i := range r.all {
		less := *r
		less.Missing = nil
		less.all = slices.Delete(slices.Clone(r.all), i, i+1)
		less.judge()
		if v := less.Of(checker.Duplicates); v.Verdict != checker.Unknown || len(less.Missing) == 0 {
			t.Errorf("without %v it is %s (%s), and missing is %v", r.all[i].Moves(), v.Verdict, v.Reason, less.Missing)
		}
	}
}

// TestOfWhatIsLeftOutNothingHolds: one merge that was executed and does not count,
// whichever it is.
func TestOfWhatIsLeftOutNothingHolds(t *testing.T) {
	x := server(t)
	s := Subject{Mode: mode.Shared, Guard: mode.Fenced, Lock: "turnstile"}
	for _, c := range []struct {
		pair string
		out  int
	}{{"retry", 1}, {"start", 1}, {"start", 20}} { // of the first there is one
		x.LeaveOut = c.out
		r, err := x.Run(t.Context(), s, pair(t, c.pair), Bounds{Tries: 1})
		if err != nil {
			t.Fatal(err)
		}
		if v := r.Of(checker.Duplicates); v.Verdict != checker.Unknown || len(r.Missing) == 0 {
			t.Errorf("%s without merge %d: it is %s (%s), and missing is %v", c.pair, c.out, v.Verdict, v.Reason, r.Missing)
		}
	}
	if _, err := x.Run(t.Context(), s, pair(t, "retry"), Bounds{Tries: 1}); err == nil {
		t.Error("a merge that there is not was left out")
	}
}

// TestALockThatLivesExcludes: what is executed and what the lock keeps out are all
// there is.
func TestALockThatLivesExcludes(t *testing.T) {
	x := server(t)
	s := Subject{Mode: mode.Lock, Guard: mode.Unguarded, Lock: "turnstile"}
	r, err := x.Run(t.Context(), s, pair(t, "two-events"), Bounds{Tries: 1})
	if err != nil {
		t.Fatal(err)
	}
	sum := new(big.Int).Add(r.Own.Executed, r.Own.Excluded)
	if sum.Cmp(r.Own.Possible) != 0 || r.Own.Excluded.Sign() == 0 || r.KeptOut == 0 {
		t.Errorf("of %v merges %v were executed and %v excluded; in %d a step was kept out", r.Own.Possible, r.Own.Executed, r.Own.Excluded, r.KeptOut)
	}
	for _, p := range []checker.Property{checker.Exclusivity, checker.Effects, checker.Duplicates} {
		if v := r.Of(p); v.Verdict != checker.Holds {
			t.Errorf("%s: %s, %s", p, v.Verdict, v.Reason)
		}
	}
}

// TestWithoutAGuardAllMergesAreExecuted: of two attempts of five steps each there
// are C(10,5).
func TestWithoutAGuardAllMergesAreExecuted(t *testing.T) {
	x := server(t)
	r, err := x.Run(t.Context(), unguarded(), pair(t, "two-events"), Bounds{Tries: 1})
	if err != nil {
		t.Fatal(err)
	}
	if all := big.NewInt(252); r.Own.Possible.Cmp(all) != 0 || r.Own.Executed.Cmp(all) != 0 || r.Merges.Cmp(all) != 0 {
		t.Errorf("of %v merges %v were executed; the classes have %v, want 252 each", r.Own.Possible, r.Own.Executed, r.Merges)
	}
	if v := r.Of(checker.Effects); v.Verdict != checker.Refuted || v.Merges.Cmp(big.NewInt(200)) != 0 || len(v.Witness.Lines()) != 3 {
		t.Errorf("effects: %s, by %v merges, told in %v", v.Verdict, v.Merges, v.Witness.Lines())
	}
	all := filepath.Join(t.TempDir(), "refuting.jsonl")
	n, err := r.WriteRefuting(all, []checker.Property{checker.Effects})
	if err != nil || n != r.Of(checker.Effects).Refuted {
		t.Errorf("%d are listed that refute effects (%v), and %d do", n, err, r.Of(checker.Effects).Refuted)
	}
	if b, err := os.ReadFile(all); err != nil || bytes.Count(b, []byte("\n")) != n {
		t.Errorf("the list is %q (%v), want %d lines", b, err, n)
	}
}

// TestALockThatRanOutIsADeletedOne is statement 7: whatever is asked of a key, the
// answer after its lifetime is that after its deletion.
func TestALockThatRanOutIsADeletedOne(t *testing.T) {
	x := server(t)
	now := func() time.Time {
		at, err := x.client.Time(t.Context()).Result()
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, command := range [][]any{ // without the key
		{"GET"}, {"EXISTS"}, {"PTTL"}, {"DEL"}, {"PERSIST"}, {"PEXPIRE", 1000}, {"SET", "w2", "NX", "PX", 1000}, {"SET", "w2", "XX"},
		{"EVAL", "return {redis.call('GET', KEYS[1]), redis.call('SET', KEYS[1], 'w2', 'NX', 'PX', 1000)}", 1},
		{"EVAL", "if redis.call('GET', KEYS[1]) == 'w1' then return redis.call('DEL', KEYS[1]) end return 0", 1},
	} {
		var answers []string
		for _, ends := range []string{"ran-out", "deleted"} {
			key := "interleave:" + x.id + ":" + ends
			set := func(lives time.Duration) {
				if err := x.client.Set(t.Context(), key, "w1", lives).Err(); err != nil {
					t.Fatal(err)
				}
			}
			if ends == "ran-out" {
				set(time.Millisecond)
				for until := now().Add(2 * time.Millisecond); !now().After(until); {
				}
			} else {
				set(time.Hour)
				x.client.Del(t.Context(), key)
			}
			at := 1
			if command[0] == "EVAL" {
				at = len(command)
			}
			answer, err := x.client.Do(t.Context(), slices.Insert(slices.Clone(command), at, any(key))...).Result()
			answers = append(answers, fmt.Sprint(answer, err))
			x.client.Del(t.Context(), key)
		}
		if answers[0] != answers[1] {
			t.Errorf("%v: %s after its lifetime, %s after its deletion", command, answers[0], answers[1])
		}
	}
}
