package checker

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The oracle decides a plot as the numbered statements of the definition read, by
// trying every second. Its times are seconds.

const limit, patient = standstillLimit / second, patience / second

func (p *plot) on(worker string, t int64) span {
	if p.far[worker] {
		return span{t - p.ahead.hi, t - p.ahead.lo}
	}
	return span{t, t}
}

// beside decides statement 7 for the i-th strike, a fault: users stood still
// surely, or perhaps; and whether there was time for it, and an event.
func (p *plot) beside(i int) (still, perhaps, time, offered bool) {
	f := p.strikes[i]
	type wait struct {
		surely, maybe bool
		since, least  int64 // at the latest, at the earliest
		instant
	}
	type effect struct {
		surely, maybe bool
		instant
	}
	var waits []wait
	var effects []effect
	sureUsers, anybody, behind := 0, false, false
	for _, u := range plotUsers {
		touched, surelyTouched := p.touches(i, u)
		before, known := p.inHands(u, f.begin)
		surely, maybe := !touched && known, !surelyTouched && len(before) > 0
		if surely {
			sureUsers++
		}
		anybody, behind = anybody || maybe, behind || p.behind(i, u)
		for _, e := range p.events {
			if e.user != u || e.by < 0 && !e.acked {
				continue
			}
			if e.by >= 0 {
				effects = append(effects, effect{surely, maybe, p.takes(e)})
			}
			gone, surelyGone := p.passed(i, e)
			w := wait{surely: surely && !gone, maybe: maybe && !surelyGone, instant: p.takes(e)}
			w.since, w.least = p.waitsSince(i, e)
			if e.acked {
				waits = append(waits, w)
			}
		}
	}
	if !anybody && behind {
		return false, false, false, false
	}
	// Whether somebody can serve all the while, and one was served since nobody could.
	served := func(t, u int64, mayBe bool) bool {
		for at := t; at < u; at++ {
			if p.nobody(at, mayBe) {
				return false
			}
		}
		for at := t - 1; at >= -9; at-- {
			if p.nobody(at, mayBe) {
				return slices.ContainsFunc(effects, func(e effect) bool {
					if mayBe {
						return e.surely && e.lo >= at+1 && e.hi <= t
					}
					return e.maybe && e.hi >= at+1 && e.lo <= t
				})
			}
		}
		return true
	}
	halting := func(u int64) bool { // at any time before: nobody was served again
		for at := int64(-9); at < u; at++ {
			if p.halted(at, true) {
				return true
			}
		}
		return false
	}
	for t := f.begin.lo; t <= f.end.hi; t++ {
		for u := t + limit; u <= f.end.hi; u++ {
			if f.begin.hi <= t && u <= f.end.lo {
				may := served(t, u, true)
				time = time || may || sureUsers == 0 && !halting(u)
				waited, none := false, true
				for _, w := range waits {
					waited = waited || w.surely && w.since <= t && w.lo >= u
					offered = offered || may && w.surely && w.since < u && w.hi > t
				}
				for _, e := range effects {
					none = none && (!e.maybe || e.hi <= t || e.lo >= u)
				}
				still = still || may && waited && none
			}
			if served(t, u, false) {
				waited, none := false, true
				for _, w := range waits {
					waited = waited || w.maybe && w.least <= t && w.hi >= u
				}
				for _, e := range effects {
					none = none && !(e.surely && e.lo > t && e.hi < u)
				}
				perhaps = perhaps || waited && none
			}
		}
	}
	return still, perhaps, time, offered
}

// rests is statement 8.
func (p *plot) rests(t int64, perhaps bool) bool {
	for _, s := range p.strikes {
		end := s.end.hi
		if perhaps {
			end = s.end.lo
		}
		if !perhaps && s.begin.lo <= p.end || perhaps && s.begin.hi <= p.end {
			t = max(t, end)
		}
	}
	for at := int64(-9); at < p.end; at++ {
		if p.nobody(at, !perhaps) {
			t = max(t, at+1)
		}
	}
	return p.end-t >= patient
}

// livesAtEnd reports whether a life was not over at the end.
func (p *plot) livesAtEnd(worker string, l plotLife, perhaps bool) bool {
	surely, maybe := p.lived(worker, l)
	return surely.lo <= p.end && p.end < surely.hi || perhaps && maybe.lo <= p.end && p.end <= maybe.hi
}

// stalled is statement 9.
func (p *plot) stalled(perhaps bool) bool {
	before := func(worker string, t int64) bool { // of before the end
		if perhaps {
			return p.on(worker, t).hi < p.end
		}
		return p.on(worker, t).lo <= p.end
	}
	for _, e := range p.events {
		for _, a := range e.attempts {
			if a.deliver < 0 || !before(a.worker, a.deliver) || a.done >= 0 && before(a.worker, a.done) ||
				!p.livesAtEnd(a.worker, p.lives[a.worker][a.life], perhaps) {
				continue
			}
			if !perhaps && p.drained && (e.given() == 1 || p.lives[a.worker][a.life].stop >= 0) && a.exit >= 0 && a.sent {
				continue // its ack is not on record
			}
			last := int64(-1 << 40)
			for _, st := range p.steps() {
				if st.worker == a.worker && st.user == e.user && before(st.worker, st.t) {
					at := p.on(st.worker, st.t)
					if perhaps {
						last = max(last, at.lo)
					} else {
						last = max(last, at.hi)
					}
				}
			}
			if p.rests(last, perhaps) {
				return true
			}
		}
	}
	return false
}

