package suites

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"

	"turnstile/harness/interleave"
)

// interleaveVariable asks for all claims on every merge, not those of `make test`
// alone.
const interleaveVariable = "TURNSTILE_INTERLEAVE"

// everyMerge is a claim on all merges of a pair.
type everyMerge struct {
	mode    mode.Mode
	guard   mode.Guard
	mutant  string
	pair    string
	faults  int
	kinds   []interleave.What // of the faults; none: every one
	refuted string            // the properties that a merge refutes, with spaces between
	holds   string            // those that hold over all merges
	smoke   bool              // among what `make test` runs
}

// Faults that strike alone.
var (
	lockRunsOut    = []interleave.What{interleave.LockRunsOut}
	locksForgotten = []interleave.What{interleave.LocksAreForgot}
	diesAfter      = []interleave.What{interleave.DiesAfter}
)

// intendedHolds is what the guard intended restores.
const intendedHolds = "effects duplicates rules fence delivery"

// mergeClaims are what all merges of one try of each delivery show.
var mergeClaims = []everyMerge{
	// Without a guard everything breaks, each by some merge.
	{mode: mode.Shared, pair: "two-events", refuted: "exclusivity effects order", holds: "duplicates delivery", smoke: true},
	{mode: mode.Shared, pair: "stop", refuted: "exclusivity effects rules", holds: "duplicates", smoke: true},
	{mode: mode.Shared, pair: "redelivery", refuted: "exclusivity effects duplicates", smoke: true},
	{mode: mode.Shared, pair: "retry", faults: 1, refuted: "effects duplicates", smoke: true},
	// Under the guard two are inside, and what they do is whole.
	{mode: mode.Shared, guard: mode.Fenced, pair: "two-events", refuted: "exclusivity", holds: "effects duplicates rules fence delivery", smoke: true},
	{mode: mode.Shared, guard: mode.Fenced, pair: "start", holds: "effects duplicates rules fence delivery", smoke: true},
	{mode: mode.Shared, guard: mode.Fenced, pair: "redelivery", holds: "effects duplicates rules fence delivery", smoke: true},
	{mode: mode.Shared, guard: mode.Fenced, pair: "same-text", holds: "effects duplicates rules fence"},
	{mode: mode.Shared, guard: mode.Fenced, pair: "retry", faults: 1, holds: "effects duplicates rules fence delivery", smoke: true},
	// A text is out and its write refused: what is decided in between does not know of it (fenced-text-is-out).
	{mode: mode.Shared, guard: mode.Fenced, pair: "stop", refuted: "effects", holds: "duplicates rules fence", smoke: true},
	{mode: mode.Shared, guard: mode.Fenced, pair: "cap", refuted: "effects rules", holds: "duplicates fence", smoke: true},
	// Where an attempt leaves word of what it is about to send, the next one makes the write that the text still lacks.
	{mode: mode.Shared, guard: mode.Intended, pair: "stop", refuted: "exclusivity", holds: intendedHolds, smoke: true},
	{mode: mode.Shared, guard: mode.Intended, pair: "cap", refuted: "exclusivity", holds: intendedHolds, smoke: true},
	{mode: mode.Shared, guard: mode.Intended, pair: "two-events", refuted: "exclusivity", holds: intendedHolds},
	{mode: mode.Shared, guard: mode.Intended, pair: "redelivery", refuted: "exclusivity", holds: intendedHolds},
	{mode: mode.Shared, guard: mode.Intended, pair: "retry", faults: 1, holds: intendedHolds, smoke: true},
	{mode: mode.Shared, guard: mode.Intended, pair: "stop", faults: 1, kinds: diesAfter, refuted: "exclusivity", holds: intendedHolds},
	{mode: mode.Lock, guard: mode.Intended, pair: "stop", faults: 1, kinds: lockRunsOut, refuted: "exclusivity", holds: intendedHolds},
	{mode: mode.Lock, guard: mode.Intended, pair: "cap", faults: 1, kinds: lockRunsOut, refuted: "exclusivity", holds: intendedHolds},
	// A lock that lives keeps every step of another out.
	{mode: mode.Lock, pair: "two-events", holds: "exclusivity effects duplicates", smoke: true},
	{mode: mode.Lock, guard: mode.Fenced, pair: "stop", holds: "exclusivity effects duplicates rules fence", smoke: true},
	// One that runs out keeps nobody out; under the guard that does no harm beyond a text that is out.
	{mode: mode.Lock, pair: "two-events", faults: 1, kinds: lockRunsOut, refuted: "exclusivity effects", holds: "duplicates rules delivery"},
	{mode: mode.Lock, pair: "start", faults: 1, kinds: lockRunsOut, refuted: "exclusivity effects", holds: "duplicates rules delivery", smoke: true},
	{mode: mode.Lock, pair: "stop", faults: 1, kinds: lockRunsOut, refuted: "exclusivity effects rules", holds: "duplicates delivery"},
	{mode: mode.Lock, pair: "redelivery", faults: 1, kinds: lockRunsOut, refuted: "exclusivity effects duplicates", holds: "rules delivery"},
	{mode: mode.Lock, guard: mode.Fenced, pair: "two-events", faults: 1, kinds: lockRunsOut, refuted: "exclusivity", holds: "effects duplicates rules fence delivery"},
	{mode: mode.Lock, guard: mode.Fenced, pair: "start", faults: 1, kinds: lockRunsOut, refuted: "exclusivity", holds: "effects duplicates rules fence delivery", smoke: true},
	{mode: mode.Lock, guard: mode.Fenced, pair: "redelivery", faults: 1, kinds: lockRunsOut, refuted: "exclusivity", holds: "effects duplicates rules fence delivery"},
	{mode: mode.Lock, guard: mode.Fenced, pair: "stop", faults: 1, kinds: lockRunsOut, refuted: "exclusivity effects", holds: "duplicates rules fence delivery"},
	{mode: mode.Lock, guard: mode.Fenced, pair: "cap", faults: 1, kinds: lockRunsOut, refuted: "exclusivity effects rules", holds: "duplicates fence delivery"},
	// Locks that are locksForgotten give the same epoch out again.
	{mode: mode.Lock, guard: mode.Fenced, pair: "first-events", faults: 1, kinds: locksForgotten, refuted: "exclusivity", holds: "effects duplicates rules fence delivery"},
	// Workers die, or do not wait for an answer.
	{mode: mode.Shared, guard: mode.Fenced, pair: "two-events", faults: 1, holds: "effects duplicates rules fence delivery"},
	{mode: mode.Shared, guard: mode.Fenced, pair: "redelivery", faults: 1, holds: "effects duplicates rules fence delivery"},
	{mode: mode.Lock, guard: mode.Fenced, pair: "two-events", faults: 1, refuted: "exclusivity", holds: "effects duplicates rules fence delivery"},
	// Planted bugs, each refuted by a merge.
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.FenceUnraised, pair: "two-events", refuted: "effects fence", smoke: true},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.WriteUnfenced, pair: "two-events", refuted: "effects fence"},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.StoreUnfenced, pair: "two-events", refuted: "effects fence"},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.AnnouncedLate, pair: "two-events", refuted: "fence"},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.EpochLate, pair: "two-events", refuted: "effects"},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.WriteSplit, pair: "two-events", refuted: "effects fence"},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.EpochUnshown, pair: "two-events", refuted: "effects fence"},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.KeyPerAttempt, pair: "redelivery", refuted: "effects duplicates"},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.KeyOfText, pair: "same-text", refuted: "rules"},
	{mode: mode.Shared, guard: mode.Fenced, mutant: mutants.KeyOfUser, pair: "two-events", refuted: "rules"},
	{mode: mode.Shared, guard: mode.Intended, mutant: mutants.IntentUnasked, pair: "stop", refuted: "effects rules", smoke: true},
	{mode: mode.Shared, guard: mode.Intended, mutant: mutants.IntentUnfenced, pair: "stop", refuted: "effects fence", smoke: true},
	{mode: mode.Shared, guard: mode.Intended, mutant: mutants.IntentUnheeded, pair: "cap", refuted: "effects rules"},
	{mode: mode.Shared, guard: mode.Intended, mutant: mutants.IntentLate, pair: "cap", refuted: "effects rules"},
	{mode: mode.Lock, guard: mode.Fenced, mutant: mutants.TokenAtEntry, pair: "start", faults: 1, kinds: lockRunsOut, refuted: "effects fence"},
	{mode: mode.Lock, guard: mode.Fenced, mutant: mutants.EqualAccepted, pair: "first-events", faults: 1, kinds: locksForgotten, refuted: "effects fence"},
	{mode: mode.Lock, mutant: mutants.ReleaseUnowned, pair: "two-events", refuted: "exclusivity effects"},
	{mode: mode.Lock, mutant: mutants.LockPerEvent, pair: "two-events", refuted: "exclusivity effects"},
	{mode: mode.Lock, mutant: mutants.LockPerWorker, pair: "two-events", refuted: "exclusivity effects"},
	{mode: mode.Lock, mutant: mutants.LockCheckThenSet, pair: "two-events", refuted: "exclusivity effects"},
	{mode: mode.Lock, mutant: mutants.LockIgnored, pair: "two-events", refuted: "exclusivity effects"},
}

