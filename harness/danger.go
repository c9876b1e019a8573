package harness

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/report"
)

// dangers are the faults whose begin is driven through the points of a worker's
// handling, to tell at which of them they do harm.
var dangers = map[string]func(m mode.Mode, at fault.Point) fault.Fault{
	"freeze": func(m mode.Mode, at fault.Point) fault.Fault {
		return fault.Freeze{At: at, AtLeast: beyondPatience, Kept: ToFaults(m).Places}
	},
	"kill": func(_ mode.Mode, at fault.Point) fault.Fault { return fault.Kill{At: at} },
}

// DangerFaults names them.
func DangerFaults() []string { return slices.Sorted(maps.Keys(dangers)) }

// DangerPoints are the points that attempts come by in a mode.
func DangerPoints(m mode.Mode) (at []fault.Point) {
	for _, p := range fault.Points() {
		if m.Locks() || !(fault.Kill{At: p}).Spec().Needs().Locks {
			at = append(at, p)
		}
	}
	return at
}

// Danger is the scenario that measures one point: whoever comes by it is struck
// there. It claims nothing.
func Danger(m mode.Mode, kind string, at fault.Point) (Scenario, error) {
	strike, known := dangers[kind]
	if !known {
		return Scenario{}, fmt.Errorf("the fault %q is not driven through the points: %v are", kind, DangerFaults())
	}
	sc, err := Explore(fault.Plan{Mode: string(m), Faults: fault.Schedule{{Fault: strike(m, at)}}})
	sc.Name = fmt.Sprintf("%s at the point %s", kind, at)
	sc.Expect, sc.danger = All(report.Any), at
	return sc, err
}

// pointKinds are what a worker records when an
// attempt comes by a point.
var pointKinds = map[fault.Point]history.Kind{
	fault.PointDelivered: history.KindDeliver,
	fault.PointLocked:    history.KindLockAcquired,
	fault.PointRead:      history.KindStateRead,
	fault.PointSend:      history.KindSendCall,
	fault.PointWritten:   history.KindStateWrite,
	fault.PointAck:       history.KindExit,
}

// stepLength is the median time, by the workers' own clocks, from when an attempt
// comes by a point until the next thing that it records, later than that: how long
// the door stands open that a fault must come through. Attempts that something held up, or that
// ended there, are few and move the median little. 0: nobody came by.
func stepLength(events []history.Event, at fault.Point) time.Duration {
	var lengths []time.Duration
	came := map[string]int64{} // by attempt
	for i := range events {
		e := &events[i]
		if e.Attempt == "" || e.Worker == "" || e.Src != history.SrcWorkerPrefix+e.Worker {
			continue
		}
		if t, ok := came[e.Attempt]; ok && e.T > t { // a section's end has the stamp of its last effect
			lengths = append(lengths, time.Duration(e.T-t))
			delete(came, e.Attempt)
		}
		if e.Kind == pointKinds[at] {
			came[e.Attempt] = e.T
		}
	}
	if len(lengths) == 0 {
		return 0
	}
	slices.Sort(lengths)
	return lengths[len(lengths)/2]
}

// dangerOf is what a run says of the point: what the fault broke of the user whose
// attempt it found there. Others of the struck worker were somewhere else in their
// handling, and say nothing of it.
func dangerOf(h *history.History, at fault.Point) *report.Danger {
	d := &report.Danger{Point: string(at), StepMS: float64(stepLength(h.Events, at)) / 1e6}
	user := struckAt(h.Events)
	if user == "" {
		return d
	}
	d.Struck = true
	own, _ := history.Trim(h, []string{user})
	for _, v := range checker.Check(own).Verdicts {
		if v.Verdict == checker.Refuted && len(v.Before) == 0 {
			d.Refuted = append(d.Refuted, v.Property)
		}
	}
	return d
}

// struckAt is the user whose attempt was being held, by the gateway's own record,
// when the fault struck its worker; empty if there is none.
func struckAt(events []history.Event) string {
	begun := slices.IndexFunc(events, func(e history.Event) bool { return e.Kind == history.KindFaultBegin })
	if begun < 0 {
		return ""
	}
	held := "" // the user
	for i := range events {
		e, strike := &events[i], &events[begun]
		if e.Src != history.SrcGateway || e.Worker != strike.Worker || e.T > strike.T {
			continue
		}
		switch e.Kind {
		case history.KindPointBegin, history.KindHoldBegin:
			held = e.User
		case history.KindPointEnd, history.KindHoldEnd:
			if e.User == held {
				held = ""
			}
		}
	}
	return held
}
