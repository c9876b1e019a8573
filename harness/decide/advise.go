package decide

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

// Advice is what to deploy, and why.
type Advice struct {
	Arm     string   `json:"arm"` // empty: none is known to do
	Reasons []string `json:"reasons"`
}

// felt are the harms that a user feels, or that change what happens to a user. That
// two sections overlapped is none by itself: what comes of it is counted by these.
var felt = []checker.HarmKind{checker.DoubleText, checker.StopNotKept, checker.LostUpdate}

// Advise chooses: of those that keep order, where that is asked, and of which the most
// is known, those whose upper ends are within what is borne; of these the best (see
// [Rates.best]).
func Advise(all []Outlook, r Rates) Advice {
	var a Advice
	left := slices.Clone(all)
	drop := func(why string, so func(Outlook) bool) {
		var out []string
		left = slices.DeleteFunc(left, func(o Outlook) bool {
			if so(o) {
				out = append(out, o.Arm)
				return true
			}
			return false
		})
		if len(out) > 0 {
			a.Reasons = append(a.Reasons, fmt.Sprintf("not %s: %s", strings.Join(out, "; not "), why))
		}
	}
	if r.Order {
		drop("a user's events may take effect in another order than the published one", func(o Outlook) bool { return !o.InOrder })
	}
	asked := r.asked()
	drop("its price was not measured", func(o Outlook) bool { return o.Size == nil })
	least := math.MaxInt
	for _, o := range left {
		least = min(least, len(o.unknown(asked)))
	}
	drop("less of it was measured than of others", func(o Outlook) bool { return len(o.unknown(asked)) > least })
	for _, h := range checker.HarmKinds() {
		if most := r.Tolerate[h]; most != nil {
			drop(fmt.Sprintf("it may come to more than %s %s a day, by the interval's upper end", figure(*most), Words(h)), func(o Outlook) bool { return o.Harms[h].High > *most })
		}
	}
	if len(left) == 0 {
		a.Reasons = append(a.Reasons, "none is left: bear more, ask for less, or measure what is unknown")
		return a
	}
	best, why := r.best(left)
	a.Arm = best.Arm
	if of := best.unknown(asked); len(of) > 0 {
		a.Reasons = append(a.Reasons, "of none is all known that there is in the rates: the choice says nothing of "+strings.Join(of, ", "))
	}
	a.Reasons = append(a.Reasons, "what is expected of it a day: "+best.told(asked))
	a.Reasons = append(a.Reasons, why)
	if near := r.indistinct(best, left); len(near) > 0 {
		a.Reasons = append(a.Reasons, "by these measurements alone it cannot be told apart from "+strings.Join(near, "; "))
	}
	cheapest := slices.MinFunc(left, func(x, y Outlook) int { return cmp.Compare(x.Size.Mean.All(), y.Size.Mean.All()) })
	a.Reasons = append(a.Reasons, fmt.Sprintf("it keeps %s processors busy in the mean; %s, the cheapest of those that are left, %s",
		figure(best.Size.Mean.All()), cheapest.Arm, figure(cheapest.Size.Mean.All())))
	if d, _ := mode.Mode(best.Mode).Describe(); d.Keeps == mode.KeepsPlace {
		a.Reasons = append(a.Reasons, "while a worker is away its users wait for it: no harm that is counted here, and one to weigh",
			"none that only stood still was replaced when the odds were measured: where your platform puts another in its place, a freeze does what it does under keyshared (replaced-while-frozen in suites/FINDINGS.md)")
	}
	if have := float64(r.Workers); have < best.Size.Peak.Workers {
		a.Reasons = append(a.Reasons, fmt.Sprintf("at the peak it needs %.0f workers, and there are %.0f", best.Size.Peak.Workers, have))
	}
	return a
}

// asked are the harms that count: the felt ones, and overlapping sections if they
// are limited.
func (r Rates) asked() []checker.HarmKind {
	return slices.DeleteFunc(checker.HarmKinds(), func(h checker.HarmKind) bool { return !slices.Contains(felt, h) && r.Tolerate[h] == nil })
}

// unknown is what there is in the rates and was not measured of it, of those harms.
func (o *Outlook) unknown(of []checker.HarmKind) (all []string) {
	for _, h := range of {
		for _, what := range o.Harms[h].Unknown {
			if !slices.Contains(all, what) {
				all = append(all, what)
			}
		}
	}
	return all
}

