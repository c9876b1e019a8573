package checker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// plot is a small run as its observers recorded it. Its times are seconds: those of
// w2, w3 and the gateway on a clock of their own where far says so. -1 is never.
type plot struct {
	ahead   span // of the far clock
	far     map[string]bool
	lives   map[string][]plotLife
	events  []plotEvent
	strikes []plotStrike
	limit   int64
	end     int64
	drained bool

	nobodyAt [2][]bool // by perhaps and second, from -9 on
}

type plotLife struct{ start, until, stop, from, dead, last int64 }

type plotAttempt struct {
	worker                     string
	life                       int
	deliver, enter, exit, done int64
	sent                       bool // its exit says so
}

type plotEvent struct {
	id, user    string
	from, since int64
	delay       int64 // of since: for so long it was to be held back
	acked       bool
	attempts    []plotAttempt
	by          int // the attempt by which it took effect; -1: none
}

type plotStrike struct {
	id              string
	fault, halts    bool
	worker          string
	users           []string
	stamped, lifted int64 // on its observer's clock; lifted -1: never
	begin, end      span
}

var (
	plotUsers   = []string{"u1", "u2", "u3"}
	plotWorkers = []string{"w1", "w2", "w3"}
)

const plotLogRead = int64(90)

func drawPlot(t *rapid.T) *plot {
	in := func(name string, from, to int64) int64 { return rapid.Int64Range(from, to).Draw(t, name) }
	one := func(name string, of int64) bool { return in(name, 1, of) == of }
	p := &plot{far: map[string]bool{}, lives: map[string][]plotLife{}, end: in("end", 22, 45), drained: rapid.Bool().Draw(t, "drained")}
	p.ahead.lo = in("ahead", -1, 1)
	p.ahead.hi = p.ahead.lo + in("width", 0, 2)
	for _, who := range []string{"w2", "w3", history.SrcGateway} {
		p.far[who] = rapid.Bool().Draw(t, "far")
	}
	for _, w := range plotWorkers[:in("workers", 1, 3)] {
		start := in("start", 0, 2)
		for range 3 {
			l := p.drawLife(t, w, start)
			p.lives[w] = append(p.lives[w], l)
			start = max(l.until, l.dead+p.ahead.hi) + 1 + in("comes back", 0, 4)
			if l.dead < 0 || start > p.end || one("stays away", 2) {
				break
			}
		}
	}
	smooth := one("smooth", 2) // all is served, in no time
	for _, u := range plotUsers {
		now := int64(0)
		for range in("events", 1, 4) {
			now += in("publish", 0, 6)
			e := plotEvent{id: fmt.Sprintf("%s-%d", u, len(p.events)), user: u, from: now, since: now + in("acknowledging", 0, 1), acked: !one("unacknowledged", 8), by: -1}
			if one("held back", 6) {
				e.delay = in("for", 1, 12)
				e.since += e.delay
			}
			least := int64(0)
			if smooth {
				least = 1
			}
			for range in("attempts", least, 2) {
				if a, ok := p.drawAttempt(t, e, smooth); ok {
					e.attempts = append(e.attempts, a)
				}
			}
			if n := len(e.attempts); n > 0 && e.attempts[n-1].enter >= 0 && (smooth || !one("in vain", 5)) {
				e.by = n - 1
			}
			p.events = append(p.events, e)
		}
	}
	for i := range in("faults", 0, 2) {
		s := plotStrike{id: fmt.Sprint("f", i), fault: true, stamped: in("begin", 2, 10), halts: one("halts", 6),
			worker: rapid.SampledFrom([]string{"", "w1", "w2"}).Draw(t, "struck")}
		s.lifted = s.stamped + in("lasts", 3, 14)
		s.begin, s.end = span{s.stamped, s.stamped}, span{s.lifted, s.lifted}
		if rapid.Bool().Draw(t, "named") {
			s.users = []string{rapid.SampledFrom(plotUsers).Draw(t, "name")}
		}
		p.strikes = append(p.strikes, s)
	}
	if rapid.Bool().Draw(t, "limited") {
		p.limit = in("limit", 1, 12)
	}
	for i := range in("withheld", 0, 2) {
		s := plotStrike{id: fmt.Sprint("h", i), stamped: in("begin", 1, 12), lifted: -1, end: span{unbounded, unbounded},
			worker: rapid.SampledFrom(plotWorkers).Draw(t, "kept"), users: []string{rapid.SampledFrom(plotUsers).Draw(t, "whose")}}
		s.begin = p.on(history.SrcGateway, s.stamped)
		if !one("for good", 8) {
			s.lifted = s.stamped + in("lasts", 0, 8)
			s.end = p.on(history.SrcGateway, s.lifted)
		}
		p.strikes = append(p.strikes, s)
	}
	p.settle()
	return p
}

