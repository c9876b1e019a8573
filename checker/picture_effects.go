package checker

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// effects shows attempts as operations on the user's state: all of them, or
// the witness's with those around it, the others left out (see effects_minimal.go).
func (p *picture) effects(wit *Witness) {
	all := effectsByUser(p.r)
	i := slices.IndexFunc(all, func(u *userEffects) bool { return u.user == wit.User })
	if i < 0 {
		return
	}
	u := all[i].only(all[i].pictured(wit))
	p.ops, p.model = u.operations(), effectModel
	p.model.Init = func() any { return u.initial() }
	p.model.DescribeState = func(state any) string { return state.(userState).String() }
	for _, e := range slices.Concat(u.writes, u.others) {
		if e.s != nil {
			p.inside(interval{e.s.enter, e.s.end, e.s})
		}
	}
	p.bound()
}

// bound puts times that are not known, in place of infinity, next to those that
// are: a page's numbers are not made for more.
func (p *picture) bound() {
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for _, op := range p.ops {
		for _, t := range []int64{op.Call, op.Return} {
			if t != math.MinInt64 && t != unbounded {
				first, last = min(first, t), max(last, t)
			}
		}
	}
	for _, n := range p.notes {
		first, last = min(first, n.Start), max(last, n.End)
	}
	if first > last { // none is known
		first, last = 0, 0
	}
	for i := range p.ops {
		p.ops[i].Call = max(p.ops[i].Call, first)
		p.ops[i].Return = max(p.ops[i].Call, min(p.ops[i].Return, add(last, 1)))
	}
	p.origin = min(p.origin, first)
}

// pictured picks the operations to show: the witness's, and those of the user
// that begin nearest to the last of them.
func (u *userEffects) pictured(wit *Witness) []*effect {
	all := slices.Concat(u.writes, u.others)
	slices.SortStableFunc(all, func(a, b *effect) int {
		switch {
		case a.start < b.start:
			return -1
		case a.start > b.start:
			return 1
		}
		return a.place - b.place
	})
	named := func(e *effect) bool {
		return slices.ContainsFunc(wit.Attempts, func(a WitnessAttempt) bool { return a.Attempt == e.attempt })
	}
	around := 0
	for i, e := range all {
		if named(e) {
			around = i
		}
	}
	const fit = maxPictured / 2
	from := max(0, min(around-fit/2, len(all)-fit))
	var out []*effect
	for i, e := range all {
		if named(e) || (i >= from && i < from+fit-len(wit.Attempts)) || len(all) <= fit {
			out = append(out, e)
		}
	}
	return out
}

func (s userState) String() string {
	var words []string
	if s.version != math.MinInt64 {
		words = append(words, fmt.Sprintf("version %d", s.version))
	}
	if s.stopped {
		words = append(words, "after STOP")
	}
	if s.welcomed {
		words = append(words, "welcomed")
	}
	if len(words) == 0 {
		return "not read yet"
	}
	return strings.Join(words, ", ")
}
