package checker

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"turnstile/checker/history"
)

// Option changes how [Check] works, never what is true.
type Option func(*config)

type config struct {
	timeout   time.Duration
	linearize linearizer
	explain   explainer
	reach     reach
}

// WithTimeout bounds the time that the search for a linearization may take
// over all users (default one minute), for exclusivity and for effects each.
// Running out of it makes them unknown unless they are refuted.
func WithTimeout(d time.Duration) Option { return func(c *config) { c.timeout = d } }

// judgement is a property's answer by itself, before the self-check and the
// opportunity have their say.
type judgement struct {
	verdict Verdict
	reason  string
	counts  map[string]int64
	witness *Witness
	nothing string // if holds: why there was nothing to judge, making it vacuous

	recoveries     []*Recovery // by the faults' places, where progress was judged
	violatedBefore []bool      // by the faults' places: it had surely not begun at some violation
}

// Check judges a history by every property. It never fails: what it cannot
// judge is unknown, with the reason.
func Check(h *history.History, opts ...Option) *Result {
	cfg := config{timeout: time.Minute, linearize: linearize, explain: explain, reach: usualReach}
	for _, o := range opts {
		o(&cfg)
	}
	if h == nil {
		h = &history.History{}
	}
	r := newRecord(h)
	// The judgements only read the record, and none reads what the self-check finds.
	properties := Properties()
	judged := make([]judgement, len(properties))
	var opportunity Opportunity
	var judging sync.WaitGroup
	judging.Go(func() { opportunity = countOpportunity(r) })
	for i, p := range properties {
		judging.Go(func() { judged[i] = judge(r, p, cfg) })
	}
	selfCheck(r)
	judging.Wait()
	res := &Result{HistorySHA256: h.SHA256, Scenario: r.scenario, Faults: r.faults, Findings: r.reported(), Opportunity: opportunity}
	short := shortfall(r, res)
	for i, p := range properties {
		for k, recovery := range judged[i].recoveries {
			res.Faults[k].Recovery = recovery
		}
		res.Verdicts = append(res.Verdicts, settle(p, judged[i], res, short))
	}
	return res
}

// Unjudged is the result for a history that was not judged: every property is
// unknown, for the reason given.
func Unjudged(reason string) *Result {
	res := &Result{Faults: []FaultEvidence{}, Findings: []Finding{}}
	for _, p := range Properties() {
		res.Verdicts = append(res.Verdicts, PropertyVerdict{Property: p, Verdict: Unknown, Reason: reason, Counts: map[string]int64{}})
	}
	return res
}

// settle weighs a judgement against what the self-check found and what
// opportunity there was: refuted > unknown > vacuous > holds, except that a
// refutation from broken records is unknown.
func settle(p Property, j judgement, res *Result, short []string) PropertyVerdict {
	v := PropertyVerdict{Property: p, Verdict: j.verdict, Reason: j.reason, Counts: j.counts}
	var blocks, breaks []string
	for _, f := range res.Findings {
		if slices.Contains(f.Breaks, p) {
			breaks = append(breaks, f.Detail)
		}
		if slices.Contains(f.Properties, p) {
			blocks = append(blocks, f.Detail)
		}
	}
	switch {
	case j.verdict == Refuted && len(breaks) > 0:
		v.Verdict = Unknown
		v.Reason = fmt.Sprintf("the record is broken: %s (it would show a violation: %s)", sentence(breaks), j.reason)
	case j.verdict == Refuted:
		v.Witness = j.witness
		for i, early := range j.violatedBefore {
			if early {
				v.Before = append(v.Before, res.Faults[i].Fault)
			}
		}
	case j.verdict == Unknown:
		v.Reason = sentence(append([]string{j.reason}, blocks...))
	case len(blocks) > 0:
		v.Verdict, v.Reason = Unknown, sentence(blocks)
	case len(short) > 0 || j.nothing != "":
		v.Verdict = Vacuous
		if j.nothing != "" {
			short = append([]string{j.nothing}, short...)
		}
		v.Reason = "no violation, but a violation never had the chance: " + sentence(short)
	}
	return v
}

// sentence joins clauses.
func sentence(clauses []string) string { return strings.Join(clauses, "; ") }

// some joins the first few of many.
func some(items []string) string {
	const show = 3
	if len(items) <= show {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:show], ", "), len(items)-show)
}
