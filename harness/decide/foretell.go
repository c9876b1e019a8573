package decide

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"turnstile/checker"
)

// HandlerTime is how long a section lasted on average without a fault; 0 if there
// was none.
func (c Calm) HandlerTime() time.Duration {
	if c.Sections == 0 {
		return 0
	}
	return time.Duration(c.InsideS / float64(c.Sections) * 1e9)
}

// Of is what was measured of a mode and remedy.
func (o Odds) Of(arm string) (*OddsOf, error) {
	k := slices.IndexFunc(o.Arms, func(o OddsOf) bool { return o.Arm == arm })
	if k < 0 {
		return nil, fmt.Errorf("nothing was measured of %q: make odds, and turnstile results <session> --data harness/decide/measured.json", arm)
	}
	return &o.Arms[k], nil
}

// Foretell is the harm that is expected of one mode and remedy in a part of a day
// with those rates, in which each fault strikes so many times. It is how
// predictions are checked: it says what [Predict] does of a day that is like it all day long.
func (o *OddsOf) Foretell(r Rates, struck map[string]float64, part float64) (map[checker.HarmKind]float64, error) {
	var faults []strike
	for _, f := range Faults() {
		n := struck[f.Name] / part
		if f.Reach == EachWorker {
			n /= float64(r.Workers) // strikes each of them
		}
		if n > 0 {
			faults = append(faults, strike{f.Name, f.Name, f.Reach, n})
		}
	}
	out := map[checker.HarmKind]float64{}
	for _, harm := range checker.HarmKinds() {
		e := o.expect(r, harm, faults)
		if !e.Known() {
			return nil, fmt.Errorf("of %s nothing was measured of %s: make odds", o.Arm, strings.Join(e.Unknown, ", "))
		}
		out[harm] = e.Value * part
	}
	return out, nil
}

// Check is what was foretold of several runs, and what came of them.
type Check struct {
	Arm       string           `json:"arm"` // empty: of all
	Harm      checker.HarmKind `json:"harm"`
	Runs      int              `json:"runs"`
	Predicted float64          `json:"predicted"`
	Counted   int              `json:"counted"`
}

// enough is how much must be expected for a count to say whether a prediction
// is right, and factor how far the count may be from it.
const (
	enough = 20
	factor = 2
)

// Judged reports whether enough was expected to say anything, and if so whether
// the count is within a factor of two of it.
func (c Check) Judged() (judged, right bool) {
	counted := float64(c.Counted)
	return c.Predicted >= enough, counted >= c.Predicted/factor && counted <= c.Predicted*factor
}

// Checks adds up checks of single runs, by mode and remedy and of all of them.
type Checks []Check

// Add adds a run's.
func (all *Checks) Add(arm string, harm checker.HarmKind, predicted float64, counted int) {
	for _, of := range []string{arm, ""} {
		k := slices.IndexFunc(*all, func(c Check) bool { return c.Arm == of && c.Harm == harm })
		if k < 0 {
			k = len(*all)
			*all = append(*all, Check{Arm: of, Harm: harm})
		}
		c := &(*all)[k]
		c.Runs, c.Predicted, c.Counted = c.Runs+1, c.Predicted+predicted, c.Counted+counted
	}
}
