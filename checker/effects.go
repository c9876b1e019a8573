package checker

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"
)

// The definition of effects.
//
//  1. A user's state is a register of versions. An operation is an attempt that takes
//     effect: it reads what the operation before it wrote, decides by that and by its
//     event, sends what it decided, and writes the next version. One that was skipped
//     for what it read only reads. An attempt that neither sent nor wrote nor decided
//     to do nothing is no operation: whatever it read, nobody can tell. A write that
//     another attempt made for it is the attempt's own ([completions]).
//  2. An operation takes effect at one instant between the attempt's enter and its
//     exit. If its write was unclear, or its worker died before the answer, at any
//     later time too: a command may sit in a socket when its sender is gone. So may a
//     write that another made for it, until that one knew it written.
//  3. The order of writes is the store's log's. A user's operations have an order if
//     each write read the version that its predecessor in the log wrote; each
//     operation that only reads fits between the write that it saw and the next; none
//     comes before one that was surely over before it began, by the clocks' bounds;
//     the texts reached the gateway in the operations' order; and 5 and 6 hold.
//     What was before a user's first write is whatever that write read.
//  4. Versions stand for states. Sound: dropping the writer from (version, writer)
//     maps every legal order to a legal order of versions. Exact: every write raises
//     the version (else the log is left undecided), so in a legal order none is written
//     twice and it names its writer; and where a read could have seen either of two
//     writes, these two refute already.
//  5. The texts that reached the gateway in an attempt's name are its operation's. No
//     order has a place for an attempt that sent and did not write, whose write tells
//     of another text than arrived, or that sent a text twice, or whose text was
//     accepted only once another had made its write. Except: a text that a
//     later attempt of the event confirmed (sent again under the same idempotency key,
//     recognized, and written) is that one's, at the place where it was confirmed. A
//     refused send is none.
//  6. Along the order the journey's rules that need no times hold ([effectRules]). A
//     text of an attempt that the log puts before a STOP, or does not know, is after
//     it all the same if it was accepted once the STOP's worker knew its write
//     committed and before anybody began to write a START. What users got by the rules
//     is judged by [Rules]; of an attempt that overwrote another it is said here that
//     it was decided without it.
//  7. Refuted: some user's observed states and sends have no such order. That rests on
//     the log's and the gateway's records and, for an order in time alone, on the
//     clocks. Nothing of a dead attempt is guessed: its write is in the log or is not,
//     its text is on the gateway's record or is not.
//  8. Holds: both records are complete, every attempt's section is on record, and
//     every user has an order. Unknown, never a search, is what the observers leave
//     open: a send of unclear outcome, an attempt that sent and may still have been at
//     work when the log was read, a write without versions.
//  9. Two deciders that share the building of operations and nothing else: the linear
//     pass of effects_pass.go, exact in one walk over the log, and porcupine's search
//     over the model of effects_model.go, for as long as the history is within [reach]
//     and for the user of the witness. Where they disagree, nothing is said at all. How
//     many users rest on the pass alone, the reason and the counts say
//     (confirmed_users, pass_only_users).
//
// Assumed: a worker stamps an enter before it reads the state and an exit after
// its last effect, and records a write as done only when the store said so; the
// store's log is written with the state in one step, and was read whole; the
// gateway records a send when it accepts it, in that order.

// effectsCheck accumulates over users.
type effectsCheck struct {
	r        *record
	decide   explainer
	deadline time.Time
	reach    reach // what is left of it

	operations, writes, reads, stale int
	violations                       []violation
	users                            int                     // with a violation
	contested                        bool                    // some user had more than one operation
	confirmed, passOnly              int                     // users
	unasked                          map[string]*userEffects // those of them with a violation
	open, timedOut, disagree         []string
}

