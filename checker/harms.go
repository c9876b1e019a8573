package checker

import (
	"cmp"
	"slices"

	"turnstile/checker/history"
)

// HarmKind is a sort of harm that can be counted one by one.
type HarmKind string

// The sorts of harm.
const (
	OverlappedSection HarmKind = "overlapping_sections" // a section into which another of its user began
	DoubleText        HarmKind = "double_texts"         // a text that had gone out for its event before
	StopNotKept       HarmKind = "stops_not_kept"       // a STOP after which texts went out against the rule that is called silence after STOP
	LostUpdate        HarmKind = "lost_updates"         // a write that was decided on another state than it replaced
)

// HarmKinds lists them, in the order of reports.
func HarmKinds() []HarmKind {
	return []HarmKind{OverlappedSection, DoubleText, StopNotKept, LostUpdate}
}

// Harm is one that was done, and when on the tally's clock, in nanoseconds: when
// the second section began, the text was accepted, or the attempt that wrote, or
// that handled the STOP, was inside for the last time.
type Harm struct {
	Kind HarmKind
	User string
	T    int64
}

// Stay is for how long the records prove an attempt inside its section, in
// nanoseconds on the tally's clock.
type Stay struct {
	Worker    string
	From, Til int64
}

// Tally is what a history has to count, where verdicts ask only whether.
type Tally struct {
	Faults []FaultEvidence // as [Check] tells of them; their times are on the tally's clock
	Harms  []Harm          // by time
	Stays  []Stay          // by their begin
}

// Count counts. What is stamped by a clock that cannot be compared with the
// workers' own is left out. Whether the record is fit to be counted from, [Check]
// tells.
func Count(h *history.History) Tally {
	c := counting{newRecord(h), Tally{}}
	c.stays()
	c.overlapped()
	c.doubled()
	c.notKept()
	c.lost()
	for _, f := range c.r.faults {
		from, ok := c.on(f.Domain, f.Begin)
		til, _ := c.on(f.Domain, f.End)
		if ok {
			f.Begin, f.End = from, til
			c.Faults = append(c.Faults, f)
		}
	}
	slices.SortStableFunc(c.Harms, func(a, b Harm) int { return cmp.Compare(a.T, b.T) })
	slices.SortStableFunc(c.Stays, func(a, b Stay) int { return cmp.Compare(a.From, b.From) })
	return c.Tally
}

// counting is a tally on its way.
type counting struct {
	r *record
	Tally
}

// on carries a time to the clock that most sections are on, as well as is known.
func (c *counting) on(domain string, t int64) (at int64, ok bool) {
	s, ok := c.r.clocks.on(c.r.reference(), domain, t)
	return s.hi, ok
}

func (c *counting) add(kind HarmKind, user, domain string, t int64) {
	if at, ok := c.on(domain, t); ok {
		c.Harms = append(c.Harms, Harm{kind, user, at})
	}
}

func (c *counting) stays() {
	for _, s := range c.r.sections {
		from, ok := c.on(s.domain, s.enter)
		til, _ := c.on(s.domain, s.end)
		if ok {
			c.Stays = append(c.Stays, Stay{s.worker, from, til})
		}
	}
}

// overlapped counts each section once, however many began while it was open: how
// many do depends on how often its user has events, and the harm is that one did.
func (c *counting) overlapped() {
	for _, user := range c.r.users() {
		byDomain := map[string][]interval{}
		for _, s := range c.r.byUser[user] {
			byDomain[s.domain] = append(byDomain[s.domain], interval{s.enter, s.end, s})
		}
		for domain, all := range byDomain {
			counted := map[*section]bool{}
			for _, p := range sweep(all, false).best {
				if !counted[p.a.s] {
					counted[p.a.s] = true
					c.add(OverlappedSection, user, domain, p.b.start)
				}
			}
		}
	}
}

func (c *counting) doubled() {
	type key struct{ event, text string }
	sent := map[key]bool{}
	for _, e := range c.r.sends {
		p := c.r.publishes[e.Event]
		if p == nil || !fresh(e) {
			continue
		}
		k := key{e.Event, e.Text}
		if sent[k] {
			c.add(DoubleText, p.user, e.Domain, e.T)
		}
		sent[k] = true
	}
}

// notKept counts each STOP once, however many texts went out after it: how many do
// depends on how often its user has events until the next START or STOP, and all of
// them come of what became of this one. So they count where it was handled, and not
// as the harm of whatever happened when the texts went out.
func (c *counting) notKept() {
	for _, l := range livesOfUsers(c.r, &journeyRules) {
		counted := map[*ruleStep]bool{}
		for i := range journeyRules.rules {
			r := &journeyRules.rules[i]
			if _, silences := r.limit.(silence); !silences {
				continue
			}
			for _, b := range r.limit.breaches(l, r) {
				stop, e := b.steps[0], b.texts[len(b.texts)-1].e
				domain, t := e.Domain, e.T
				if s := c.r.byAttempt[stop.c.Attempt]; s != nil {
					domain, t = s.domain, s.end
				}
				if !counted[stop] {
					c.add(StopNotKept, l.user, domain, t)
				}
				counted[stop] = true
			}
		}
	}
}

// lost finds the writes that did not read what the one before them wrote, by the
// store's own log.
func (c *counting) lost() {
	wrote := map[string]int64{} // by user
	for i, e := range c.r.commits {
		user := e.User
		if p := c.r.committed[i]; p != nil {
			user = p.user
		}
		before, some := wrote[user]
		wrote[user] = e.Version
		read, known := claimed(e)
		s := c.r.byAttempt[e.Attempt]
		if some && known && read != before && s != nil {
			c.add(LostUpdate, user, s.domain, s.end)
		}
	}
}
