package levels

import (
	"fmt"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
)

// effect is what the links show of an event's taking effect: by a write of its
// user's state that names it.
type effect struct {
	is certainty
	// sure is the first write that surely took effect; possible is from when on one
	// may have, ns of the frame.
	sure     *command
	by       int64 // sure had taken effect by then
	possible int64
}

// effects are they by event, with the number of writes that name none.
func (s *seen) effects() (of map[string]*effect, unnamed int) {
	of = map[string]*effect{}
	for _, c := range s.commands {
		if c.access != Writes || c.done == no {
			continue
		}
		if c.event == "" {
			unnamed++
			continue
		}
		x := of[c.event]
		if x == nil {
			x = &effect{possible: c.start}
			of[c.event] = x
		}
		x.possible = min(x.possible, c.start)
		if c.done == yes && x.sure == nil {
			if _, hi, ok := s.at(c.reply, c.reply.T); ok {
				x.sure, x.by, x.is = c, hi, yes
			}
		}
		x.is = max(x.is, c.done)
	}
	return of, unnamed
}

// seesEffects is why a level does not see what took effect, or an empty verdict.
func (s *seen) seesEffects(l Level) (blind judged, sees bool) {
	switch {
	case !s.m.NamesEvent || len(s.m.State) == 0:
		return unknown(none, "the mapping does not say how a write of a user's state names its event, so what took effect is not seen"), false
	case l < Store:
		return unknown(Store, "%s does not see what is written to the state", l), false
	case len(s.commands) == 0:
		return unknown(Store, "no command to the state of a user is on record of a link to Redis"), false
	}
	return judged{}, true
}

// delivery: every acknowledged publish took effect.
func (s *seen) delivery(l Level) judged {
	if blind, sees := s.seesEffects(l); !sees {
		return blind
	}
	of, unnamed := s.effects()
	passed := map[string]bool{}
	for _, g := range s.given {
		passed[g.event] = true
	}
	var missing, open, unheard []*publish
	acknowledged := 0
	for _, p := range s.inOrder() {
		x := of[p.event]
		switch {
		case !p.ok && x == nil:
			unheard = append(unheard, p)
		case !p.ok:
		case x == nil:
			acknowledged++
			missing = append(missing, p)
		default:
			acknowledged++
			if x.is != yes {
				open = append(open, p)
			}
		}
	}
	counts := map[string]int64{"acknowledged": int64(acknowledged), "missing": int64(len(missing)), "unclear": int64(len(open))}
	j := judged{would: none, counts: counts}
	switch {
	case len(missing) > 0 && s.quietOK() && unnamed == 0:
		users := map[string]bool{}
		w := &checker.Witness{Property: checker.Delivery, User: missing[0].user, Total: len(missing)}
		for _, p := range missing {
			users[p.user] = true
			w.Events = append(w.Events, p.event)
		}
		w.Users = len(users)
		w.Summary = fmt.Sprintf("%d of %d acknowledged publishes never took effect: no write of a user's state names %s", len(missing), acknowledged, some(w.Events))
		j.verdict, j.reason, j.witness, j.absence = checker.Refuted, w.Summary, w, true
	case len(missing)+len(open) > 0:
		j.verdict = checker.Unknown
		j.reason = fmt.Sprintf("%d of %d acknowledged publishes have no effect on record and %d an unclear one", len(missing), acknowledged, len(open))
		if unnamed > 0 {
			j.reason += fmt.Sprintf("; %s name no event", many(unnamed, "write"))
		}
		if !s.quietOK() {
			j.reason += "; the run did not reach quiet"
		}
	case l < Broker && len(unheard) > 0:
		j = unknown(Broker, "that %s published is not known, and whether it came to a worker %s does not see: %s", many(len(unheard), "event was"), l, unheard[0].event)
	case slices.ContainsFunc(unheard, func(p *publish) bool { return passed[p.event] }):
		j.verdict, j.reason = checker.Unknown, "an event came to a worker although no answer to its publish is on record, and never took effect"
	default:
		j.verdict, j.reason = checker.Holds, fmt.Sprintf("all %d acknowledged publishes took effect", acknowledged)
		if acknowledged == 0 {
			j.nothing = "no publish was acknowledged"
		}
	}
	j.counts = counts
	return j
}

// inOrder are the publishes in the order of their users and ordinals.
func (s *seen) inOrder() (out []*publish) {
	for _, user := range sortedKeys(s.published) {
		out = append(out, s.published[user]...)
	}
	return out
}

// order: a user's events first took effect in the order of their ordinals.
func (s *seen) order(l Level) judged {
	if blind, sees := s.seesEffects(l); !sees {
		return blind
	}
	of, unnamed := s.effects()
	type last struct {
		p *publish
		x *effect
	}
	var inverted, maybe int
	several := false
	users := map[string]bool{}
	var first, late last
	for _, user := range sortedKeys(s.published) {
		latest := int64(-unbounded) // by when the effects of the earlier ones were there
		var top last                // of the earlier ones that are clear, the one that had none for longest
		for n, p := range s.published[user] {
			x := of[p.event]
			if x == nil {
				continue
			}
			several = several || n > 0
			if x.is != yes {
				maybe++
				continue
			}
			switch {
			case top.p != nil && p.clear && x.by < top.x.possible:
				// It had surely taken effect when the earlier one had not.
				inverted++
				users[user] = true
				if first.p == nil {
					first, late = last{p, x}, top
				}
			case latest >= x.possible:
				maybe++
			}
			latest = max(latest, x.by)
			if p.clear && (top.p == nil || x.possible > top.x.possible) {
				top = last{p, x}
			}
		}
	}
	j := judged{would: none, counts: map[string]int64{"inversions": int64(inverted), "open": int64(maybe)}}
	switch {
	case inverted > 0 && unnamed == 0:
		w := &checker.Witness{Property: checker.Order, User: first.p.user, Events: []string{first.p.event, late.p.event}, Minimal: true, Total: inverted, Users: len(users)}
		w.Timeline = eventsOf([]*history.Event{first.x.sure.e, first.x.sure.reply, late.x.sure.e, late.x.sure.reply})
		w.Summary = fmt.Sprintf("user %s: the write of event %s (published as number %d) was answered before any of event %s (number %d) was asked for; %s for %s in all",
			first.p.user, first.p.event, first.p.ordinal, late.p.event, late.p.ordinal, many(inverted, "inversion"), many(len(users), "user"))
		j.verdict, j.reason, j.witness, j.absence = checker.Refuted, w.Summary, w, true
	case inverted+maybe > 0 || unnamed > 0:
		j.verdict = checker.Unknown
		j.reason = fmt.Sprintf("of %s the order in which they took effect cannot be told, and %s name no event", many(inverted+maybe, "event"), many(unnamed, "write"))
	default:
		j.verdict, j.reason = checker.Holds, "each user's events first took effect in publish order"
		if !several {
			j.nothing = "no user had two events that took effect"
		}
	}
	return j
}
