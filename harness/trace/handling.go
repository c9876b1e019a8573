package trace

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"turnstile/checker/history"
)

// operations are records that span what they are of.
var operations = map[history.Kind]string{
	history.KindStateRead: "read", history.KindStateWrite: "write", history.KindStateComplete: "complete",
	history.KindLockAcquired: "lock", history.KindLockReleased: "release", history.KindLockLost: "release",
	history.KindAck: "ack", history.KindNack: "nack", history.KindDeadLetter: "dead letter", history.KindLockContended: "lock refused",
}

// inside are those that belong to a section.
var inside = map[history.Kind]bool{history.KindStateRead: true, history.KindStateWrite: true, history.KindStateComplete: true}

// settles are those with which a worker is done with a delivery.
var settles = map[history.Kind]bool{history.KindAck: true, history.KindNack: true, history.KindDeadLetter: true}

// handling adds the spans of one try, and returns that of the whole.
func (b *builder) handling(trace [16]byte, root, before [8]byte, a *handling) Span {
	_, id := b.name("handling", a.attempt)
	all := Span{
		Trace: trace, ID: id, Parent: root, Link: before, Service: a.worker, Name: "handling",
		From: b.begin(a.records[0]), To: b.clock.at(a.records[0], a.records[0].T),
		Attrs: []Attr{{"attempt", a.attempt}}, Failed: "it is not on record that the worker was done with it",
	}
	t := &try{builder: b, a: a, trace: trace, all: id, opened: map[string]*Span{}}
	for _, e := range a.records {
		all.From, all.To = min(all.From, b.begin(e)), max(all.To, b.clock.at(e, e.T))
		switch {
		case e.Kind == history.KindDeliver && e.Redelivery > 0:
			all.Attrs = append(all.Attrs, Attr{"redelivery", strconv.FormatInt(e.Redelivery, 10)})
		case settles[e.Kind]:
			all.Failed = failed(e)
		case e.Kind == history.KindExit:
			all.Attrs = append(all.Attrs, Attr{"outcome", e.Outcome})
		}
		t.record(e)
	}
	for _, what := range slices.Sorted(maps.Keys(t.opened)) {
		s := t.opened[what]
		s.To, s.Failed = all.To, noEnd
		b.add(*s)
	}
	b.add(all)
	return all
}

// begin is when what a record is of began.
func (b *builder) begin(e *history.Event) int64 { return b.clock.at(e, cmp.Or(e.From, e.T)) }

// try is a handling on its way through its records.
type try struct {
	*builder
	a       *handling
	trace   [16]byte
	all     [8]byte
	section [8]byte          // zero before it was entered
	send    [8]byte          // the worker's last
	opened  map[string]*Span // have begun, and have no end yet
	n       int
}

func (t *try) child(parent [8]byte, service, name string, from, to int64) Span {
	t.n++
	_, id := t.name("step", t.a.attempt, strconv.Itoa(t.n))
	return Span{Trace: t.trace, ID: id, Parent: parent, Service: service, Name: name, From: from, To: to}
}

func (t *try) record(e *history.Event) {
	own := e.FromWorker()
	now := t.clock.at(e, e.T)
	switch e.Kind {
	case history.KindEnter:
		s := t.child(t.all, t.a.worker, "section", now, now)
		t.section = s.ID
		t.opened["section"] = &s
	case history.KindExit:
		t.end("section", e)
	case history.KindSendCall:
		service, parent, name := t.a.worker, cmp.Or(t.section, t.all), "send "+e.Text
		if !own {
			service, parent, name = serviceGateway, cmp.Or(t.send, parent), "take "+e.Text
		}
		s := t.child(parent, service, name, now, now)
		if own {
			t.send = s.ID
		}
		if e.Outcome != "" {
			s.Attrs = append(s.Attrs, Attr{"outcome", e.Outcome})
		}
		t.opened[service+" "+e.Text] = &s
	case history.KindSendReturn:
		service := t.a.worker
		if !own {
			service = serviceGateway
		}
		t.end(service+" "+e.Text, e)
	case history.KindHoldBegin, history.KindPointBegin:
		s := t.child(t.all, serviceGateway, "made to wait", now, now)
		if p := e.Detail["point"]; p != "" {
			s.Attrs = append(s.Attrs, Attr{"point", p})
		}
		t.opened["wait"] = &s
	case history.KindHoldEnd, history.KindPointEnd:
		t.end("wait", e)
	default:
		if name := operations[e.Kind]; name != "" && own {
			parent := t.all
			if inside[e.Kind] {
				parent = cmp.Or(t.section, t.all)
			}
			s := t.child(parent, t.a.worker, name, t.begin(e), now)
			if s.Failed = failed(e); e.Kind == history.KindLockLost {
				s.Failed = "it was another's by then"
			}
			t.add(s)
		}
	}
}

// end adds a span that was opened; none may be.
func (t *try) end(what string, by *history.Event) {
	s := t.opened[what]
	if s == nil {
		return
	}
	delete(t.opened, what)
	s.To, s.Failed = t.clock.at(by, by.T), failed(by)
	t.add(*s)
}
