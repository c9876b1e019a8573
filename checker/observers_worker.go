package checker

import (
	"fmt"

	"turnstile/checker/history"
)

// worker takes in what a worker recorded, and reports whether it is of a kind
// that workers record.
func (o *observers) worker(e *history.Event) (own bool) {
	switch e.Kind {
	case history.KindDeliver:
		p := o.r.publishes[e.Event]
		o.names(e, nil, p)
		if p == nil {
			return true
		}
		if worker, ok := workerOf(e); ok {
			o.links.delivered(worker, e)
		}
		if e.Type != "" && p.typ != "" && e.Type != p.typ {
			o.r.found("type-mismatch", fmt.Sprintf("event %s was published as a %s and delivered to %s as a %s", e.Event, p.typ, e.Src, e.Type))
		}
		if e.At != 0 && (e.At != p.at || e.ZoneMinutes != p.zone) {
			o.r.found("time-mismatch", fmt.Sprintf("event %s was published as of %s and delivered to %s as of %s", e.Event, ownTime(p.at, p.zone), e.Src, ownTime(e.At, e.ZoneMinutes)))
		}
		if o.r.clocks.surelyBefore(e.Domain, e.T, p.domain, p.from) {
			o.disagree("event %s was delivered to %s before its publish began", e.Event, e.Src)
		}
	case history.KindEnter:
		o.names(e, nil, o.r.publishes[e.Event])
		o.given(e)
	case history.KindSendCall:
		o.announces = true
		l := o.ledgers.of(e.Attempt)
		o.names(e, nil, o.r.publishes[e.Event])
		x := l.of(e)
		if x.announcements++; x.announced == nil {
			x.announced = e
		}
	case history.KindSendReturn:
		o.answer(e)
	case history.KindStateRead, history.KindStateComplete:
		if readsState(e) {
			o.reads = true
			o.read(e)
		}
	case history.KindStateWrite:
		o.write(e)
	case history.KindExit:
		if e.Attempt != "" {
			o.ledgers.of(e.Attempt).exit = e
		}
	case history.KindAck, history.KindNack, history.KindDeadLetter:
		o.given(e)
		if s := o.r.byAttempt[e.Attempt]; s != nil {
			o.ledgers.ofSections[s.nth].ended = true
		}
	case history.KindLockAcquired, history.KindLockContended:
		o.given(e)
	case history.KindWorkerStart, history.KindWorkerStop, history.KindLockLost, history.KindLockReleased:
	default:
		return false
	}
	return true
}

func (o *observers) answer(e *history.Event) {
	o.hears = true
	x := o.ledgers.of(e.Attempt).of(e)
	x.answers++
	switch e.Outcome {
	case history.OutcomeOK:
		if x.answered == nil {
			x.answered = e
		}
	case history.OutcomeFailed:
		x.refusals++
	}
}

// read holds a read against the log: what was read was written, and not later.
func (o *observers) read(e *history.Event) {
	l := o.ledgers.of(e.Attempt)
	if l.commit != nil && e.Attempt != "" {
		l.reads = true
		l.agrees = l.agrees || e.Version == l.read
	}
	v := o.states[e.User]
	if v == nil && len(o.r.commits) > 0 {
		if first, known := o.unchanged[e.User]; !known {
			o.unchanged[e.User] = e.Version
		} else if first != e.Version {
			o.r.found("read-unwritten", fmt.Sprintf("attempt %s of %s read version %d of user %s, who had version %d before and of whom the store's log has no write", e.Attempt, e.Src, e.Version, e.User, first))
			o.writerUnobserved(e.User, e.Version, "which attempt "+e.Attempt+" read")
		}
	}
	if v == nil || !v.known || e.Version == v.first {
		return
	}
	writes := v.of(e.Version)
	if len(writes) == 0 {
		o.r.found("read-unwritten", fmt.Sprintf("attempt %s of %s read version %d of user %s, which the store's log does not have", e.Attempt, e.Src, e.Version, e.User))
		o.writerUnobserved(e.User, e.Version, "which attempt "+e.Attempt+" read")
		return
	}
	for _, w := range writes {
		if s := w.by.s; s == nil || !o.r.clocks.surelyBefore(e.Domain, e.T, s.domain, s.enter) {
			return
		}
	}
	by := writes[0].by.s
	o.disagree("%s read version %d of user %s before attempt %s of %s, which wrote it, had entered", e.Src, e.Version, e.User, by.attempt, by.worker)
}

// writerUnobserved tells of a version that somebody wrote and of which a log without
// gaps has no line: whoever wrote it was inside, and nobody knows of it.
func (o *observers) writerUnobserved(user string, version int64, who string) {
	if o.whole {
		o.r.found("writer-unobserved", fmt.Sprintf("version %d of user %s, %s, is in no line of a log without gaps", version, user, who))
	}
}

