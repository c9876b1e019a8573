package suites

import (
	"slices"

	"turnstile/checker"
	"turnstile/harness"
	"turnstile/harness/report"
)

// aimingVariable, when it is 1, measures what aiming is worth: of every table,
// only those scenarios run whose fault must break something that holds without
// it, each also with its fault unaimed (`make aiming`).
const aimingVariable = "TURNSTILE_AIMING"

func withoutAim(all []harness.Scenario) (pairs []harness.Scenario) {
	for _, sc := range all {
		breaks := slices.ContainsFunc(checker.Properties(), func(p checker.Property) bool {
			return sc.Expect.Of(p) == Refuted && !report.AnywayRefuted(string(sc.Mode), string(sc.Guard), p)
		})
		if sc.Fault == nil || sc.Mutant != "" || !breaks {
			continue
		}
		unaimed := sc
		unaimed.Name, unaimed.AimedAs, unaimed.Unaimed = sc.Name+", unaimed", sc.Name, true
		for _, p := range checker.Properties() {
			unaimed.Expect.Set(p, report.Any)
		}
		pairs = append(pairs, sc, unaimed)
	}
	return pairs
}
