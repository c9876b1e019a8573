package checker

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"turnstile/checker/history"
)

// section is one attempt's critical section as far as the records prove it.
// All its times are nanoseconds on the clock of its own worker.
//
//	before ≤ enter ≤ end ≤ possible ≤ over
type section struct {
	attempt, event, user, worker, domain string
	life                                 *life // of its worker

	before   int64 // when it had its lock, if it took one, else enter: it began in [before, enter]
	enter    int64 // it was inside by then
	end      int64 // it was inside until then
	possible int64 // nothing shows that it was no longer inside before then; end if the exit is on record
	over     int64 // it was no longer inside after then; unbounded if nothing tells
	endedBy  string
	openWhy  string // why over is unbounded

	read     int64 // the version that it read last
	lastStep int64 // the latest own record that shows it inside
	moved    int64 // the latest own record that shows it not waiting for an answer

	// There is one for each attempt, so the small fields stand together.
	exited  bool // the exit is on record
	hasRead bool // read is known
	after   bool // a record after the exit has been seen

	nth  int                                 // among the history's
	seqs struct{ first, enter, last uint64 } // of its worker's records of it
}

const unbounded = math.MaxInt64

// lastEffect is the latest instant at which its own record shows it inside.
func (s *section) lastEffect() int64 {
	if s.exited {
		return s.end
	}
	return s.lastStep
}

// lastPossible is the latest instant at which it may have been inside.
func (s *section) lastPossible() int64 {
	if s.exited {
		return s.end
	}
	return s.over
}

// hold is a gateway withholding its answer to an attempt's send.
type hold struct{ begin, end *history.Event }

// shows tells what a worker's record of an attempt after its enter proves:
// that it was still inside (effects), or at least that it was not waiting for
// the gateway's answer (the rest). Lock upkeep may come from another goroutine
// and proves neither.
func shows(k history.Kind) (inside, moved bool) {
	switch k {
	case history.KindStateRead, history.KindSendCall, history.KindSendReturn, history.KindStateWrite, history.KindStateComplete:
		return true, true
	case history.KindAck, history.KindNack, history.KindDeadLetter:
		return false, true
	}
	return false, false
}

// entered is what the workers' own records say of their sections.
type entered struct {
	sections  []*section            // in the history's order
	byAttempt map[string]*section   // by attempt id
	byUser    map[string][]*section // in the history's order
	byClock   []string              // the workers' clock domains, the one with most sections first
	amiss     findings
}

// users lists the users with sections, sorted, so that verdicts do not depend
// on a map's order.
func (in *entered) users() []string { return slices.Sorted(maps.Keys(in.byUser)) }

// reference is the clock that times of several domains are carried to.
func (in *entered) reference() string {
	if len(in.byClock) > 0 {
		return in.byClock[0]
	}
	return ""
}

