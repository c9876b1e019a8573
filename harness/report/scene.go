package report

import (
	"cmp"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
)

// scene is a witness laid out in time: what can be drawn or told of it on one
// clock. All its times are nanoseconds since the origin, the moment at which
// the first of the witness's attempts entered.
type scene struct {
	user    string
	workers []string // all that did something, by name
	bars    []bar
	bands   []band
	overlap *stretch // exclusivity only
	records []history.Event
	foreign int // records and faults on another clock, which have no place here

	domain string
	origin int64
}

// stretch is from one moment to another.
type stretch struct{ from, to int64 }

// bar is one attempt's critical section.
type bar struct {
	stretch
	worker, attempt, event string
	endedBy                string // what bounds its end, in words
	involved               bool   // the witness names it
	exited                 bool   // its exit is on record
}

// band is a fault.
type band struct {
	stretch
	fault    string
	worker   string // "" if it hits everyone
	relation string
	ended    bool
	bitten   bool
	evidence []history.Evidence // with times since the origin
}

// newScene lays out a witness; the faults' evidence is that of the whole run.
func newScene(w *checker.Witness, faults []checker.FaultEvidence) *scene {
	sc := &scene{user: w.User}
	switch {
	case len(w.Attempts) > 0:
		sc.domain, sc.origin = w.Attempts[0].Domain, w.Attempts[0].Enter
		for _, a := range w.Attempts {
			if a.Domain == sc.domain {
				sc.origin = min(sc.origin, a.Enter)
			}
		}
	case len(w.Timeline) > 0:
		sc.domain, sc.origin = w.Timeline[0].Domain, w.Timeline[0].T
	}
	sc.addBars(w)
	sc.addBands(w, faults)
	sc.addRecords(w)
	if w.Property == checker.Exclusivity && len(w.Attempts) >= 2 {
		a, b := w.Attempts[0], w.Attempts[1]
		if o := (stretch{max(a.Enter, b.Enter) - sc.origin, min(a.End, b.End) - sc.origin}); a.Domain == b.Domain && o.from < o.to {
			sc.overlap = &o
		}
	}
	return sc
}

// addBars adds the witness's attempts, and any other section of the user that
// its timeline shows from enter to exit.
func (sc *scene) addBars(w *checker.Witness) {
	entered, exited := map[string]*history.Event{}, map[string]bool{}
	known := map[string]bool{}
	for i := range w.Timeline {
		switch e := &w.Timeline[i]; e.Kind {
		case history.KindEnter:
			entered[e.Attempt] = e
		case history.KindExit:
			exited[e.Attempt] = true
		}
	}
	for _, a := range w.Attempts {
		known[a.Attempt] = true
		if a.Domain != sc.domain {
			sc.foreign++
			continue
		}
		sc.bars = append(sc.bars, bar{
			stretch: stretch{a.Enter - sc.origin, a.End - sc.origin}, worker: a.Worker, attempt: a.Attempt, event: a.Event,
			endedBy: a.EndedBy, involved: true, exited: exited[a.Attempt],
		})
	}
	for i := range w.Timeline {
		e := &w.Timeline[i]
		in := entered[e.Attempt]
		if e.Kind != history.KindExit || known[e.Attempt] || in == nil || e.Domain != sc.domain || in.Domain != sc.domain || in.User != w.User {
			continue
		}
		sc.bars = append(sc.bars, bar{
			stretch: stretch{in.T - sc.origin, e.T - sc.origin}, worker: in.Worker, attempt: e.Attempt, event: in.Event, exited: true,
		})
	}
	slices.SortStableFunc(sc.bars, func(a, b bar) int { return cmp.Compare(a.from, b.from) })
}

func (sc *scene) addBands(w *checker.Witness, faults []checker.FaultEvidence) {
	for _, f := range w.Faults {
		if f.Domain != sc.domain {
			sc.foreign++
			continue
		}
		b := band{
			stretch: stretch{f.Begin - sc.origin, f.End - sc.origin}, fault: f.Fault, worker: f.Worker,
			relation: f.Relation, ended: f.End != 0, bitten: f.Bitten,
		}
		if !fault.AtOneWorker(fault.KindOf(f.Fault)) { // it names the worker whose section it was timed by
			b.worker = ""
		}
		for _, fe := range faults {
			if fe.Fault != f.Fault || fe.Begin != f.Begin {
				continue
			}
			for _, ev := range fe.Evidence {
				ev.T -= sc.origin
				b.evidence = append(b.evidence, ev)
			}
		}
		sc.bands = append(sc.bands, b)
	}
}

// addRecords keeps the timeline's records that have a place on this clock.
// The store's log does not: its records are stamped when the log is read.
func (sc *scene) addRecords(w *checker.Witness) {
	workers, cut := map[string]bool{}, map[string]bool{}
	for _, b := range sc.bars {
		workers[b.worker] = true
		cut[b.worker] = cut[b.worker] || !b.exited
	}
	for _, b := range sc.bands {
		if b.worker != "" {
			workers[b.worker] = true
		}
	}
	for _, e := range w.Timeline {
		if e.Kind == history.KindStateCommit || e.Kind == history.KindWorkerDead && !cut[e.Worker] {
			continue // a death that cut no section short is the end of the run
		}
		if e.Domain != sc.domain {
			sc.foreign++
			continue
		}
		if e.FromWorker() && e.Worker != "" {
			workers[e.Worker] = true
		}
		e.T -= sc.origin
		sc.records = append(sc.records, e)
	}
	slices.SortStableFunc(sc.records, func(a, b history.Event) int { return cmp.Compare(a.T, b.T) })
	for name := range workers {
		sc.workers = append(sc.workers, name)
	}
	slices.Sort(sc.workers)
}

// sends are the texts that the gateway accepted, or where it has no record,
// that a worker was about to send. What it refused or recognized is none.
func (sc *scene) sends() []history.Event {
	gateway := map[[2]string]bool{}
	for _, e := range sc.records {
		if e.Kind == history.KindSendCall && e.Src == history.SrcGateway {
			gateway[[2]string{e.Attempt, e.Text}] = true
		}
	}
	var out []history.Event
	for _, e := range sc.records {
		if e.Outcome == history.OutcomeFailed || e.Outcome == history.OutcomeDeduplicated {
			continue
		}
		if e.Kind == history.KindSendCall && (e.Src == history.SrcGateway || !gateway[[2]string{e.Attempt, e.Text}]) {
			out = append(out, e)
		}
	}
	return out
}

// extent is the time that the bars take, and the faults that reach into it or
// lie near.
func (sc *scene) extent() stretch {
	if len(sc.bars) == 0 {
		if n := len(sc.records); n > 0 {
			return stretch{sc.records[0].T, sc.records[n-1].T}
		}
		return stretch{0, 1}
	}
	out := sc.bars[0].stretch
	for _, b := range sc.bars {
		out.from, out.to = min(out.from, b.from), max(out.to, b.to)
	}
	// A fault far away would squeeze the sections into a line.
	near := (out.to - out.from) / 2
	reach := out
	for _, b := range sc.bands {
		if b.from < out.from && out.from-b.from <= near {
			reach.from = min(reach.from, b.from)
		}
		if b.ended && b.to > out.to && b.to-out.to <= near {
			reach.to = max(reach.to, b.to)
		}
	}
	return reach
}
