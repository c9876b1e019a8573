package checker

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// atMost allows so many texts for events within a time of each other, or in a
// whole life where within is 0.
type atMost struct {
	texts  int
	within time.Duration
}

func (a atMost) timed() bool { return a.within > 0 }

func (a atMost) breaches(l *userLife, r *rule) (found []breach) {
	var out []*got
	for _, t := range l.about(r) {
		if !t.unclear && (!a.timed() || t.p.at != 0) {
			out = append(out, t)
		}
	}
	if len(out) <= a.texts {
		return nil
	}
	span := fmt.Sprintf(", and the rule allows %d", a.texts)
	if a.timed() {
		slices.SortStableFunc(out, func(x, y *got) int { return cmp.Compare(x.p.at, y.p.at) })
		span = fmt.Sprintf(" within %s%s", a.within, span)
	}
	for i := a.texts; i < len(out); i++ {
		many := slices.Clone(out[i-a.texts : i+1])
		if a.timed() && many[a.texts].p.at-many[0].p.at >= a.within.Milliseconds() {
			continue
		}
		slices.SortFunc(many, func(x, y *got) int { return cmp.Compare(x.order, y.order) })
		last := many[a.texts]
		found = append(found, breach{texts: many, says: fmt.Sprintf("the %s text of event %s was one of %d%s", last.e.Text, last.p.event, len(many), span)})
	}
	return found
}

func (a atMost) excuses(l *userLife, r *rule, s *ruleStep) bool {
	if !l.born || a.timed() && s.p.at == 0 {
		return true
	}
	full, ok := l.full[r]
	if !ok {
		full = a.full(l, r)
		if l.full == nil {
			l.full = map[*rule][]bool{}
		}
		l.full[r] = full
	}
	return full[s.place-1]
}

// full says of each step whether the rule may hold back a text of its event: as
// many as it allows may have gone out by then, of other events near this one,
// or one so much later that this one is too old to be held against the cap.
//
// It goes through the steps once and counts the texts that may precede each by
// the times of their events.
func (a atMost) full(l *userLife, r *rule) []bool {
	texts := slices.Clone(l.about(r))
	slices.SortStableFunc(texts, func(x, y *got) int { return cmp.Compare(x.lo, y.lo) })
	var times []int64
	for _, t := range texts {
		times = append(times, t.p.at)
	}
	slices.Sort(times)
	times = slices.Compact(times)
	var (
		full    = make([]bool, len(l.steps))
		by      = make(counts, len(times)) // texts, by the place of their time
		own     = map[*publish]int{}
		nowhere = 0 // texts that are near every step
		newest  = int64(math.MinInt64)
		window  = a.within.Milliseconds()
	)
	for i := range l.steps {
		s := &l.steps[i]
		for len(texts) > 0 && texts[0].lo < s.place {
			p := texts[0].p
			texts = texts[1:]
			own[p]++
			if !a.timed() || p.at == 0 {
				nowhere++
				if a.timed() {
					newest = math.MaxInt64 // it may be
				}
				continue
			}
			at, _ := slices.BinarySearch(times, p.at)
			by.add(at)
			newest = max(newest, p.at)
		}
		if s.p == nil {
			continue
		}
		from, _ := slices.BinarySearch(times, add(s.p.at, 1-window))
		to, _ := slices.BinarySearch(times, add(s.p.at, window))
		full[i] = nowhere+by.before(to)-by.before(from)-own[s.p] >= a.texts || a.timed() && newest > add(s.p.at, window)
	}
	return full
}

// counts counts what lies at each of some places, and how much lies before one: a
// Fenwick tree.
type counts []int

func (c counts) add(at int) {
	for i := at + 1; i <= len(c); i += i & -i {
		c[i-1]++
	}
}

func (c counts) before(at int) (n int) {
	for i := at; i > 0; i -= i & -i {
		n += c[i-1]
	}
	return n
}