// drawLife draws how one ends: after the run, or killed, told to stop, or by
// itself in it, or nobody knows.
func (p *plot) drawLife(t *rapid.T, w string, start int64) plotLife {
	in := func(name string, from, to int64) int64 { return rapid.Int64Range(from, to).Draw(t, name) }
	l := plotLife{start: start, until: p.end + 10, stop: -1, from: -1, dead: -1}
	ends := start + in("lives", 0, 20)
	switch in("fate", 0, 7) {
	case 1: // killed
		l.from, l.until = ends, max(start, ends+p.ahead.lo)
		l.dead = ends + 3 + in("dying", 0, 2)
	case 2: // told to stop
		l.from, l.until = ends, ends+2+in("stopping", 0, 3)
		l.stop, l.dead = l.until, l.until+4
	case 3: // by itself
		l.from, l.until, l.dead = 0, ends, ends+3+in("unseen", 0, 3)
	case 4: // nobody knows
		l.until = ends
	default:
		l.until = p.end + 5
		l.from, l.stop, l.dead = p.end+2, l.until, l.until+4
	}
	return l
}

func (p *plot) drawAttempt(t *rapid.T, e plotEvent, smooth bool) (plotAttempt, bool) {
	in := func(name string, from, to int64) int64 { return rapid.Int64Range(from, to).Draw(t, name) }
	a := plotAttempt{worker: rapid.SampledFrom(plotWorkers).Draw(t, "by"), deliver: e.since + in("waits", 0, 9), enter: -1, exit: -1, done: -1}
	if slices.ContainsFunc(e.attempts, func(o plotAttempt) bool { return o.worker == a.worker }) {
		return a, false
	}
	a.life = slices.IndexFunc(p.lives[a.worker], func(l plotLife) bool { return l.start <= a.deliver && a.deliver <= l.until })
	if a.life < 0 {
		return a, false
	}
	if until := p.lives[a.worker][a.life].until; smooth && a.deliver+2 <= until {
		a.enter, a.exit, a.done, a.sent = a.deliver, a.deliver+1, a.deliver+1, true
		return a, true
	}
	a.sent = rapid.Bool().Draw(t, "sent")
	until := p.lives[a.worker][a.life].until
	at := a.deliver
	for _, step := range []*int64{&a.enter, &a.exit, &a.done} {
		if at += in("takes", 0, 2); at > until || in("goes on", 0, 7) == 7 {
			break
		}
		*step = at
	}
	return a, true
}

// plotStep is one of a worker's records.
type plotStep struct {
	worker, user string
	t            int64
}

func (p *plot) steps() (out []plotStep) {
	for w, lives := range p.lives {
		for _, l := range lives {
			out = append(out, plotStep{w, "", l.start})
			if l.stop >= 0 {
				out = append(out, plotStep{w, "", l.stop})
			}
		}
	}
	for _, e := range p.events {
		for _, a := range e.attempts {
			for _, t := range []int64{a.deliver, a.enter, a.exit, a.done} {
				if t >= 0 {
					out = append(out, plotStep{a.worker, e.user, t})
				}
			}
		}
	}
	return out
}

// settle finds each life's last record, and when nobody can serve.
func (p *plot) settle() {
	for _, lives := range p.lives {
		for i := range lives {
			l := &lives[i]
			l.last = max(l.start, l.stop)
		}
	}
	for _, e := range p.events {
		for _, a := range e.attempts {
			l := &p.lives[a.worker][a.life]
			l.last = max(l.last, a.deliver, a.enter, a.exit, a.done)
		}
	}
	for i, perhaps := range []bool{false, true} {
		for t := int64(-9); t < plotLogRead; t++ {
			p.nobodyAt[i] = append(p.nobodyAt[i], p.nobodyCan(t, perhaps))
		}
	}
}

