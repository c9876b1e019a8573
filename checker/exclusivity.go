package checker

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"
)

// The definition of exclusivity.
//
//  1. Attempt i's true section is from A(i) to R(i). On record are e(i), stamped by
//     its worker after the section began, and x(i), stamped before it ended. Without
//     an exit on record it ended in [lo(i), hi(i)]: lo(i) is the last instant at which
//     a record proves the attempt inside, hi(i) the confirmed death of its worker.
//     With one, lo(i) = x(i). So A(i) ≤ e(i) ≤ lo(i) ≤ R(i).
//  2. A user's acquires A(i) ≤ e(i) and releases R(i) ≥ lo(i) have a linearization
//     as operations on a mutex if and only if no two of the closed intervals
//     [e(i), lo(i)] overlap in more than an endpoint. If: ordered by (start, end),
//     each ends by the start of the next, which is the linearization. Only if: moving
//     every A(i) later to e(i) and every R(i) earlier to lo(i) only shrinks the
//     sections, so what was a legal mutex history stays one.
//  3. Refuted: two intervals overlap. The true sections contain them, so both
//     attempts were inside at once. That needs the stamps to be right, and no
//     assumption on what was not observed.
//  4. Holds: every section that was entered is on record, each has a bounded end,
//     and a linearization exists.
//  5. Unknown, though a linearization exists: another attempt entered while one had
//     no exit on record and its worker had not been killed, or had only been asked to
//     stop (it was then most likely inside, unproven); or two sections on two clocks
//     may have overlapped within the measured bound of their difference.
//  6. Two deciders that share the building of sections and nothing else. The sweep
//     decides 2 exactly, in O(n log n). Porcupine's search over the mutex model decides
//     again every refuted user, by the overlapping pair (what refutes a part refutes
//     the whole), and every other one for as long as the history is within [reach].
//     Where the two disagree, nothing is said at all. How many users rest on the sweep
//     alone, the reason and the counts say (confirmed_users, sweep_only_users): no less
//     is proven of them, but no second decider guards against a bug of the first.
//
// Not claimed is that unobserved instants between a section's true and recorded ends
// were exclusive, only that nothing observed contradicts a mutex.
//
// Assumed: the clock is the kernel's monotonic clock within a domain, and a
// measured offset bound is valid for the whole run; a worker stamps an enter
// before it reads the user's state and an exit after its last effect; the
// harness stamps a signal before it sends it, the gateway the end of a hold
// before it answers. The self-check looks for signs that these do not hold.

// reach bounds what porcupine is asked to confirm, in sections or, for effects,
// in operations. It needs some 10 µs for each, and for one user memory that grows
// with the square of them: 100,000 sections of one would take 5 GB. The bound is on
// counts, not on time, so that a history gets the same answer everywhere.
type reach struct {
	user int // of one user
	all  int // of all users; they are asked about in the order of their names
}

// usualReach covers every history that a run of some minutes records.
var usualReach = reach{user: 1_000, all: 20_000}

// mutexCheck accumulates over users and frames.
type mutexCheck struct {
	r        *record
	decide   linearizer
	deadline time.Time
	reach    reach // what is left of it
	alone    bool  // the sweep decided something of this user by itself

	pairs, users, operations        int
	undecided, unbounded, byDeath   int
	enteredInDeath                  int
	confirmed, sweptOnly            int // users
	best                            []pair
	violatedBefore                  []bool
	timedOut, disagree, unboundedBy []string
	undecidedBy                     []string
}