// readSections builds about n sections. The ends of those without an exit are
// open.
func readSections(h *history.History, n int) entered {
	room := newSlab[section](n)
	r := entered{sections: make([]*section, 0, n), byAttempt: make(map[string]*section, n), byUser: map[string][]*section{}}
	on := map[string]int{} // sections, by clock domain
	// What came before the enter of an attempt.
	type prelude struct {
		worker string // that first recorded it
		first  uint64 // sequence number of that record
		event  string // that it names, if it names one
		user   string // the same
		given  bool   // its delivery is on record
		locked int64  // when it had its lock; unbounded if it took none
		early  bool   // an effect is on record
	}
	waiting := map[string]prelude{}
	for i := range h.Events {
		e := &h.Events[i]
		worker, own := workerOf(e)
		if !own || e.Kind == history.KindNote {
			continue
		}
		if e.Attempt == "" {
			if e.Kind == history.KindEnter || e.Kind == history.KindExit {
				r.amiss.found("section-unnamed", fmt.Sprintf("%s of %s bears no attempt id", e.Kind, worker))
			}
			continue
		}
		s := r.byAttempt[e.Attempt]
		before := prelude{worker: worker, first: e.Seq, event: e.Event, user: e.User, locked: unbounded}
		owner := worker
		if s != nil {
			owner = s.worker
		} else if p, known := waiting[e.Attempt]; known {
			before, owner = p, p.worker
		}
		if owner != worker {
			r.amiss.found("attempt-reused", fmt.Sprintf("attempt %s is recorded by %s and by %s: state was left over from another run", e.Attempt, owner, worker))
			continue
		}
		if s != nil {
			s.seqs.last = e.Seq
			if !s.owns(e) {
				r.amiss.found("attempt-inconsistent", s.strange(e))
			}
		}
		if s == nil && (e.User != before.user || e.Event != before.event || e.Worker != "" && e.Worker != worker) {
			r.amiss.found("attempt-inconsistent", fmt.Sprintf("attempt %s of %s is of event %q of user %q, and its %s says event %q, user %q, worker %q",
				e.Attempt, worker, before.event, before.user, e.Kind, e.Event, e.User, e.Worker))
		}
		if e.Kind == history.KindDeliver {
			if before.given || s != nil {
				r.amiss.found("delivered-twice", fmt.Sprintf("attempt %s of %s is delivered twice, or after its enter", e.Attempt, worker))
			}
			before.given = true
		}
		inside, moved := shows(e.Kind)
		switch {
		case e.Kind == history.KindEnter && s != nil:
			r.amiss.found("entered-twice", fmt.Sprintf("attempt %s of %s enters twice", e.Attempt, worker))
		case e.Kind == history.KindEnter:
			if e.User == "" {
				r.amiss.found("section-unnamed", fmt.Sprintf("the enter of attempt %s of %s bears no user", e.Attempt, worker))
				waiting[e.Attempt] = before
				continue
			}
			if before.early {
				r.amiss.found("effect-outside-section", fmt.Sprintf("attempt %s of %s has an effect before its enter", e.Attempt, worker))
			}
			s = room.take()
			*s = section{
				attempt: e.Attempt, event: e.Event, user: e.User, worker: worker, domain: e.Domain,
				before: min(before.locked, e.T), enter: e.T, lastStep: e.T, moved: e.T, nth: len(r.sections),
			}
			s.seqs.first, s.seqs.enter, s.seqs.last = before.first, e.Seq, e.Seq
			r.byAttempt[e.Attempt] = s
			r.sections, r.byUser[s.user] = append(r.sections, s), append(r.byUser[s.user], s)
			on[s.domain]++
			delete(waiting, e.Attempt) // so that it stays small
		case s == nil && e.Kind == history.KindExit:
			r.amiss.found("exit-without-enter", fmt.Sprintf("attempt %s of %s has an exit and no enter before it", e.Attempt, worker))
			waiting[e.Attempt] = before
		case s == nil:
			if e.Kind == history.KindLockAcquired {
				before.locked = e.T
			}
			before.early = before.early || inside
			waiting[e.Attempt] = before
		case s.domain != e.Domain || e.T < s.enter || (s.exited && e.T < s.end):
			r.amiss.found("stamps-go-backwards", fmt.Sprintf("attempt %s of %s: its %s is stamped before what it recorded earlier", e.Attempt, worker, e.Kind))
		case e.Kind == history.KindExit && s.exited:
			r.amiss.found("exited-twice", fmt.Sprintf("attempt %s of %s exits twice", e.Attempt, worker))
		case e.Kind == history.KindExit:
			if e.T < s.lastStep {
				r.amiss.found("stamps-go-backwards", fmt.Sprintf("attempt %s of %s: its exit is stamped before an effect that it recorded earlier", e.Attempt, worker))
			}
			s.exited = true
			s.end, s.possible, s.over, s.endedBy = e.T, e.T, e.T, "its recorded exit"
		default:
			if inside && !s.exited && e.T < s.lastStep {
				r.amiss.found("stamps-go-backwards", fmt.Sprintf("attempt %s of %s: its %s is stamped before an effect that it recorded earlier", e.Attempt, worker, e.Kind))
			}
			if inside && s.exited {
				r.amiss.found("effect-outside-section", fmt.Sprintf("attempt %s of %s has an effect after its exit (%s)", e.Attempt, worker, e.Kind))
			}
			if s.exited && moved && !inside && e.From != 0 && e.From < s.end {
				r.amiss.found("stamps-go-backwards", fmt.Sprintf("attempt %s of %s: its %s, which it recorded after its exit, began before it", e.Attempt, worker, e.Kind))
			}
			if s.exited && !s.after {
				s.after, s.over = true, e.T
			}
			if inside && !s.exited {
				s.lastStep = max(s.lastStep, e.T)
			}
			if readsState(e) {
				s.read, s.hasRead = e.Version, true
			}
			if moved && !s.exited {
				s.moved = max(s.moved, e.T)
			}
		}
	}
	for attempt, p := range waiting {
		if p.early {
			r.amiss.found("steps-missing", fmt.Sprintf("attempt %s of %s recorded effects and did not record that it entered", attempt, p.worker))
		}
	}
	r.byClock = slices.Sorted(maps.Keys(on))
	slices.SortStableFunc(r.byClock, func(a, b string) int { return cmp.Compare(on[b], on[a]) })
	return r
}

// addSections adds what was read, and bounds the ends that are open.
func (r *record) addSections(read entered) {
	r.entered = read
	for _, g := range read.amiss {
		for _, detail := range g.details {
			r.found(g.kind.name, detail)
		}
	}
	known := bounds{r.clocks, r.publishes, holdsOf(r.h)}
	for _, s := range r.sections {
		checkSpans(r, s)
		if !s.exited {
			known.bound(s)
		}
	}
}

// bounds is what tells how long a section may have lasted whose exit is not on
// record.
type bounds struct {
	clocks    *clocks
	publishes map[string]*publish // by event
	holds     map[string][]hold   // by attempt
}

