package checker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// lost tells of a write that was decided on another state than it replaced. If
// an earlier write of the log was decided on the same version, the two are the
// pair that cannot be ordered: what the first wrote, the second did not see.
func (p *pass) lost(before, w *effect) violation {
	first := p.byRead[w.read]
	v := violation{kind: lostUpdate, by: []*effect{first, w}}
	if first == nil {
		v.by[0] = before
		v.says = fmt.Sprintf("user %s: attempt %s decided on version %d and replaced version %d, which attempt %s wrote",
			p.u.user, w.who(), w.read, before.wrote, before.who())
		return v
	}
	both := fmt.Sprintf("attempts %s and %s both read version %d", first.who(), w.who(), w.read)
	if first.attempt == w.attempt {
		both = fmt.Sprintf("attempt %s wrote twice on version %d", w.who(), w.read)
	}
	if text := doubled(first, w); text != "" {
		v.harm, v.text = harmDoubled, text
		of := ""
		if first.event == w.event {
			of = fmt.Sprintf(" (event %s)", w.event)
		}
		v.says = fmt.Sprintf("user %s got the %s text twice%s: %s", p.u.user, text, of, both)
		return v
	}
	text := ""
	if len(w.out) > 0 {
		text = w.out[0]
	}
	switch {
	case first.typ == effectRules.stop && text != "":
		v.harm, v.text = harmBlind, text
		v.says = fmt.Sprintf("user %s got the %s text by an attempt that did not see the STOP, and the STOP was overwritten: %s", p.u.user, text, both)
	case first.typ == effectRules.stop && w.typ != effectRules.stop:
		v.harm = harmBlind
		v.says = fmt.Sprintf("user %s replied STOP, and that was overwritten: %s", p.u.user, both)
	case first.typ == effectRules.purchase && text == effectRules.cart:
		v.harm, v.text = harmBlind, text
		v.says = fmt.Sprintf("user %s got the %s text by an attempt that did not see the purchase: %s", p.u.user, text, both)
	case marketing(first) && marketing(w):
		v.harm, v.text = harmBlind, text
		v.says = fmt.Sprintf("user %s got the %s text by an attempt that did not see the %s text before it, which counts toward the cap: %s",
			p.u.user, text, first.out[0], both)
	case len(first.out) > 0:
		v.harm, v.text = harmText, first.out[0]
		v.says = fmt.Sprintf("user %s got the %s text and the state forgot it: %s", p.u.user, first.out[0], both)
	default:
		v.says = fmt.Sprintf("user %s: what event %s changed was overwritten: %s", p.u.user, first.event, both)
	}
	return v
}

func marketing(e *effect) bool {
	return slices.Contains(e.out, effectRules.campaign) || slices.Contains(e.out, effectRules.cart)
}

// doubled is a text that both sent and the user should have got once.
func doubled(a, b *effect) string {
	for _, text := range b.out {
		if slices.Contains(a.out, text) && a.attempt != b.attempt && (a.event == b.event || text == effectRules.welcome) {
			return text
		}
	}
	return ""
}

// torn tells of an effect that is wrong by itself. Where another attempt of the
// event sent the same text, the user got it twice; where one wrote without it,
// it decided otherwise.
func (p *pass) torn(o *effect) violation {
	if o.late != nil {
		return p.lateText(o.late.stop, o)
	}
	v := violation{kind: o.wrong.kind, harm: harmText, text: o.wrong.text, by: []*effect{o}}
	v.says = fmt.Sprintf("user %s, %s text of event %s: attempt %s %s", p.u.user, o.wrong.text, o.event, o.who(), o.wrong.says)
	if o.wrong.kind == sentTwice {
		v.harm = harmDoubled
	}
	if o.wrong.kind != tornEffect {
		return v
	}
	for _, group := range [][]*effect{p.u.writes, p.u.others} {
		for _, a := range group {
			if a == o || a.event != o.event || !slices.Contains(a.out, o.wrong.text) {
				continue
			}
			v.harm, v.by = harmDoubled, []*effect{a, o}
			v.says = fmt.Sprintf("user %s got the %s text twice (event %s): attempt %s %s, attempt %s sent it too",
				p.u.user, o.wrong.text, o.event, o.who(), o.wrong.says, a.who())
			if a.readKnown && o.readKnown && a.read == o.read {
				v.says += fmt.Sprintf("; both read version %d", a.read)
			}
			return v
		}
	}
	for _, a := range p.u.writes {
		if a.event == o.event {
			v.by = []*effect{o, a}
			v.says += fmt.Sprintf("; attempt %s of the same event decided on version %d without it", a.who(), a.read)
			return v
		}
	}
	return v
}