// given is how often an event was delivered.
func (e plotEvent) given() (n int) {
	for _, a := range e.attempts {
		if a.deliver >= 0 {
			n++
		}
	}
	return n
}

// stuck is statement 10.
func (p *plot) stuck() bool {
	for _, u := range plotUsers {
		last, since, waits := int64(-1<<40), int64(unbounded), false
		for _, e := range p.events {
			if at := p.takes(e); e.user == u && e.by >= 0 && at.lo < p.end {
				last = max(last, at.hi)
			}
			if e.user == u && e.acked && p.takes(e).lo >= p.end {
				waits, since = true, min(since, e.since)
			}
		}
		if waits && p.rests(max(last, since), false) {
			return true
		}
	}
	return false
}

// atRest is statement 11.
func (p *plot) atRest() bool {
	alive := false
	for w, lives := range p.lives {
		for _, l := range lives {
			alive = alive || p.livesAtEnd(w, l, false)
		}
	}
	last := int64(-1 << 40)
	for _, st := range p.steps() {
		if at := p.on(st.worker, st.t); at.lo <= p.end {
			last = max(last, at.hi)
		}
	}
	return alive && p.rests(last, false)
}

// late is statement 12 for the i-th strike.
func (p *plot) late(i int) (surely, perhaps bool) {
	if p.limit == 0 {
		return false, false
	}
	f := p.strikes[i]
	free := func(from, to int64, mayBe bool) (n int64) {
		for t := from; t < to; t++ {
			other := slices.ContainsFunc(p.strikes, func(s plotStrike) bool { return s.id != f.id && s.lasts(t, mayBe) })
			if !other && !p.nobody(t, mayBe) {
				n++
			}
		}
		return n
	}
	for _, e := range p.events {
		at := p.takes(e)
		if !e.acked || e.since > f.end.hi || at.lo == unbounded && p.drained {
			continue
		}
		if at.lo == unbounded {
			at = instant{p.end, p.end}
		}
		surely = surely || free(f.end.hi, at.lo, true) > p.limit
		perhaps = perhaps || free(f.end.lo, min(at.hi, plotLogRead), false) > p.limit
	}
	return surely, perhaps
}

// verdict is what the definition says, with each reason, and whether there was
// nothing to judge.
func (p *plot) verdict() (want Verdict, why []string, nothing bool) {
	var refuted, open []string
	say := func(to *[]string, when bool, what string) {
		if when && !slices.Contains(*to, what) {
			*to = append(*to, what)
		}
	}
	nothing = !slices.ContainsFunc(p.events, func(e plotEvent) bool { return e.acked })
	for i, s := range p.strikes {
		if !s.fault {
			continue
		}
		nothing = nothing || !slices.ContainsFunc(p.events, func(e plotEvent) bool { return e.by >= 0 && p.takes(e).lo >= s.end.lo })
		late, perhapsLate := p.late(i)
		say(&refuted, late, "late")
		say(&open, perhapsLate, "perhaps late")
		if !s.halts {
			still, perhaps, time, offered := p.beside(i)
			say(&refuted, still, "still")
			say(&open, perhaps, "perhaps still")
			nothing = nothing || time && !offered
		}
	}
	say(&refuted, p.stalled(false), "stalled")
	say(&open, p.stalled(true), "perhaps stalled")
	if !p.drained {
		say(&refuted, p.stuck(), "stuck")
		say(&refuted, p.atRest(), "at rest")
		say(&open, true, "not drained")
	}
	switch {
	case len(refuted) > 0:
		return Refuted, refuted, nothing
	case len(open) > 0:
		return Unknown, open, nothing
	}
	return Holds, nil, nothing
}

// TestProgressAgainstItsDefinition draws small runs and holds the verdict against
// that of the numbered statements.
func TestProgressAgainstItsDefinition(t *testing.T) {
	reach := []string{"holds", "refuted", "unknown", "vacuous", "still", "stalled", "stuck", "at rest", "late", "perhaps still", "perhaps stalled", "perhaps late", "alone: at rest", "alone: still", "alone: perhaps still"}
	property(t, 2_000, reach, func(t *rapid.T, n *tally) {
		p := drawPlot(t)
		want, why, nothing := p.verdict()
		j := judgeProgress(newRecord(p.history(t)))
		if want == Holds && nothing {
			n.drew("vacuous")
		} else {
			n.drew("%s", want)
		}
		for _, w := range why {
			n.drew("%s", w)
			if len(why) == 1 {
				n.drew("alone: %s", w)
			}
		}
		if j.verdict != want || want == Holds && (j.nothing != "") != nothing {
			t.Fatalf("%s (%s; %s), the definition says %s (%s), nothing to judge: %t\n%s", j.verdict, j.reason, j.nothing, want, why, nothing, p)
		}
	})
}
