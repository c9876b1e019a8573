package decide

import (
	"time"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

// Outlook is what is to be expected of one mode with one remedy.
type Outlook struct {
	Arm     string                         `json:"arm"`
	Mode    string                         `json:"mode"`
	Guard   string                         `json:"guard"`
	InOrder bool                           `json:"in_order"` // the mode keeps a user's events in order
	Harms   map[checker.HarmKind]*Expected `json:"harms"`
	Size    *Size                          `json:"size,omitempty"` // nil: its price was not measured
}

// Expected is the harm of one sort in a day.
type Expected struct {
	Estimate          // of what was measured
	Unknown  []string `json:"unknown,omitempty"` // what there is in the rates, and was not measured
	Parts    []Part   `json:"parts"`
}

// Known reports whether all that there is was measured.
func (e *Expected) Known() bool { return len(e.Unknown) == 0 }

// Part is what one kind of fault, or none, has in it.
type Part struct {
	Kind string `json:"kind"` // of fault, as in a file of rates; empty: without one
	Estimate
	Faults  int `json:"faults"`  // that were measured
	Harmful int `json:"harmful"` // of them
}

// Predict says what is to be expected of each mode and remedy whose odds were
// measured, in the order in which they were.
func Predict(m Measured, r Rates) (all []Outlook) {
	for i := range m.Odds.Arms {
		o := &m.Odds.Arms[i]
		d, _ := mode.Mode(o.Mode).Describe()
		out := Outlook{Arm: o.Arm, Mode: o.Mode, Guard: o.Guard, InOrder: d.InOrder(), Harms: map[checker.HarmKind]*Expected{}}
		for _, harm := range checker.HarmKinds() {
			out.Harms[harm] = o.expect(r, harm, r.strikes(d.Locks))
		}
		for k := range m.Prices.Arms {
			if p := &m.Prices.Arms[k]; p.Arm == o.Arm {
				out.Size = p.size(r, d.Partitions > 0)
			}
		}
		all = append(all, out)
	}
	return all
}

// strike is a kind of fault as it comes in a day.
type strike struct {
	key, fault string
	reach      Reach
	aDay       float64
}

// strikes are those that there are in the rates, in a mode with locks or without.
func (r Rates) strikes(locks bool) (all []strike) {
	for _, k := range kinds {
		if h := r.Faults[k.Key]; h.ADay > 0 && (locks || !k.OfLocks) {
			all = append(all, strike{k.Key, k.fault(h.For, r.Patience, locks), k.Reach, h.ADay})
		}
	}
	return all
}

// withoutFault is unknown where nothing was measured without a fault, and in a mode that
// keeps no two events of a user apart: those that were measured never met (see 5).
const withoutFault = "without a fault"

// expect is the harm of one sort in a day with those faults.
func (o *OddsOf) expect(r Rates, harm checker.HarmKind, faults []strike) *Expected {
	e := &Expected{}
	var sum []Estimate
	d, _ := mode.Mode(o.Mode).Describe()
	if u := o.Calm.open(); u > 0 && d.Apart() {
		p := Part{Estimate: o.anyway(harm).times(r.Events * (r.Open() / r.Users) / u)}
		e.Parts, sum = append(e.Parts, p), append(sum, p.Estimate)
	} else {
		e.Unknown = append(e.Unknown, withoutFault)
	}
	for _, f := range faults {
		share, known := o.Of(f.fault, f.reach, harm)
		if !known {
			e.Unknown = append(e.Unknown, f.key)
			continue
		}
		p := Part{Kind: f.key, Estimate: share.times(f.aDay * r.atStake(f.reach, dealsAnew(o.Mode))), Faults: share.Faults, Harmful: share.Harmful}
		e.Parts, sum = append(e.Parts, p), append(sum, p.Estimate)
	}
	e.Estimate = sumOf(sum)
	return e
}

// fault is what was struck to measure the kind, of a fault that lasts so long (see
// 7); empty: nothing was.
func (k Kind) fault(lasts time.Duration, p Patience, locks bool) string {
	patience := p.Broker
	if k.OfLocks || locks && p.Lock < patience {
		patience = p.Lock
	}
	if k.Patient && lasts <= patience {
		return k.Short
	}
	return k.Fault
}

// atStake is how many sections are at stake in one such fault; of a deploy, in all
// its turns together (see 2).
func (r Rates) atStake(reach Reach, everybody bool) float64 {
	workers := float64(r.Workers)
	switch n := r.Open(); {
	case reach == EachWorker && everybody:
		return n * workers
	case reach == OneWorker && !everybody:
		return n / workers
	default:
		return n
	}
}