// lateText tells of a text after STOP.
func (p *pass) lateText(stop, e *effect) violation {
	text := e.texts[len(e.texts)-1]
	got := "got the %s text after STOP: attempt %s sent it"
	if !slices.Contains(e.out, text) {
		got = "was to get the %s text after STOP: attempt %s confirmed it"
	}
	says := fmt.Sprintf("user %s "+got+", attempt %s had written the STOP of event %s as version %d",
		p.u.user, text, e.who(), stop.who(), stop.event, stop.wrote)
	if e.readKnown {
		says += fmt.Sprintf("; it read version %d", e.read)
	}
	return violation{kind: afterStop, harm: harmStop, text: text, by: []*effect{stop, e}, says: says}
}

func twoWelcomes(a, b *effect) violation {
	return violation{kind: welcomeTwice, harm: harmDoubled, text: effectRules.welcome, by: []*effect{a, b},
		says: fmt.Sprintf("user %s got the %s text twice: attempts %s of event %s and %s of event %s", a.user, effectRules.welcome, a.who(), a.event, b.who(), b.event)}
}

// tookTwice tells of an event that took effect on a state that had seen it.
func tookTwice(a, b *effect) violation {
	v := violation{kind: seenEvent, harm: harmText, by: []*effect{a, b}}
	what := fmt.Sprintf("user %s: event %s took effect twice", b.user, b.event)
	if text := doubled(a, b); text != "" {
		v.harm, v.text = harmDoubled, text
		what = fmt.Sprintf("user %s got the %s text twice (event %s)", b.user, text, b.event)
	}
	v.says = fmt.Sprintf("%s: attempt %s decided on version %d, which attempt %s's version %d had come before", what, b.who(), b.read, a.who(), a.wrote)
	return v
}

func outOfOrder(a, b *effect) violation {
	return violation{kind: misplaced, harm: harmText, text: b.texts[0], by: []*effect{a, b},
		says: fmt.Sprintf("user %s: the %s text of attempt %s reached the gateway before that of attempt %s, and their states were written the other way round",
			a.user, b.texts[0], b.who(), a.who())}
}

// tornWitness tells the clearest of the violations: the one that a bitten fault
// was aimed at, else one after a fault; among those the one that did the user
// most harm; among those the first.
func tornWitness(r *record, all []violation, users int) *Witness {
	best, rank := all[0], nearness(r, all[0])
	for _, v := range all[1:] {
		if n := nearness(r, v); cmp.Or(cmp.Compare(n, rank), cmp.Compare(v.harm, best.harm)) > 0 {
			best, rank = v, n
		}
	}
	core, minimal := best.u.minimal(best.by, minimalBudget)
	w := partWitness(r, best, core)
	w.Minimal = minimal
	w.Text, w.Total, w.Users = best.text, len(all), users
	count := map[violationKind]int{}
	for _, v := range all {
		count[v.kind]++
	}
	var in []string
	for _, k := range violationKinds {
		if n := count[k]; n > 0 {
			in = append(in, fmt.Sprintf("%s %d", strings.ReplaceAll(string(k), "_", " "), n))
		}
	}
	w.Summary = fmt.Sprintf("%s; %s, for %s in all", best.says, strings.Join(in, ", "), many(users, "user"))
	if !minimal {
		w.Summary += "; that nothing can be left out of these attempts is not proven"
	}
	return w
}

// partWitness tells a violation by the part that refutes and the operations
// that are told beside it.
func partWitness(r *record, v violation, part []*effect) *Witness {
	var sections []*section
	var events []string
	var unentered []WitnessAttempt
	needed := map[string]bool{}
	for _, e := range part {
		needed[e.attempt] = true
	}
	for _, e := range distinct(slices.Concat(v.by, part)) {
		switch {
		case e.s != nil && !slices.Contains(sections, e.s):
			sections = append(sections, e.s)
		case e.s == nil:
			unentered = append(unentered, WitnessAttempt{Attempt: e.attempt, Event: e.event, Worker: e.worker, EndedBy: "no worker recorded its enter"})
		}
		if !slices.Contains(events, e.event) {
			events = append(events, e.event)
		}
	}
	w := newWitness(r, Effects, v.by[0].user, r.clocks.byEnter(sections, r.reference()), events, unentered...)
	for i := range w.Attempts {
		w.Attempts[i].Beside = !needed[w.Attempts[i].Attempt]
	}
	return w
}

// nearness says how clearly a bitten fault led to a violation.
func nearness(r *record, v violation) int {
	for _, f := range r.faults {
		if f.Bitten && f.Attempt != "" && slices.ContainsFunc(v.by, func(e *effect) bool { return e.attempt == f.Attempt }) {
			return 2
		}
	}
	if r.nearFault(v.by[len(v.by)-1].attempt) {
		return 1
	}
	return 0
}
