package checker

import (
	"fmt"
	"slices"
	"strings"

	"turnstile/checker/history"
)

// The definition of rules.
//
// It says what a user felt: which texts reached them, held against the events
// that took effect and the rules of a [rulebook]. It asks nobody how a text was
// decided.
//
// Definitions, for one user.
//
//  1. The steps w1 … wn are the user's writes in the store's log, in its order:
//     the order in which events took effect. Step 0 is what was before. A step
//     is first if no earlier one is of its event; only a first step makes its
//     event take effect.
//  2. A text went out for an event if the gateway accepted a send of it (outcome
//     neither failed, deduplicated nor unclear). One that was accepted twice went
//     out twice, even for one event: the user got two.
//  3. The places of a text are the steps after which it may have gone out, from
//     lo to hi. hi is the step before the write of its own attempt, which comes
//     after the send; if that wrote nothing, n. lo is the step that wrote the
//     version which its attempt's write says that it was decided on (the first
//     such, if several wrote that version); 0 if that is not known. By the
//     clocks, a step that was known to be written before the text was accepted (to
//     its attempt, or to the one that made the write for it)
//     raises lo to it, and a step whose attempt had not begun by then lowers hi
//     to the one before it.
//  4. The places of a decision that sent nothing are those of a text that its
//     attempt would have sent.
//  5. A text breaks a rule if the rule forbids it at each of its places:
//     [atMost]: of the texts that the rule is about, more went out than it allows,
//     for events whose own times lie within its window of each other;
//     [quietHours]: the event's own time, where the user is, is in them;
//     [pauseAfter]: some step up to lo is of an event which the pause comes after,
//     and the text's event happened less than the pause after that one, or before;
//     [silence]: at each place, a first step up to it begins the silence and is not
//     of the text's own event, and no later one up to it, first or not, ends it.
//  6. A text is owed to a first step if its event is of a type that has an answer,
//     and at no place of its decision some rule may have held it back. A rule
//     may have held it back if the definition of 5 is met with "may" for
//     "surely": by texts that may have gone out by then, unclear ones too, by
//     steps that may have come before, by a silence at some place. A cap also
//     may hold back what has its number of texts around it, on both sides, or
//     is older by more than its window than one of them.
//  7. An owed text was swallowed if none of the step's event went out and none
//     is unclear, nor any text of the user's of a name that the book does not know:
//     that may be it, or what held it back. That counts only where the gateway's
//     record is whole.
//
// Refuted: some text breaks a rule, or was swallowed. Since 5 asks for every
// place and 6 for none, no order that the records leave open would make it
// right. Holds: none does, which is to say that each text by itself has a place
// at which it was allowed or not owed; and each rule of the book was put to the
// test: there is a first step with an answer that did not go out and that this
// rule alone may have held back, and one whose answer was owed and went out.
// A rule without its test makes the verdict vacuous. Unknown, if nothing is
// refuted: an event's type, or its own time where a rule asks for it, is not on
// record; a send is unclear; the records of a text leave it no place; what was
// before the first step is not on record.
//
// What is not known of an event only takes away from what is sure: a step of
// unknown type may be any, an event of unknown time at any time.
//
// Assumed: as for effects, the store's log and the gateway's record are what
// they claim to be; and an attempt sends before it writes.

// rulesCheck accumulates over users.
type rulesCheck struct {
	r    *record
	book *rulebook

	owed, kept         int
	held               map[string]int // by a rule alone
	texts              int
	breaches           []breach
	users              map[string]bool // with a breach
	open               []string        // in words
	typeless, timeless int             // events
}

// breach is one text that went out against a rule, or did not though owed.
type breach struct {
	rule  *rule // nil: the text was owed
	l     *userLife
	texts []*got      // that went out; the last is the one that is too much
	steps []*ruleStep // that tell it
	says  string      // after "user u1"
}

const swallowed = "texts_swallowed"

