package checker

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"turnstile/checker/history"
)

// The definition of progress.
//
// A stamp lies within the clocks' bounds of the harness's clock, and an effect
// between its section's enter and its end (where none is on record, between the
// publish and the reading of the log). "Surely" is what is so wherever within
// these bounds everything was; "perhaps" is what is so for some of it. What
// surely is refutes; it holds where nothing of it perhaps is; between the two it
// is unknown. Stamps alone order what observers saw: equal ones may have been
// either way round.
//
//  1. An event waits from its publish's acknowledgement until it takes effect:
//     until its first commit in the store's log. One that the publisher asked the
//     broker to hold back counts as acknowledged when that time is over.
//  2. A worker lives from its worker_start until it stops or dies, whichever is
//     first, and as often as its name starts. It surely lives no longer than until
//     it was signalled, or, where nobody signalled it or its end is not on record,
//     until its last record.
//  3. A worker is struck while a fault lasts that names it, and while the gateway
//     withholds an answer from it, at a send or at another point.
//  4. Nobody can serve while no worker lives that is not struck, and while a fault
//     lasts that halts everybody by its own word ([history.DetailHalts]).
//  5. A user is in the hands of the worker that entered a section of it last. Of
//     several that may have been last, each may have it.
//  6. Beside a fault F, it is touched who is named by a fault that has an instant
//     in common with F (F is one), or had an answer withheld meanwhile; and who was
//     in the hands of a worker that is struck meanwhile, when F began or when it
//     was struck. An event is touched that took effect by such a worker, or was
//     given to it before it took effect: the user's events after it wait only from
//     its effect on. Of a user whom nobody had entered a section of when F began,
//     nothing is claimed; nor of anybody, if of those with a worker that the gateway
//     alone keeps inside none is left untouched: that is its doing.
//  7. Users stand still beside F, which lasted and ended and does not halt, from
//     t to u, both in its time, if somebody can serve all the while; if one of the
//     untouched was served since nobody could; if an untouched event of an
//     untouched user waits from t to u; and if no untouched user's event takes
//     effect between them. Progress is refuted where u - t >= [standstillLimit].
//  8. The run rests from t on, if t is not before any fault's end, the end of any
//     withholding and all time in which nobody can serve, until the harness stopped
//     waiting for quiet; for long, if that is [patience] later or more.
//  9. A consumer is stalled if it lives at the end, was given an event that it was
//     not done with by then (no ack, nack or dead letter), and the run rests for
//     long from when it last recorded anything of that event's user. Refuted; but
//     unknown, if the broker had nothing left, the worker recorded an exit of it as
//     sent or skipped, and nobody else was given the event, or it is the exit of that
//     attempt and the worker said later that it stopped, which it does with nothing
//     under way: then what is missing is the record of its ack.
//  10. Where the broker had something left, a user is stuck if an event of it waits
//     at the end and the run rests for long from when that began and from the
//     user's last effect. Refuted.
//  11. Where the broker had something left, the workers are at rest if one lives at
//     the end and the run rests for long from all that any of them recorded. Refuted.
//     With something left and none of 9 to 11, work was going on: unknown.
//  12. With a limit ([history.Setup.RecoverWithinNS]), an event that was
//     acknowledged before a fault's end takes effect within the limit of that end,
//     not counting time in which another fault lasts, an answer is withheld, or
//     nobody can serve. Else refuted. Without one, how long it took is told.
//
// It is vacuous if no event was acknowledged, if nothing took effect after a
// fault's end, or if in time to stand still (7) no event waited that might have.
// It is unknown without the store's log, without an end on record, if the broker
// could not be asked at the end or what it had left is told in no known word, and beside a fault without the gateway's record.
//
// The observers: of publishes, faults, deaths and what the broker had left, the
// harness; of deliveries, sections and acks, the workers; of effects, the store's
// log; of withheld answers, the gateway. Assumed is that a worker records a
// delivery before anything else can happen to it, and that it is done with one
// when it is and not before; and that the machine did not keep everybody waiting
// for seconds: the limits are many times what was seen, but they are limits.
//
// How long recovery took, at the most, is among the counts, of several faults the
// longest.
// first_effect_ns: from the end of the fault to the next effect.
// recovery_ns: from the end of the fault until the last of what had been
// acknowledged by then took effect; 0 if that was before.
// recovery_from_begin_ns: the same from the begin.
// standstill_ns: the longest that untouched users perhaps stood still.
// outage_ns: the longest time, from the first fault's begin on, in which some
// event waited and nobody's took effect.
const (
	// standstillLimit is how long untouched users may stand still. Of 380 runs on
	// a busy machine none had more than 1.1 s: the second that FAILOVER takes to
	// serve a new active consumer.
	standstillLimit = int64(5e9)
	// patience is how long nothing may happen at the end before it is taken for
	// good. A run waits for quiet three times as long.
	patience = int64(20e9)
)

