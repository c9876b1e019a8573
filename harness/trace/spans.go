package trace

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"

	"turnstile/checker/history"
)

// Span is one stretch of time in a trace. Times are Unix nanoseconds, as well as
// they are known: see [Spans].
type Span struct {
	Trace   [16]byte
	ID      [8]byte
	Parent  [8]byte // zero: none
	Link    [8]byte // a span of the same trace that this one comes after, at another or the same worker; zero: none
	Service string  // whose record it is from: a worker, gateway, publisher, faults
	Name    string
	From    int64
	To      int64 // not before From
	Attrs   []Attr
	// Failed says why what the span is of did not come to its end, as far as is on
	// record; empty: it did.
	Failed string
}

// Attr is a fact about a span.
type Attr struct{ Key, Value string }

// noEnd is why a span is taken for failed that was never ended.
const noEnd = "its end is not on record"

// Services other than workers, which are called by their names.
const (
	servicePublisher = "publisher"
	serviceGateway   = "gateway"
	serviceFaults    = "faults"
)

// builder makes spans of a history.
type builder struct {
	clock clock
	run   string
	spans []Span
}

// Spans are those of a history, of one user's events alone if a user is named, in
// the order of their begin.
//
// A record's times are of monotonic clocks. They are moved so that the harness's
// clock is the wall's, by the store's own stamps of its writes: off by some
// milliseconds at the most; where the store's log is missing, the run begins with
// the epoch. Another observer's clock is moved to the middle of the bounds that
// are on record for it; what is of a clock without bounds is left out.
func Spans(h *history.History, user string) []Span {
	b := &builder{clock: newClock(h.Events), run: h.SHA256}
	attempts := map[string]*handling{}
	var order []*handling
	events := map[string]*event{}
	var ids []string
	at := func(e *history.Event) *event {
		ev := events[e.Event]
		if ev == nil {
			ev = &event{id: e.Event, user: e.User}
			events[e.Event] = ev
			ids = append(ids, e.Event)
		}
		return ev
	}
	for i := range h.Events {
		e := &h.Events[i]
		switch {
		case e.Kind == history.KindFaultBegin || e.Kind == history.KindFaultEnd:
			b.fault(h.Events, e)
		case e.Event == "" || user != "" && e.User != user || !b.clock.knows(e.Domain):
		case e.Kind == history.KindPublish:
			at(e).publish = e
		case e.Attempt != "" && (e.FromWorker() || e.Src == history.SrcGateway):
			a := attempts[e.Attempt]
			if a == nil {
				a = &handling{of: at(e), attempt: e.Attempt, worker: e.Worker}
				attempts[e.Attempt] = a
				order = append(order, a)
			}
			a.records = append(a.records, e)
		}
	}
	for _, a := range order {
		slices.SortStableFunc(a.records, func(x, y *history.Event) int { return cmp.Compare(b.clock.at(x, x.T), b.clock.at(y, y.T)) })
		a.of.handlings = append(a.of.handlings, a)
	}
	for _, id := range ids {
		b.event(events[id])
	}
	slices.SortStableFunc(b.spans, func(x, y Span) int { return cmp.Compare(x.From, y.From) })
	return b.spans
}

// event is one that was published, and all handlings of it.
type event struct {
	id, user  string
	publish   *history.Event // nil: it is not on record
	handlings []*handling
}

// handling is what one worker did with one delivery, in one try.
type handling struct {
	of              *event
	attempt, worker string
	records         []*history.Event // the worker's own and the gateway's
}

// name makes ids that are the same each time.
func (b *builder) name(parts ...string) (trace [16]byte, id [8]byte) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", b.run, parts))
	copy(trace[:], sum[:16])
	copy(id[:], sum[16:24])
	return trace, id
}

func (b *builder) add(s Span) {
	s.To = max(s.To, s.From)
	b.spans = append(b.spans, s)
}

func (b *builder) event(ev *event) {
	trace, root := b.name("event", ev.id)
	all := Span{Trace: trace, ID: root, Service: servicePublisher, Name: "event", Attrs: []Attr{{"event", ev.id}, {"user", ev.user}}}
	first := true
	stretch := func(from, to int64) {
		if first || from < all.From {
			all.From = from
		}
		if first || to > all.To {
			all.To = to
		}
		first = false
	}
	if p := ev.publish; p != nil {
		_, id := b.name("publish", ev.id)
		s := Span{Trace: trace, ID: id, Parent: root, Service: servicePublisher, Name: "publish", From: b.clock.at(p, cmp.Or(p.From, p.T)), To: b.clock.at(p, p.T)}
		s.Failed = failed(p)
		b.add(s)
		stretch(s.From, s.To)
		all.Attrs = append(all.Attrs, Attr{"type", p.Type}, Attr{"ordinal", strconv.FormatInt(p.Ordinal, 10)})
	}
	slices.SortStableFunc(ev.handlings, func(x, y *handling) int {
		return cmp.Compare(b.clock.at(x.records[0], x.records[0].T), b.clock.at(y.records[0], y.records[0].T))
	})
	var before [8]byte
	for _, a := range ev.handlings {
		s := b.handling(trace, root, before, a)
		before = s.ID
		stretch(s.From, s.To)
	}
	b.add(all)
}

// fault is a trace of its own, added with its begin.
func (b *builder) fault(events []history.Event, begin *history.Event) {
	if begin.Kind != history.KindFaultBegin || !b.clock.knows(begin.Domain) {
		return
	}
	trace, id := b.name("fault", begin.Fault)
	s := Span{Trace: trace, ID: id, Service: serviceFaults, Name: begin.Fault, From: b.clock.at(begin, begin.T), To: b.clock.at(begin, begin.T), Failed: noEnd}
	if begin.Worker != "" {
		s.Attrs = append(s.Attrs, Attr{"worker", begin.Worker})
	}
	if aim := begin.Detail["aim"]; aim != "" {
		s.Attrs = append(s.Attrs, Attr{"aim", aim})
	}
	for i := range events {
		if e := &events[i]; e.Kind == history.KindFaultEnd && e.Fault == begin.Fault && b.clock.knows(e.Domain) {
			s.To, s.Failed = b.clock.at(e, e.T), ""
			if e.Outcome != history.OutcomeHealed {
				s.Failed = e.Outcome
			}
		}
	}
	b.add(s)
}

// failed is what an operation's outcome says against it.
func failed(e *history.Event) string {
	if e.Outcome == history.OutcomeFailed || e.Outcome == history.OutcomeUnclear {
		return e.Outcome
	}
	return ""
}
