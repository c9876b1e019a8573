package checker

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"turnstile/checker/history"
)

// record is a history, taken apart by who observed what, with what the properties
// look up in it. Each kind of event is believed only from the observer that the
// format gives it to. Once it is built, only findings are added.
type record struct {
	h        *history.History
	scenario *history.Setup
	clocks   *clocks
	findings

	publications                // by the harness
	faultLog                    // by the harness
	quiet        *history.Event // by the harness, the last one
	crew                        // by the workers, of themselves
	entered                     // by the workers, of their sections
	completions                 // by the workers, of writes that they made for others
	storeLog                    // by the state store
	gatewayLog                  // by the gateway
}

// storeLog is the state store's own log of the writes.
type storeLog struct {
	commits   []*history.Event // by position
	committed []*publish       // of each of commits; nil where the event was not published in this run
	effects   []*publish       // published events that took effect, by position of their first commit
}

// gatewayLog is what the gateway recorded of the texts that came to it.
type gatewayLog struct {
	sends []*history.Event // refused ones too, in its order
	// gatewayEnded: the last that it recorded is its graceful end.
	gatewayEnded bool
}

func newRecord(h *history.History) *record {
	publishes, sections, commits := count(h)
	r := &record{
		h: h, scenario: h.Scenario(), clocks: newClocks(h), publications: newPublications(publishes), crew: newCrew(),
		storeLog: storeLog{commits: make([]*history.Event, 0, commits), effects: make([]*publish, 0, min(publishes, commits))},
	}
	var reading sync.WaitGroup
	var read entered
	reading.Go(func() { read = readSections(h, sections) })
	for i := range h.Events {
		e := &h.Events[i]
		switch e.Src {
		case history.SrcHarness:
			r.addHarness(e)
		case history.SrcGateway:
			r.addGateway(e)
		case history.SrcStore:
			if e.Kind == history.KindStateCommit {
				r.commits = append(r.commits, e)
			}
		default:
			if name, ok := workerOf(e); ok {
				r.addWorker(name, e)
				r.addCompletion(e)
			}
		}
	}
	r.settle(r.publishes)
	r.settleDeaths(r.clocks)
	reading.Wait()
	r.addSections(read)
	r.faultLog = faultLog{faultEvidence(r), r.clocks}
	return r
}

// count counts what has an entry of its own, so that nothing need grow while a
// long history is taken in.
func count(h *history.History) (publishes, sections, commits int) {
	for i := range h.Events {
		switch h.Events[i].Kind {
		case history.KindPublish:
			publishes++
		case history.KindEnter:
			sections++
		case history.KindStateCommit:
			commits++
		}
	}
	return publishes, sections, commits
}

func (r *record) addHarness(e *history.Event) {
	switch e.Kind {
	case history.KindPublish:
		r.addPublish(e, &r.findings)
	case history.KindQuiet:
		r.quiet = e
	case history.KindWorkerDead:
		w := r.worker(e.Worker)
		w.deaths = append(w.deaths, e)
	}
}

// settle puts the log in its order, and says whose publish each write is of.
func (l *storeLog) settle(publishes map[string]*publish) {
	slices.SortStableFunc(l.commits, func(a, b *history.Event) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	l.committed = make([]*publish, len(l.commits))
	for i, e := range l.commits {
		p := publishes[e.Event]
		l.committed[i] = p
		if p != nil && p.commit == nil {
			p.commit = e
			l.effects = append(l.effects, p)
		}
	}
}

func (l *gatewayLog) addGateway(e *history.Event) {
	l.gatewayEnded = e.Kind == history.KindObserverStop
	if e.Kind == history.KindSendCall {
		l.sends = append(l.sends, e)
	}
}

// workerOf names the worker that recorded e, if one did.
func workerOf(e *history.Event) (name string, ok bool) {
	return strings.CutPrefix(e.Src, history.SrcWorkerPrefix)
}
