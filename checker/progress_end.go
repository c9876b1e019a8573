package checker

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"turnstile/checker/history"
)

// inHand is what workers were given and were not done with: by worker, then by
// event.
type inHand map[string]map[string][]*history.Event

func (in inHand) take(worker string, e *history.Event) {
	if in[worker] == nil {
		in[worker] = map[string][]*history.Event{}
	}
	in[worker][e.Event] = append(in[worker][e.Event], e)
}

// done ends one delivery of an event. Which of several is all one.
func (in inHand) done(worker, event string) {
	if all := in[worker][event]; len(all) > 1 {
		in[worker][event] = all[1:]
	} else {
		delete(in[worker], event)
	}
}

// inHand tells what workers surely had in hand by the run's end, and what they
// had with all that is surely of before it.
func (c *progressCheck) inHand() (surely, perhaps inHand) {
	surely, perhaps = inHand{}, inHand{}
	settled := map[string]bool{}  // perhaps is known
	again := map[[2]string]bool{} // by worker and attempt: its end may be recorded twice
	for i := range c.r.h.Events {
		e := &c.r.h.Events[i]
		name, own := workerOf(e)
		if !own || c.ofAfter(e) {
			continue
		}
		if !settled[name] && !c.ofBefore(e) {
			settled[name], perhaps[name] = true, maps.Clone(surely[name])
		}
		switch e.Kind {
		case history.KindWorkerStart:
			delete(surely, name) // what an earlier life of it was given
		case history.KindDeliver:
			surely.take(name, e)
		case history.KindAck, history.KindNack, history.KindDeadLetter:
			k := [2]string{name, e.Attempt}
			if again[k] {
				continue
			}
			// After a dead letter comes its ack; after an ack without an answer,
			// perhaps the answer.
			if e.Kind == history.KindDeadLetter || e.Kind == history.KindAck && e.Outcome != history.OutcomeOK {
				again[k] = true
			}
			surely.done(name, e.Event)
		}
	}
	for name, events := range surely {
		if !settled[name] {
			perhaps[name] = events
		}
	}
	return surely, perhaps
}

// ofAfter and ofBefore report whether a record is surely of after the run's end,
// or of before it.
func (c *progressCheck) ofAfter(e *history.Event) bool {
	q := c.r.quiet
	return c.r.clocks.surelyBefore(q.Domain, q.T, e.Domain, e.T)
}

func (c *progressCheck) ofBefore(e *history.Event) bool {
	q := c.r.quiet
	return c.r.clocks.surelyBefore(e.Domain, e.T, q.Domain, q.T)
}

// lastSteps tells when each worker last recorded anything before the run's end
// that concerns one of the things asked for: at the latest, with all that may be
// of before it, or at the earliest, with what surely is.
func (c *progressCheck) lastSteps(perhaps bool, of func(worker string, e *history.Event) (key [2]string, asked bool)) map[[2]string]int64 {
	out := map[[2]string]int64{}
	for i := range c.r.h.Events {
		e := &c.r.h.Events[i]
		name, own := workerOf(e)
		if !own || e.Kind == history.KindNote {
			continue
		}
		k, asked := of(name, e)
		if !asked || c.ofAfter(e) || perhaps && !c.ofBefore(e) {
			continue
		}
		at := c.at("a step", e.Domain, e.T)
		t := at.hi
		if perhaps {
			t = at.lo
		}
		if old, known := out[k]; !known || old < t {
			out[k] = t
		}
	}
	return out
}

