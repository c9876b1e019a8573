package fault

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// Generate draws a schedule for a mode from a seed: the same one each time.
// It draws one to four steps by the faults' weights; some come after others,
// some overlap, some strike more than once. What it draws always passes
// [Schedule.Check].
//
// The draws come from math/rand/v2 and not from rapid's generators: those lean
// towards small and simple values, as shrinking needs it, and here the weights
// are to be as written.
func Generate(mode Mode, seed uint64) Schedule {
	r := rand.New(rand.NewPCG(seed, 3))
	var s Schedule
	for i := range 1 + r.IntN(4) {
		st := Step{Fault: drawFault(r, mode), Delay: drawDuration(r, 0, 3*time.Second)}
		st.Name = fmt.Sprintf("%s-%d", st.Fault.Kind(), i+1)
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
func drawFault(r *rand.Rand, mode Mode) Fault {
	for {
		if f := drawEntry(r, mode).draw(r); mode.refuses(f) == nil {
			return f
		}
	}
}

func drawEntry(r *rand.Rand, mode Mode) entry {
	total := 0
	var fit []entry
	for _, name := range slices.Sorted(maps.Keys(catalogue)) {
		if e := catalogue[name]; !e.ground.lacks(mode) && e.weight > 0 {
			fit = append(fit, e)
			total += e.weight
		}
	}
	at := r.IntN(total)
	for _, e := range fit {
		if at -= e.weight; at < 0 {
			return e
		}
	}
	return fit[0]
}
