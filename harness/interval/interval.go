// Package interval tells how far a share that was counted may be from the true one.
package interval

import "math"

// quantile is that of the normal distribution between which and its negative 95 %
// lie.
const quantile = 1.959964

// Wilson is the 95 % interval of a share by Wilson's score (Wilson, Probable
// Inference, the Law of Succession, and Statistical Inference, 1927), which has
// its meaning near 0 and 1, too. Of no trials it is all there is. Neither need be
// whole: of all that lies between 0 and 1, what is 0 or 1 alone varies most, so of
// a mean of such the interval is rather too wide.
func Wilson(of, trials float64) (lo, hi float64) {
	if trials <= 0 {
		return 0, 1
	}
	const z = quantile
	p := of / trials
	mid, half := p+z*z/(2*trials), z*math.Sqrt(max(0, p*(1-p))/trials+z*z/(4*trials*trials))
	return max(0, min(p, (mid-half)/(1+z*z/trials))), min(1, max(p, (mid+half)/(1+z*z/trials)))
}
