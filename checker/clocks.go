package checker

import (
	"math"
	"slices"
	"sync"

	"turnstile/checker/history"
)

// span is what is known of an instant on some clock: it lies in [lo, hi],
// nanoseconds. An instant on its own clock has lo == hi.
type span struct{ lo, hi int64 }

// clocks carries instants from one clock domain to another, by the measured
// bounds in a history and never by assumption.
//
// Several measurements between two domains are joined to the interval that
// covers them all: two kernels' monotonic clocks drift against each other, so
// an early and a late measurement may both be right and still not intersect.
// Domains without a direct measurement are compared by way of others, with the
// bounds added up.
type clocks struct {
	edges map[string]map[string]span // edges[a][b]: T(b) - T(a)

	mu    sync.Mutex
	paths map[string]map[string]span // paths[to][from], found by [clocks.toward] and kept
}

func newClocks(h *history.History) *clocks {
	c := &clocks{edges: map[string]map[string]span{}, paths: map[string]map[string]span{}}
	for i := range h.Events {
		e := &h.Events[i]
		if e.Kind == history.KindClockOffset && e.Src == history.SrcHarness && e.Lo <= e.Hi && e.Peer != "" {
			c.edge(e.Domain, e.Peer, span{e.Lo, e.Hi})
			c.edge(e.Peer, e.Domain, span{negate(e.Hi), negate(e.Lo)})
		}
	}
	return c
}

func (c *clocks) edge(from, to string, d span) {
	if c.edges[from] == nil {
		c.edges[from] = map[string]span{}
	}
	if old, ok := c.edges[from][to]; ok {
		d = span{min(old.lo, d.lo), max(old.hi, d.hi)}
	}
	c.edges[from][to] = d
}

// toward finds, for every domain that can be compared with to, the interval in
// which T(to) - T(domain) lies.
func (c *clocks) toward(to string) map[string]span {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.paths[to]; ok {
		return found
	}
	found := map[string]span{to: {}}
	for queue := []string{to}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		var next []string
		for d := range c.edges[at] {
			if _, seen := found[d]; !seen {
				next = append(next, d)
			}
		}
		slices.Sort(next) // which of two equally short ways is taken must not depend on the map
		for _, d := range next {
			e := c.edges[d][at]
			found[d] = span{add(e.lo, found[at].lo), add(e.hi, found[at].hi)}
			queue = append(queue, d)
		}
	}
	c.paths[to] = found
	return found
}

// on tells when, on the clock of domain to, the instant t of domain from was;
// ok is false if the two cannot be compared.
func (c *clocks) on(to, from string, t int64) (s span, ok bool) {
	if to == from {
		return span{t, t}, true
	}
	d, ok := c.toward(to)[from]
	return span{add(t, d.lo), add(t, d.hi)}, ok
}

// comparable reports whether a bound between the two clocks is known.
func (c *clocks) comparable(a, b string) bool {
	_, ok := c.on(a, b, 0)
	return ok
}

// surelyBefore reports whether a happened before b by all that is known.
func (c *clocks) surelyBefore(aDomain string, a int64, bDomain string, b int64) bool {
	s, ok := c.on(bDomain, aDomain, a)
	return ok && s.hi < b
}

// add adds without wrapping round: a bound too large to be a time stays too
// large.
func add(a, b int64) int64 {
	switch sum := a + b; {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	default:
		return sum
	}
}

func negate(a int64) int64 {
	if a == math.MinInt64 {
		return math.MaxInt64
	}
	return -a
}

// Clocks carries instants from one of a history's clock domains to another, by
// the bounds that the history has measured and never by assumption.
type Clocks struct{ of *clocks }

// NewClocks reads a history's measurements.
func NewClocks(h *history.History) Clocks { return Clocks{newClocks(h)} }

// On is the least interval [lo, hi], in nanoseconds of the domain to, in which the
// instant t of the domain from surely lies; ok is false where the two cannot be
// compared.
func (c Clocks) On(to, from string, t int64) (lo, hi int64, ok bool) {
	s, ok := c.of.on(to, from, t)
	return s.lo, s.hi, ok
}