// harmOf is the felt harm of the sorts of which nothing is said to be borne.
func (r Rates) harmOf(o Outlook) Estimate {
	return harmOf(o, func(h checker.HarmKind) bool { return r.Tolerate[h] == nil })
}

// harmOf is the felt harm of those sorts.
func harmOf(o Outlook, counts func(checker.HarmKind) bool) Estimate {
	var all []Estimate
	for _, h := range felt {
		if counts(h) {
			all = append(all, o.Harms[h].Estimate)
		}
	}
	return sumOf(all)
}

// alike is how many times the least processor time is no difference: the same arm,
// measured on another day, differs by more.
const alike = 1.1

// leastTime is the one that takes the least processor time; of those that take as
// much, the one with the least harm, be it borne or not.
func leastTime(of []Outlook) Outlook {
	least := math.Inf(1)
	for _, o := range of {
		least = min(least, o.Size.Mean.All())
	}
	as := slices.DeleteFunc(slices.Clone(of), func(o Outlook) bool { return o.Size.Mean.All() > alike*least })
	every := func(checker.HarmKind) bool { return true }
	return slices.MinFunc(as, func(x, y Outlook) int {
		return cmp.Or(cmp.Compare(harmOf(x, every).Value, harmOf(y, every).Value), cmp.Compare(x.Size.Mean.All(), y.Size.Mean.All()))
	})
}

// best is the one with the least felt harm, and why it is. Of those of which as
// little is expected, one whose upper end is more than twice the least is not as
// good: less is known of it, or more is at stake.
func (r Rates) best(left []Outlook) (best Outlook, why string) {
	least := slices.MinFunc(left, func(x, y Outlook) int {
		a, b := r.harmOf(x), r.harmOf(y)
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.High, b.High))
	})
	as := slices.DeleteFunc(slices.Clone(left), func(o Outlook) bool {
		return r.harmOf(o).Value > r.harmOf(least).Value || r.harmOf(o).High > 2*r.harmOf(least).High
	})
	best = leastTime(as)
	switch {
	case len(left) == 1:
		return best, "no other is left"
	case len(as) > 1:
		return best, "of those with the least harm it takes the least processor time, or as good as the least"
	}
	return best, "it is expected to do the least of what users feel, or the least at worst"
}

// indistinct are those whose intervals meet those of the best.
func (r Rates) indistinct(best Outlook, left []Outlook) (names []string) {
	for _, o := range left {
		apart := slices.ContainsFunc(felt, func(h checker.HarmKind) bool {
			return r.Tolerate[h] == nil && (o.Harms[h].Low > best.Harms[h].High || o.Harms[h].High < best.Harms[h].Low)
		})
		if !apart && o.Arm != best.Arm {
			names = append(names, o.Arm)
		}
	}
	return names
}

// told tells those harms, and once what is unknown of them.
func (o *Outlook) told(harms []checker.HarmKind) string {
	var of []string
	for _, h := range harms {
		of = append(of, o.Harms[h].Estimate.String()+" "+Words(h))
	}
	text := strings.Join(of, ", ")
	if unknown := o.unknown(harms); len(unknown) > 0 {
		text += "; unknown: " + strings.Join(unknown, ", ")
	}
	return text
}

// Words is a sort of harm in words.
func Words(h checker.HarmKind) string {
	return strings.ReplaceAll(strings.ReplaceAll(string(h), "_", " "), "stop", "STOP")
}

// String tells a figure with its interval; what is unknown of it first.
func (e *Expected) String() string {
	text := e.Estimate.String()
	if e.Known() {
		return text
	}
	if len(e.Parts) == 0 {
		return "unknown"
	}
	return fmt.Sprintf("unknown (%s; the rest %s)", strings.Join(e.Unknown, ", "), text)
}

func (e Estimate) String() string {
	return fmt.Sprintf("%s (%s to %s)", figure(e.Value), figure(e.Low), figure(e.High))
}

// figure writes two digits that say something, and whole numbers above.
func figure(v float64) string {
	switch {
	case v == 0:
		return "0"
	case math.Abs(v) < 0.001:
		return "<0.001"
	case math.Abs(v) < 10:
		return fmt.Sprintf("%.2g", v)
	case math.Abs(v) < 1e7:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1e", v)
}
