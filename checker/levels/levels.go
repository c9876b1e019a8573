package levels

import (
	"fmt"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Verdict is the answer for one property, with the level that gave it.
type Verdict struct {
	checker.PropertyVerdict
	// Level is the lowest that decides; without a decision, the highest that was asked.
	Level Level `json:"level"`
	// Would is the level that would decide, of an unknown that one would; nil: none.
	Would *Level `json:"would_decide,omitempty"`
}

// Decided reports whether it is an answer.
func (v Verdict) Decided() bool { return v.Verdict == checker.Holds || v.Verdict == checker.Refuted }

// AtLevel is what one level says by itself.
type AtLevel struct {
	Level    Level     `json:"level"`
	Verdicts []Verdict `json:"verdicts"` // in the order of [checker.Properties]
}

// Result is all that [Check] finds. Its JSON form is that of [checker.Result], with
// the level beside each verdict.
type Result struct {
	HistorySHA256 string                  `json:"history_sha256,omitempty"`
	Scenario      *history.Setup          `json:"scenario,omitempty"`
	Level         Level                   `json:"level"`    // the highest that was asked
	Verdicts      []Verdict               `json:"verdicts"` // one for each of [checker.Properties], in that order
	Levels        []AtLevel               `json:"levels"`   // the lowest first
	Opportunity   checker.Opportunity     `json:"opportunity"`
	Faults        []checker.FaultEvidence `json:"faults"`
	Findings      []checker.Finding       `json:"findings"`
}

// Of returns the answer for one property.
func (r *Result) Of(p checker.Property) Verdict { return of(r.Verdicts, p) }

// Of returns what the level says of one property.
func (a AtLevel) Of(p checker.Property) Verdict { return of(a.Verdicts, p) }

func of(all []Verdict, p checker.Property) Verdict {
	for _, v := range all {
		if v.Property == p {
			return v
		}
	}
	return Verdict{PropertyVerdict: checker.PropertyVerdict{Property: p, Verdict: checker.Unknown, Reason: "no level judges the property " + string(p)}}
}

// Check judges a history by what the levels up to one see of it. It needs no record
// of a worker's own, and looks at none below [Marks]. The mapping must be valid, see
// [Mapping.Validate].
func Check(h *history.History, m Mapping, upTo Level) *Result {
	if h == nil {
		h = &history.History{}
	}
	s := see(h, m)
	r := &Result{HistorySHA256: h.SHA256, Scenario: s.scenario, Level: upTo, Faults: s.evidence(upTo), Opportunity: s.opportunity(upTo)}
	for l := Downstream; l <= upTo; l++ {
		a := AtLevel{Level: l}
		short := s.shortfall(l, s.opportunity(l))
		for _, p := range checker.Properties() {
			a.Verdicts = append(a.Verdicts, s.settle(l, p, s.judge(l, p), short))
		}
		r.Levels = append(r.Levels, a)
	}
	for _, p := range checker.Properties() {
		r.Verdicts = append(r.Verdicts, r.final(p))
	}
	r.Findings = s.reported(upTo)
	return r
}

// final is the answer of the lowest level that has one. No higher one may have
// another: that would be a bug of this package.
func (r *Result) final(p checker.Property) Verdict {
	var v *Verdict
	for _, a := range r.Levels {
		at := a.Of(p)
		switch {
		case v == nil || !v.Decided():
			v = &at
		case at.Decided() && at.Verdict != v.Verdict:
			return Verdict{Level: at.Level, PropertyVerdict: checker.PropertyVerdict{Property: p, Verdict: checker.Unknown, Counts: map[string]int64{},
				Reason: fmt.Sprintf("THE LEVELS CONTRADICT EACH OTHER: %s says %s and %s says %s; this is a bug, or the system is not as its mapping says", v.Level, v.Verdict, at.Level, at.Verdict)}}
		}
	}
	return *v
}

// judge decides a property by what a level sees.
func (s *seen) judge(l Level, p checker.Property) judged {
	switch p {
	case checker.Exclusivity:
		return s.exclusivity(l)
	case checker.Duplicates:
		return s.duplicates(l)
	case checker.Delivery:
		return s.delivery(l)
	case checker.Order:
		return s.order(l)
	case checker.Progress:
		return s.progress(l)
	case checker.Effects:
		return unknown(none, "on which state an attempt decided, and which it replaced, is in no mapping: the system's own records would tell")
	case checker.Rules:
		return unknown(none, "what the rules of the system owe and forbid is in no mapping")
	}
	return unknown(none, "no level judges the property %s", p)
}

// settle weighs a level's answer against what was found amiss and what opportunity
// the level saw.
func (s *seen) settle(l Level, p checker.Property, j judged, short []string) Verdict {
	v := Verdict{Level: l, PropertyVerdict: checker.PropertyVerdict{Property: p, Verdict: j.verdict, Reason: j.reason, Counts: j.counts}}
	if v.Counts == nil {
		v.Counts = map[string]int64{}
	}
	would := j.would
	var blocks, breaks []string
	for _, f := range s.touching(l, p) {
		blocks = append(blocks, some(f.details))
		if f.breaks {
			breaks = append(breaks, some(f.details))
		}
	}
	if j.absence {
		breaks = blocks
	}
	switch {
	case j.verdict == checker.Refuted && len(breaks) > 0:
		v.Verdict, v.Reason = checker.Unknown, fmt.Sprintf("the record is not whole: %s (it would show a violation: %s)", sentence(breaks), j.reason)
	case j.verdict == checker.Refuted:
		v.Witness = j.witness
	case j.verdict == checker.Unknown:
		v.Reason = sentence(append([]string{j.reason}, blocks...))
	case len(blocks) > 0:
		v.Verdict, v.Reason = checker.Unknown, sentence(blocks)
	case j.nothing != "":
		v.Verdict, v.Reason = checker.Vacuous, "no violation, but a violation never had the chance: "+sentence(append([]string{j.nothing}, short...))
	case len(short) > 0 && l == Marks:
		v.Verdict, v.Reason = checker.Vacuous, "no violation, but a violation never had the chance: "+sentence(short)
	case len(short) > 0:
		v.Verdict, v.Reason = checker.Unknown, fmt.Sprintf("no violation, and %s does not see that one had the chance: %s", l, sentence(short))
		would = l + 1
	}
	if v.Verdict == checker.Unknown && would != none {
		v.Would = &would
	}
	return v
}