// judgeRules decides whether each user got what the rules allow and owe.
func judgeRules(r *record) judgement {
	c := &rulesCheck{r: r, book: &journeyRules, held: map[string]int{}, users: map[string]bool{}}
	j := judgement{counts: map[string]int64{}}
	if len(r.commits) == 0 {
		j.verdict, j.reason = Unknown, "no state commit is on record: the store's log is missing, so the order of effects was not observed"
		return j
	}
	for _, l := range livesOfUsers(r, c.book) {
		c.user(l)
	}
	c.count(j.counts)
	open := c.unknown()
	switch {
	case len(c.breaches) > 0:
		j.verdict = Refuted
		for i := range c.breaches {
			j.violatedBefore = c.breaches[i].violatedBefore(r, j.violatedBefore)
		}
		j.witness = c.witness()
		j.reason = j.witness.Summary
	case len(open) > 0:
		j.verdict, j.reason = Unknown, sentence(open)
	default:
		j.verdict = Holds
		j.reason = fmt.Sprintf("%s of %s went out, none against a rule, and each of %s went out",
			many(c.texts, "text"), many(len(r.published), "user"), many(c.owed, "owed text"))
		if untested := c.untested(); len(untested) > 0 {
			j.nothing = "no event put to the test " + strings.Join(untested, ", ")
		}
	}
	return j
}

func (c *rulesCheck) count(counts map[string]int64) {
	counts["texts"], counts["owed"], counts[swallowed] = int64(c.texts), int64(c.owed), 0
	for i := range c.book.rules {
		r := &c.book.rules[i]
		counts["held_back_by_"+r.key()], counts["against_"+r.key()] = int64(c.held[r.name]), 0
	}
	for _, b := range c.breaches {
		if b.rule == nil {
			counts[swallowed]++
		} else {
			counts["against_"+b.rule.key()]++
		}
	}
}

func (r *rule) key() string { return strings.ReplaceAll(strings.ToLower(r.name), " ", "_") }

// covers reports whether the rule is about a text.
func (r *rule) covers(text string) bool { return len(r.about) == 0 || slices.Contains(r.about, text) }

// unknown says what is not known and would have to be for a holds.
func (c *rulesCheck) unknown() []string {
	var why []string
	if n := len(c.r.effects); c.typeless > 0 {
		why = append(why, fmt.Sprintf("%d of %d events that took effect have no type on record that the rules know, so what they allow and owe is not known", c.typeless, n))
	}
	if n := len(c.r.effects); c.timeless > 0 {
		why = append(why, fmt.Sprintf("%d of %d events that took effect have no time of their own on record, by which %s are judged", c.timeless, n, strings.Join(c.byTime(), ", ")))
	}
	if len(c.open) > 0 {
		why = append(why, fmt.Sprintf("not known of %s: %s", many(len(c.open), "text"), some(c.open)))
	}
	return why
}

// byTime names the rules that ask for events' own times.
func (c *rulesCheck) byTime() []string {
	var names []string
	for i := range c.book.rules {
		if r := &c.book.rules[i]; r.limit.timed() {
			names = append(names, r.name)
		}
	}
	return names
}

// untested names what a holds would say nothing about.
func (c *rulesCheck) untested() []string {
	var names []string
	for i := range c.book.rules {
		if r := &c.book.rules[i]; c.held[r.name] == 0 {
			names = append(names, r.name)
		}
	}
	if c.kept == 0 {
		names = append(names, "that an owed text goes out")
	}
	return names
}

func (c *rulesCheck) user(l *userLife) {
	c.texts += l.accepted
	c.open = append(c.open, l.open...)
	for i := range c.book.rules {
		r := &c.book.rules[i]
		for _, b := range r.limit.breaches(l, r) {
			b.rule, b.l = r, l
			c.breach(b)
		}
	}
	for i := range l.steps {
		c.step(l, &l.steps[i])
	}
}

func (c *rulesCheck) breach(b breach) {
	c.breaches = append(c.breaches, b)
	c.users[b.l.user] = true
}