func (o *observers) write(e *history.Event) {
	r, ok := o.r, e.Outcome == history.OutcomeOK
	o.writes = true
	if ok {
		if p := r.publishes[e.Event]; (p == nil || p.commit == nil) && !o.foreign[e.Event] && !o.unlogged[e.Event] {
			o.unlogged[e.Event] = true // tell it once
			r.found("store-incomplete", fmt.Sprintf("the store's log lacks event %s, whose write %s saw succeed", e.Event, e.Src))
		}
	}
	if e.Attempt == "" {
		return
	}
	l := o.ledgers.of(e.Attempt)
	if e.Outcome != history.OutcomeFailed {
		l.writes++
	}
	l.wrote, l.done = e, l.done || ok
	switch {
	case l.commits == 0:
		if ok && len(r.commits) > 0 {
			r.found("store-incomplete", fmt.Sprintf("the store's log lacks the write of attempt %s for event %s, which %s saw succeed", e.Attempt, e.Event, e.Src))
		}
	case ok && l.commit.Version != e.Version && e.Version != 0:
		r.found("versions-disagree", fmt.Sprintf("the store's log says that attempt %s wrote version %d, and its worker that it wrote version %d", e.Attempt, l.commit.Version, e.Version))
	}
}

// attempt holds against each other what was gathered of an attempt.
func (o *observers) attempt(name string, l *ledger) {
	o.steps(name, l)
	if l.held > 0 && o.r.gatewayEnded {
		o.r.found("hold-unpaired", fmt.Sprintf("the gateway made attempt %s wait, ended when it had answered everybody, and did not record that it let it go on", name))
	}
	if l.says && l.reads && !l.agrees {
		o.r.found("versions-disagree", fmt.Sprintf("the store's log says that attempt %s read version %d, and its worker recorded another one", name, l.read))
	}
	if l.says && !o.states[l.commit.User].has(l.read) {
		o.r.found("read-unwritten", fmt.Sprintf("the store's log says that attempt %s wrote on version %d of user %s, which the log does not have", name, l.read, l.commit.User))
		o.writerUnobserved(l.commit.User, l.read, "on which attempt "+name+" wrote")
	}
	if l.commits > 0 && l.wrote != nil && l.writes == 0 {
		o.r.found("failed-write-logged", fmt.Sprintf("the store's log has a write of attempt %s, of which %s knows that it failed", name, l.wrote.Src))
	}
	told := l.commit == nil || !o.announces || !o.texts || l.s == nil || l.commit.Text == "" // that is, whether the log's text was announced
	for i := range l.sends {
		x := &l.sends[i]
		// Where workers announce no texts, what the gateway received stands for it.
		if l.commit != nil && o.texts && (x.announcements > 0 || !o.announces) {
			if told = told || x.of.Text == l.commit.Text; x.of.Text != l.commit.Text {
				o.r.found("texts-disagree", fmt.Sprintf("attempt %s sent text %q, or was about to, and the store's log has %q of it", name, x.of.Text, l.commit.Text))
			}
		}
		if x.answers > x.announcements {
			o.r.found("answer-without-call", fmt.Sprintf("attempt %s recorded an answer to text %q of event %s and no call for it", name, x.of.Text, x.of.Event))
		}
		o.agree(name, l, x)
	}
	if !told && !o.sentByAnother(l.commit) {
		o.r.found("texts-disagree", fmt.Sprintf("the store's log has text %q of attempt %s, which never recorded that it would send it", l.commit.Text, name))
	}
}

// steps holds an attempt's steps against what its exit and the store's log say
// of them. Kinds of records that workers do not make in this history at all are
// not missing.
func (o *observers) steps(name string, l *ledger) {
	missing := func(says string) {
		o.r.found("steps-missing", fmt.Sprintf("attempt %s %s", name, says))
	}
	if l.exit != nil && l.exit.Outcome == history.OutcomeSent {
		var announced, answered, arrived bool
		for i := range l.sends {
			announced = announced || l.sends[i].announcements > 0
			answered = answered || l.sends[i].answered != nil
			arrived = arrived || l.sends[i].arrived != nil
		}
		if o.begun && !arrived {
			o.r.found("gateway-incomplete", fmt.Sprintf("attempt %s ended with its text sent, and the gateway's record lacks all texts of it", name))
		}
		switch {
		case o.announces && !announced:
			missing("ended with its text sent, and did not record that it would send one")
		case o.hears && !answered:
			missing("ended with its text sent, and did not record the answer")
		case o.writes && !l.done:
			missing("ended with its text sent, and did not record that its write succeeded")
		}
	}
	for i := range l.sends {
		if x := &l.sends[i]; o.hears && l.exit != nil && x.answers < x.announcements {
			missing("ended, and did not record the answer to its text")
		}
	}
	if l.s != nil {
		if !l.s.exited && l.s.life.stop != nil {
			missing("entered, and did not record that it left before its worker stopped, with nothing under way")
		}
		o.handedBack(l)
		o.decided(l)
		o.upToTheWrite(l, missing)
	}
	switch {
	case !o.writes || l.commits == 0 || l.s == nil:
	case l.exit != nil && l.wrote == nil:
		missing("ended, is in the store's log, and did not record that it wrote")
	case l.commits > 1 && (l.exit != nil || l.done || l.past) && l.commits > l.writes, l.commits > l.writes+1: // what it was at when it died is on no record
		o.r.found("write-logged-twice", fmt.Sprintf("the store's log has %d writes of attempt %s, and its worker recorded %d", l.commits, name, l.writes))
	}
}