// atTheEnd decides whether anything stood still for good.
func (c *progressCheck) atTheEnd() {
	if c.r.quiet.Detail[history.DetailError] != "" {
		c.open = append(c.open, "the broker itself did not answer when the run stopped waiting, so nobody could have gone on"+c.brokersView())
		return
	}
	surely, perhaps := c.inHand()
	stalled := c.stalledConsumers(surely, false)
	c.violations = append(c.violations, stalled...)
	c.counts["stalled_consumers"] = int64(len(stalled))
	if len(stalled) == 0 {
		for _, s := range c.stalledConsumers(perhaps, true) {
			c.open = append(c.open, fmt.Sprintf("whether worker %s lived, and had done with %s by the end, is not exactly known", s.worker, some(s.events)))
		}
	}
	if c.drained() {
		return
	}
	stuck := c.stuckUsers()
	c.violations = append(c.violations, stuck...)
	c.counts["stuck_users"] = int64(len(stuck))
	if len(stalled)+len(stuck) > 0 {
		return
	}
	if rest, ok := c.atRest(); ok {
		c.violations = append(c.violations, rest)
		return
	}
	c.open = append(c.open, "the broker still had messages when the run stopped waiting, and work was still going on: it might have come to an end"+c.brokersView())
}

// alive reports whether a life was not over when the run ended: surely, or perhaps.
func (c *progressCheck) alive(l *life, perhaps bool) bool {
	end, in := c.at("quiet", c.r.quiet.Domain, c.r.quiet.T), c.lived(l, perhaps)
	return in.lo <= end.lo && (in.hi > end.hi || perhaps && in.hi == end.hi)
}

// rests tells for how long, until its end, the run rested from an instant on:
// surely, or perhaps.
func (c *progressCheck) rests(from int64, perhaps bool) (length int64) {
	quiet, idle := c.at("quiet", c.r.quiet.Domain, c.r.quiet.T), c.idle.perhaps
	if perhaps {
		idle = c.idle.surely
	}
	for _, s := range c.strikes {
		switch end := s.end; {
		case end == never && !s.withholds: // a fault without an end is the self-check's business
		case perhaps && s.begin.hi <= quiet.hi:
			from = max(from, end.lo)
		case !perhaps && s.begin.lo <= quiet.hi:
			from = max(from, end.hi)
		}
	}
	for _, gap := range idle {
		if gap.lo < quiet.hi {
			from = max(from, gap.hi)
		}
	}
	if from >= quiet.hi {
		return 0
	}
	return quiet.hi - from
}