// judgeProgress decides whether work went on during and after the faults, and
// whether a consumer is left stalled.
func judgeProgress(r *record) judgement {
	j := judgement{counts: map[string]int64{}}
	switch {
	case len(r.commits) == 0:
		j.verdict, j.reason = Unknown, "no state commit is on record: the store's log is missing, so effects were not observed"
		return j
	case r.quiet == nil:
		j.verdict, j.reason = Unknown, "it is not on record whether the broker had anything left: the run did not come to its end"
		return j
	case r.quiet.Outcome != history.OutcomeOK && r.quiet.Outcome != history.OutcomeFailed:
		j.verdict, j.reason = Unknown, fmt.Sprintf("whether the broker had anything left is told as %q, which is no answer", r.quiet.Outcome)
		return j
	}
	c := newProgressCheck(r)
	j.counts["waited"] = int64(len(c.waits))
	c.counts = j.counts
	for i := range r.faults {
		c.during(i)
		j.recoveries = append(j.recoveries, c.recovery(i))
	}
	c.atTheEnd()
	j.counts["outage_ns"] = c.outage()
	switch {
	case len(c.lost) > 0:
		j.verdict, j.reason = Unknown, fmt.Sprintf("when some things happened cannot be told, for want of a bound between clocks: %s", some(c.lost))
	case len(c.violations) > 0:
		j.verdict, j.witness = Refuted, c.witness()
		j.reason = j.witness.Summary
	case len(c.open) > 0:
		j.verdict, j.reason = Unknown, sentence(c.open)
	default:
		j.verdict, j.reason = Holds, c.inWords()
		if len(c.waits) == 0 {
			c.nothing = append(c.nothing, "no publish was acknowledged")
		}
		j.nothing = sentence(c.nothing)
	}
	return j
}

// waiting is an acknowledged event, until its effect. Times are nanoseconds on
// the harness' clock.
type waiting struct {
	event, user string
	acked       span  // or due
	since       int64 // it waits from then on: acked, or later if one before it is left out
	instant           // when it took effect
}

// instant is the interval in which an event took effect: both ends unbounded if
// it never did.
type instant struct{ lo, hi int64 }

// taken is one effect with whose it was.
type taken struct {
	user string
	instant
}

// stop is one violation of progress.
type stop struct {
	summary string
	worker  string
	user    string
	events  []string
	fault   string // during which; empty: at the end
	length  int64  // of the standstill, nanoseconds
}

// progressCheck gathers what happened when.
type progressCheck struct {
	r       *record
	ref     string // the harness' clock
	waits   []waiting
	effects []taken
	strikes []strike // those of the faults first, in their order
	idle    struct{ surely, perhaps, halted stretches }
	stays   map[string][]stay // by user
	handsAt map[span]map[string]hands
	// finished are the events with an exit that says that all is done, by worker,
	// with and without the attempt: nil until it is asked for.
	finished map[[3]string]bool
	counts   map[string]int64

	violations []stop
	open       []string // why it is not known
	nothing    []string // why there was nothing to judge
	lost       []string // what could not be put on the harness' clock
	kept       []string // faults during which every worker was kept inside
	halted     []string // faults in whose time there was some in which nobody could serve
}

func newProgressCheck(r *record) *progressCheck {
	c := &progressCheck{r: r, ref: r.quiet.Domain, handsAt: map[span]map[string]hands{}}
	c.effects, c.waits = make([]taken, 0, len(r.effects)), make([]waiting, 0, len(r.inTurn))
	when := make([]instant, len(r.inTurn)) // by publish.turn
	for _, p := range r.effects {
		at := c.tookEffect(p.commit, p)
		when[p.turn] = at
		c.effects = append(c.effects, taken{p.user, at})
	}
	for _, p := range r.inTurn {
		if p.outcome != history.OutcomeOK || r.parked[p.event] != nil {
			continue
		}
		at := instant{unbounded, unbounded}
		if p.commit != nil {
			at = when[p.turn]
		}
		acked := c.at(p.event, p.domain, p.due())
		c.waits = append(c.waits, waiting{p.event, p.user, acked, acked.hi, at})
	}
	slices.SortFunc(c.waits, func(a, b waiting) int { return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.event, b.event)) })
	c.strikes = c.struck()
	c.idle.surely, c.idle.perhaps = c.nobody(false), c.nobody(true)
	return c
}

