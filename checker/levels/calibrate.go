package levels

import (
	"fmt"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Calibrated says, a sentence each, which observers did not see the probe event
// ([Mapping.Probe]) under the right user, up to the level of the marks that there
// are. Nothing means that all of them did: what a mapping gets wrong, nobody sees.
func Calibrated(h *history.History, m Mapping) []string {
	s := see(h, m)
	p := s.probe()
	if p == nil {
		return []string{fmt.Sprintf("no acknowledged publish of a probe event %q is on record, so nothing is calibrated: publish one and wait until it is handled", m.Probe)}
	}
	var out []string
	miss := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if calls := under(s.calls, func(c *call) (string, string) { return c.user, c.event }, p); calls != "" {
		miss("the downstream did not see event %s of user %s%s: does its event send a text, and does the manifest say where user and event stand in a call?", p.event, p.user, calls)
	}
	deliveries := under(s.given, func(g *given) (string, string) { return g.user, g.event }, p)
	if deliveries != "" {
		miss("no link to Pulsar saw event %s of user %s delivered%s: does the manifest say where user and event stand in a message?", p.event, p.user, deliveries)
	}
	acked := slices.ContainsFunc(s.given, func(g *given) bool { return g.event == p.event && g.ack != nil })
	if deliveries == "" && !acked {
		miss("no link to Pulsar saw event %s acknowledged, or it was given to a worker more than once", p.event)
	}
	switch mine := s.commandsOf(p); {
	case len(s.m.State) == 0:
		miss("the mapping says of no key of Redis that it is a user's state, so no link to Redis sees one")
	case len(mine) == 0:
		miss("no link to Redis saw a command to the state of user %s: is its key one of %s?", p.user, strings.Join(s.m.State, ", "))
	default:
		for _, a := range []Access{Reads, Writes} {
			if !slices.ContainsFunc(mine, func(c *command) bool { return c.access == a }) {
				miss("no link to Redis saw a command that %ss the state of user %s: say in the mapping which commands do", a, p.user)
			}
		}
		if s.m.NamesEvent && !slices.ContainsFunc(mine, func(c *command) bool { return c.event == p.event }) {
			miss("no write of the state of user %s names event %s, and the mapping says that each names its own", p.user, p.event)
		}
	}
	if len(s.marks) > 0 || m.Marked {
		if marks := under(s.marks, func(m *mark) (string, string) { return m.user, m.event }, p); marks != "" {
			miss("nobody marked a section of event %s of user %s%s", p.event, p.user, marks)
		}
	}
	return out
}

// probe is the publish of the probe event; nil if none was acknowledged.
func (s *seen) probe() *publish {
	if s.m.Probe != "" {
		if p := s.publishes[s.m.Probe]; p != nil && p.ok {
			return p
		}
		return nil
	}
	var first *publish
	for _, p := range s.inOrder() {
		if p.ok && (first == nil || p.t < first.t) {
			first = p
		}
	}
	return first
}

// under is empty if one of all is of the probe and its user, and else says whose it
// is taken for.
func under[T any](all []T, whose func(T) (user, event string), p *publish) string {
	wrong := " at all"
	for _, one := range all {
		switch user, event := whose(one); {
		case event == p.event && user == p.user:
			return ""
		case event == p.event:
			wrong = fmt.Sprintf(", but under user %q", user)
		}
	}
	return wrong
}

// commandsOf are the commands to the probe's user's state.
func (s *seen) commandsOf(p *publish) (out []*command) {
	for _, c := range s.commands {
		if c.user == p.user {
			out = append(out, c)
		}
	}
	return out
}

// Control says why a system cannot be judged by these observers: a run of it with
// two replicas on two subscriptions, so that each event is handled twice at once,
// must be refuted. Empty: it was.
func Control(r *Result) string {
	v := r.Of(checker.Exclusivity)
	if v.Verdict == checker.Refuted {
		return ""
	}
	return fmt.Sprintf("two replicas that handle every event at once were not seen to: exclusivity is %s (%s). The observers are blind to this system, and no verdict of theirs counts: hold the answers of the downstream for longer, or say in the mapping where its state is", v.Verdict, v.Reason)
}
