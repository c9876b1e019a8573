package attack

import "slices"

const (
	hour  = int64(3_600_000)
	day   = 24 * hour
	most  = 3 // texts of marketing in a day
	pause = 7 * day
)

func marketing(text string) bool { return text == "campaign" || text == "cart_reminder" }

// asleep reports whether it is night where the user is.
func (p *publish) asleep() bool {
	h := ((p.at+p.zone*60_000)%day + day) % day / hour
	return h >= 21 || h < 9
}

// decide applies the orchestrator's rules, or what its bugs leave of them.
func (w *world) decide(s *state, p *publish) (text string, seen bool, next *state) {
	return decide(s, p, w.bugs)
}

func decide(s *state, p *publish, b bugs) (text string, seen bool, next *state) {
	if slices.Contains(s.seen, p.id) && !b.forgetsSeen {
		return "", true, nil
	}
	n := *s
	n.version++
	n.seen = append(slices.Clone(s.seen), p.id)
	switch p.typ {
	case "replied_stop":
		n.stopped = true
		if !s.stopped {
			text = "stop_confirmation"
		}
		return text, false, &n
	case "replied_start":
		n.stopped = false
		return "", false, &n
	case "purchased":
		n.purchasedAt = max(s.purchasedAt, p.at)
	}
	if s.stopped && !b.ignoresStop {
		return "", false, &n
	}
	switch p.typ {
	case "subscribed":
		if !s.welcomed || b.welcomesAgain {
			n.welcomed, text = true, "welcome"
		}
	case "purchased":
		text = "receipt"
	case "cart_abandoned":
		if s.purchasedAt == 0 || p.at >= s.purchasedAt+pause || b.ignoresPause {
			text = n.market(p, "cart_reminder", b)
		}
	case "campaign":
		text = n.market(p, "campaign", b)
	}
	return text, false, &n
}

// market decides on a text of marketing.
func (s *state) market(p *publish, text string, b bugs) string {
	near := 0
	for _, at := range s.marketing {
		if at > p.at-day && at < p.at+day {
			near++
		}
		if p.at < at-day {
			return "" // too late to be held against the cap
		}
	}
	if near >= most && !b.ignoresCap || p.asleep() && !b.ignoresQuiet {
		return ""
	}
	s.marketing = append(slices.Clone(s.marketing), p.at)
	return text
}

// felt is what the users felt of the rules: see the package's statements.
func (w *world) felt() (out truth) {
	shown := func() { out = truth{true, true} }
	for i, s := range w.sends {
		if s.what != "" {
			continue
		}
		if marketing(s.text) {
			if s.a.p.asleep() {
				shown()
			}
			for _, from := range w.sends {
				if w.within(from, s.a.p.user, i) > most {
					shown()
				}
			}
		}
		if s.text == "welcome" && slices.ContainsFunc(w.sends[:i], func(o *send) bool { return o.what == "" && o.text == "welcome" && o.a.p.user == s.a.p.user }) {
			shown()
		}
		for _, c := range w.commits {
			if c.a.p.user != s.a.p.user || c.t > s.t {
				continue
			}
			if c.a.p.typ == "purchased" && s.text == "cart_reminder" && s.a.p.at < c.a.p.at+pause {
				out.violated = true
				out.shown = out.shown || c.known(w) < s.t
			}
		}
		v := w.afterStop(s, w.firsts()) // a STOP that is handled again is none of the user's; a START may be
		out.violated, out.shown = out.violated || v.violated, out.shown || v.shown
	}
	for _, p := range w.publishes {
		if v := w.swallowed(p); v.violated {
			out.violated, out.shown = true, out.shown || v.shown
		}
	}
	return out
}

// within counts the user's texts of marketing for events of the day that begins
// with that of one of them, among the first n sends and that one.
func (w *world) within(from *send, user string, n int) (count int) {
	if from.what != "" || !marketing(from.text) || from.a.p.user != user {
		return 0
	}
	for _, s := range w.sends[:n+1] {
		d := s.a.p.at - from.a.p.at
		if s.what == "" && marketing(s.text) && s.a.p.user == user && d >= 0 && d < day {
			count++
		}
	}
	return count
}

// known is when the commit's worker surely knew of it, by all clocks.
func (c *commit) known(w *world) int64 {
	switch {
	case !c.sure():
		return forever
	case c.by != c.a:
		return c.madeAt + w.width()
	case c.a.exitT == 0:
		return forever
	}
	return c.a.exitT + w.width()
}

// swallowed reports whether an event took effect, no text of it went out, and
// one was owed by what the log says had happened before, or by what its
// attempts read.
func (w *world) swallowed(p *publish) (out truth) {
	if slices.ContainsFunc(w.sends, func(s *send) bool { return s.a.p == p && s.what == "" }) {
		return truth{}
	}
	s, tame := &state{}, true
	for _, c := range w.commits {
		if c.a.p.user != p.user {
			continue
		}
		if c.a.p == p {
			byLog, _, _ := decide(s, p, bugs{})
			byRead, _, _ := decide(&state{stopped: c.read.stopped, welcomed: c.read.welcomed, purchasedAt: c.read.purchasedAt, marketing: c.read.marketing}, p, bugs{})
			if byLog != "" || byRead != "" || c.text != "" {
				out.violated = true
				// A receipt is held back by STOP alone.
				out.shown = tame && p.typ == "purchased"
			}
			return out
		}
		if c.a.p.typ == "replied_stop" {
			tame = false
		}
		if _, _, next := decide(s, c.a.p, bugs{}); next != nil {
			s = next
		}
	}
	return truth{}
}
