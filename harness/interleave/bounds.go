package interleave

import (
	"fmt"
	"slices"

	"turnstile/fixtures/orchestrator/mode"
)

// Bounds are within what all merges are driven.
type Bounds struct {
	Tries  int `json:"tries"`  // of a delivery, whose steps are merged with the other's: what comes after them goes alone
	Faults int `json:"faults"` // in one merge, at most
	// Kinds are the faults that may strike, of [Faults]; none given: each of them.
	Kinds []What `json:"kinds,omitempty"`
}

// allow reports whether a fault of that kind may strike.
func (b Bounds) allow(kind What) bool { return len(b.Kinds) == 0 || slices.Contains(b.Kinds, kind) }

// Check returns an error where merges cannot be driven within the bounds.
func (b Bounds) Check() error {
	for _, k := range b.Kinds {
		if !slices.Contains(Faults(), k) {
			return fmt.Errorf("there is no fault %q: give %s", k, mode.Choice(Faults()))
		}
	}
	switch {
	case b.Tries < 1 || b.Faults < 0:
		return fmt.Errorf("%d tries and %d faults: give 1 or more and 0 or more", b.Tries, b.Faults)
	case len(b.Kinds) > 0 && b.Faults == 0:
		return fmt.Errorf("%s without a fault in any merge: give 1 fault or more", mode.Choice(b.Kinds))
	case b.Faults > 1 && b.allow(TimesOutLate):
		return fmt.Errorf("%d faults, and %s among them: one call at a time is on its way late; give 1 fault, or name others", b.Faults, TimesOutLate)
	}
	return nil
}

// String is the bounds as they are asked for.
func (b Bounds) String() string {
	s := fmt.Sprintf("tries=%d,faults=%d", b.Tries, b.Faults)
	for _, k := range b.Kinds {
		s += "," + string(k)
	}
	return s
}
