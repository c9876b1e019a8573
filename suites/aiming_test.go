package suites

import (
	"fmt"
	"slices"

	"turnstile/checker"
	"turnstile/harness"
	"turnstile/harness/report"
)

// aimingVariable measures what aiming is worth (`make aiming`): of every table,
// only those scenarios run whose fault must break something that holds without
// it. With "aimed" they run as they are, with "unaimed" with their fault unaimed,
// and with "pairs" both.
const aimingVariable = "TURNSTILE_AIMING"

// measured are the scenarios of a table that the variable's value asks for.
func measured(all []harness.Scenario, which string) ([]harness.Scenario, error) {
	if !slices.Contains([]string{"pairs", "aimed", "unaimed"}, which) {
		return nil, fmt.Errorf("%s=%q asks for nothing that there is: give pairs, aimed or unaimed", aimingVariable, which)
	}
	var of []harness.Scenario
	for _, sc := range all {
		breaks := slices.ContainsFunc(checker.Properties(), func(p checker.Property) bool {
			return sc.Expect.Of(p) == Refuted && !report.AnywayRefuted(string(sc.Mode), string(sc.Guard), p)
		})
		if sc.Fault == nil || sc.Mutant != "" || !breaks {
			continue
		}
		if which != "unaimed" {
			of = append(of, sc)
		}
		if which != "aimed" {
			of = append(of, withoutAim(sc))
		}
	}
	return of, nil
}

// withoutAim is the scenario with its fault unaimed, which may break anything.
func withoutAim(sc harness.Scenario) harness.Scenario {
	sc.Name, sc.AimedAs, sc.Unaimed = sc.Name+", unaimed", sc.Name, true
	sc.Expect = harness.All(report.Any)
	return sc
}
