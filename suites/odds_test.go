package suites

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"turnstile/harness"
	"turnstile/harness/decide"
)

const (
	// oddsVariable asks for the measurement of odds (`make odds`).
	oddsVariable = "TURNSTILE_ODDS"
	// foretoldVariable asks for a check of what decide expects, for a time such as
	// "60m" (`make decide-check`), and measuredVariable names a file with what it is
	// to rest on; without it, on what is part of the program.
	foretoldVariable = "TURNSTILE_FORETOLD"
	measuredVariable = "TURNSTILE_MEASURED"

	// foretellers is how many runs there are at a time.
	foretellers = 6
)

// oddsTimes is how often each fault strikes in a run: in some of those that leave
// the broker to other runs, and in others of those that do not.
var oddsTimes = map[string]map[string]int{
	"shared": {"freeze": 2, "stutter": 1, "kill": 2, "leave": 2, "topic-unload": 2, "lock-pause": 1, "lock-restart": 1},
	"broker": {"broker-kill": 2},
}

// oddsRuns counts runs, so that each draws a schedule of its own.
var oddsRuns atomic.Uint64

// TestOdds strikes every mode and remedy with faults that are aimed at nobody, at
// drawn times. Whatever comes of it is a measurement: it fails only if a run fails
// as a run.
func TestOdds(t *testing.T) {
	if os.Getenv(oddsVariable) == "" {
		t.Skipf("skipped: set %s=1 to measure what faults do that are aimed at nobody", oddsVariable)
	}
	s, err := session()
	if err != nil {
		t.Fatal(err)
	}
	for _, with := range slices.Sorted(maps.Keys(oddsTimes)) {
		for _, a := range harness.OddsArms() {
			sc, err := harness.Odds(a, harness.OddsLoad(), 0, oddsTimes[with], s.Seed()+1000*oddsRuns.Add(1))
			if err != nil {
				t.Fatal(err)
			}
			t.Run(with+" "+a.Name, func(t *testing.T) {
				t.Parallel()
				if r := s.Run(ctx, sc, t.Name()); r.Err != nil {
					t.Error(r.Err)
				}
			})
		}
	}
}

// TestForetold draws workers, users, a downstream and faults that are aimed at
// nobody, has decide say what is to be expected before each run, and counts what came of it.
// Whether that was right, the session's table says; it fails only if a run fails
// as a run, or if nothing was foretold.
func TestForetold(t *testing.T) {
	text := os.Getenv(foretoldVariable)
	if text == "" {
		t.Skipf("skipped: set %s to a time such as 60m to check what decide expects for that long", foretoldVariable)
	}
	length, err := time.ParseDuration(text)
	if err != nil || length <= 0 {
		t.Fatalf("%s=%q is no time: give one such as 60m", foretoldVariable, text)
	}
	s, err := session()
	if err != nil {
		t.Fatal(err)
	}
	measured, err := decide.Committed()
	if path := os.Getenv(measuredVariable); path != "" {
		measured, err = decide.ReadMeasuredFile(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	end := time.Now().Add(length)
	var count atomic.Uint64
	for k := range foretellers {
		t.Run(fmt.Sprintf("runner %d", k+1), func(t *testing.T) {
			t.Parallel()
			for time.Now().Before(end) && ctx.Err() == nil {
				n := count.Add(1) - 1
				sc, err := harness.ForetoldOdds(measured, int(n), s.Seed()+1000*n)
				if err != nil {
					t.Fatal(err)
				}
				t.Run(sc.Name, func(t *testing.T) {
					if r := s.Run(ctx, sc, t.Name()); r.Err != nil {
						t.Error(r.Err)
					}
				})
			}
		})
	}
}