// judgeEffects decides whether each user's attempts took effect one after the
// other, each as a whole.
func judgeEffects(r *record, cfg config) judgement {
	if len(r.commits) == 0 {
		return judgement{verdict: Unknown, counts: map[string]int64{},
			reason: "no state commit is on record: the store's log is missing, so what the attempts wrote was not observed"}
	}
	c := &effectsCheck{r: r, decide: cfg.explain, deadline: time.Now().Add(cfg.timeout), reach: cfg.reach, unasked: map[string]*userEffects{}}
	for _, u := range effectsByUser(r) {
		c.user(u)
	}
	var witness *Witness
	if len(c.violations) > 0 {
		witness = tornWitness(r, c.violations, c.users)
		if u := c.unasked[witness.User]; u != nil && u.size() <= cfg.reach.user {
			delete(c.unasked, u.user)
			c.passOnly--
			c.confirm(u, 1)
		}
	}
	j := judgement{counts: map[string]int64{
		"operations": int64(c.operations), "writes": int64(c.writes), "reads": int64(c.reads),
		"undecided": int64(len(c.open)), "confirmed_users": int64(c.confirmed), "pass_only_users": int64(c.passOnly),
	}}
	for _, k := range violationKinds {
		j.counts[string(k)] = 0
	}
	for _, v := range c.violations {
		j.counts[string(v.kind)]++
	}
	j.counts[string(lostUpdate)] = int64(c.stale) // also those told by what else they did
	switch {
	case len(c.disagree) > 0:
		j.verdict = Unknown
		j.reason = fmt.Sprintf("THE CHECKER CONTRADICTS ITSELF: the linear pass and porcupine disagree on %s; this is a bug of the checker, report it with the history", some(c.disagree))
	case len(c.violations) > 0:
		j.verdict = Refuted
		j.witness = witness
		j.violatedBefore = effectsViolatedBefore(r, c.violations)
		j.reason = witness.Summary
		if c.unasked[witness.User] != nil {
			j.reason += fmt.Sprintf(" (by the pass alone: porcupine is asked about users of at most %d operations)", cfg.reach.user)
		}
	case len(c.open)+len(c.timedOut) > 0:
		j.verdict, j.reason = Unknown, sentence(c.unknown())
	default:
		j.verdict = Holds
		j.reason = fmt.Sprintf("%s of %s have an order in which each reads what the one before it wrote, and the texts are theirs; pass and porcupine agree",
			many(c.operations, "operation"), many(len(r.byUser), "user"))
		if c.passOnly > 0 {
			j.reason += fmt.Sprintf(" on %s, and the pass alone decided %s (porcupine is asked about users of at most %d operations, and %d in all)",
				many(c.confirmed, "user"), many(c.passOnly, "user"), cfg.reach.user, cfg.reach.all)
		}
		if !c.contested {
			j.nothing = "no user had two attempts that took effect"
		}
	}
	return j
}

func (c *effectsCheck) unknown() []string {
	var why []string
	if len(c.open) > 0 {
		why = append(why, fmt.Sprintf("not known of %s: %s", many(len(c.open), "effect"), some(c.open)))
	}
	if len(c.timedOut) > 0 {
		why = append(why, fmt.Sprintf("porcupine found no order in time for %s (the pass finds one)", some(c.timedOut)))
	}
	return why
}

func (c *effectsCheck) user(u *userEffects) {
	c.writes += len(u.writes)
	c.operations += u.size()
	c.open = append(c.open, u.open...)
	c.contested = c.contested || u.size() > 1
	for _, o := range u.others {
		if o.bad() == nil {
			c.reads++
		}
	}
	p := newPass(u)
	found := p.violations()
	c.stale += p.stale
	c.violations = append(c.violations, found...)
	if len(found) > 0 {
		c.users++
	}
	switch {
	case u.vague:
	case u.size() <= min(c.reach.user, c.reach.all):
		c.reach.all -= u.size()
		c.confirm(u, len(found))
	default:
		c.passOnly++
		if len(found) > 0 {
			c.unasked[u.user] = u
		}
	}
}

// size is the number of the user's operations.
func (u *userEffects) size() int { return len(u.writes) + len(u.others) }

// confirm has porcupine decide a user of whom the pass found so many violations.
func (c *effectsCheck) confirm(u *userEffects, found int) {
	c.confirmed++
	switch result := c.decide(u.initial(), u.operations(), time.Until(c.deadline)); {
	case result == porcupine.Unknown && found == 0:
		c.confirmed--
		c.timedOut = append(c.timedOut, "user "+u.user)
	case result == porcupine.Unknown: // what the pass found stands by itself
		c.confirmed--
	case (result == porcupine.Illegal) != (found > 0):
		c.disagree = append(c.disagree, fmt.Sprintf("user %s (pass: %s, porcupine: %s)", u.user, many(found, "violation"), result))
	}
}
