package checker

import "turnstile/checker/history"

// stage is where in its handling a named point lies, seen from the critical
// section. A section ends with its last effect, whatever becomes of its worker
// then: one that waits behind it is not inside, and waiting there is no proof
// that it is.
type stage int

const (
	nowhere stage = iota // not known: proves nothing
	ahead                // before the section
	within               // with an effect still to come
	behind               // past the last effect
)

// stages says of each point that a history may name where it lies (see
// [history.KindPointBegin]). A name that is not here proves nothing, and neither
// does a point without one.
var stages = map[string]stage{
	"delivered": ahead,
	"locked":    ahead,
	"read":      within, // unless there is nothing left to do: see [bounds.idle]
	"written":   behind,
	"ack":       behind,
}

// stageOf is where the attempt was that a hold made wait. Without a name it is
// the answer to a send that was withheld, which is an effect that lasts.
func stageOf(begin *history.Event) stage {
	if begin.Kind == history.KindHoldBegin {
		return within
	}
	return stages[begin.Detail["point"]]
}

// idle reports whether what the attempt read may have told it that its event
// had taken effect before: the read then was its last effect. So may what it
// read if that is not on record.
func (b *bounds) idle(s *section) bool {
	if !s.hasRead {
		return true
	}
	p := b.publishes[s.event]
	return p != nil && p.commit != nil && p.commit.Attempt != s.attempt && p.commit.Version <= s.read
}

// leftAt is when an attempt without an exit on record was certainly past its
// last effect, on its own clock, by its having come to a point behind it.
func (b *bounds) leftAt(s *section, holds []hold) (t int64, ok bool) {
	for _, h := range holds {
		if stageOf(h.begin) != behind {
			continue
		}
		if at, known := b.clocks.on(s.domain, h.begin.Domain, h.begin.T); known && (!ok || at.hi < t) {
			t, ok = at.hi, true
		}
	}
	return max(t, s.lastStep), ok
}
