package checker

import (
	"fmt"
	"time"
)

// The ways in which a rule holds texts back. Each judges what surely broke it
// and what it may have held back by itself, from a life alone.

// about are the texts of a life that a rule is about, in the gateway's order.
func (l *userLife) about(r *rule) []*got {
	if l.texts == nil {
		return nil
	}
	all, ok := l.abouts[r]
	if !ok {
		for i := range l.texts {
			if t := &l.texts[i]; r.covers(t.e.Text) {
				all = append(all, t)
			}
		}
		if l.abouts == nil {
			l.abouts = map[*rule][]*got{}
		}
		l.abouts[r] = all
	}
	return all
}

// quietHours forbids texts for events whose time, where the user is, has an
// hour of at least from or less than until.
type quietHours struct{ from, until int }

func (quietHours) timed() bool { return true }

func (q quietHours) breaches(l *userLife, r *rule) (found []breach) {
	for _, t := range l.about(r) {
		if !t.unclear && t.p.at != 0 && q.at(t.p) {
			found = append(found, breach{texts: []*got{t}, says: fmt.Sprintf("the %s text of event %s went out for %s where the user is",
				t.e.Text, t.p.event, local(t.p).Format("15:04"))})
		}
	}
	return found
}

func (q quietHours) excuses(_ *userLife, _ *rule, s *ruleStep) bool { return s.p.at == 0 || q.at(s.p) }

func (q quietHours) at(p *publish) bool {
	hour := local(p).Hour()
	return hour >= q.from || hour < q.until
}

// local is an event's time as the clocks show it where the user is.
func local(p *publish) time.Time {
	return time.UnixMilli(p.at).UTC().Add(time.Duration(p.zone) * time.Minute)
}

// pauseAfter forbids texts for events that happened before an event of a type,
// or less than a pause after it.
type pauseAfter struct {
	event string
	pause time.Duration
}

func (pauseAfter) timed() bool { return true }

// pauses says of the steps up to a place which of them has the latest event of
// the type, from 1, and whether there may be others.
type pauses struct {
	latest int
	others bool
}

func (a pauseAfter) upTo(l *userLife) []pauses {
	if out, ok := l.pauses[a]; ok {
		return out
	}
	out := make([]pauses, len(l.steps)+1)
	out[0].others = !l.born
	for i := range l.steps {
		s, at := &l.steps[i], out[i]
		switch {
		case s.typ == "" || s.typ == a.event && s.p.at == 0:
			at.others = true
		case s.typ == a.event && (at.latest == 0 || s.p.at > l.steps[at.latest-1].p.at):
			at.latest = i + 1
		}
		out[i+1] = at
	}
	if l.pauses == nil {
		l.pauses = map[pauseAfter][]pauses{}
	}
	l.pauses[a] = out
	return out
}

func (a pauseAfter) breaches(l *userLife, r *rule) (found []breach) {
	for _, t := range l.about(r) {
		if t.unclear || t.p.at == 0 {
			continue
		}
		if at := a.upTo(l)[t.lo]; at.latest > 0 {
			if s := &l.steps[at.latest-1]; a.holds(s, t.p) {
				found = append(found, breach{texts: []*got{t}, steps: []*ruleStep{s}, says: fmt.Sprintf("the %s text of event %s went out, of a time %s after event %s (%s), which had taken effect",
					t.e.Text, t.p.event, time.Duration(t.p.at-s.p.at)*time.Millisecond, s.p.event, a.event)})
			}
		}
	}
	return found
}

func (a pauseAfter) holds(s *ruleStep, p *publish) bool { return p.at < s.p.at+a.pause.Milliseconds() }

func (a pauseAfter) excuses(l *userLife, _ *rule, s *ruleStep) bool {
	if s.p.at == 0 {
		return true
	}
	at := a.upTo(l)[s.place-1]
	return at.others || at.latest > 0 && a.holds(&l.steps[at.latest-1], s.p)
}

// silence forbids every text from an event of one type until one of another,
// but for those of the event that began it.
type silence struct{ from, until string }

func (silence) timed() bool { return false }

// silent says of a place which steps began a silence there, from 1: the first
// that surely did, and the first of another event (0: none did); and whether
// there may be one.
type silent struct {
	by, also int
	may      bool
}

// against is the step whose silence a text of an event breaks; 0 if none is sure.
func (s silent) against(l *userLife, p *publish) int {
	if s.by > 0 && l.steps[s.by-1].p == p {
		return s.also
	}
	return s.by
}

func (q silence) at(l *userLife) []silent {
	if out, ok := l.silences[q]; ok {
		return out
	}
	out := make([]silent, len(l.steps)+1)
	out[0].may = !l.born
	for i := range l.steps {
		s, at := &l.steps[i], out[i]
		switch {
		case s.typ == "":
			at = silent{may: true} // it may begin one or end it
		case s.typ == q.from:
			at.may = true
			switch {
			case !s.first:
			case at.by == 0:
				at.by = s.place
			case at.also == 0:
				at.also = s.place // a first step is of an event of its own
			}
		case s.typ == q.until && s.first:
			at = silent{}
		case s.typ == q.until: // whether it takes effect again is not for this rule to say
			at.by, at.also = 0, 0
		}
		out[i+1] = at
	}
	if l.silences == nil {
		l.silences = map[silence][]silent{}
	}
	l.silences[q] = out
	return out
}

func (q silence) breaches(l *userLife, r *rule) (found []breach) {
	at := q.at(l)
	for i := range l.texts {
		t := &l.texts[i]
		if t.unclear || !r.covers(t.e.Text) {
			continue
		}
		sure := true
		for k := t.hi; k >= t.lo && sure; k-- {
			sure = at[k].against(l, t.p) > 0
		}
		if sure {
			s := &l.steps[at[t.hi].against(l, t.p)-1]
			found = append(found, breach{texts: []*got{t}, steps: []*ruleStep{s},
				says: fmt.Sprintf("the %s text of event %s went out after event %s (%s) had taken effect", t.e.Text, t.p.event, s.p.event, q.from)})
		}
	}
	return found
}

func (q silence) excuses(l *userLife, _ *rule, s *ruleStep) bool {
	at := q.at(l)
	for k := l.decidedAfter(s); k < s.place; k++ {
		if at[k].may {
			return true
		}
	}
	return false
}
