package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"turnstile/checker/history"
)

// moment is one line of a scene's story.
type moment struct {
	t       int64
	until   int64 // of several alike, the last
	times   int   // how many alike
	who     string
	what    string
	attempt string // whose section it opens or closes
	opens   bool
	closes  bool
}

// story tells a scene line by line: the records, the faults' evidence, and the
// ends of sections that have no exit on record.
func (sc *scene) story() []moment {
	var out []moment
	gateway := map[[2]string]bool{}
	for _, e := range sc.sends() {
		gateway[[2]string{e.Attempt, e.Text}] = e.Src == history.SrcGateway
	}
	passed := sc.passed()
	for _, e := range sc.records {
		if e.Kind == history.KindSendCall && e.FromWorker() && gateway[[2]string{e.Attempt, e.Text}] {
			continue // the gateway tells it
		}
		if e.Kind == history.KindSendReturn && !e.FromWorker() {
			continue // the worker tells when it knew
		}
		who, what := words(&e)
		if what == "" {
			if who, what = e.Worker, passed(&e); what == "" {
				continue
			}
		}
		out = append(out, moment{
			t: e.T, who: who, what: what, attempt: e.Attempt,
			opens: e.Kind == history.KindEnter, closes: e.Kind == history.KindExit,
		})
	}
	for _, b := range sc.bands {
		for _, ev := range b.evidence {
			if ev.T+sc.origin == 0 { // it bears no time
				continue
			}
			seen := "seen: "
			if !ev.Seen {
				seen = "NOT seen: "
			}
			out = append(out, moment{t: ev.T, who: ev.Observer, what: seen + ev.Name})
		}
	}
	for _, b := range sc.bars {
		if !b.exited {
			out = append(out, moment{t: b.to, who: b.worker, what: "was certainly inside until here: " + b.endedBy, attempt: b.attempt, closes: true})
		}
	}
	slices.SortStableFunc(out, func(a, b moment) int {
		switch {
		case a.t != b.t:
			return int(max(-1, min(1, a.t-b.t)))
		case a.opens != b.opens && a.opens:
			return -1
		case a.closes != b.closes && b.closes:
			return -1
		}
		return 0
	})
	return folded(out)
}

// folded puts lines that say the same again into one.
func folded(in []moment) []moment {
	var out []moment
	for _, m := range in {
		m.until, m.times = m.t, 1
		if n := len(out); n > 0 && !m.opens && !m.closes && out[n-1].who == m.who && out[n-1].what == m.what {
			out[n-1].until = m.t
			out[n-1].times++
			continue
		}
		out = append(out, m)
	}
	return out
}

// words says who observed or did what in one record.
func words(e *history.Event) (who, what string) {
	who = e.Worker
	switch e.Kind {
	case history.KindPublish:
		who, what = "publisher", fmt.Sprintf("has the broker's answer to the publish of event %s, number %d of this user", e.Event, e.Ordinal)
	case history.KindDeliver:
		what = "receives event " + e.Event
		if e.Redelivery > 0 {
			what += fmt.Sprintf(" (redelivery %d)", e.Redelivery)
		}
	case history.KindEnter:
		what = "enters with event " + e.Event
	case history.KindStateRead:
		what = fmt.Sprintf("reads the user's state, version %d", e.Version)
	case history.KindSendCall:
		what = fmt.Sprintf("sends text “%s” of event %s", e.Text, e.Event)
		if e.Src == history.SrcGateway {
			return "gateway", fmt.Sprintf(gatewaySays(e), e.Text, e.Event, e.Worker)
		}
	case history.KindSendReturn:
		what = "has the gateway's answer"
	case history.KindStateWrite:
		what = fmt.Sprintf("writes the user's state, version %d", e.Version)
	case history.KindStateComplete:
		what = fmt.Sprintf("makes the write that attempt %s intended, version %d", e.Peer, e.Version)
	case history.KindExit:
		what = "leaves"
	case history.KindAck:
		what = "acknowledges event " + e.Event
	case history.KindNack:
		what = "hands event " + e.Event + " back for redelivery"
	case history.KindDeadLetter:
		what = "gives event " + e.Event + " up: it goes to the dead-letter topic"
	case history.KindLockAcquired:
		what = "takes the user's lock"
	case history.KindLockContended:
		what = "finds the user's lock taken"
	case history.KindLockLost:
		what = "finds that the user's lock is no longer its own"
	case history.KindLockReleased:
		what = "gives the user's lock back"
	case history.KindHoldBegin:
		who, what = "gateway", "withholds its answer to "+e.Worker+", which keeps that one inside"
	case history.KindHoldEnd:
		who, what = "gateway", "no longer withholds its answer to "+e.Worker
	case history.KindFaultBegin:
		who, what = "harness", "the fault "+e.Fault+" begins"
	case history.KindFaultEnd:
		who, what = "harness", "the fault "+e.Fault+" is over"
	case history.KindWorkerDead:
		who, what = "harness", "the death of "+e.Worker+" is confirmed"
	case history.KindBroker:
		who, what = "broker", e.Detail["saw"]
	case history.KindWorkerStart:
		what = "is ready for messages"
	case history.KindWorkerStop:
		what = "ends of its own accord"
	case history.KindQuiet:
		who, what = "broker", "has nothing left to deliver"
		if e.Outcome != history.OutcomeOK {
			what = "still has something to deliver, or to be acknowledged" + besides(e.Detail)
		}
	case history.KindWireDelivered, history.KindWireAcknowledged, history.KindWireRedeliveryAsked:
		return wireWords(e)
	case history.KindNote:
		who = e.Src
		what = strings.TrimPrefix(besides(e.Detail), ": ")
	}
	if what != "" && e.Outcome != "" && e.Outcome != history.OutcomeOK {
		what += " (" + e.Outcome + ")"
	}
	return who, what
}

