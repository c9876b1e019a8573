package report

import (
	"fmt"
	"slices"
)

// Together is several sessions as one, as if they had been one after the other;
// nil of none. Sessions that ran on different things do not add up, which is an
// error.
func Together(all []*Summary) (*Summary, error) {
	if len(all) == 0 {
		return nil, nil
	}
	sum := *all[0]
	for _, s := range all[1:] {
		for _, name := range []string{"pulsar_image", "redis_image"} {
			if a, b := sum.Versions[name], s.Versions[name]; a != b {
				return nil, fmt.Errorf("the sessions ran on different images (%s, %s), so their tables do not add up: name sessions of the same", a, b)
			}
		}
		if s.Started.Before(sum.Started) {
			sum.Started = s.Started
		}
		sum.WallS += s.WallS
		sum.Scenarios = slices.Concat(sum.Scenarios, s.Scenarios)
	}
	sum.Mutants = MutantRows(&sum)
	return &sum, nil
}
