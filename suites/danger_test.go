package suites

import (
	"os"
	"testing"

	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

// dangerVariable asks for the measurement of danger windows (`make danger`).
const dangerVariable = "TURNSTILE_DANGER"

// TestDanger drives a freeze and a kill through all points of a worker's
// handling, in every mode. Whatever comes of it is a measurement: it fails only
// if a run fails as a run.
func TestDanger(t *testing.T) {
	if os.Getenv(dangerVariable) == "" {
		t.Skipf("skipped: set %s=1 to measure where in its handling a worker must not be struck", dangerVariable)
	}
	s, err := session()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mode.Modes() {
		for _, kind := range harness.DangerFaults() {
			for _, at := range harness.DangerPoints(m) {
				sc, err := harness.Danger(m, kind, at)
				if err != nil {
					t.Fatal(err)
				}
				t.Run(string(m)+" "+sc.Name, func(t *testing.T) {
					t.Parallel()
					if r := s.Run(ctx, sc, t.Name()); r.Err != nil {
						t.Error(r.Err)
					}
				})
			}
		}
	}
}
