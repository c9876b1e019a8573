package checker

import (
	"math"
	"slices"
)

const (
	// ratedOver is the time over which a rate is taken.
	ratedOver = int64(1e9)
	// fullRate is how much of the rate before a fault counts as all of it: effects
	// come in small bunches, so that one second has a few fewer than the next.
	fullRate = 0.9
)

// fullRate is how long after a fault's end the first second begins in which
// about as many events took effect as in an average second before its begin;
// nil if there is no such second, or less than one was watched before. It is
// told and not judged.
func (c *progressCheck) fullRate(begin, end int64) *int64 {
	var before, after []int64
	for _, e := range c.effects {
		switch {
		case e.hi <= begin:
			before = append(before, e.hi)
		case e.lo >= end:
			after = append(after, e.hi)
		}
	}
	if len(before) == 0 || begin-slices.Min(before) < ratedOver {
		return nil
	}
	perSecond := float64(len(before)) * float64(ratedOver) / float64(begin-slices.Min(before))
	n := int(math.Ceil(fullRate * perSecond))
	slices.Sort(after)
	for i := 0; i+n <= len(after); i++ {
		if after[i+n-1]-after[i] <= ratedOver {
			ns := after[i] - end
			return &ns
		}
	}
	return nil
}
