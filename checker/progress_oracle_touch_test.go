package checker

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// Statements 1 to 6 of the definition of progress, as they read: what is so at a
// time, and whom a fault touches.

// lived is statement 2: when a life lasted, surely and perhaps.
func (p *plot) lived(worker string, l plotLife) (surely, perhaps instant) {
	surely, perhaps = instant{p.on(worker, l.start).hi, p.on(worker, l.last).lo}, instant{p.on(worker, l.start).lo, unbounded}
	if l.stop >= 0 {
		surely.hi, perhaps.hi = p.on(worker, l.stop).lo, p.on(worker, l.stop).hi
	}
	if l.dead >= 0 {
		perhaps.hi = min(perhaps.hi, l.dead)
		if l.from > 0 && l.stop >= 0 {
			surely.hi = min(surely.hi, l.from)
		} else if l.from > 0 {
			surely.hi = l.from
		}
	}
	return surely, perhaps
}

// lasts reports whether something struck in the half second after t.
func (s plotStrike) lasts(t int64, perhaps bool) bool {
	if perhaps {
		return s.begin.lo <= t && t < s.end.hi
	}
	return s.begin.hi <= t && t < s.end.lo
}

// nobody is statement 4 for the second after t: surely nobody can serve, or
// perhaps.
func (p *plot) nobodyCan(t int64, perhaps bool) bool {
	able := false
	for w, lives := range p.lives {
		struck := false
		for _, s := range p.strikes {
			struck = struck || s.worker == w && s.lasts(t, perhaps)
		}
		for _, l := range lives {
			surely, maybe := p.lived(w, l)
			in := maybe
			if perhaps {
				in = surely
			}
			able = able || !struck && in.lo <= t && t < in.hi
		}
	}
	return !able || p.halted(t, perhaps)
}

func (p *plot) nobody(t int64, perhaps bool) bool {
	if perhaps {
		return p.nobodyAt[1][t+9]
	}
	return p.nobodyAt[0][t+9]
}

func (p *plot) halted(t int64, perhaps bool) bool {
	return slices.ContainsFunc(p.strikes, func(s plotStrike) bool { return s.halts && s.lasts(t, perhaps) })
}

// takes is when an event took effect: in the section of its first commit.
func (p *plot) takes(e plotEvent) instant {
	if e.by < 0 {
		return instant{unbounded, unbounded}
	}
	a := e.attempts[e.by]
	out := instant{max(e.from, p.on(a.worker, a.enter).lo), plotLogRead}
	if a.exit >= 0 {
		out.hi = min(out.hi, p.on(a.worker, a.exit).hi)
	} else if l := p.lives[a.worker][a.life]; l.dead >= 0 {
		out.hi = min(out.hi, l.dead)
	}
	out.hi = max(out.lo, out.hi)
	return out
}

type entry struct {
	worker string
	t      int64 // on its own clock
}

func (p *plot) entries(user string) (out []entry) {
	for _, e := range p.events {
		for _, a := range e.attempts {
			if e.user == user && a.enter >= 0 {
				out = append(out, entry{a.worker, a.enter})
			}
		}
	}
	return out
}

// inHands is statement 5.
func (p *plot) inHands(user string, at span) (workers []string, surely bool) {
	all := p.entries(user)
	for _, s := range all {
		surely = surely || p.on(s.worker, s.t).hi < at.lo
		may := p.on(s.worker, s.t).lo <= at.hi
		for _, o := range all {
			later := p.on(s.worker, s.t).hi < p.on(o.worker, o.t).lo || p.far[s.worker] == p.far[o.worker] && s.t < o.t
			may = may && !(later && p.on(o.worker, o.t).hi < at.lo)
		}
		if may {
			workers = append(workers, s.worker)
		}
	}
	return workers, surely
}

