package checker

// violatedAt notes a violation that was complete by the instant t of a clock
// domain: each fault that surely began later cannot be what led to it. So the
// faults that are noted by the end had not begun when the property was first
// violated. The list has the places of r.faults.
//
// A violation whose time is not known, or not comparable with a fault's, is
// never said to be before it.
func (r *record) violatedAt(noted []bool, domain string, t int64) []bool {
	if noted == nil {
		noted = make([]bool, len(r.faults))
	}
	for i := range r.faults {
		f := &r.faults[i]
		noted[i] = noted[i] || r.clocks.surelyBefore(domain, t, f.Domain, f.Begin)
	}
	return noted
}

// effectsUnprovoked notes the violations of effects: each was complete when the
// last of the attempts that tell it could no longer be inside.
func (r *record) effectsUnprovoked(all []violation) (noted []bool) {
	ref := r.reference()
	for _, v := range all {
		end := int64(0)
		for _, e := range v.by {
			end = max(end, r.overBy(ref, e.s))
		}
		noted = r.violatedAt(noted, ref, end)
	}
	return noted
}

// overBy is the latest instant on the clock of domain to at which the attempt
// of a section may have been inside; unbounded where nobody knows.
func (r *record) overBy(to string, s *section) int64 {
	if s == nil {
		return unbounded
	}
	at, ok := r.clocks.on(to, s.domain, s.over)
	if !ok {
		return unbounded
	}
	return at.hi
}
