package levels

import (
	"slices"

	"turnstile/checker"
)

// findingKind says of one kind of finding what it takes away.
type findingKind struct {
	name string
	// atEnd: only what is judged at the end of a run is touched.
	atEnd bool
	// breaks: not even a refutation can be believed.
	breaks bool
}

var findingKinds = []findingKind{
	{"scenario-ambiguous", false, true},
	{"lines-missing", false, true},
	{"stamps-run-back", false, true},
	{"clocks-incomparable", false, false},
	{"harness-unfinished", false, false},
	{"gateway-missing", false, false},
	{"gateway-unfinished", false, false},
	{"left-over", false, true},
	{"publish-ambiguous", false, true},
	{"traffic-of-nobody", false, false},
	{"worker-unseen", false, false},
	{"link-unfinished", false, false},
	{"link-undecoded", false, false},
	{"link-disagrees", false, false},
	{"delivery-unseen", false, false},
	{"marks-missing", false, false},
	{"marks-disagree", false, true},
	{"fault-not-ended", false, false},
	{"fault-not-healed", true, false},
	{"quiet-disputed", true, false},
	{"publish-after-quiet", true, false},
}

// finding is what one kind of thing was found amiss by an observer of a level.
type finding struct {
	findingKind
	level   Level
	details []string
}

type findings []*finding

func (f *findings) found(name string, l Level, detail string) {
	for _, g := range *f {
		if g.name == name && g.level == l {
			if !slices.Contains(g.details, detail) {
				g.details = append(g.details, detail)
			}
			return
		}
	}
	k := slices.IndexFunc(findingKinds, func(k findingKind) bool { return k.name == name })
	*f = append(*f, &finding{findingKinds[k], l, []string{detail}})
}

// touching are the findings of observers up to a level that touch a property.
func (f findings) touching(l Level, p checker.Property) (out []*finding) {
	for _, g := range f {
		if g.level <= l && (!g.atEnd || p.Describe().AtTheEnd) {
			out = append(out, g)
		}
	}
	return out
}

// reported are they in the form in which [checker.Result] has its own.
func (f findings) reported(upTo Level) []checker.Finding {
	out := []checker.Finding{}
	for _, k := range findingKinds {
		for _, g := range f {
			if g.name != k.name || g.level > upTo {
				continue
			}
			slices.Sort(g.details)
			r := checker.Finding{Name: g.name, Detail: some(g.details), Properties: []checker.Property{}, Breaks: []checker.Property{}}
			for _, p := range checker.Properties() {
				if g.atEnd && !p.Describe().AtTheEnd {
					continue
				}
				r.Properties = append(r.Properties, p)
				if g.breaks {
					r.Breaks = append(r.Breaks, p)
				}
			}
			out = append(out, r)
		}
	}
	return out
}
