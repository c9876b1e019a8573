package checker

import (
	"cmp"
	"container/heap"
	"slices"
)

// interval is a section on one frame's clock: inside from start until end.
type interval struct {
	start, end int64
	s          *section
}

// overlaps is the whole of the rule. The ends are instants at which the section
// may already have been over (or not yet begun), so intervals that merely touch
// can be put in an order and are legal; so are any number of sections without
// length at one instant. A section without length strictly inside another is
// not.
func overlaps(a, b interval) bool { return a.end > b.start && b.end > a.start }

// length is for how long both were provably inside, in nanoseconds. It is 0 for
// a section without length inside another.
func length(a, b interval) int64 { return min(a.end, b.end) - max(a.start, b.start) }

// pair is two overlapping sections; a entered first.
type pair struct{ a, b interval }

// swept is what a sweep found.
type swept struct {
	pairs int    // overlapping pairs in all
	best  []pair // for each section that entered while another was inside, the one that stayed longest
}

// sweep finds the overlapping pairs among one user's sections in
// O(n log n). With across, it looks only at pairs from two clock domains.
//
// Sections are taken by (start, end). A pair a, b in that order overlaps just
// if a.end > b.start: b.end > a.start could then only fail if all four stamps
// were equal, and then so does a.end > b.start.
//
// Where no two overlap, and most often none do, it is enough to see that each
// ends before the next starts: ends then rise as starts do, so no earlier one
// reaches further.
func sweep(ivs []interval, across bool) swept {
	byTime := func(a, b interval) int {
		if c := cmp.Compare(a.start, b.start); c != 0 {
			return c
		}
		return cmp.Compare(a.end, b.end)
	}
	if !slices.IsSortedFunc(ivs, byTime) { // on record they mostly are
		ivs = slices.Clone(ivs)
		slices.SortStableFunc(ivs, byTime)
	}
	if apart(ivs) {
		return swept{}
	}
	var (
		out     swept
		inside  byEnd                   // entered before, not over yet
		in      = map[string]int{}      // how many of those by clock domain
		longest = map[string]interval{} // of all before, the one that ends last, by clock domain
		domains = make([]string, 0, 1)  // keys of longest, in order of appearance
	)
	for _, b := range ivs {
		for len(inside) > 0 && inside[0].end <= b.start {
			in[heap.Pop(&inside).(interval).s.domain]--
		}
		n := len(inside)
		if across {
			n -= in[b.s.domain]
		}
		if n > 0 {
			var a interval
			for _, d := range domains {
				if l := longest[d]; !(across && d == b.s.domain) && (a.s == nil || l.end > a.end) {
					a = l
				}
			}
			out.pairs += n
			out.best = append(out.best, pair{a, b})
		}
		heap.Push(&inside, b)
		in[b.s.domain]++
		if l, ok := longest[b.s.domain]; !ok {
			domains = append(domains, b.s.domain)
			longest[b.s.domain] = b
		} else if b.end > l.end {
			longest[b.s.domain] = b
		}
	}
	return out
}

// apart reports whether each of ivs ends before the next starts.
func apart(ivs []interval) bool {
	for i := 1; i < len(ivs); i++ {
		if ivs[i-1].end > ivs[i].start {
			return false
		}
	}
	return true
}

// byEnd is a heap with the section that is over first on top.
type byEnd []interval

func (h byEnd) Len() int           { return len(h) }
func (h byEnd) Less(i, j int) bool { return h[i].end < h[j].end }
func (h byEnd) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byEnd) Push(x any)        { *h = append(*h, x.(interval)) }
func (h *byEnd) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