// judgeExclusivity decides exclusivity, user by user and frame by frame: each
// worker clock is a frame of its own, in which sections compare exactly; a user
// with sections on several comparable clocks is also checked in the frame of
// the reference clock, on what the offset bounds leave provable.
func judgeExclusivity(r *record, cfg config) judgement {
	m := &mutexCheck{r: r, decide: cfg.linearize, deadline: time.Now().Add(cfg.timeout), reach: cfg.reach}
	for _, user := range r.users() {
		m.user(user)
	}
	j := judgement{counts: map[string]int64{
		"sections": int64(len(r.sections)), "users": int64(len(r.byUser)), "operations": int64(m.operations),
		"overlapping_pairs": int64(m.pairs), "overlapping_users": int64(m.users),
		"ends_by_death": int64(m.byDeath), "ends_unbounded": int64(m.unbounded), "undecided": int64(m.undecided),
		"entered_between_signal_and_death": int64(m.enteredInDeath),
		"confirmed_users":                  int64(m.confirmed), "sweep_only_users": int64(m.sweptOnly),
	}}
	if len(m.disagree) > 0 {
		j.verdict = Unknown
		j.reason = fmt.Sprintf("THE CHECKER CONTRADICTS ITSELF: sweep and porcupine disagree on %s; this is a bug of the checker, report it with the history",
			some(m.disagree))
		return j
	}
	if m.pairs > 0 {
		j.verdict = Refuted
		j.witness = overlapWitness(r, m.best, m.pairs, m.users)
		j.violatedBefore = m.violatedBefore
		j.reason = j.witness.Summary
		return j
	}
	var why []string
	if m.unbounded > 0 {
		why = append(why, fmt.Sprintf("the end of %s cannot be bounded: %s", many(m.unbounded, "section"), some(m.unboundedBy)))
	}
	if m.undecided > 0 {
		why = append(why, fmt.Sprintf("possible and not proven: %s: %s", many(m.undecided, "overlap"), some(m.undecidedBy)))
	}
	if len(m.timedOut) > 0 {
		why = append(why, fmt.Sprintf("porcupine found no linearization in time for %s (the sweep sees no overlap)", some(m.timedOut)))
	}
	if len(why) > 0 {
		j.verdict, j.reason = Unknown, sentence(why)
		return j
	}
	j.verdict = Holds
	j.reason = fmt.Sprintf("%s of %s form a linearizable mutex per user; sweep and porcupine agree",
		many(len(r.sections), "critical section"), many(len(r.byUser), "user"))
	if m.sweptOnly > 0 {
		j.reason += fmt.Sprintf(" on %s, and the sweep alone decided %s (porcupine is asked about users of at most %d sections, and %d in all)",
			many(m.confirmed, "user"), many(m.sweptOnly, "user"), cfg.reach.user, cfg.reach.all)
	}
	if m.enteredInDeath > 0 {
		j.reason += fmt.Sprintf(" (%s entered between the signal to another's worker and its confirmed death, which one order allows)", many(m.enteredInDeath, "section"))
	}
	return j
}

func (m *mutexCheck) user(user string) {
	byDomain := map[string][]interval{}
	var domains []string
	for _, s := range m.r.byUser[user] {
		if _, ok := byDomain[s.domain]; !ok {
			domains = append(domains, s.domain)
		}
		byDomain[s.domain] = append(byDomain[s.domain], interval{s.enter, s.end, s})
		if s.over == unbounded {
			m.unbounded++
			m.unboundedBy = append(m.unboundedBy, fmt.Sprintf("attempt %s of %s (%s)", s.attempt, s.worker, s.openWhy))
		} else if !s.exited {
			m.byDeath++
		}
	}
	pairs, timedOut := m.pairs, len(m.timedOut)
	m.alone = false
	for _, d := range domains {
		found := sweep(byDomain[d], false)
		m.pairs += found.pairs
		m.best = append(m.best, found.best...)
		m.when(d, found.best)
		m.confirm(user, byDomain[d], found, true)
		m.possible(byDomain[d])
	}
	if len(domains) > 1 {
		provable := m.carry(user)
		found := sweep(provable, true)
		m.pairs += found.pairs
		m.best = append(m.best, found.best...)
		m.when(m.r.reference(), found.best)
		m.confirm(user, provable, sweep(provable, false), false)
	}
	if m.pairs > pairs {
		m.users++
	}
	switch {
	case m.alone:
		m.sweptOnly++
	case len(m.timedOut) == timedOut:
		m.confirmed++
	}
}