// at puts an instant on the harness' clock.
func (c *progressCheck) at(what, domain string, t int64) span {
	s, ok := c.r.clocks.on(c.ref, domain, t)
	const absurd = 1 << 61 // a century has not the half of it
	if !ok || s.lo < -absurd || s.hi > absurd {
		c.lost = append(c.lost, what)
		return span{math.MinInt64, math.MaxInt64}
	}
	return s
}

// tookEffect bounds when a commit was written, by the steps of the attempt that made it:
// where that is not the one whose write it is, the latter was long gone.
func (c *progressCheck) tookEffect(e *history.Event, p *publish) instant {
	out := instant{c.at(p.event, p.domain, p.from).lo, c.at(p.event, e.Domain, e.T).hi}
	if s := c.r.byAttempt[cmp.Or(e.By, e.Attempt)]; s != nil {
		out.lo = max(out.lo, c.at(p.event, s.domain, s.enter).lo)
		if s.exited { // its last effect was done by then
			out.hi = min(out.hi, c.at(p.event, s.domain, s.end).hi)
		} else if s.life != nil && s.life.dead != nil {
			out.hi = min(out.hi, c.at(p.event, s.life.dead.Domain, s.life.dead.T).hi)
		}
	}
	if made := c.r.knownMade(e); made != nil {
		out.hi = min(out.hi, c.at(p.event, made.Domain, made.T).hi)
	}
	out.hi = max(out.lo, out.hi)
	return out
}

// count keeps the longest of a kind, and returns this one.
func (c *progressCheck) count(name string, ns int64) *int64 {
	c.counts[name] = max(c.counts[name], ns)
	return &ns
}

// drained reports whether the broker had nothing left.
func (c *progressCheck) drained() bool { return c.r.quiet.Outcome == history.OutcomeOK }

func (c *progressCheck) inWords() string {
	out := "the broker had nothing left at the end, and no consumer is stalled"
	if len(c.r.faults) > 0 {
		out += fmt.Sprintf("; what was waiting at the end of the fault had taken effect %s later", inWords(c.counts["recovery_ns"]))
	}
	if len(c.kept) > 0 {
		out += fmt.Sprintf("; every worker was kept inside during %s, so nothing is said of that time", some(c.kept))
	}
	if len(c.halted) > 0 {
		out += fmt.Sprintf("; of the time of %s in which nobody could serve (another fault stopped everybody, or no worker lived that was not struck), and until someone was served after it, nothing is said", some(c.halted))
	}
	if n, judged := c.counts["standstill_ns"]; judged {
		out += fmt.Sprintf(", and users that it did not touch never stood still for more than %s meanwhile", inWords(n))
	}
	return out
}

// witness tells the first of the violations: those during a fault come before
// those at the end, and of the latter a stalled consumer before those who wait
// for it.
func (c *progressCheck) witness() *Witness {
	v := c.violations[0]
	users := map[string]bool{}
	for _, o := range c.violations {
		if o.user != "" {
			users[o.user] = true
		}
	}
	v.events = v.events[:min(len(v.events), maxWitnessEvents)]
	var sections []*section
	for _, s := range c.r.sections {
		if slices.Contains(v.events, s.event) && (v.worker == "" || s.worker == v.worker) && len(sections) < maxWitnessEvents {
			sections = append(sections, s)
		}
	}
	w := newWitness(c.r, Progress, v.user, sections, v.events)
	w.Worker, w.StandstillNS = v.worker, v.length
	w.Summary, w.Total, w.Users = v.summary, len(c.violations), len(users)
	w.Faults = c.r.witnessFaults(nil) // it is about what came after them
	for i := range w.Faults {
		w.Faults[i].Relation = "before"
		if w.Faults[i].Fault == v.fault {
			w.Faults[i].Relation = "during"
		}
	}
	w.Timeline = timeline(c.r, w)
	return w
}
