package harness

import (
	"encoding/json"
	"maps"
	"slices"

	"turnstile/checker"
	"turnstile/harness/report"
)

// Expect is the verdict that a scenario claims for each property: one for all
// that [checker.Properties] lists, with exceptions. Its zero value claims
// nothing, and a scenario may not leave it so.
type Expect struct {
	all checker.Verdict
	but map[checker.Property]checker.Verdict
}

// AllHold claims that every property holds, those included that are yet to be
// thought of.
var AllHold = All(checker.Holds)

// All claims one verdict of every property.
func All(v checker.Verdict) Expect { return Expect{all: v} }

// Claims claims a verdict of the properties that it names and nothing of the
// others, as only planted bugs and their twins may.
func Claims(v checker.Verdict, of ...checker.Property) Expect { return All(report.Any).But(v, of...) }

// But is the expectation with another verdict of the properties that it names.
func (e Expect) But(v checker.Verdict, of ...checker.Property) Expect {
	but := make(map[checker.Property]checker.Verdict, len(e.but)+len(of))
	maps.Copy(but, e.but)
	for _, p := range of {
		but[p] = v
	}
	return Expect{all: e.all, but: but}
}

// Of returns the expected verdict of a property.
func (e Expect) Of(p checker.Property) checker.Verdict {
	if v, ok := e.but[p]; ok {
		return v
	}
	return e.all
}

// unknown is a property that it names and that there is not; "" where it names
// none.
func (e Expect) unknown() checker.Property {
	for _, p := range slices.Sorted(maps.Keys(e.but)) {
		if !slices.Contains(checker.Properties(), p) {
			return p
		}
	}
	return ""
}

// MarshalJSON writes the verdict of each property by the property's name.
func (e Expect) MarshalJSON() ([]byte, error) {
	of := map[checker.Property]checker.Verdict{}
	for _, p := range checker.Properties() {
		of[p] = e.Of(p)
	}
	return json.Marshal(of)
}