// when notes the moments at which overlaps began, on the clock of their frame.
func (m *mutexCheck) when(domain string, found []pair) {
	for _, p := range found {
		m.violatedBefore = m.r.violatedAt(m.violatedBefore, domain, p.b.start)
	}
}

// confirm has porcupine decide the same sections, if they are within reach, or
// the two of them that the sweep saw overlap.
func (m *mutexCheck) confirm(user string, ivs []interval, found swept, ownClock bool) {
	within := time.Until(m.deadline)
	switch {
	case found.pairs > 0:
		ivs, within = []interval{found.best[0].a, found.best[0].b}, time.Minute
	case len(ivs) > m.reach.user || len(ivs) > m.reach.all:
		m.alone = true
		return
	default:
		m.reach.all -= len(ivs)
	}
	ops := operations(ivs, ownClock)
	m.operations += len(ops)
	result := m.decide(ops, within)
	switch {
	case result == porcupine.Unknown:
		m.timedOut = append(m.timedOut, "user "+user)
	case (result == porcupine.Illegal) != (found.pairs > 0):
		m.disagree = append(m.disagree, fmt.Sprintf("user %s (sweep: %d overlaps, porcupine: %s)", user, found.pairs, result))
	}
}

// possible looks, among sections on one clock, for those that may have
// overlapped an attempt without an exit on record.
func (m *mutexCheck) possible(ivs []interval) {
	for _, a := range ivs {
		if a.s.exited || a.s.over == unbounded { // the latter are counted as such
			continue
		}
		for _, b := range ivs {
			if a.s == b.s || overlaps(a, b) {
				continue
			}
			alive, dying, other := a, a, b
			alive.end, dying.end = a.s.possible, a.s.over
			if !b.s.exited && b.s.over != unbounded {
				// Both entered at one instant, and neither is proven inside for
				// longer: as points they would not overlap.
				other.end = b.s.possible
			}
			switch {
			case overlaps(alive, other):
				m.undecided++
				m.undecidedBy = append(m.undecidedBy, fmt.Sprintf(
					"attempt %s of %s entered user %s while attempt %s of %s had recorded no exit and its worker had not been killed",
					b.s.attempt, b.s.worker, b.s.user, a.s.attempt, a.s.worker))
			case overlaps(dying, b):
				m.enteredInDeath++
			}
		}
	}
}

// carry puts a user's sections on the reference clock, each as the interval in
// which it was inside whatever the true offset is; one that the bound swallows
// whole is left out. What may have overlapped and is not proven is counted as
// undecided.
func (m *mutexCheck) carry(user string) (provable []interval) {
	ref := m.r.reference()
	var widest []interval
	for _, s := range m.r.clocks.byEnter(m.r.byUser[user], ref) {
		start, _ := m.r.clocks.on(ref, s.domain, s.enter)
		end, _ := m.r.clocks.on(ref, s.domain, s.end)
		may, _ := m.r.clocks.on(ref, s.domain, s.possible)
		if start.hi <= end.lo {
			provable = append(provable, interval{start.hi, end.lo, s})
		}
		widest = append(widest, interval{start.lo, max(end.hi, may.hi), s})
	}
	if maybe, sure := sweep(widest, true), sweep(provable, true); maybe.pairs > sure.pairs {
		m.undecided += maybe.pairs - sure.pairs
		two := maybe.best[0]
		m.undecidedBy = append(m.undecidedBy, fmt.Sprintf(
			"%s of %s and %s of %s are stamped on two clocks (%s, %s) whose measured bound leaves their order open",
			two.a.s.attempt, two.a.s.worker, two.b.s.attempt, two.b.s.worker, two.a.s.domain, two.b.s.domain))
	}
	return provable
}
