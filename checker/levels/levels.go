package levels

import (
	"fmt"
	"slices"

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

// AtLevel is what one level says, with all that those below it see. What a lower one
// decided stands, but for a holds that marks dispute.
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
		unseen, lacking := s.shortfall(l, s.opportunity(l))
		for i, p := range checker.Properties() {
			v := s.settle(l, p, s.judge(l, p), unseen, lacking)
			if l > Downstream && !s.disputes(l, r.Levels[l-1].Verdicts[i]) {
				v = above(r.Levels[l-1].Verdicts[i], v)
			}
			a.Verdicts = append(a.Verdicts, v)
		}
		r.Levels = append(r.Levels, a)
		r.Verdicts = a.Verdicts
	}
	for _, v := range r.Verdicts {
		if v.Witness != nil {
			s.tell(upTo, v.Witness)
		}
	}
	r.Findings = s.reported(upTo)
	return r
}

// disputes reports whether a level sees that what the one below it says may rest on an
// assumption that is not kept: exclusivity holds for those without marks if whoever is
// inside has its message, and marks say otherwise, or do not fit together.
func (s *seen) disputes(l Level, below Verdict) bool {
	return l == Marks && below.Property == checker.Exclusivity && below.Verdict == checker.Holds &&
		(slices.ContainsFunc(s.marks, func(m *mark) bool { return !m.backed }) ||
			slices.ContainsFunc(s.findings, func(f *finding) bool { return f.name == "marks-disagree" }))
}

// above is a level's answer where the one below it has one. Two that decide otherwise
// are a bug of this package, or the system is not as its mapping says.
func above(below, v Verdict) Verdict {
	switch {
	case !below.Decided():
		return v
	case !v.Decided() || v.Verdict == below.Verdict:
		return below
	}
	return Verdict{Level: v.Level, PropertyVerdict: checker.PropertyVerdict{Property: v.Property, Verdict: checker.Unknown, Counts: map[string]int64{},
		Reason: fmt.Sprintf("%s: %s says %s (%s) and %s says %s (%s); this is a bug, or the system is not as its mapping says",
			contradiction, below.Level, below.Verdict, below.Reason, v.Level, v.Verdict, v.Reason)}}
}

const contradiction = "THE LEVELS CONTRADICT EACH OTHER"

// Properties are those that some level decides of a system that marks nothing.
func Properties() []checker.Property {
	return []checker.Property{checker.Exclusivity, checker.Duplicates, checker.Delivery, checker.Order, checker.Progress}
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
func (s *seen) settle(l Level, p checker.Property, j judged, unseen, lacking []string) Verdict {
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
	case j.nothing != "" || len(lacking) > 0 || len(unseen) > 0 && l == Marks:
		if j.nothing != "" {
			lacking = append([]string{j.nothing}, lacking...)
		}
		v.Verdict, v.Reason = checker.Vacuous, "no violation, but a violation never had the chance: "+sentence(slices.Concat(lacking, unseen))
	case len(unseen) > 0:
		v.Verdict, v.Reason = checker.Unknown, fmt.Sprintf("no violation, and %s does not see that one had the chance: %s", l, sentence(unseen))
		would = l + 1
	}
	if v.Verdict == checker.Unknown && would != none {
		v.Would = &would
	}
	return v
}
