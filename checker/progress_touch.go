package checker

import (
	"cmp"
	"slices"
	"sort"
)

// stay is an entered section, as far as it tells in whose hands its user was.
type stay struct {
	worker, domain string
	enter          int64 // on that clock
	span                 // on the harness's
}

// hands are the workers in whose hands a user may be.
type hands struct {
	workers []string
	surely  bool // in those of one of them
}

// before orders two enters as far as is known: on one clock, exactly.
func (s stay) before(o stay) bool {
	if s.domain == o.domain {
		return s.enter < o.enter
	}
	return s.hi < o.lo
}

// inHands tells for each user in whose hands it may be at an instant.
func (c *progressCheck) inHands(at span) map[string]hands {
	if known, ok := c.handsAt[at]; ok {
		return known
	}
	if c.stays == nil {
		c.stays = make(map[string][]stay, len(c.r.byUser))
		for user, sections := range c.r.byUser {
			all := make([]stay, len(sections))
			for i, s := range sections {
				all[i] = stay{s.worker, s.domain, s.enter, c.at(s.attempt, s.domain, s.enter)}
			}
			c.stays[user] = all
		}
	}
	out := make(map[string]hands, len(c.stays))
	for user, all := range c.stays {
		if h := last(all, at); len(h.workers) > 0 {
			out[user] = h
		}
	}
	c.handsAt[at] = out
	return out
}

// last are the workers of which one was the last to enter before an instant.
func last(all []stay, at span) (out hands) {
	var latest []stay // surely before, the last of each clock
	for _, s := range all {
		if s.hi >= at.lo {
			continue
		}
		if i := slices.IndexFunc(latest, func(l stay) bool { return l.domain == s.domain }); i < 0 {
			latest = append(latest, s)
		} else if latest[i].enter < s.enter {
			latest[i] = s
		}
	}
	for _, s := range all {
		if s.lo <= at.hi && !slices.ContainsFunc(latest, s.before) && !slices.Contains(out.workers, s.worker) {
			out.workers = append(out.workers, s.worker)
		}
	}
	out.surely = len(latest) > 0
	return out
}

// beside is whom a fault does not touch, and by whose hands it touches events.
type beside struct {
	users, maybe map[string]bool // surely, and perhaps
	struck       map[string]bool // workers that perhaps were
	surelyStruck map[string]bool
}

// untouched decides whom the i-th fault does not touch. It is not ok where every
// worker that anybody was with is kept inside by the gateway: that stops
// everybody, by its doing and not their own.
func (c *progressCheck) untouched(i int) (out beside, ok bool) {
	f := c.strikes[i]
	out = beside{users: map[string]bool{}, struck: map[string]bool{}, surelyStruck: map[string]bool{}, maybe: map[string]bool{}}
	aimed, surelyAimed := map[string]bool{}, map[string]bool{}
	kept, named := map[string]bool{}, map[string]bool{}
	var later, surelyLater []strike // that may strike a worker after f began
	for k, s := range c.strikes {
		if s.begin.lo > f.end.hi || s.end.hi < f.begin.lo {
			continue
		}
		surely := k == i || s.begin.hi <= f.end.lo && s.end.lo >= f.begin.hi
		for _, u := range s.users {
			aimed[u] = true
			surelyAimed[u] = surelyAimed[u] || surely
		}
		if s.worker == "" {
			continue
		}
		out.struck[s.worker] = true
		if s.withholds {
			kept[s.worker] = true
		} else {
			named[s.worker] = true
		}
		if surely {
			out.surelyStruck[s.worker] = true
		}
		if s.begin.hi > f.begin.lo {
			later = append(later, s)
			if surely {
				surelyLater = append(surelyLater, s)
			}
		}
	}
	behind := false
	for user, in := range c.inHands(f.begin) {
		is := func(of map[string]bool) func(string) bool { return func(w string) bool { return of[w] } }
		not := func(of map[string]bool) func(string) bool { return func(w string) bool { return !of[w] } }
		behind = behind || !aimed[user] && slices.ContainsFunc(in.workers, is(kept)) && !slices.ContainsFunc(in.workers, is(named))
		touched := aimed[user] || slices.ContainsFunc(in.workers, is(out.struck)) ||
			slices.ContainsFunc(later, func(s strike) bool { return slices.Contains(c.inHands(s.begin)[user].workers, s.worker) })
		surely := surelyAimed[user] || !slices.ContainsFunc(in.workers, not(out.surelyStruck)) ||
			slices.ContainsFunc(surelyLater, func(s strike) bool {
				return s.begin.lo >= f.begin.hi && slices.Equal(c.inHands(s.begin)[user].workers, []string{s.worker})
			})
		if !touched && in.surely {
			out.users[user] = true
		}
		if !surely {
			out.maybe[user] = true
		}
	}
	return out, len(out.maybe) > 0 || !behind
}

// servedBy is the worker by whose section an event took effect, or "".
func (c *progressCheck) servedBy(event string) string {
	if p := c.r.publishes[event]; p != nil && p.commit != nil {
		if s := c.r.byAttempt[p.commit.Attempt]; s != nil {
			return s.worker
		}
	}
	return ""
}

// passedBy reports whether an event was, before it took effect, in the hands of
// one of some workers: perhaps, or surely.
func (c *progressCheck) passedBy(w waiting, workers map[string]bool, surely bool) bool {
	if workers[c.servedBy(w.event)] {
		return true
	}
	for _, d := range c.r.delivered[w.event] {
		if name, _ := workerOf(d); workers[name] {
			if at := c.at(w.event, d.Domain, d.T); !surely && at.lo <= w.hi || surely && at.hi < w.lo {
				return true
			}
		}
	}
	return false
}

// waitsBeside tells what waits in a window for some users, without what passed by
// some workers: surely, or perhaps. What came behind that for the same user waits
// from its effect on.
//
// For what surely waits, all is left out that perhaps passed by them, and all
// waits that perhaps is behind it, until it surely took effect; and the other way
// round.
func (c *progressCheck) waitsBeside(users, workers map[string]bool, in instant, surely bool) (out []waiting) {
	type gone struct{ acked, until int64 }
	left := map[string][]gone{} // by user
	for _, w := range c.waits {
		if w.hi <= in.lo || w.acked.lo >= in.hi || !users[w.user] {
			continue // nor does anything in the window wait behind it
		}
		switch passed := c.passedBy(w, workers, !surely); {
		case !passed:
			out = append(out, w)
		case surely:
			left[w.user] = append(left[w.user], gone{w.acked.lo, w.hi})
		default:
			left[w.user] = append(left[w.user], gone{w.acked.hi, w.lo})
		}
	}
	for _, all := range left {
		slices.SortFunc(all, func(a, b gone) int { return cmp.Compare(a.acked, b.acked) })
		for i := 1; i < len(all); i++ {
			all[i].until = max(all[i].until, all[i-1].until)
		}
	}
	for i := range out {
		w := &out[i]
		all := left[w.user]
		var n int // of those in front
		if surely {
			w.since = w.acked.hi
			n = sort.Search(len(all), func(k int) bool { return all[k].acked > w.acked.hi })
		} else {
			w.since = w.acked.lo
			n = sort.Search(len(all), func(k int) bool { return all[k].acked >= w.acked.lo })
		}
		if n > 0 {
			w.since = max(w.since, all[n-1].until)
		}
	}
	return out
}
