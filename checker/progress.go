package checker

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"turnstile/checker/history"
)

// What a verdict on progress proves.
//
// Words. An event waits from the moment at which the broker acknowledged its
// publish until it takes effect: until its first commit in the store's log. That
// was somewhere in the section of the attempt that wrote it, and where none is on
// record, between the publish and the reading of the log. A worker is done with a
// delivery once it has recorded an ack, a nack or a dead letter for it, whatever
// came of that.
//
// Progress is three claims.
//
//   - During. While a fault lasts, from its begin to its end, the users that it
//     does not touch do not stand still: there are no two instants,
//     [standstillLimit] apart, such that one of their events waited from the
//     first to the second and none of their events took effect between them. A
//     fault touches the users that it names, the users whose answer the gateway
//     withheld meanwhile, and those who were last, before it began, in the hands
//     of the worker that it names or of one whose answer was withheld: a worker
//     that is kept inside takes in what its queue has room for and no more, and
//     whose events lie behind that is its broker's affair. For the same reason an
//     event is left out that took effect in the end by the hands of such a worker,
//     whoever had its user before: users move; and the user's next ones wait from
//     that moment on. Nothing is claimed of users whom nobody had handled yet. A
//     fault that stops everybody by its nature says so ([history.DetailHalts]),
//     and then there is nothing to claim for as long as it lasts, and until one
//     of the users is served after it, also where that is time of another fault;
//     nor is there where every worker that anybody was with is kept inside. A
//     "holds" says so of either.
//   - After. At the end of the run, which is when the harness stopped waiting
//     for quiet, nothing stands still for good. The broker has nothing left to
//     deliver or to be acknowledged. No worker that is alive has had a delivery
//     in hand for [patience] without being done with it and without a record of
//     anything of its user in that time: a stalled consumer. And where the broker
//     does have something left, no user's events have waited for [patience]
//     without one that took effect, and the workers have not been at rest for
//     [patience].
//   - In time, if the scenario sets a limit ([history.Scenario.RecoverWithinNS]):
//     every event acknowledged before a fault's end takes effect within the limit
//     of that end. Without one, how long it took is told and not judged, since it
//     depends on the load and the machine.
//
// How long recovery took, at the most, is among the counts, of several faults the
// longest.
// first_effect_ns: from the end of the fault to the next effect.
// recovery_ns: from the end of the fault until the last of what had been
// acknowledged by then took effect; 0 if that was before.
// recovery_from_begin_ns: the same from the begin.
// standstill_ns: the longest that untouched users stood still during a fault.
// outage_ns: the longest time, from the first fault's begin on, in which some
// event waited and nobody's took effect.
//
// Observed. The harness: publishes, faults, deaths, and by the broker's own
// statistics whether there was something left. The workers: deliveries, sections,
// acks. The store: its log. The gateway: whose answer was withheld.
//
// Assumed: a worker records a delivery before anything else can happen to it,
// and records that it is done with one when it is, and not before. And that the
// machine did not keep everybody waiting for seconds: the limits are many times
// what was seen, but they are limits.
//
// Refuted rests on provable instants only: an effect that may have happened in
// between, by the bounds of clocks or of a death, prevents it. Holds needs that
// there is no standstill wherever within its bounds each effect was. In between,
// and where the broker had something left without any of the above (work was
// still going on) or could not be asked, it is unknown. It is vacuous where a fault left nothing to go
// on with: no event that waited during it or took effect after it.
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
func (r *record) judgeProgress() judgement {
	j := judgement{counts: map[string]int64{}}
	switch {
	case len(r.commits) == 0:
		j.verdict, j.reason = Unknown, "no state commit is on record: the store's log is missing, so effects were not observed"
		return j
	case r.quiet == nil:
		j.verdict, j.reason = Unknown, "it is not on record whether the broker had anything left: the run did not come to its end"
		return j
	}
	c := newProgressCheck(r)
	j.counts["waited"] = int64(len(c.waits))
	c.counts = j.counts
	for i := range r.faults {
		c.during(&r.faults[i])
		j.recoveries = append(j.recoveries, c.recovery(&r.faults[i]))
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
	since       int64 // acknowledged by then
	instant           // when it took effect
}

// instant is the interval in which an event took effect: both ends unbounded if
// it never did.
type instant struct{ lo, hi int64 }

// withheld is an answer that the gateway kept back, and when.
type withheld struct {
	user, worker string
	instant
}

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
	holds   []withheld
	counts  map[string]int64

	violations []stop
	open       []string // why it is not known
	nothing    []string // why there was nothing to judge
	lost       []string // what could not be put on the harness' clock
	kept       []string // faults during which every worker was kept inside
	halted     []string // faults of which another, that stops everybody, took some
}

