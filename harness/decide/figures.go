package decide

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

// Check refuses figures that nobody can have measured, and those that nothing can
// be told from: with them all would be unknown, or be told without sense.
func (m Measured) Check() error {
	if len(m.Odds.Arms) == 0 {
		return errors.New("it has no odds, without which nothing can be told: put them in with turnstile results <session of make odds> --data FILE")
	}
	var errs []error
	seen := map[string]bool{}
	for i := range m.Odds.Arms {
		o := &m.Odds.Arms[i]
		if err := o.check(); err != nil {
			errs = append(errs, fmt.Errorf("odds of %q: %w", o.Arm, err))
		}
		if seen[o.Arm] {
			errs = append(errs, fmt.Errorf("odds of %q are there twice: leave one out", o.Arm))
		}
		seen[o.Arm] = true
	}
	for _, p := range m.Prices.Arms {
		if err := p.check(); err != nil {
			errs = append(errs, fmt.Errorf("price of %q: %w", p.Arm, err))
		}
	}
	return errors.Join(errs...)
}

// atLeast refuses figures that are less.
func atLeast(least float64, figures map[string]float64) (errs []error) {
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		if v := figures[name]; !(v >= least) {
			errs = append(errs, fmt.Errorf("%s is %g: give %g or more", name, v, least))
		}
	}
	return errs
}

func (o *OddsOf) check() error {
	var errs []error
	if _, known := mode.Mode(o.Mode).Describe(); !known {
		errs = append(errs, fmt.Errorf("there is no mode %q: there are %s", o.Mode, mode.Choice(mode.Modes())))
	}
	if _, known := mode.Guard(o.Guard).Describe(); !known {
		errs = append(errs, fmt.Errorf("there is no guard %q: there are %s", o.Guard, mode.Choice(mode.Guards())))
	}
	errs = append(errs, atLeast(1, map[string]float64{"lanes": float64(o.Lanes)})...)
	errs = append(errs, atLeast(0, map[string]float64{"calm.user_s": o.Calm.UserS, "calm.inside_s": o.Calm.InsideS, "calm.sections": float64(o.Calm.Sections)})...)
	errs = append(errs, o.Calm.Harms.check())
	for _, s := range o.Struck {
		errs = append(errs, atLeast(0, map[string]float64{s.Fault + ": own": s.Own, s.Fault + ": all": s.All, s.Fault + ": sections": float64(s.Sections), s.Fault + ": lanes": float64(s.Lanes)})...)
		errs = append(errs, s.Harms.check())
	}
	return errors.Join(errs...)
}

func (h Harms) check() error {
	var errs []error
	for _, kind := range slices.Sorted(maps.Keys(h)) {
		if n := h[kind]; !slices.Contains(checker.HarmKinds(), kind) || n < 0 {
			errs = append(errs, fmt.Errorf("harms: %d of %q: give a number from 0 up of one of %s", n, kind, mode.Choice(checker.HarmKinds())))
		}
	}
	return errors.Join(errs...)
}

func (p *Price) check() error {
	var errs []error
	if !(p.Saturated > 0) {
		errs = append(errs, fmt.Errorf("saturated is %g: give more than 0", p.Saturated))
	}
	errs = append(errs, atLeast(0, map[string]float64{"redis_trips": p.RedisTrips})...)
	errs = append(errs, atLeast(0, p.ProcessorUS)...)
	for _, l := range p.Latencies {
		errs = append(errs, atLeast(0, map[string]float64{"p50_ms": l.P50, "p99_ms": l.P99, "p999_ms": l.P999})...)
	}
	return errors.Join(errs...)
}
