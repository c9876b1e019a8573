package checker

// faultLog is what the harness recorded of the faults, and what tells when they
// were by any clock.
type faultLog struct {
	faults []FaultEvidence
	on     *clocks
}

// violatedAt notes a violation that was complete by the instant t of a clock
// domain: each fault that surely began later cannot be what led to it. So the
// faults that are noted by the end had not begun when the property was first
// violated. The list has the places of faults.
//
// A violation whose time is not known, or not comparable with a fault's, is
// never said to be before it.
func (l *faultLog) violatedAt(noted []bool, domain string, t int64) []bool {
	if noted == nil {
		noted = make([]bool, len(l.faults))
	}
	for i := range l.faults {
		f := &l.faults[i]
		noted[i] = noted[i] || l.on.surelyBefore(domain, t, f.Domain, f.Begin)
	}
	return noted
}

// effectsViolatedBefore notes the violations of effects: each was complete when the
// last of the attempts that tell it could no longer be inside.
func effectsViolatedBefore(r *record, all []violation) (noted []bool) {
	ref := r.reference()
	for _, v := range all {
		end := int64(0)
		for _, e := range v.by {
			end = max(end, r.clocks.overBy(ref, e.s))
		}
		noted = r.violatedAt(noted, ref, end)
	}
	return noted
}

// overBy is the latest instant on the clock of domain to at which the attempt
// of a section may have been inside; unbounded where nobody knows.
func (c *clocks) overBy(to string, s *section) int64 {
	if s == nil {
		return unbounded
	}
	at, ok := c.on(to, s.domain, s.over)
	if !ok {
		return unbounded
	}
	return at.hi
}
