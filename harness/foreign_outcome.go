package harness

import (
	"path/filepath"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/harness/report"
	"turnstile/harness/system"
)

// begun is what is known of a run before it is carried out.
func (r *SystemRun) begun(full Scenario, command string, versions map[string]string) {
	r.Outcome = report.Outcome{
		Name: full.System.Name + " / " + full.Name, Mode: string(full.Mode), Guard: string(full.Guard), Fault: full.FaultKind(), Seed: r.Seed,
		Settings: full.given, Versions: versions, Command: command, Folder: filepath.Base(r.Dir), History: report.HistoryFile,
		Outside: true, Properties: map[checker.Property]report.Property{},
	}
}

// judged adds to it what was seen and what it comes to.
func (r *SystemRun) judged(as *checker.Result) {
	o, c := &r.Outcome, r.Check
	o.Attempts, o.Users, o.Workers = c.Opportunity.Attempts, c.Opportunity.Users, c.Opportunity.Workers
	o.Evidence = report.Evidence{Opportunity: c.Opportunity, Faults: c.Faults, Findings: c.Findings}
	for i := range r.History.Events {
		if r.History.Events[i].Kind == history.KindPublish {
			o.Events++
		}
	}
	for i, v := range as.Verdicts {
		p := report.Property{Expected: report.Any, Verdict: v.Verdict, Reason: v.Reason, Before: v.Before}
		switch by := c.Verdicts[i]; {
		case by.Decided():
			p.SeenAt = by.Level.String()
		case by.Would != nil:
			p.Would = by.Would.String()
		}
		o.Properties[v.Property] = p
	}
}

// ended adds how the run itself went.
func (r *SystemRun) ended() {
	o := &r.Outcome
	o.WallS = r.Took.Seconds()
	if o.Passed = r.Err == nil; r.Err != nil {
		o.Error = r.Err.Error()
	}
	if r.History != nil {
		r.Ended = system.FactsOf(r.History).Ended
		o.Ended = r.Ended
	}
}

// Keep adds a run of a foreign system to the session's report. Where the observers
// are blind to the system, no verdict on it counts, and that is why.
func (s *Session) Keep(r *SystemRun, blind string) {
	o := r.Outcome
	if blind != "" {
		o.Properties = map[checker.Property]report.Property{}
		for _, p := range checker.Properties() {
			o.Properties[p] = report.Property{Expected: report.Any, Verdict: checker.Unknown, Reason: "no verdict on this mode counts: " + blind}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(o)
}