// stalledConsumers finds workers with deliveries that they are never done with:
// surely, or perhaps.
func (c *progressCheck) stalledConsumers(in inHand, perhaps bool) []stop {
	var out []stop
	held := map[string][]*history.Event{} // by worker
	users := map[[2]string]bool{}
	for name, events := range in {
		for _, ds := range events {
			for _, d := range ds {
				if !c.alive(c.r.workers[name].at(d.Seq), perhaps) {
					continue
				}
				held[name] = append(held[name], d)
				users[[2]string{name, d.User}] = true
			}
		}
	}
	if len(held) == 0 {
		return nil
	}
	for _, ds := range held { // so that what is told does not depend on a map's order
		slices.SortFunc(ds, func(a, b *history.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	touched := c.lastSteps(perhaps, func(worker string, e *history.Event) ([2]string, bool) {
		k := [2]string{worker, e.User}
		return k, users[k]
	})
	for _, name := range slices.Sorted(maps.Keys(held)) {
		s := stop{worker: name}
		slices.SortFunc(held[name], func(a, b *history.Event) int { return cmp.Compare(a.Seq, b.Seq) })
		for _, d := range held[name] {
			length := c.rests(touched[[2]string{name, d.User}], perhaps)
			if length < patience {
				continue
			}
			if !perhaps && c.doneWith(name, d) {
				c.open = append(c.open, fmt.Sprintf("the broker had nothing left, and that worker %s acknowledged %s, which it had finished, is not on record", name, d.Event))
				continue
			}
			s.events = append(s.events, d.Event)
			if length > s.length || s.user == "" || length == s.length && d.User < s.user {
				s.length, s.user = length, d.User
			}
		}
		if len(s.events) == 0 {
			continue
		}
		if !perhaps {
			c.counts["unfinished"] += int64(len(s.events))
		}
		slices.Sort(s.events)
		s.events = slices.Compact(s.events)
		s.summary = fmt.Sprintf("worker %s is stalled: it was given %s and never acknowledged or handed back %s, nor recorded anything of their users for at least %s up to the end%s",
			name, some(s.events), pronoun(len(s.events)), inWords(patience), c.brokersView())
		out = append(out, s)
	}
	return out
}

// doneWith reports whether a worker must have acknowledged what it was given: it
// finished it, and the broker had nothing left, which is its doing if nobody else
// was given the event. If others were, it must be that very delivery, and the
// worker have stopped with nothing under way.
func (c *progressCheck) doneWith(worker string, d *history.Event) bool {
	attempt := ""
	if len(c.r.delivered[d.Event]) != 1 {
		attempt = d.Attempt
	}
	if !c.drained() || attempt != "" && c.r.workers[worker].at(d.Seq).stop == nil {
		return false
	}
	if c.finished == nil {
		c.finished = map[[3]string]bool{}
		for i := range c.r.h.Events {
			e := &c.r.h.Events[i]
			if name, own := workerOf(e); own && e.Kind == history.KindExit && (e.Outcome == history.OutcomeSent || e.Outcome == history.OutcomeSkipped) {
				c.finished[[3]string{name, e.Event}] = true
				c.finished[[3]string{name, e.Event, e.Attempt}] = true
			}
		}
	}
	return c.finished[[3]string{worker, d.Event, attempt}]
}

func pronoun(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// stuckUsers finds users whose events wait and of whom nothing takes effect any
// more.
func (c *progressCheck) stuckUsers() []stop {
	end := c.r.quiet.T
	type state struct {
		last  int64 // when something of it last may have happened
		left  []string
		since int64
	}
	users := map[string]*state{}
	of := func(u string) *state {
		if users[u] == nil {
			users[u] = &state{last: math.MinInt64, since: unbounded}
		}
		return users[u]
	}
	for _, e := range c.effects {
		if s := of(e.user); e.lo < end {
			s.last = max(s.last, e.hi)
		}
	}
	for _, w := range c.waits {
		if s := of(w.user); w.lo >= end {
			s.left, s.since = append(s.left, w.event), min(s.since, w.acked.hi)
		}
	}
	var out []stop
	for _, u := range slices.Sorted(maps.Keys(users)) {
		s := users[u]
		if len(s.left) == 0 {
			continue
		}
		length := c.rests(max(s.last, s.since), false)
		if length < patience {
			continue
		}
		out = append(out, stop{
			user: u, events: s.left, length: length,
			summary: fmt.Sprintf("user %s is stuck: %s waited, %s first, and none of the user's took effect in the last %s of the run%s",
				u, many(len(s.left), "event"), s.left[0], inWords(length), c.brokersView()),
		})
	}
	return out
}

// atRest reports whether the broker had messages and nobody was doing anything.
func (c *progressCheck) atRest() (stop, bool) {
	s := stop{length: unbounded}
	last := c.lastSteps(false, func(worker string, _ *history.Event) ([2]string, bool) { return [2]string{worker}, true })
	alive := 0
	for name, w := range c.r.workers {
		if slices.ContainsFunc(w.lives, func(l *life) bool { return c.alive(l, false) }) {
			alive++
		}
		if t, stepped := last[[2]string{name}]; stepped {
			s.length = min(s.length, c.rests(t, false))
		}
	}
	if alive == 0 || s.length < patience || s.length == unbounded {
		return stop{}, false
	}
	s.summary = fmt.Sprintf("the broker still had messages, and none of the %s that lived did anything in the last %s of the run%s",
		many(alive, "worker"), inWords(s.length), c.brokersView())
	return s, true
}

// brokersView is what the broker said when the run stopped waiting.
func (c *progressCheck) brokersView() string {
	d := c.r.quiet.Detail
	if len(d) == 0 {
		return ""
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(d)) {
		parts = append(parts, k+" "+d[k])
	}
	return " (the broker's view: " + strings.Join(parts, "; ") + ")"
}