// besides is what a record says beside its fields, behind a colon.
func besides(detail map[string]string) string {
	out := ""
	for i, k := range slices.Sorted(maps.Keys(detail)) {
		if i == 0 {
			out = ": "
		} else {
			out += ", "
		}
		out += k + ": " + detail[k]
	}
	return out
}

// gatewaySays is what became of a send at the gateway, a format for its text,
// event and worker.
func gatewaySays(e *history.Event) string {
	switch e.Outcome {
	case history.OutcomeFailed:
		return "refuses text “%s” of event %s from %s"
	case history.OutcomeDeduplicated:
		return "has text “%s” of event %s already and does not send it again for %s"
	case history.OutcomeUnclear:
		return "may have accepted text “%s” of event %s from %s"
	}
	return "accepts text “%s” of event %s from %s"
}

// harm says what the user suffered, as far as a scene's records show it.
func (sc *scene) harm() []string {
	return append(sc.doubledTexts(), sc.lostWrites()...)
}

func (sc *scene) doubledTexts() []string {
	type key struct{ event, text string }
	var order []key
	by := map[key][]history.Event{}
	for _, e := range sc.sends() {
		k := key{e.Event, e.Text}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], e)
	}
	var out []string
	for _, k := range order {
		all := by[k]
		if len(all) < 2 {
			continue
		}
		from := ""
		for i, e := range all {
			if i > 0 {
				from += ", "
			}
			from += fmt.Sprintf("from %s at %s ms", e.Worker, since(e.T))
		}
		out = append(out, fmt.Sprintf("The text “%s” of event %s went out %d times: %s.", k.text, k.event, len(all), from))
	}
	return out
}

// lostWrites finds attempts that wrote the user's state from a version older
// than another had written by then.
func (sc *scene) lostWrites() []string {
	read := map[string]history.Event{}
	var writes []history.Event
	for _, e := range sc.records {
		switch {
		case (e.Kind == history.KindStateRead || e.Kind == history.KindStateComplete && e.Outcome == history.OutcomeOK) && e.FromWorker():
			read[e.Attempt] = e
		case e.Kind == history.KindStateWrite && e.FromWorker() && e.Outcome == history.OutcomeOK:
			writes = append(writes, e)
		}
	}
	var out []string
	for i, late := range writes {
		r, ok := read[late.Attempt]
		if !ok {
			continue
		}
		for _, early := range writes[:i] {
			if early.Attempt == late.Attempt || r.Version >= early.Version {
				continue
			}
			lost := fmt.Sprintf("What the write of version %d recorded is lost.", early.Version)
			if late.Version < early.Version {
				lost = fmt.Sprintf("The state fell back from version %d to version %d: what was recorded in between is lost.", early.Version, late.Version)
			}
			out = append(out, fmt.Sprintf("At %s ms %s wrote the user's state as version %d, from version %d that it had read at %s ms; by then, at %s ms, %s had written version %d. %s",
				since(late.T), late.Worker, late.Version, r.Version, since(r.T), since(early.T), early.Worker, early.Version, lost))
		}
	}
	return out
}
