package levels

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
)

// seen is a history, taken apart by who observed what. All times are nanoseconds
// on one clock, the frame, as far as the clocks' bounds allow: what begins a
// bound is put as late, or as early, as makes the bound say less.
type seen struct {
	h      *history.History
	m      *compiled
	clocks checker.Clocks
	frame  string
	findings

	scenario  *history.Setup
	publishes map[string]*publish   // by event
	published map[string][]*publish // by user, by ordinal
	quiet     *history.Event
	deaths    map[string][]death // by worker
	faults    []checker.FaultEvidence

	calls    []*call
	holds    []hold
	commands []*command // to the state of a user
	given    []*given   // deliveries
	marks    []*mark

	named  map[string]bool      // workers that somebody speaks of
	links  map[string]*link     // by worker
	marked map[string]bool      // workers with a record of their own
	lasts  map[string]*lastLine // by observer
	copies bool                 // a write of a state came without a read before it
}

// publish is what is known of one event's publication.
type publish struct {
	event, user string
	ordinal     int64
	ok          bool  // some try to publish it was acknowledged
	clear       bool  // it was tried once and that was ok, and nothing was to be held back
	t           int64 // when it was acknowledged, at the latest
	due         int64 // the same, with the time that it was to be held back
}

// death is when a worker's process was signalled at the earliest, and its end
// confirmed at the latest.
type death struct {
	from, t   int64
	signalled bool
}

// unbounded is the end of what nothing ends.
const unbounded = math.MaxInt64

type lastLine struct {
	seq    uint64
	latest int64
	domain string
}

func see(h *history.History, m Mapping) *seen {
	s := &seen{
		h: h, m: compile(m), clocks: checker.NewClocks(h), scenario: h.Scenario(),
		publishes: map[string]*publish{}, published: map[string][]*publish{}, deaths: map[string][]death{},
		named: map[string]bool{}, links: map[string]*link{}, marked: map[string]bool{}, lasts: map[string]*lastLine{},
	}
	s.frame = frameOf(h)
	scenarios := 0
	for i := range h.Events {
		e := &h.Events[i]
		s.line(e)
		switch e.Kind {
		case history.KindScenario:
			scenarios++
		case history.KindPublish:
			s.publish(e)
		}
	}
	if scenarios > 1 {
		s.found("scenario-ambiguous", Downstream, fmt.Sprintf("%d scenarios are on record: more than one run is in this history", scenarios))
	}
	for _, all := range s.published {
		slices.SortStableFunc(all, func(a, b *publish) int { return cmp.Compare(a.ordinal, b.ordinal) })
	}
	s.seeHarness()
	s.seeDownstream()
	s.seeLinks()
	s.seeMarks()
	s.seeFaults()
	s.complete()
	return s
}

// frameOf is the clock that all times are put on: the harness's, whoever else is
// on record.
func frameOf(h *history.History) string {
	for i := range h.Events {
		if e := &h.Events[i]; e.Src == history.SrcHarness {
			return e.Domain
		}
	}
	return ""
}

// at is in which interval of the frame an event's instant lies; ok is false where
// its clock cannot be compared.
func (s *seen) at(e *history.Event, t int64) (lo, hi int64, ok bool) {
	lo, hi, ok = s.clocks.On(s.frame, e.Domain, t)
	if !ok {
		s.found("clocks-incomparable", levelOf(e.Src), fmt.Sprintf("%s stamps on the clock %s, and nothing on record bounds its difference from %s", e.Src, e.Domain, s.frame))
	}
	return lo, hi, ok
}

// levelOf is the lowest level that an observer belongs to.
func levelOf(src string) Level {
	switch {
	case strings.HasPrefix(src, history.SrcLinkPrefix):
		return Store
	case strings.HasPrefix(src, history.SrcWorkerPrefix):
		return Marks
	}
	return Downstream
}

