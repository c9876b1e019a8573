package report

import (
	"strings"
	"testing"

	"turnstile/checker"
)

// versioned is a run of a scenario that is compared across versions, in which
// those properties are refuted and all others hold.
func versioned(mode, name, version, dispatcher string, refuted ...checker.Property) Outcome {
	verdicts := map[checker.Property]Property{}
	for _, p := range checker.Properties() {
		verdicts[p] = Property{Verdict: checker.Holds}
	}
	for _, p := range refuted {
		verdicts[p] = Property{Verdict: checker.Refuted}
	}
	o := scenario(mode, noFault, name+" "+version+" "+dispatcher, verdicts)
	o.Compared, o.Dispatcher, o.Versions = name, dispatcher, map[string]string{"pulsar": version}
	return o
}

func TestVersionsAreToldByWhatTheyBreak(t *testing.T) {
	failed := versioned("keyshared", "third", "4.0.8", "PIP-379")
	failed.Error = "no broker"
	untested := versioned("failover", "four", "4.0.8", "")
	untested.Properties[checker.Rules] = Property{Expected: Unrefuted, Verdict: checker.Vacuous}
	untested.Properties[checker.Order] = Property{Expected: checker.Holds, Verdict: checker.Vacuous}
	s := &Summary{Scenarios: []Outcome{
		untested,
		versioned("keyshared", "one", "10.0.0", "PIP-379"),
		versioned("keyshared", "one", "4.0.8", "PIP-379"),
		versioned("keyshared", "one", "4.0.8", "classic", checker.Order, checker.Exclusivity),
		versioned("keyshared", "one", "2.10.1", "classic", checker.Exclusivity),
		versioned("keyshared", "one", "2.10.1", "classic", checker.Progress), // a second run
		versioned("failover", "two", "4.0.8", "", checker.Delivery),
		failed,
		scenario("keyshared", noFault, "of the version in use", nil),
	}}
	mustHave(t, tableNamed(t, "versions").Write(s),
		"| mode | scenario | 2.10.1, classic | 4.0.8, classic | 4.0.8, PIP-379 | 10.0.0, PIP-379 |",
		"| keyshared | one | exclusivity, progress | exclusivity, order | ✓ | ✓ |",
		"| keyshared | third |  |  | the run failed |  |",
		"| failover | four |  | order vacuous | order vacuous |  |",
		"| failover | two |  | delivery | delivery |  |",
	)
	if out := tableNamed(t, "matrix").Write(s); strings.Contains(out, "4.0.8") || !strings.Contains(out, "of the version in use") {
		t.Errorf("the matrix is not of the version in use alone: %s", out)
	}
	s.Scenarios = s.Scenarios[1:2]
	if out := tableNamed(t, "versions").Write(s); out != "" {
		t.Errorf("one version with one dispatcher is compared with nothing: %s", out)
	}
}