// touches is the first sentence of statement 6: whether the i-th strike's time has a
// user touched, perhaps and surely.
func (p *plot) touches(i int, user string) (perhaps, surely bool) {
	f := p.strikes[i]
	before, _ := p.inHands(user, f.begin)
	all := true
	for _, w := range before {
		one := false
		for k := range p.strikes {
			maybe, certain := p.meets(k, i)
			perhaps = perhaps || maybe && p.strikes[k].worker == w
			one = one || certain && p.strikes[k].worker == w
		}
		all = all && one
	}
	surely = all && len(before) > 0
	for k, s := range p.strikes {
		maybe, certain := p.meets(k, i)
		if slices.Contains(s.users, user) {
			perhaps, surely = perhaps || maybe, surely || certain
		}
		then, _ := p.inHands(user, s.begin)
		if s.worker == "" {
			continue
		}
		if maybe && s.begin.hi > f.begin.lo && slices.Contains(then, s.worker) {
			perhaps = true
		}
		if certain && s.begin.lo >= f.begin.hi && s.begin.hi > f.begin.lo && len(then) > 0 && !slices.ContainsFunc(then, func(w string) bool { return w != s.worker }) {
			surely = true
		}
	}
	return perhaps, surely
}

// meets reports whether two strikes have an instant in common.
func (p *plot) meets(k, i int) (perhaps, surely bool) {
	s, f := p.strikes[k], p.strikes[i]
	return s.begin.lo <= f.end.hi && s.end.hi >= f.begin.lo, k == i || s.begin.hi <= f.end.lo && s.end.lo >= f.begin.hi
}

// passed is the second sentence of statement 6.
func (p *plot) passed(i int, e plotEvent) (perhaps, surely bool) {
	at := p.takes(e)
	for k, s := range p.strikes {
		maybe, certain := p.meets(k, i)
		for n, a := range e.attempts {
			if s.worker == "" || a.worker != s.worker {
				continue
			}
			took := n == e.by
			perhaps = perhaps || maybe && (took || a.deliver >= 0 && p.on(a.worker, a.deliver).lo <= at.hi)
			surely = surely || certain && (took || a.deliver >= 0 && p.on(a.worker, a.deliver).hi < at.lo)
		}
	}
	return perhaps, surely
}

// behind reports whether a user was with a worker that the gateway alone kept
// inside.
func (p *plot) behind(i int, user string) bool {
	kept, named := false, false
	before, _ := p.inHands(user, p.strikes[i].begin)
	for k, s := range p.strikes {
		maybe, _ := p.meets(k, i)
		if maybe && slices.Contains(s.users, user) {
			return false
		}
		kept = kept || maybe && !s.fault && slices.Contains(before, s.worker)
		named = named || maybe && s.fault && slices.Contains(before, s.worker)
	}
	return kept && !named
}

// waitsSince is the end of statement 6: since when an event waits, at the latest and
// at the earliest, with what was in front of it.
func (p *plot) waitsSince(i int, e plotEvent) (since, least int64) {
	since, least = e.since, e.since
	for _, o := range p.events {
		if o.user != e.user || !o.acked {
			continue
		}
		gone, surelyGone := p.passed(i, o)
		if gone && o.since <= e.since {
			since = max(since, p.takes(o).hi)
		}
		if surelyGone && o.since < e.since {
			least = max(least, p.takes(o).lo)
		}
	}
	return since, least
}

func TestTheLastToEnterIsTheLastOfEachClock(t *testing.T) {
	all := []stay{{"w1", "far", 0, span{0, 10}}, {"w2", "d", 5, span{5, 5}}, {"w3", "far", 1, span{1, 11}}}
	if got := last(all, span{20, 20}); !slices.Equal(got.workers, []string{"w2", "w3"}) || !got.surely {
		t.Errorf("it is in the hands of %v (surely: %t), want w2 or w3", got.workers, got.surely)
	}
}