// line compares an event with what its observer recorded before.
func (s *seen) line(e *history.Event) {
	if e.Src == history.SrcStore || e.Kind == history.KindEnd {
		return // the store's own log is no observer of any level
	}
	l := s.lasts[e.Src]
	if l == nil {
		l = &lastLine{latest: e.T, domain: e.Domain}
		s.lasts[e.Src] = l
	}
	level := levelOf(e.Src)
	if e.Seq != l.seq+1 && e.Seq != 0 {
		s.found("lines-missing", level, fmt.Sprintf("line %d of %s is followed by line %d", l.seq, e.Src, e.Seq))
	}
	// A worker stamps the end of an operation, and a harness a death, before it
	// comes to write of it.
	atOnce := level < Marks && e.Kind != history.KindWorkerDead || e.Kind == history.KindEnter
	if atOnce && e.Domain == l.domain && e.T < l.latest {
		s.found("stamps-run-back", level, fmt.Sprintf("line %d of %s (%s) is stamped before what it recorded earlier", e.Seq, e.Src, e.Kind))
	}
	l.seq = e.Seq
	if e.Domain == l.domain {
		l.latest = max(l.latest, e.T)
	} else if e.Kind != history.KindClockOffset {
		l.domain, l.latest = e.Domain, e.T
	}
	if e.Worker != "" {
		s.named[e.Worker] = true
	}
	if worker, ok := strings.CutPrefix(e.Src, history.SrcWorkerPrefix); ok {
		s.marked[worker] = true
	}
}

// publish joins the tries to publish one event.
func (s *seen) publish(e *history.Event) {
	_, hi, _ := s.at(e, e.T)
	due, ok := hi+max(0, e.DelayNS), e.Outcome == history.OutcomeOK
	p := s.publishes[e.Event]
	if p == nil {
		p = &publish{event: e.Event, user: e.User, ordinal: e.Ordinal, ok: ok, clear: ok && e.DelayNS == 0, t: hi, due: due}
		s.publishes[e.Event] = p
		s.published[e.User] = append(s.published[e.User], p)
		return
	}
	if p.user != e.User || p.ordinal != e.Ordinal {
		s.found("publish-ambiguous", Downstream, fmt.Sprintf("event %s was published for users %s and %s, as number %d and %d", e.Event, p.user, e.User, p.ordinal, e.Ordinal))
	}
	p.clear = false
	p.due = max(p.due, due)
	if ok && !p.ok {
		p.ok, p.t = true, hi
	}
}

func (s *seen) seeHarness() {
	lastPublish := int64(-unbounded)
	for i := range s.h.Events {
		e := &s.h.Events[i]
		if e.Src != history.SrcHarness {
			continue
		}
		switch e.Kind {
		case history.KindQuiet:
			s.quiet = e
		case history.KindPublish:
			if _, hi, ok := s.at(e, e.T); ok {
				lastPublish = max(lastPublish, hi)
			}
		case history.KindWorkerDead:
			d := death{signalled: e.From != 0}
			lo, _, ok := s.at(e, e.From)
			_, hi, _ := s.at(e, e.T)
			if d.from, d.t = lo, hi; ok {
				s.deaths[e.Worker] = append(s.deaths[e.Worker], d)
			}
		}
	}
	q := s.quiet
	if q == nil {
		s.found("harness-unfinished", Downstream, "the harness recorded no quiet, so publishes may be missing at the end of its record")
		return
	}
	for _, what := range []string{history.DetailBacklog, history.DetailStalledPartitions, history.DetailError} {
		if q.Outcome == history.OutcomeOK && q.Detail[what] != "" {
			s.found("quiet-disputed", Downstream, "the harness says that the broker had nothing left, and that it had: "+what)
		}
	}
	if lo, _, ok := s.at(q, q.T); ok && lastPublish >= lo { // by stamps alone, equal ones may have been either way round
		s.found("publish-after-quiet", Downstream, "an event was published after the broker was found quiet")
	}
}

// quietOK: the broker had nothing left at the end.
func (s *seen) quietOK() bool { return s.quiet != nil && s.quiet.Outcome == history.OutcomeOK }

// deathAfter is when the first death of a worker after an instant was confirmed;
// unbounded if none is on record.
func (s *seen) deathAfter(worker string, t int64) int64 {
	end := int64(unbounded)
	for _, d := range s.deaths[worker] {
		if d.t >= t {
			end = min(end, d.t)
		}
	}
	return end
}

// whose checks that an event is one of this run and the user's.
func (s *seen) whose(e *history.Event, user, event string) {
	if event == "" {
		return
	}
	switch p := s.publishes[event]; {
	case p == nil:
		s.found("left-over", levelOf(e.Src), fmt.Sprintf("event %q of user %q (%s of %s) was not published in this run", event, user, e.Kind, e.Src))
	case p.user != user:
		s.found("left-over", levelOf(e.Src), fmt.Sprintf("event %s was published for user %s and is recorded for %s (%s of %s)", event, p.user, user, e.Kind, e.Src))
	}
}