// step asks what the rules owed to an event that took effect.
func (c *rulesCheck) step(l *userLife, s *ruleStep) {
	switch {
	case !s.first:
		return
	case s.typ == "":
		c.typeless++
		return
	}
	text := c.book.answers[s.typ]
	if s.p.at == 0 && c.asksTime(s.typ, text) {
		c.timeless++
	}
	if text == "" {
		return
	}
	var by *rule
	several := false
	for i := range c.book.rules {
		if r := &c.book.rules[i]; r.covers(text) && r.limit.excuses(l, r, s) {
			several = by != nil
			by = r
		}
	}
	went, unclear := l.went(s.p, text)
	switch {
	case by == nil && went:
		c.owed++
		c.kept++
	case by == nil && !unclear:
		c.owed++
		if !c.r.gatewayEnded {
			c.open = append(c.open, fmt.Sprintf("whether text %q of event %s, which was owed, went out after the end of the gateway's record", text, s.p.event))
			return
		}
		c.breach(breach{l: l, steps: []*ruleStep{s}, says: fmt.Sprintf("event %s (%s) took effect and the %s text that was owed for it never went out", s.p.event, s.typ, text)})
	case by != nil && !several && !went && !unclear && l.born:
		c.held[by.name]++
	}
}

// asksTime reports whether some rule asks for the time of an event of that type
// with that answer.
func (c *rulesCheck) asksTime(typ, text string) bool {
	for i := range c.book.rules {
		r := &c.book.rules[i]
		if p, ok := r.limit.(pauseAfter); ok && p.event == typ || r.limit.timed() && text != "" && r.covers(text) {
			return true
		}
	}
	return false
}

// violatedBefore notes since when the breach was complete: when its last text had
// been accepted, or its last attempt could no longer be inside.
func (b *breach) violatedBefore(r *record, noted []bool) []bool {
	if n := len(b.texts); n > 0 {
		e := b.texts[n-1].e
		return r.violatedAt(noted, e.Domain, e.T)
	}
	if s := r.byAttempt[b.steps[len(b.steps)-1].c.Attempt]; s != nil {
		return r.violatedAt(noted, s.domain, s.over)
	}
	return noted
}

// witness tells the breach that is the clearest: one that came during or after
// a fault if there is one, and of those the first.
func (c *rulesCheck) witness() *Witness {
	near := func(b *breach) bool { return slices.ContainsFunc(b.attempts(), c.r.nearFault) }
	best := &c.breaches[0]
	for i := range c.breaches {
		if near(best) {
			break
		}
		if near(&c.breaches[i]) {
			best = &c.breaches[i]
		}
	}
	var told []*history.Event
	var events []string
	for _, s := range best.steps {
		told, events = append(told, s.c), append(events, s.p.event)
	}
	for _, t := range best.texts {
		told, events = append(told, t.e), append(events, t.p.event)
	}
	w := effectWitness(c.r, Rules, best.l.user, told, distinctOf(events))
	w.Minimal = true // by definition 5 each of them is needed, and 6 asks for one
	w.Total, w.Users = len(c.breaches), len(c.users)
	if n := len(best.texts); n > 0 {
		w.Text = best.texts[n-1].e.Text
	} else {
		w.Text = c.book.answers[best.steps[0].typ]
	}
	name := "a text was swallowed"
	if best.rule != nil {
		name = "against " + best.rule.name
	}
	w.Summary = fmt.Sprintf("user %s, %s: %s; %s for %s in all", best.l.user, name, best.says, many(w.Total, "breach"), many(w.Users, "user"))
	return w
}

func (b *breach) attempts() []string {
	var out []string
	for _, s := range b.steps {
		out = append(out, s.c.Attempt)
	}
	for _, t := range b.texts {
		out = append(out, t.e.Attempt)
	}
	return out
}

func distinctOf(all []string) []string {
	var out []string
	for _, s := range all {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
