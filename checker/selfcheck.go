package checker

import (
	"fmt"
	"maps"
	"slices"

	"turnstile/checker/history"
)

// Which properties a finding touches, for the common cases.
var (
	bySections     = []Property{Exclusivity, Effects, Progress}
	effectsOnly    = []Property{Effects}
	orderOnly      = []Property{Order}
	afterHeal      = []Property{Delivery, Progress}
	duplicatesOnly = []Property{Duplicates}
	byStore        = []Property{Effects, Order, Delivery, Progress}
	byGateway      = []Property{Effects, Duplicates}
	none           = []Property{}
)

// gathered is a finding in the making: what was found amiss in the same way is
// told in one.
type gathered struct {
	name           string
	details        []string
	blocks, breaks []Property
}

type findings []*gathered

// found notes one thing amiss. The properties in blocks cannot hold; in breaks
// are those for which even a refutation would rest on records that are not
// what they seem.
func (f *findings) found(name, detail string, blocks, breaks []Property) {
	if breaks == nil {
		breaks = none
	}
	for _, g := range *f {
		if g.name == name && slices.Equal(g.blocks, blocks) && slices.Equal(g.breaks, breaks) {
			g.details = append(g.details, detail)
			return
		}
	}
	*f = append(*f, &gathered{name, []string{detail}, blocks, breaks})
}

func (r *record) reported() []Finding {
	out := []Finding{}
	for _, g := range r.findings {
		out = append(out, Finding{Name: g.name, Detail: some(g.details), Properties: g.blocks, Breaks: g.breaks})
	}
	return out
}

// selfCheck looks for signs that the run was not what the verdicts take it for:
// observers missing or incomplete, something left over from another run, clocks
// that disagree, faults that were not healed. What concerns a single section is
// found while the sections are built.
func (r *record) selfCheck() {
	r.checkScenario()
	r.checkWorkers()
	r.checkPublishes()
	r.checkLeftOvers()
	r.checkStore()
	r.checkVersions()
	r.checkGateway()
	r.checkUnobserved()
	r.checkClocks()
	r.checkFaults()
	r.checkEnd()
}

// checkEnd looks for the harness's last finding, which it makes in every run
// after its last publish: without it, publishes may be missing at the end, of
// which one that was lost on its way leaves no other trace.
func (r *record) checkEnd() {
	if r.quiet == nil {
		r.found("harness-unfinished", "the harness recorded no "+string(history.KindQuiet)+", so publishes may be missing at the end of its record", afterHeal, nil)
	}
}

func (r *record) checkScenario() {
	n := 0
	for i := range r.h.Events {
		if r.h.Events[i].Kind == history.KindScenario {
			n++
		}
	}
	if n > 1 {
		r.found("scenario-ambiguous", fmt.Sprintf("%d scenarios are on record: more than one run is in this history", n), Properties(), nil)
	}
}

func (r *record) checkWorkers() {
	started := 0
	for _, name := range slices.Sorted(maps.Keys(r.workers)) {
		w := r.workers[name]
		if len(w.lives) == 0 {
			r.found("worker-record-missing", fmt.Sprintf("worker %s died and nothing that it recorded is here", name), bySections, nil)
			continue
		}
		if slices.ContainsFunc(w.lives, func(l *life) bool { return l.start != nil }) {
			started++
		}
		r.checkLives(w)
	}
	if r.scenario != nil && started < r.scenario.Workers {
		r.found("workers-missing", fmt.Sprintf("%d of the scenario's %d workers have a %s on record: sections of the others were not observed",
			started, r.scenario.Workers, history.KindWorkerStart), bySections, nil)
	}
}

func (r *record) checkPublishes() {
	for _, user := range slices.Sorted(maps.Keys(r.published)) {
		var last *publish
		for _, p := range r.byOrdinal(user) {
			if last != nil && last.ordinal == p.ordinal {
				r.found("publish-ambiguous", fmt.Sprintf("events %s and %s of user %s share the publish ordinal %d", last.event, p.event, user, p.ordinal), orderOnly, orderOnly)
			}
			last = p
			if p.ordinal < 1 {
				r.found("publish-ambiguous", fmt.Sprintf("event %s has no publish ordinal", p.event), orderOnly, orderOnly)
			}
		}
	}
}

// checkLeftOvers finds events that this run did not publish, and events under
// another user than they were published for.
func (r *record) checkLeftOvers() {
	told := map[string]bool{}
	check := func(e *history.Event, p *publish) {
		switch {
		case p != nil && (e.User == "" || e.User == p.user):
		case told[e.Event]:
		case p == nil:
			told[e.Event] = true
			r.found("left-over", fmt.Sprintf("event %q of user %q (%s of %s) was not published in this run", e.Event, e.User, e.Kind, e.Src), Properties(), nil)
		default:
			told[e.Event] = true
			r.found("user-mismatch", fmt.Sprintf("event %s was published for user %s and is recorded for %s (%s of %s)", e.Event, p.user, e.User, e.Kind, e.Src),
				Properties(), nil)
		}
	}
	for i := range r.h.Events {
		e := &r.h.Events[i]
		switch e.Kind {
		case history.KindStateCommit:
			if e.Src == history.SrcStore {
				continue // below
			}
		case history.KindDeliver, history.KindEnter, history.KindSendCall:
		default:
			continue
		}
		check(e, r.publishes[e.Event])
	}
	for i, e := range r.commits {
		check(e, r.committed[i])
	}
}