// TestWhatABugBreaksOverMergesHoldsWithoutIt needs no Docker.
func TestWhatABugBreaksOverMergesHoldsWithoutIt(t *testing.T) {
	for _, bug := range mergeClaims {
		if bug.mutant == "" {
			continue
		}
		for _, p := range strings.Fields(bug.refuted) {
			if !slices.ContainsFunc(mergeClaims, func(twin everyMerge) bool {
				return twin.mutant == "" && twin.mode == bug.mode && twin.guard == bug.guard && twin.pair == bug.pair && twin.faults == bug.faults &&
					slices.Equal(twin.kinds, bug.kinds) && slices.Contains(strings.Fields(twin.holds), p)
			}) {
				t.Errorf("%s: it is not claimed that %s holds without the bug", bug.name(), p)
			}
		}
	}
}

// TestDrawnMerges: of three attempts at a time, merges that are drawn. What holds over
// every merge of two none of them refutes under the guard; nothing is claimed to hold.
func TestDrawnMerges(t *testing.T) {
	if os.Getenv(interleaveVariable) == "" {
		t.Skipf("skipped: set %s=1 to drive merges (make interleave)", interleaveVariable)
	}
	x := openMerges(t)
	p, err := interleave.PairNamed("three-events")
	if err != nil {
		t.Fatal(err)
	}
	for guard, refuted := range map[mode.Guard]string{mode.Unguarded: "exclusivity effects", mode.Fenced: "exclusivity"} {
		d, err := x.Draw(ctx, interleave.Subject{Mode: mode.Shared, Guard: guard, Lock: "turnstile"}, p, 1, 300, 1)
		if err != nil || len(d.Failed) > 0 {
			t.Fatal(err, d.Failed)
		}
		for _, v := range d.Verdicts {
			want := checker.Unknown
			if slices.Contains(strings.Fields(refuted+" order"), string(v.Property)) {
				want = checker.Refuted
			}
			if v.Verdict() != want {
				t.Errorf("%s, %s: %s", guard, v.Property, v.Reason())
			}
		}
	}
}

