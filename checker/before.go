package checker

// violatedAt notes a violation that was complete by the instant t of a clock
// domain: each fault that surely began later cannot be what led to it. So the
// faults that are noted by the end had not begun when the property was first
// violated. The list has the places of r.faults.
//
// A violation whose time is not known, or not comparable with a fault's, is
// never said to be before it.
func (r *record) violatedAt(noted []bool, domain string, t int64) []bool {
	if len(r.faults) == 0 || t == unbounded {
		return noted
	}
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
			if e.s == nil {
				end = unbounded
				break
			}
			at, ok := r.clocks.on(ref, e.s.domain, e.s.over)
			if !ok || e.s.over == unbounded {
				end = unbounded
				break
			}
			end = max(end, at.hi)
		}
		noted = r.violatedAt(noted, ref, end)
	}
	return noted
}