// upToTheWrite looks for the steps of an attempt before its write, which it
// recorded, or which is in the store's log alone because the attempt was cut off: a
// worker records each before it makes the next.
func (o *observers) upToTheWrite(l *ledger, missing func(string)) {
	sent := false
	for i := range l.sends {
		x := &l.sends[i]
		sent = sent || x.announcements > 0
		made := l.commits > 0 || l.wrote != nil // by itself: of what another made for it, it need not know
		if o.hears && made && x.answers < x.announcements && (l.wrote == nil || x.announced.Seq < l.wrote.Seq) {
			missing("wrote, and did not record the answer to its text")
		}
	}
	saysNone := l.exit != nil && l.exit.Outcome == history.OutcomeSkipped
	if o.announces && !sent && !saysNone && l.commit != nil && l.commit.Text != "" && !o.sentByAnother(l.commit) {
		missing("wrote that its text went out, and did not record that it would send one")
	}
}

// harness takes in what the harness recorded, and reports whether it is of a
// kind that it records.
func (o *observers) harness(e *history.Event) (own bool) {
	switch e.Kind {
	case history.KindPublish:
		if e.Outcome != history.OutcomeFailed {
			o.published(e)
		}
	case history.KindFaultBegin:
		o.struck(e)
	case history.KindScenario, history.KindClockOffset, history.KindWorkerDead, history.KindFaultEnd, history.KindBroker, history.KindQuiet:
	default:
		return false
	}
	return true
}

// struck holds a fault against the section that it says it was aimed into.
func (o *observers) struck(e *history.Event) {
	s := o.r.byAttempt[e.Attempt]
	switch {
	case e.Worker != "" && o.r.workers[e.Worker] == nil:
		o.r.found("fault-elsewhere", fmt.Sprintf("the fault %s says that it struck %s, of whom nothing is on record", e.Fault, e.Worker))
	case e.Worker != "" && o.r.workers[e.Worker].after(e, o.r.clocks):
		o.r.found("fault-elsewhere", fmt.Sprintf("the fault %s says that it struck %s, who surely began only later", e.Fault, e.Worker))
	case e.Attempt == "":
	case s == nil:
		o.r.found("fault-elsewhere", fmt.Sprintf("the fault %s says that it struck %s inside attempt %s, which nobody recorded as entered", e.Fault, e.Worker, e.Attempt))
	case !s.owns(e):
		o.r.found("fault-elsewhere", fmt.Sprintf("of the fault %s: %s", e.Fault, s.strange(e)))
	case s.life != nil && s.life.dead != nil && o.r.clocks.surelyBefore(s.life.dead.Domain, s.life.dead.T, e.Domain, e.T):
		// The harness says both, on one clock, so that the worker's own does not matter.
		o.r.found("signal-astray", fmt.Sprintf("the fault %s says that it struck %s inside attempt %s, and that worker had been seen dead before", e.Fault, e.Worker, e.Attempt))
	case o.r.clocks.surelyBefore(e.Domain, e.T, s.domain, s.enter),
		s.over != unbounded && o.r.clocks.surelyBefore(s.domain, s.lastPossible(), e.Domain, e.T):
		o.r.found("fault-elsewhere", fmt.Sprintf("the fault %s says that it struck %s inside attempt %s, which was surely not inside when it began", e.Fault, e.Worker, e.Attempt))
	}
}

func (o *observers) published(e *history.Event) {
	if q := o.r.quiet; q != nil && (e.Seq > q.Seq || o.r.clocks.surelyBefore(q.Domain, q.T, e.Domain, e.T)) {
		o.r.found("publish-after-quiet", fmt.Sprintf("event %s was published after the harness had stopped waiting for quiet", e.Event))
	}
	if c := o.r.commits; len(c) > 0 && o.r.clocks.surelyBefore(c[0].Domain, c[0].T, e.Domain, e.T) {
		o.r.found("store-early", fmt.Sprintf("the store's log was read before event %s was published", e.Event))
	}
}
