package checker

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"
)

// What a verdict on effects proves.
//
// The object. A user's state is a register. An attempt that takes effect is one
// operation on it: it reads the state that the operation before it wrote,
// decides by that state and its event, sends what it decided, and writes the
// next state. An attempt that was skipped for what it read is an operation that
// only reads. An attempt that neither sent nor wrote nor decided to do nothing
// (refused by a fence, failed, or killed before its first effect) is no
// operation: whatever it read, nobody can tell. Each operation takes effect at
// one instant between the attempt's enter and its exit; if its write was
// unclear, or its worker died before the answer, then at any later time, too,
// since a command may sit in a socket when its sender is gone. So two attempts
// that both read version 4 and both wrote are not explained by any order of
// operations, and neither is one that sent and never wrote.
//
// Observed. Of the states: the store's own log, which tells for each committed
// write its place in the order of all of the user's writes, the version that it
// wrote and the version that it was decided on; and the workers' reads. Of the
// sends: the gateway's record, in its order. So nothing of a dead attempt has to
// be guessed: its write is in the log or is not, its text is on the gateway's
// record or is not. The non-determinism that a death would leave is only in
// when its operation took effect, and the log's order takes that, too. What
// those two observers leave open (a send of unclear outcome, an attempt that
// sent and may still be at work when the log was read, a write without
// versions) makes the verdict unknown, never a search.
//
// Versions instead of states. A read is on record with a version, and where two
// attempts wrote the same version it is not known whose state it saw. Judging
// by versions alone is nevertheless sound and exact. Sound: the true register
// holds (version, writer); dropping the writer maps every legal order of it to
// a legal order of the register of versions, so where the latter has none the
// former has none. Exact: an order that is legal by versions has every write
// read the version that the one before it wrote, and every write raises it (a
// log in which some write does not is left undecided), so no version is
// written twice and the version names the writer. A violation in which a read
// could have seen either of two writes always contains the two writes, which
// refute already.
//
// The order of writes. It is the log's. What has to be decided is whether each
// write read what its predecessor in the log wrote; whether each operation that
// only reads fits between the write that it saw and the next one; whether that
// order contradicts the order in time of attempts that did not overlap (only
// where one was surely over before the other began, by the measured bounds of
// clocks); and whether the texts reached the gateway in the operations' order.
//
// Sends. The texts that reached the gateway in an attempt's name belong to its
// operation. So these have no place in any order: an attempt that sent and did
// not write; one whose write tells of a text that never arrived, or of another
// one than it sent; one that sent a text twice. The exception is a text that a
// later attempt of the same event confirmed: it sent it again under the same
// idempotency key, was told that it had been accepted before (outcome
// deduplicated), and wrote. The two attempts are then one operation, that of
// the second, which decided the same and without which the text would have gone
// out just so; its place among the texts is where it was confirmed. A text that
// was sent and that the second attempt did not decide on again (say, the user
// had replied STOP in between) stays without a write, and refutes. A refused
// send (outcome failed) is none.
//
// Rules. Along the order, the journey's rules that need no times of events are
// applied: see [effectRules]. A text of an attempt that the log puts before a
// STOP, or does not know, is after it all the same if it was accepted once the
// STOP's worker knew its write committed and before anybody began to write a
// START. The rules that need events' times are judged by [Rules], which asks only
// what the user got. What is said of them here is said of an attempt that
// overwrote another: that it was decided without it.
//
// Assumed: a worker stamps an enter before it reads the state and an exit after
// its last effect, and records a write as done only when the store said so; the
// store's log is written with the state in one step, and was read whole; the
// gateway records a send when it accepts it, in that order.
//
// Refuted: some user's observed states and sends have no such order. That rests
// on the log's and the gateway's records and, for an order in time alone, on
// the clocks. Holds: both records are complete, every attempt's section is on
// record, and an order exists for every user, found by the linear pass of
// effects_pass.go and, as far as it is asked, by porcupine's search over the
// model of effects_model.go, which share the building of operations and nothing
// else. The state before a user's first write is whatever that write read.
//
// The pass is exact by itself, in one walk over the log. Porcupine guards
// against a bug of it, for as long as the history is small enough (see [reach])
// and for the user of the witness; where the two disagree, nothing is said at
// all. The reason and the counts (confirmed_users, pass_only_users) say how many
// users rest on the pass alone.

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
		j.unprovoked = effectsUnprovoked(r, c.violations)
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
