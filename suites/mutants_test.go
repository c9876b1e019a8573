package suites

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"turnstile/checker"
	"turnstile/harness"
)

// Planted bugs: the suite's own power, measured. Each mutant is a mistake that
// an orchestrator, or whoever configures it, may really make; the property
// that it is listed with must be refuted. That the same scenario without it
// holds what its mutants break, its twin, shows that it was the mutant that
// was found and not something else.
//
// They take a while, so they run only when asked for: with TURNSTILE_MUTANTS=1
// (`make mutants`) or by a -run that names them.

// trial is a scenario, whose Expect is the twin's, and the mutants that are
// planted in it.
type trial struct {
	harness.Scenario
	mutants []mutant
	smoke   []string // those of them that `make test` plants
}

type mutant struct {
	name   string
	breaks checker.Property
}

// trials are listed by mode, a file each.
func trials() []trial {
	return slices.Concat(lockTrials, renewedTrials, quorumTrials, soloTrials, failoverTrials, keySharedTrials, loopTrials, progressTrials, rulesTrials)
}

// TestMutants: each planted bug is caught by the property that it breaks. Of
// the others nothing is claimed.
func TestMutants(t *testing.T) {
	var scenarios []harness.Scenario
	for _, tr := range trials() {
		for _, m := range tr.mutants {
			sc := tr.Scenario
			sc.Name, sc.Twin, sc.Mutant, sc.Smoke = m.name, tr.Name, m.name, slices.Contains(tr.smoke, m.name)
			sc.Expect = harness.Claims(Refuted, m.breaks)
			scenarios = append(scenarios, sc)
		}
	}
	verifyPlanted(t, scenarios)
}

// TestMutantTwins: without the mutants, each trial holds what they break.
func TestMutantTwins(t *testing.T) {
	var scenarios []harness.Scenario
	for _, tr := range trials() {
		sc := tr.Scenario
		sc.Twin = tr.Name
		scenarios = append(scenarios, sc)
	}
	verifyPlanted(t, scenarios)
}

// TestEveryMutantIsTried needs no Docker.
func TestEveryMutantIsTried(t *testing.T) {
	tried := map[string]bool{}
	for _, tr := range trials() {
		for _, m := range tr.mutants {
			if tried[m.name] {
				t.Errorf("%s is planted twice", m.name)
			}
			tried[m.name] = true
			if tr.Expect.Of(m.breaks) != Holds {
				t.Errorf("%s is to break %s, of which its twin %q does not claim that it holds", m.name, m.breaks, tr.Name)
			}
		}
	}
	for _, c := range mergeClaims { // where no fault need come between for it to be seen
		tried[c.mutant] = true
	}
	smoke := 0
	for _, tr := range trials() {
		smoke += len(tr.smoke)
		for _, name := range tr.smoke {
			if !slices.ContainsFunc(tr.mutants, func(m mutant) bool { return m.name == name }) {
				t.Errorf("`make test` is to plant %s, which is none of the mutants of %q", name, tr.Name)
			}
		}
	}
	if smoke < 3 {
		t.Errorf("`make test` plants %d bugs, want a few", smoke)
	}
	for _, name := range harness.Mutants() {
		if !tried[name] {
			t.Errorf("%s can be planted and is not", name)
		}
	}
}

func verifyPlanted(t *testing.T, scenarios []harness.Scenario) {
	if os.Getenv("TURNSTILE_MUTANTS") != "1" && !smokeOnly() && !strings.Contains(flag.Lookup("test.run").Value.String(), "Mutant") {
		t.Skip("skipped: set TURNSTILE_MUTANTS=1, or name it in -run, to plant bugs")
	}
	t.Parallel()
	verifyAll(t, scenarios)
}

// crowded is a small load that keeps each user's next event waiting.
func crowded() harness.Load {
	return harness.Load{
		Aimed: 4, Ordinary: 4, Burst: 3, Every: 240 * time.Millisecond,
		Warmup: 1500 * time.Millisecond, Tail: time.Second,
		LatencyMin: 30 * time.Millisecond, LatencyMax: 50 * time.Millisecond,
	}
}

// saturated has more to do for each aimed user than there is time for, while it
// lasts.
func saturated() harness.Load {
	l := crowded()
	l.Ordinary, l.LatencyMin, l.LatencyMax = 0, 90*time.Millisecond, 110*time.Millisecond
	return l
}

// overwhelmed has twice as much.
func overwhelmed() harness.Load {
	l := saturated()
	l.LatencyMin, l.LatencyMax = 150*time.Millisecond, 170*time.Millisecond
	return l
}
