package suites

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// exploreVariable says for how long TestExplore draws schedules, like "60m".
const exploreVariable = "TURNSTILE_EXPLORE"

// explorers is how many schedules run at a time.
const explorers = 4

// TestExplore draws schedules of faults from the session's seed, in each mode
// with each guard, until its time is over, and runs them. A refutation that a
// known way explains (harness.Known) is what the modes are like; any other, and
// any run that fails as a run, fails the test. So does what is left behind: a
// run's containers when it is over, and containers, networks or goroutines at the
// end. Each run's folder has its schedule.yaml, from which `turnstile run`
// repeats it; the session's folder has explore.md, which says what came of all.
//
// It runs only when asked for (`make explore`).
func TestExplore(t *testing.T) {
	text := os.Getenv(exploreVariable)
	if text == "" {
		t.Skipf("skipped: set %s to a time such as 10m to draw schedules for that long", exploreVariable)
	}
	length, err := time.ParseDuration(text)
	if err != nil || length <= 0 {
		t.Fatalf("%s=%q is no time: give one such as 10m", exploreVariable, text)
	}
	s, err := session()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	x := s.NewExploration()
	t.Cleanup(func() { // when all explorers are back
		if err := x.Finish(ctx); err != nil {
			t.Errorf("left behind: %v", err)
		}
	})
	end := time.Now().Add(length)
	var count atomic.Uint64
	for k := range explorers {
		t.Run(fmt.Sprintf("explorer %d", k+1), func(t *testing.T) {
			t.Parallel()
			for time.Now().Before(end) && ctx.Err() == nil {
				n := count.Add(1) - 1
				p := drawn(n, s.Seed()+1000*n)
				t.Run(fmt.Sprintf("%s %s %d", p.Mode, p.Guard, p.Seed), func(t *testing.T) { explore(t, x, p) })
			}
		})
	}
}

// drawn is the nth plan: the modes in turn, each with its guards and those with
// their locks.
func drawn(n, seed uint64) fault.Plan {
	turn := func(of int) (k uint64) { k, n = n%uint64(of), n/uint64(of); return k }
	m := mode.Modes()[turn(len(mode.Modes()))]
	g := mode.Guards()[turn(len(mode.Guards()))]
	p := fault.Plan{Mode: string(m), Guard: string(g), Seed: seed}
	if locks := harness.LocksFor(m, g); len(locks) > 0 {
		p.Lock = locks[turn(len(locks))]
	}
	p.Faults = fault.Generate(harness.ToFaults(m), p.Seed)
	return p
}

func explore(t *testing.T, x *harness.Exploration, p fault.Plan) {
	r, err := x.Run(ctx, p, t.Name())
	if err != nil {
		t.Error(err)
	}
	if r == nil {
		return
	}
	if r.NothingTried() {
		t.Skipf("skipped: every fault missed, so nothing was tried\nto repeat: %s", r.Command)
	}
	if problems := r.Problems(); len(problems) > 0 {
		t.Errorf("%s\nschedule: %s/schedule.yaml\nto repeat: %s", strings.Join(problems, "\n"), r.Dir, r.Command)
	}
}
