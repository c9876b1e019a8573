package suites

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"turnstile/harness"
)

// alertsVariable asks for scenarios whose workers are scraped (`make alerts`).
const alertsVariable = "TURNSTILE_ALERTS"

// alertsClaims are one scenario of each fault in each mode, and with each guard,
// the first that there is of those that `make verify` runs: on a cluster only where
// there is none elsewhere.
func alertsClaims() (some []harness.Scenario) {
	all := allClaims()
	slices.SortStableFunc(all, func(a, b harness.Scenario) int {
		return cmp.Compare(a.Cluster.Brokers, b.Cluster.Brokers)
	})
	have := map[string]bool{}
	for _, sc := range all {
		key := strings.Join([]string{sc.FaultKind(), string(sc.Mode), string(sc.Guard)}, " ")
		if sc.Workers == 1 || have[key] {
			continue
		}
		have[key], sc.Scraped = true, true
		some = append(some, sc)
	}
	return some
}

// TestAlerts records the workers' metrics through every fault, and tells which
// alerts came of it. Whatever they are is a measurement: it fails only if a run
// fails as a run, or if nothing can be said of one.
func TestAlerts(t *testing.T) {
	mustBeAsked(t, alertsVariable)
	s, err := session()
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range alertsClaims() {
		name := strings.Join(strings.Fields(strings.Join([]string{string(sc.Mode), string(sc.Guard), sc.FaultKind()}, " ")), " ")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := s.Run(ctx, sc, t.Name())
			switch {
			case r.Err != nil:
				t.Error(r.Err)
			case r.Alerts == nil:
				t.Error("nobody looked which alerts fired")
			case r.Alerts.Unknown != "":
				t.Errorf("it is not known which alerts fired: %s", r.Alerts.Unknown)
			}
		})
	}
}
