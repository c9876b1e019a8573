package levels

import (
	"fmt"

	"turnstile/checker"
)

// standstill is how long nobody's event may wait for the sufficient condition of
// progress, in nanoseconds: as long as untouched users may stand still.
const standstill = int64(5e9)

// progress is said to hold where no event waited long enough to stand still, all
// that was delivered was done with, and something took effect after each fault. It
// is never refuted: who could have served while an event waited, no link shows.
func (s *seen) progress(l Level) judged {
	if blind, sees := s.seesEffects(l); !sees {
		return blind
	}
	if l < Broker {
		return unknown(Broker, "%s does not see whether a worker keeps hold of messages", l)
	}
	if !s.quietOK() {
		return unknown(none, "the run did not reach quiet, and who could have served no link shows")
	}
	limit := standstill
	if sc := s.scenario; sc != nil && sc.RecoverWithinNS > 0 {
		limit = min(limit, sc.RecoverWithinNS)
	}
	of, _ := s.effects()
	var longest, latest int64
	acknowledged := 0
	for _, p := range s.inOrder() {
		if !p.ok {
			continue
		}
		acknowledged++
		x := of[p.event]
		if x == nil || x.is != yes {
			return unknown(none, "event %s has no effect on record, and who could have served it no link shows", p.event)
		}
		longest, latest = max(longest, x.by-p.due), max(latest, x.possible)
	}
	if longest >= limit {
		return unknown(none, "an event took effect %s after it had been acknowledged, or was to be given out, and who could have served it no link shows", inMS(longest))
	}
	for _, g := range s.given {
		if g.ack == nil && g.end == unbounded && !g.back {
			return unknown(none, "worker %s was given event %s and neither acknowledged it nor handed it back", g.worker, g.event)
		}
	}
	for _, f := range s.faults {
		if _, hi, ok := s.clocks.On(s.frame, f.Domain, f.End); !ok || hi > latest {
			return unknown(none, "nothing is seen to have taken effect after the fault %s", f.Fault)
		}
	}
	j := judged{verdict: checker.Holds, would: none, counts: map[string]int64{"longest_wait_ns": longest},
		reason: fmt.Sprintf("every one of %d acknowledged events took effect within %s, and all that was delivered was done with", acknowledged, inMS(longest))}
	if acknowledged == 0 {
		j.nothing = "no publish was acknowledged"
	}
	return j
}
