package checker

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"turnstile/checker/history"
)

// inHand is what workers were given and, by the run's end, were not done with:
// by worker, then by event.
func (c *progressCheck) inHand() map[string]map[string][]*history.Event {
	hands := map[string]map[string][]*history.Event{}
	again := map[[2]string]bool{} // by worker and attempt: its end may be recorded twice
	for i := range c.r.h.Events {
		e := &c.r.h.Events[i]
		name, own := workerOf(e)
		if !own || c.afterTheEnd(e) {
			continue
		}
		switch e.Kind {
		case history.KindWorkerStart:
			delete(hands, name) // what an earlier life of it was given
		case history.KindDeliver:
			if hands[name] == nil {
				hands[name] = map[string][]*history.Event{}
			}
			hands[name][e.Event] = append(hands[name][e.Event], e)
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
			// Each delivery ends once. Which of several of one event did is all one.
			if in := hands[name][e.Event]; len(in) > 1 {
				hands[name][e.Event] = in[1:]
			} else {
				delete(hands[name], e.Event)
			}
		}
	}
	return hands
}

// afterTheEnd reports whether a record was certainly made after the run's end.
func (c *progressCheck) afterTheEnd(e *history.Event) bool {
	q := c.r.quiet
	return c.r.clocks.surelyBefore(q.Domain, q.T, e.Domain, e.T)
}

// lastSteps tells when each worker last recorded anything before the run's end
// that concerns one of the things asked for, on its own clock.
func (c *progressCheck) lastSteps(of func(worker string, e *history.Event) (key [2]string, asked bool)) map[[2]string]int64 {
	out := map[[2]string]int64{}
	for i := range c.r.h.Events {
		e := &c.r.h.Events[i]
		name, own := workerOf(e)
		if !own || e.Kind == history.KindNote {
			continue
		}
		if k, asked := of(name, e); asked && !c.afterTheEnd(e) {
			out[k] = max(out[k], e.T)
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
	stalled := c.stalledConsumers()
	c.violations = append(c.violations, stalled...)
	c.counts["stalled_consumers"] = int64(len(stalled))
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

// rests reports whether an instant of a worker's clock lies patience or more
// before the end of the run, as do the ends of all faults.
func (c *progressCheck) rests(domain string, t int64) (length int64, ok bool) {
	at := c.at("a step", domain, t).hi
	for i := range c.r.faults {
		if f := &c.r.faults[i]; f.Ended {
			at = max(at, c.at(f.Fault, f.Domain, f.End).hi)
		}
	}
	if at == math.MaxInt64 {
		return 0, false
	}
	length = c.r.quiet.T - at
	return length, length >= patience
}

// alive reports whether a worker certainly lived when the run ended, and its
// record is whole up to then.
func (c *progressCheck) alive(w *worker) bool {
	q, l := c.r.quiet, w.current()
	switch {
	case l == nil || l.start == nil:
		return false
	case l.stop != nil:
		return c.r.clocks.surelyBefore(q.Domain, q.T, l.last.Domain, l.last.T)
	case l.dead != nil && l.dead.From != 0:
		return c.r.clocks.surelyBefore(q.Domain, q.T, l.dead.Domain, l.dead.From)
	}
	return false
}

// stalledConsumers finds workers with deliveries that they are never done with.
func (c *progressCheck) stalledConsumers() []stop {
	var out []stop
	held := map[string][]*history.Event{} // by worker
	users := map[[2]string]bool{}
	for name, events := range c.inHand() {
		if w := c.r.workers[name]; w == nil || !c.alive(w) {
			continue
		}
		for _, ds := range events {
			for _, d := range ds {
				held[name] = append(held[name], d)
				users[[2]string{name, d.User}] = true
			}
		}
	}
	if len(held) == 0 {
		return nil
	}
	touched := c.lastSteps(func(worker string, e *history.Event) ([2]string, bool) {
		k := [2]string{worker, e.User}
		return k, users[k]
	})
	for _, name := range slices.Sorted(maps.Keys(held)) {
		s := stop{worker: name}
		for _, d := range held[name] {
			length, ok := c.rests(d.Domain, max(d.T, touched[[2]string{name, d.User}]))
			if !ok {
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
		c.counts["unfinished"] += int64(len(s.events))
		slices.Sort(s.events)
		s.events = slices.Compact(s.events)
		s.summary = fmt.Sprintf("worker %s is stalled: it was given %s and never acknowledged or handed back %s, nor recorded anything of their users for at least %s up to the end%s",
			name, some(s.events), pronoun(len(s.events)), inWords(patience), c.brokersView())
		out = append(out, s)
	}
	return out
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
			s.left, s.since = append(s.left, w.event), min(s.since, w.since)
		}
	}
	var out []stop
	for _, u := range slices.Sorted(maps.Keys(users)) {
		s := users[u]
		if len(s.left) == 0 {
			continue
		}
		length, ok := c.rests(c.ref, max(s.last, s.since))
		if !ok {
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
	last := c.lastSteps(func(worker string, _ *history.Event) ([2]string, bool) { return [2]string{worker}, true })
	alive := 0
	for name, w := range c.r.workers {
		if c.alive(w) {
			alive++
		}
		l := w.current()
		if l == nil {
			continue
		}
		length, ok := c.rests(l.domain, last[[2]string{name}])
		if !ok {
			return stop{}, false
		}
		s.length = min(s.length, length)
	}
	if alive == 0 || s.length == unbounded {
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
