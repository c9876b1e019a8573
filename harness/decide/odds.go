package decide

import (
	"cmp"
	"math"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/interval"
)

// Estimate is a figure with its 95 % interval.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// times is the estimate of so many times as much.
func (e Estimate) times(f float64) Estimate { return Estimate{e.Value * f, e.Low * f, e.High * f} }

// sumOf adds up estimates that are independent (see 6).
func sumOf(all []Estimate) (sum Estimate) {
	below, above := 0.0, 0.0
	for _, e := range all {
		sum.Value += e.Value
		below += (e.Value - e.Low) * (e.Value - e.Low)
		above += (e.High - e.Value) * (e.High - e.Value)
	}
	sum.Low, sum.High = max(0, sum.Value-math.Sqrt(below)), sum.Value+math.Sqrt(above)
	return sum
}

// dealsAnew reports whether everybody's sections are at stake whomever a fault
// strikes.
func dealsAnew(m string) bool {
	d, _ := mode.Mode(m).Describe()
	return d.Keeps == mode.KeepsPartition
}

// atStake is how many sections a fault found at stake.
func (o *OddsOf) atStake(s Struck, reach Reach) float64 {
	if reach == Everybody || dealsAnew(o.Mode) {
		return s.All
	}
	return s.Own
}

// crowd is the share of all lanes above which a fault found workers busy with a
// backlog, so that their queues were full of messages, too: that is another load
// than a team's, who plan for less (see [Busy]).
const crowd = 0.75

func (o *OddsOf) crowded(s Struck) bool { return s.All > crowd*float64(cmp.Or(s.Lanes, o.Lanes)) }

// Share is the harm of a sort by one section at stake, with what it was counted
// from.
type Share struct {
	Estimate
	Faults  int     // that struck
	Harmful int     // of them, those with harm of their own
	AtStake float64 // sections, in all of them
	Harms   float64 // of their own
}

// Of is that share for faults of a kind; false if it was not measured.
func (o *OddsOf) Of(fault string, reach Reach, harm checker.HarmKind) (sh Share, known bool) {
	anyway := o.anyway(harm).Value
	var squares float64
	var own, stakes []float64
	for _, s := range o.Struck {
		if s.Fault != fault || o.crowded(s) {
			continue
		}
		a := o.atStake(s, reach)
		e := max(0, float64(s.Harms[harm])-anyway*float64(s.Sections))
		own, stakes = append(own, e), append(stakes, a)
		sh.Faults, sh.AtStake, sh.Harms, squares = sh.Faults+1, sh.AtStake+a, sh.Harms+e, squares+a*a
		if e > 0 {
			sh.Harmful++
		}
	}
	if sh.AtStake == 0 {
		return sh, false
	}
	sh.Value = sh.Harms / sh.AtStake
	most := max(1, sh.Value)
	for i := range own {
		// By less than a usual number at stake nothing is divided: it would make much of little.
		most = max(most, own[i]/max(stakes[i], sh.AtStake/float64(sh.Faults)))
	}
	trials := sh.AtStake * sh.AtStake / squares
	lo, hi := interval.Wilson(sh.Value/most*trials, trials)
	sh.Low, sh.High = min(sh.Value, lo*most), max(sh.Value, hi*most)
	return sh, true
}

// anyway is the harm of a sort by a section without any fault (see 5).
func (o *OddsOf) anyway(harm checker.HarmKind) Estimate {
	n := float64(o.Calm.Sections)
	if n == 0 {
		return Estimate{High: 1}
	}
	harms := min(n, float64(o.Calm.Harms[harm]))
	lo, hi := interval.Wilson(harms, n)
	return Estimate{harms / n, lo, hi}
}

// open is the share of the time that a user had a section open without any fault.
func (c Calm) open() float64 {
	if c.UserS == 0 {
		return 0
	}
	return c.InsideS / c.UserS
}
