package checker

import (
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// What a minimal witness of effects proves.
//
// A part of a user's operations refutes if it does so whatever the others were.
// So a write that is left out is taken for the kindest that the log leaves
// room for: it has its place in the log, it raised the version by one or more,
// it sent nothing, and it was a START only where the log has a START. The whole
// is one way to fill the gaps: what refutes the part refutes the whole.
//
// The operations of a witness that are not told for the story alone are a
// minimal part that refutes: without any one of them, the rest has an order. It
// is found by deletion and re-check: first from the few operations by which the
// pass tells the violation, and if these should not refute by themselves, from
// all of the user's. Each re-check is the pass's; that the rest then refutes is
// confirmed by porcupine.

// minimalBudget bounds the operations that re-checks look at.
const minimalBudget = 2_000_000

// minimal finds a part that refutes and of which nothing can be left out. If
// proven is false, the part refutes, or is the given one, and may not be
// minimal: the budget ended before every deletion was tried.
func (u *userEffects) minimal(given []*effect, budget int) (part []*effect, proven bool) {
	refutes := func(part []*effect) bool {
		budget -= len(part)
		return len(newPass(u.only(part)).violations()) > 0
	}
	part = distinct(given)
	if !refutes(part) {
		part = slices.Concat(u.writes, u.others)
		if budget < len(part) || !refutes(part) {
			return given, false
		}
	}
	for chunk := max(1, len(part)/2); ; {
		removed := false
		for at := 0; at < len(part); {
			rest := slices.Concat(part[:at], part[min(len(part), at+chunk):])
			if budget < len(rest) {
				return part, false
			}
			if refutes(rest) {
				part, removed = rest, true
			} else {
				at += chunk
			}
		}
		switch {
		case chunk > 1:
			chunk /= 2
		case !removed:
			return part, u.only(part).confirmed()
		}
	}
}

func distinct(all []*effect) []*effect {
	var out []*effect
	for _, e := range all {
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// confirmWithin is how long porcupine may take over a minimal part, which has a few
// operations. It is far more than it needs, since a machine that stands still for a
// second must not change what is told.
const confirmWithin = time.Minute

// confirmed reports whether porcupine refutes, too; where versions are not
// known, it has no say.
func (u *userEffects) confirmed() bool {
	return u.vague || explain(u.initial(), u.operations(), confirmWithin) == porcupine.Illegal
}

// only is the part of the user's history that has just these operations.
func (u *userEffects) only(part []*effect) *userEffects {
	kept := make(map[*effect]bool, len(part))
	for _, e := range part {
		kept[e] = true
	}
	out := &userEffects{user: u.user, latest: map[string]*effect{}, starts: u.starts, b: u.b}
	reset := 0 // of starts, those up to the last write
	for _, w := range u.writes {
		if !kept[w] {
			out.left++
			continue
		}
		c := w.alone()
		c.left, out.left = out.left, 0
		for ; reset < len(u.starts) && u.starts[reset].place < w.place; reset++ {
			c.resets = true
		}
		c.earlier, out.latest[c.event] = out.latest[c.event], c
		out.vague = out.vague || !c.readKnown || c.wrote <= max(c.read, 0)
		out.writes = append(out.writes, c)
	}
	for _, o := range u.others {
		if kept[o] {
			out.others = append(out.others, o.alone())
		}
	}
	u.b.markLate(out)
	return out
}

// alone is a copy that knows of no other operation.
func (e *effect) alone() *effect {
	c := *e
	c.earlier, c.late = nil, nil
	return &c
}
