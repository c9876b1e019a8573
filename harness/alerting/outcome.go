package alerting

import (
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// Outcome is what the alerts said of a run.
type Outcome struct {
	Unknown string  `json:"unknown,omitempty"` // why nothing can be said
	Alerts  []Alert `json:"alerts,omitempty"`  // that fired, those of the fault first, in the order of time
}

// Alert is one that fired.
type Alert struct {
	Name  string `json:"name"`
	Tells string `json:"tells"` // Harm or Cause
	// Before: it fired before a fault had begun, or there was none.
	Before bool `json:"before,omitempty"`
	// AfterS is how long after the first fault had begun it began to fire, in seconds.
	AfterS *float64 `json:"after_s,omitempty"`
}

// Judge tells which of the rules fired in the run of that history, whose samples are
// in the file.
func Judge(path string, h *history.History) *Outcome {
	rules, err := Rules()
	if err != nil {
		return &Outcome{Unknown: err.Error()}
	}
	s, err := ReadFile(path)
	if err != nil {
		return &Outcome{Unknown: err.Error()}
	}
	o, err := JudgeBy(s, rules, h)
	if err != nil {
		return &Outcome{Unknown: err.Error()}
	}
	return o
}

// JudgeBy is [Judge] by samples that were read and rules of the caller's.
func JudgeBy(s *Samples, rules []Rule, h *history.History) (*Outcome, error) {
	fired, err := Evaluate(s, rules)
	if err != nil {
		return nil, err
	}
	begun, err := s.begun(h)
	if err != nil {
		return nil, err
	}
	o := &Outcome{Alerts: []Alert{}}
	for _, f := range fired {
		k := slices.IndexFunc(o.Alerts, func(a Alert) bool { return a.Name == f.Rule.Name })
		if k < 0 {
			k = len(o.Alerts)
			o.Alerts = append(o.Alerts, Alert{Name: f.Rule.Name, Tells: f.Rule.Tells})
		}
		a := &o.Alerts[k]
		switch {
		case begun == 0 || f.From < begun:
			a.Before = true
		case a.AfterS == nil:
			after := float64(f.From-begun) / 1e3
			a.AfterS = &after
		}
	}
	slices.SortStableFunc(o.Alerts, func(a, b Alert) int {
		switch {
		case a.AfterS == nil || b.AfterS == nil:
			return bool2int(a.AfterS == nil) - bool2int(b.AfterS == nil)
		case *a.AfterS < *b.AfterS:
			return -1
		}
		return bool2int(*a.AfterS > *b.AfterS)
	})
	return o, nil
}

func bool2int(b bool) int {
	if b {
		return 1
	}
	return 0
}

// begun is when the run's first fault had begun, by the record's clock; 0: there was
// none.
func (s *Samples) begun(h *history.History) (first int64, err error) {
	for i := range h.Events {
		e := &h.Events[i]
		if e.Kind != history.KindFaultBegin {
			continue
		}
		by, known := s.clock[e.Domain]
		if !known {
			return 0, fmt.Errorf("the fault %s has its time by the clock of %s, and the metrics by another", e.Fault, e.Domain)
		}
		if at := by + e.T/1e6; first == 0 || at < first {
			first = at
		}
	}
	return first, nil
}