// history tells the plot, with the observers in a drawn order.
func (p *plot) history(t *rapid.T) *history.History {
	parts := map[string][]history.Event{}
	add := func(src string, t int64, e history.Event) {
		e.Src, e.T, e.Domain = src, t*second, "d"
		if p.far[strings.TrimPrefix(src, history.SrcWorkerPrefix)] {
			e.Domain = "far"
		}
		parts[src] = append(parts[src], e)
	}
	add(history.SrcHarness, 0, history.Event{Kind: history.KindScenario, Scenario: &history.Setup{RecoverWithinNS: p.limit * second}})
	add(history.SrcHarness, 0, history.Event{Kind: history.KindClockOffset, Peer: "far", Lo: p.ahead.lo * second, Hi: p.ahead.hi * second})
	add(history.SrcGateway, 0, history.Event{Kind: history.KindObserverStart})
	for w, lives := range p.lives {
		for _, l := range lives {
			add(history.WorkerSrc(w), l.start, history.Event{Kind: history.KindWorkerStart})
			if l.dead >= 0 {
				add(history.SrcHarness, l.dead, history.Event{Kind: history.KindWorkerDead, Worker: w, From: l.from * second})
			}
		}
	}
	commits := int64(1) // so that there is a log, whatever took effect
	add(history.SrcStore, plotLogRead, history.Event{Kind: history.KindStateCommit, Event: "of another run", Ordinal: commits})
	for n, e := range p.events {
		outcome := history.OutcomeOK
		if !e.acked {
			outcome = history.OutcomeUnclear
		}
		add(history.SrcHarness, e.since-e.delay, history.Event{Kind: history.KindPublish, From: e.from * second, DelayNS: e.delay * second, Event: e.id, User: e.user, Ordinal: int64(n + 1), Outcome: outcome})
		for k, a := range e.attempts {
			id := fmt.Sprintf("%s by %s", e.id, a.worker)
			for _, r := range []struct {
				kind history.Kind
				t    int64
			}{{history.KindDeliver, a.deliver}, {history.KindEnter, a.enter}, {history.KindExit, a.exit}, {history.KindAck, a.done}} {
				outcome := history.OutcomeOK
				if r.kind == history.KindExit {
					outcome = map[bool]string{true: history.OutcomeSent, false: history.OutcomeUnclear}[a.sent]
				}
				if r.t >= 0 {
					add(history.WorkerSrc(a.worker), r.t, history.Event{Kind: r.kind, Event: e.id, User: e.user, Attempt: id, Outcome: outcome})
				}
			}
			if k == e.by {
				commits++
				add(history.SrcStore, plotLogRead, history.Event{Kind: history.KindStateCommit, Event: e.id, User: e.user, Attempt: id, Ordinal: commits})
			}
		}
	}
	for w, lives := range p.lives {
		for _, l := range lives {
			if l.stop >= 0 {
				add(history.WorkerSrc(w), l.stop, history.Event{Kind: history.KindWorkerStop})
			}
		}
	}
	for _, s := range p.strikes {
		if !s.fault {
			about := history.Event{Worker: s.worker, User: s.users[0], Detail: map[string]string{"hold": s.id}}
			about.Kind = history.KindHoldBegin
			add(history.SrcGateway, s.stamped, about)
			if about.Kind = history.KindHoldEnd; s.lifted >= 0 {
				add(history.SrcGateway, s.lifted, about)
			}
			continue
		}
		begin := history.Event{Kind: history.KindFaultBegin, Fault: s.id, Worker: s.worker, Detail: map[string]string{}}
		if s.halts {
			begin.Detail[history.DetailHalts] = "yes"
		}
		add(history.SrcHarness, s.stamped, begin)
		add(history.SrcHarness, s.lifted, history.Event{Kind: history.KindFaultEnd, Fault: s.id, Outcome: history.OutcomeHealed,
			Detail: map[string]string{history.DetailUsers: strings.Join(s.users, " ")}})
	}
	outcome := history.OutcomeFailed
	if p.drained {
		outcome = history.OutcomeOK
	}
	add(history.SrcHarness, p.end, history.Event{Kind: history.KindQuiet, Outcome: outcome})
	h := &history.History{}
	var sources []string
	for src := range parts {
		sources = append(sources, src)
	}
	slices.Sort(sources)
	for _, src := range rapid.Permutation(sources).Draw(t, "order") {
		part := parts[src]
		slices.SortStableFunc(part, func(a, b history.Event) int { return cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(first(a), first(b))) })
		for i := range part {
			part[i].Seq = uint64(i + 1)
		}
		h.Events = append(h.Events, part...)
	}
	return h
}

// first puts a start before, and a stop behind, whatever shares its stamp.
func first(e history.Event) int {
	switch e.Kind {
	case history.KindWorkerStart:
		return -1
	case history.KindWorkerStop:
		return 1
	}
	return 0
}

func (p *plot) String() string {
	s := fmt.Sprintf("end %d, drained %t, limit %d, far clock ahead by %v: %v\n", p.end, p.drained, p.limit, p.ahead, p.far)
	for _, w := range plotWorkers {
		s += fmt.Sprintf("%s %+v\n", w, p.lives[w])
	}
	for _, x := range p.strikes {
		s += fmt.Sprintf("%+v\n", x)
	}
	for _, e := range p.events {
		s += fmt.Sprintf("%+v takes effect %v\n", e, p.takes(e))
	}
	return s
}