func newProgressCheck(r *record) *progressCheck {
	c := &progressCheck{r: r, ref: r.quiet.Domain}
	when := make(map[*publish]instant, len(r.publishes))
	for _, e := range r.commits {
		p := r.publishes[e.Event]
		if p == nil {
			continue // left over from another run: the self-check's business
		}
		if _, again := when[p]; again {
			continue
		}
		at := c.tookEffect(e, p)
		when[p] = at
		c.effects = append(c.effects, taken{p.user, at})
	}
	for _, p := range r.publishes {
		if p.outcome != history.OutcomeOK || r.parked[p.event] != nil {
			continue
		}
		at, ok := when[p]
		if !ok {
			at = instant{unbounded, unbounded}
		}
		c.waits = append(c.waits, waiting{p.event, p.user, c.at(p.event, p.domain, p.t).hi, at})
	}
	slices.SortFunc(c.waits, func(a, b waiting) int { return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.event, b.event)) })
	c.withheld()
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

// tookEffect bounds when a commit was written.
func (c *progressCheck) tookEffect(e *history.Event, p *publish) instant {
	out := instant{c.at(p.event, p.domain, p.from).lo, c.at(p.event, e.Domain, e.T).hi}
	if s := c.r.byAttempt[e.Attempt]; s != nil {
		out.lo = max(out.lo, c.at(p.event, s.domain, s.enter).lo)
		if s.exited { // its last effect was done by then
			out.hi = min(out.hi, c.at(p.event, s.domain, s.end).hi)
		} else if s.over != unbounded {
			out.hi = min(out.hi, c.at(p.event, s.domain, s.over).hi)
		}
	}
	out.hi = max(out.lo, out.hi)
	return out
}

// recovery measures how long a fault was felt, and holds it against the
// scenario's limit.
func (c *progressCheck) recovery(f *FaultEvidence) *Recovery {
	if !f.Ended {
		return nil // the self-check's business
	}
	begin, end := c.at(f.Fault, f.Domain, f.Begin).lo, c.at(f.Fault, f.Domain, f.End)
	out := &Recovery{FullRateNS: c.fullRate(begin, end.lo)}
	limit := int64(0)
	if c.r.scenario != nil {
		limit = c.r.scenario.RecoverWithinNS
	}
	next, last := int64(unbounded), int64(math.MinInt64)
	for _, e := range c.effects {
		if e.lo >= end.lo {
			next = min(next, e.hi)
		}
	}
	if next == unbounded {
		c.nothing = append(c.nothing, "nothing took effect after the end of the fault "+f.Fault)
	} else {
		out.FirstEffectNS = c.count("first_effect_ns", next-end.lo)
	}
	quiet := c.at("quiet", c.r.quiet.Domain, c.r.quiet.T)
	var late []waiting
	maybe := 0
	for _, w := range c.waits {
		if w.since > end.hi {
			break
		}
		known := w
		if known.lo == unbounded { // not by the end, as far as it was watched
			if c.drained() {
				continue // lost: delivery's business
			}
			known.lo, known.hi = quiet.lo, quiet.hi
		}
		last = max(last, known.hi)
		switch {
		case limit > 0 && known.lo-end.hi > limit:
			late = append(late, known)
		case limit > 0 && known.hi-end.lo > limit:
			maybe++
		}
	}
	if last > math.MinInt64 {
		out.WaitedNS = c.count("recovery_ns", max(0, last-end.lo))
		c.count("recovery_from_begin_ns", max(0, last-begin))
	}
	switch {
	case len(late) > 0:
		worst := slices.MaxFunc(late, func(a, b waiting) int { return cmp.Compare(a.lo, b.lo) })
		c.violations = append(c.violations, stop{
			user: worst.user, events: []string{worst.event}, length: worst.lo - end.hi,
			summary: fmt.Sprintf("%s acknowledged before the fault %s ended had not taken effect %s later, as the scenario demands: event %s of user %s took %s",
				many(len(late), "event"), f.Fault, inWords(limit), worst.event, worst.user, inWords(worst.lo-end.hi)),
		})
	case maybe > 0:
		c.open = append(c.open, fmt.Sprintf("whether %s took effect within %s of the end of %s is not exactly known", many(maybe, "event"), inWords(limit), f.Fault))
	}
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
		out += fmt.Sprintf("; of the time of %s in which another fault stopped everybody, and until someone was served after it, nothing is said", some(c.halted))
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
	w := c.r.newWitness(Progress, v.user, sections, v.events)
	w.Worker, w.StandstillNS = v.worker, v.length
	w.Summary, w.Total, w.Users = v.summary, len(c.violations), len(users)
	w.Faults = c.r.witnessFaults(nil) // it is about what came after them
	for i := range w.Faults {
		w.Faults[i].Relation = "before"
		if w.Faults[i].Fault == v.fault {
			w.Faults[i].Relation = "during"
		}
	}
	w.Timeline = c.r.timeline(w)
	return w
}