// openMerges is an explorer on a server for the test.
func openMerges(t *testing.T) *interleave.Explorer {
	addr, stop, err := interleave.StartServer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	x, err := interleave.Open(ctx, addr, 16, fmt.Sprint("suite", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

// TestEveryMerge: what all merges of two attempts show, on a real Redis and a real
// gateway. `make test` has a part of it, and `make interleave` all.
func TestEveryMerge(t *testing.T) {
	all, smoke := os.Getenv(interleaveVariable) != "", os.Getenv(smokeVariable) != ""
	if !all && !smoke {
		t.Skipf("skipped: set %s=1 to drive every merge (make interleave)", interleaveVariable)
	}
	x := openMerges(t)
	var results []*interleave.Result
	folder := filepath.Join("..", "runs", "interleave")
	for _, c := range mergeClaims {
		if !all && !c.smoke {
			continue
		}
		t.Run(c.name(), func(t *testing.T) {
			if r := c.verify(t, x, folder); r != nil {
				results = append(results, r)
			}
		})
	}
	if err := interleave.WritePicture(filepath.Join(folder, "report.html"), results, interleave.Properties()); err != nil {
		t.Error(err)
	}
}

// protects is the guard; none where the claim names none.
func (c everyMerge) protects() mode.Guard {
	if c.guard == "" {
		return mode.Unguarded
	}
	return c.guard
}

// name is the claim's, as -run is given it.
func (c everyMerge) name() string {
	name := fmt.Sprintf("%s %s %s", c.mode, c.protects(), c.pair)
	if c.mutant != "" {
		name += " " + c.mutant
	}
	if c.faults > 0 {
		name += fmt.Sprintf(" faults %d", c.faults)
	}
	for _, k := range c.kinds {
		name += " " + string(k)
	}
	return name
}

func (c everyMerge) verify(t *testing.T, x *interleave.Explorer, folder string) *interleave.Result {
	p, err := interleave.PairNamed(c.pair)
	if err != nil {
		t.Fatal(err)
	}
	s := interleave.Subject{Mode: c.mode, Guard: c.protects(), Lock: "turnstile", Mutant: c.mutant}
	r, err := x.Run(ctx, s, p, interleave.Bounds{Tries: 1, Faults: c.faults, Kinds: c.kinds})
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	if err := r.Write(&told, folder, interleave.Properties()); err != nil {
		t.Error(err)
	}
	for want, names := range map[checker.Verdict]string{checker.Refuted: c.refuted, checker.Holds: c.holds} {
		for _, name := range strings.Fields(names) {
			if v := r.Of(checker.Property(name)); v.Verdict != want {
				t.Errorf("%s is %s, want %s: %s", name, v.Verdict, want, v.Reason)
			}
		}
	}
	if t.Failed() {
		t.Log(told.String())
	}
	return r
}