// A worker that was struck no later than the fault began touches by whom it had
// then, and not by whom it had when it perhaps was struck.
func TestAStrikeOfBeforeTheFaultTouchesByTheFaultsBegin(t *testing.T) {
	s := goingOnBut(0, 100).offset("d", "far", 0, second)
	s.domains[history.SrcGateway] = "far"
	s.section("w2", "early", "u2-1", "u2", 4*second, 4*second+1).section("w3", "late", "u2-1", "u2", 9*second+second/2, 9*second+second/2+1)
	s.gateway(history.Event{Kind: history.KindHoldBegin, T: 10 * second, Attempt: "of nobody", Worker: "w2", User: "u3"})
	c := newProgressCheck(newRecord(s.history()))
	if in, _ := c.untouched(0); !in.users["u2"] {
		t.Errorf("u2 is touched: %+v", in)
	}
}

// TestWhomAFaultTouchesAgainstItsDefinition holds the parts of the judgement against
// statements 1 to 6, which its verdict alone seldom turns on.
func TestWhomAFaultTouchesAgainstItsDefinition(t *testing.T) {
	property(t, 1_000, []string{"untouched", "touched", "passed", "not kept"}, func(t *rapid.T, n *tally) {
		p := drawPlot(t)
		c := newProgressCheck(newRecord(p.history(t)))
		c.counts = map[string]int64{}
		for k, idle := range []stretches{c.idle.surely, c.idle.perhaps} {
			for at := int64(-9); at < plotLogRead; at++ {
				in := slices.ContainsFunc(idle, func(s instant) bool { return s.lo <= at*second && at*second < s.hi })
				if want := p.nobodyAt[k][at+9]; in != want {
					t.Fatalf("nobody can serve (perhaps: %t) in the second after %d: %t, want %t\n%s", k == 1, at, in, want, p)
				}
			}
		}
		for i, f := range p.strikes {
			if f.fault {
				p.holdTouch(t, n, c, i, slices.IndexFunc(c.r.faults, func(e FaultEvidence) bool { return e.Fault == f.id }))
			}
		}
	})
}

func (p *plot) holdTouch(t *rapid.T, n *tally, c *progressCheck, i, k int) {
	in, ok := c.untouched(k)
	anybody, behind := false, false
	for _, u := range plotUsers {
		touched, surely := p.touches(i, u)
		before, known := p.inHands(u, p.strikes[i].begin)
		users, maybe := !touched && known, !surely && len(before) > 0
		if in.users[u] != users || in.maybe[u] != maybe {
			t.Fatalf("%s is left untouched by %s: surely %t, perhaps %t, want %t and %t\n%s", u, p.strikes[i].id, in.users[u], in.maybe[u], users, maybe, p)
		}
		n.drew("%s", map[bool]string{true: "untouched", false: "touched"}[users])
		anybody, behind = anybody || maybe, behind || p.behind(i, u)
	}
	if ok != (anybody || !behind) {
		t.Fatalf("%s is judged: %t\n%s", p.strikes[i].id, ok, p)
	}
	n.drew("%s", map[bool]string{true: "not kept", false: "kept"}[ok])
	all, everybody := instant{-1 << 60, unbounded}, map[string]bool{"u1": true, "u2": true, "u3": true}
	for _, perhaps := range []bool{true, false} {
		struck := in.surelyStruck
		if perhaps {
			struck = in.struck
		}
		waits := c.waitsBeside(everybody, struck, all, perhaps)
		for _, e := range p.events {
			if !e.acked {
				continue
			}
			gone, surelyGone := p.passed(i, e)
			since, least := p.waitsSince(i, e)
			if !perhaps {
				gone, since = surelyGone, least
			}
			at := slices.IndexFunc(waits, func(w waiting) bool { return w.event == e.id })
			if since < unbounded {
				since *= second
			}
			if gone != (at < 0) || !gone && waits[at].since != since {
				t.Fatalf("%s passed by those that %s struck: %t, want %t; perhaps: %t; it waits since %d\n%+v\n%s", e.id, p.strikes[i].id, at < 0, gone, perhaps, since, waits, p)
			}
			if gone {
				n.drew("passed")
			}
		}
	}
}