// bound says what is known of the end of a section whose exit is not on
// record.
//
//  1. It was inside at its last recorded step, and for as long as the gateway
//     withheld its answer (to a send, or at a point with an effect still to come)
//     and its process had not been signalled.
//  2. If it came to a point behind its last effect, it was no longer inside then,
//     whatever became of it.
//  3. Else it may have left at any instant up to the confirmed death. One that was
//     killed is not claimed to have been inside until the kill, nor supposed to have
//     been after it and its process's last record; one that was only asked to stop may have gone on until its end.
func (b *bounds) bound(s *section) {
	holds := b.holds[s.attempt]
	s.end, s.endedBy = s.lastStep, "its last recorded step; no exit is on record"
	s.possible, s.over = unbounded, unbounded
	if left, ok := b.leftAt(s, holds); ok {
		s.possible, s.over, s.endedBy = left, left, "its last recorded step; it came to a point behind its last effect"
		return
	}
	dead := s.life.dead
	if dead == nil {
		s.openWhy = "its worker's death is not on record"
		return
	}
	signalled, ok := b.clocks.on(s.domain, dead.Domain, dead.From)
	confirmed, _ := b.clocks.on(s.domain, dead.Domain, dead.T)
	if !ok {
		s.openWhy = fmt.Sprintf("its worker's death is stamped on clock %s, which cannot be compared with %s", dead.Domain, s.domain)
		return
	}
	s.over = max(s.end, confirmed.hi)
	if dead.From == 0 {
		// Nothing signalled the process: it ended by itself, nobody saw when.
		s.possible = s.over
		return
	}
	for _, hd := range holds {
		if until, by, ok := b.heldUntil(s, hd, dead, signalled); ok && until > s.end {
			s.end, s.endedBy = until, by
		}
	}
	s.possible = max(s.end, signalled.hi)
	if last := s.life.last; last.Domain == s.domain {
		s.possible = max(s.possible, last.T) // it lived then, whenever it was signalled
	}
	s.over = max(s.over, s.possible)
	if dead.Detail[history.DetailExitCode] != history.ExitCodeOfKill {
		// Asked to stop, it may have gone on for as long as it lived.
		s.possible = s.over
	}
}

// heldUntil is the last instant at which a withheld answer proves the attempt
// inside. It proves nothing if the attempt recorded a later step (its call had
// come back, perhaps by its own timeout) or if the caller had gone before its
// process was signalled (it crashed, or gave up, at an unknown instant).
func (b *bounds) heldUntil(s *section, hd hold, dead *history.Event, signalled span) (until int64, by string, ok bool) {
	begin, ok := b.clocks.on(s.domain, hd.begin.Domain, hd.begin.T)
	if !ok || begin.lo < s.moved || stageOf(hd.begin) != within || hd.begin.Kind == history.KindPointBegin && b.idle(s) {
		return 0, "", false
	}
	bySignal := "the kill of its worker, while the gateway withheld its answer"
	if hd.end == nil {
		return signalled.lo, bySignal, true
	}
	ended, ok := b.clocks.on(s.domain, hd.end.Domain, hd.end.T)
	switch {
	case ok && hd.end.Outcome == history.OutcomeReleased && ended.lo < signalled.lo:
		return ended.lo, "the gateway's answer, until then withheld; its worker was killed later", true
	case ok && hd.end.Outcome == history.OutcomeReleased,
		ok && hd.end.Outcome == history.OutcomeGone && b.clocks.surelyBefore(dead.Domain, dead.From, hd.end.Domain, hd.end.T):
		return signalled.lo, bySignal, true
	}
	return 0, "", false
}

// holdsOf pairs the begin and end of each attempt's waits for the gateway: for the
// answer to a send, or at a named point.
func holdsOf(h *history.History) map[string][]hold {
	out := map[string][]hold{}
	for i := range h.Events {
		e := &h.Events[i]
		if e.Src != history.SrcGateway || e.Attempt == "" {
			continue
		}
		switch hs := out[e.Attempt]; {
		case e.Kind == history.KindHoldBegin, e.Kind == history.KindPointBegin:
			out[e.Attempt] = append(hs, hold{begin: e})
		case (e.Kind == history.KindHoldEnd || e.Kind == history.KindPointEnd) && len(hs) > 0 && hs[len(hs)-1].end == nil:
			hs[len(hs)-1].end = e
		}
	}
	return out
}

// byEnter orders a user's sections by enter. Sections of several clock domains
// are ordered by the reference clock ref as well as the bounds allow; those
// that cannot be compared with it are left out.
func (c *clocks) byEnter(sections []*section, ref string) []*section {
	type placed struct {
		s  *section
		at int64
	}
	in := make([]placed, 0, len(sections))
	for _, s := range sections {
		if at, ok := c.on(ref, s.domain, s.enter); ok {
			in = append(in, placed{s, at.hi})
		}
	}
	byTime := func(a, b placed) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.s.end, b.s.end)) }
	if !slices.IsSortedFunc(in, byTime) { // they mostly are
		slices.SortStableFunc(in, byTime)
	}
	out := make([]*section, len(in))
	for i, p := range in {
		out[i] = p.s
	}
	return out
}
