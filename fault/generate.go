package fault

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Generate draws a schedule for a mode from a seed: the same one each time.
// It draws one to four steps by the faults' weights; some come after others,
// some overlap, some strike more than once. What it draws always passes
// [Schedule.Check].
// They are no draws of rapid's, which lean towards small and simple values.
func Generate(mode Traits, seed uint64) Schedule {
	r := rand.New(rand.NewPCG(seed, 3))
	var s Schedule
	for i := range 1 + r.IntN(4) {
		st := Step{Fault: drawFault(r, mode), Delay: drawDuration(r, 0, 3*time.Second)}
		st.Name = fmt.Sprintf("%s-%d", st.Fault.Spec().kind, i+1)
		if r.IntN(5) == 0 {
			st.Times, st.Every = 2+r.IntN(2), drawDuration(r, 0, 2*time.Second)
		}
		if i > 0 && r.IntN(2) == 0 {
			st.After = s[r.IntN(i)].Name
		}
		s = append(s, st)
		if i > 0 && s.checkOverlaps() != nil {
			s[i].After = s.last(i)
		}
	}
	return s
}

// last names, for the i-th step, the step before it; with every step after the
// one before it, nothing overlaps.
func (s Schedule) last(i int) string {
	for k := 1; k < i; k++ {
		s[k].After = s[k-1].Name
	}
	return s[i-1].Name
}

// drawFault draws until it has one that can strike in the mode, by its settings
// too.
func drawFault(r *rand.Rand, mode Traits) Fault {
	for {
		if f := drawDescriptor(r, mode).Draw(r); mode.refuses(f) == nil {
			return f
		}
	}
}

func drawDescriptor(r *rand.Rand, mode Traits) Descriptor {
	total := 0
	var fit []Descriptor
	for _, d := range Descriptors() {
		if !d.where.lacks(mode) && d.Weight > 0 {
			fit = append(fit, d)
			total += d.Weight
		}
	}
	n := r.IntN(total)
	for _, d := range fit {
		if n -= d.Weight; n < 0 {
			return d
		}
	}
	return fit[0]
}