// checkStore compares the store's log with itself (positions count up from 0 or
// 1 without a gap) and with the writes that workers saw succeed.
func (r *record) checkStore() {
	if len(r.commits) == 0 {
		r.found("store-missing", "the state store's log is not on record", byStore, byStore)
		return
	}
	if first := r.commits[0].Ordinal; first != 0 && first != 1 {
		r.found("store-incomplete", fmt.Sprintf("the store's log begins at position %d", first), byStore, byStore)
	}
	foreign := map[string]bool{} // committed, and not published in this run
	for i, e := range r.commits {
		if r.committed[i] == nil {
			foreign[e.Event] = true
		}
		if i > 0 && e.Ordinal-1 != r.commits[i-1].Ordinal {
			r.found("store-incomplete", fmt.Sprintf("position %d of the store's log is followed by %d", r.commits[i-1].Ordinal, e.Ordinal), byStore, byStore)
		}
	}
	for i := range r.h.Events {
		e := &r.h.Events[i]
		if e.Kind != history.KindStateWrite || !e.FromWorker() || e.Outcome != history.OutcomeOK {
			continue
		}
		if p := r.publishes[e.Event]; (p == nil || p.commit == nil) && !foreign[e.Event] {
			foreign[e.Event] = true // tell it once
			r.found("store-incomplete", fmt.Sprintf("the store's log lacks event %s, whose write %s saw succeed", e.Event, e.Src), byStore, byStore)
		}
	}
}

// observed reports whether an observer recorded anything at all.
func (r *record) observed(src string) bool {
	for i := range r.h.Events {
		if r.h.Events[i].Src == src {
			return true
		}
	}
	return false
}

// checkGateway compares the gateway's record with the answers that workers saw.
func (r *record) checkGateway() {
	if !r.observed(history.SrcGateway) {
		r.found("gateway-missing", "nothing of the gateway is on record", byGateway, duplicatesOnly)
		return
	}
	if !r.gatewayEnded {
		r.found("gateway-unfinished", "the gateway's record has no end, so that sends after its last event would not be on it", byGateway, nil)
	}
	type key struct{ attempt, event, text string }
	arrived := make(map[key]bool, len(r.sends))
	for _, e := range r.sends {
		arrived[key{e.Attempt, e.Event, e.Text}] = true
	}
	for i := range r.h.Events {
		e := &r.h.Events[i]
		if e.Kind == history.KindSendReturn && e.FromWorker() && e.Outcome == history.OutcomeOK && !arrived[key{e.Attempt, e.Event, e.Text}] {
			r.found("gateway-incomplete", fmt.Sprintf("the gateway's record lacks text %q of event %s by attempt %s, whose send %s saw succeed", e.Text, e.Event, e.Attempt, e.Src),
				byGateway, nil)
		}
	}
}

// checkUnobserved finds effects of attempts that no worker entered: somebody
// whose sections are not on record was at work.
func (r *record) checkUnobserved() {
	told := map[string]bool{}
	for _, effects := range [][]*history.Event{r.sends, r.commits} {
		for _, e := range effects {
			if e.Attempt != "" && r.byAttempt[e.Attempt] == nil && !told[e.Attempt] {
				told[e.Attempt] = true
				r.found("unobserved-section", fmt.Sprintf("%s recorded a %s by attempt %s, and no worker recorded its enter", e.Src, e.Kind, e.Attempt), bySections, nil)
			}
		}
	}
}

// checkClocks finds workers' clocks that cannot be compared, and effects
// stamped before their causes on clocks that can: the clocks then are not what
// they are taken for.
func (r *record) checkClocks() {
	for i := range r.h.Events {
		e := &r.h.Events[i]
		if e.Kind == history.KindClockOffset && (e.Lo > e.Hi || e.Peer == "" || e.Src != history.SrcHarness) {
			r.found("clock-offset-invalid", fmt.Sprintf("the clock offset from %s to %q in [%d, %d] is not a measurement", e.Domain, e.Peer, e.Lo, e.Hi), bySections, nil)
		}
	}
	domains := r.domains()
	for i := 1; i < len(domains); i++ {
		if !r.clocks.comparable(domains[0], domains[i]) {
			r.found("clocks-incomparable", fmt.Sprintf("workers stamp on two clocks, %s and %s, and no measured offset bounds their difference", domains[0], domains[i]),
				bySections, nil)
		}
	}
	disagree := func(format string, args ...any) {
		r.found("clocks-disagree", fmt.Sprintf(format, args...), bySections, bySections)
	}
	for i := range r.h.Events {
		e := &r.h.Events[i]
		if e.Kind != history.KindDeliver || !e.FromWorker() {
			continue
		}
		if p := r.publishes[e.Event]; p != nil && r.clocks.surelyBefore(e.Domain, e.T, p.domain, p.from) {
			disagree("event %s was delivered to %s before its publish began", e.Event, e.Src)
		}
	}
	for _, e := range r.sends {
		if s := r.byAttempt[e.Attempt]; s != nil && r.clocks.surelyBefore(e.Domain, e.T, s.domain, s.enter) {
			disagree("the gateway received a send of attempt %s before %s entered it", s.attempt, s.worker)
		}
	}
}

func (r *record) checkFaults() {
	for _, f := range r.faults {
		switch {
		case !f.Ended:
			r.found("fault-not-ended", fmt.Sprintf("the fault %s began and its end is not on record", f.Fault), Properties(), afterHeal)
		case f.Outcome != history.OutcomeHealed:
			r.found("fault-not-healed", fmt.Sprintf("the fault %s was not healed (outcome %q), so what came after the heal cannot be judged", f.Fault, f.Outcome),
				afterHeal, afterHeal)
		}
	}
}
