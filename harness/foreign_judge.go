package harness

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/checker/levels"
	"turnstile/harness/report"
	"turnstile/harness/system"
)

// Mapping is what a manifest says of how its system uses what its links show.
func Mapping(m *system.Manifest) levels.Mapping {
	return levels.Mapping{
		State: m.Redis.State, Others: slices.Concat(m.Redis.Lock, m.Redis.Other),
		ReadsFirst: m.Promises.ReadsFirst, NamesEvent: m.Promises.NamesEvent, OneAtATime: m.Promises.OneAtATime,
		GivesUpAfter: m.Promises.GivesUp, Marked: m.Marked(),
	}
}

// sight is the highest level at which a system is seen.
func sight(m *system.Manifest) levels.Level {
	if m.Marked() {
		return levels.Marks
	}
	return levels.Broker
}

// judge judges what was recorded of a run by what its observers can see, and
// writes the verdicts, and the violation if there is one, into the run folder.
func (r *SystemRun) judge(full Scenario, command string, versions map[string]string) error {
	m := Mapping(full.System)
	r.Check = levels.Check(r.History, m, sight(full.System))
	errs := []error{writeJSON(filepath.Join(r.Dir, "verdict.json"), r.Check), writeJSON(filepath.Join(r.Dir, report.MappingFile), m)}
	as := checkerResult(r.Check)
	if !slices.ContainsFunc(as.Verdicts, func(v checker.PropertyVerdict) bool { return v.Verdict == checker.Refuted }) {
		return errors.Join(errs...)
	}
	o := report.Outcome{
		Name: full.System.Name + " / " + full.Name, Mode: string(full.Mode), Guard: string(full.Guard), Fault: full.FaultKind(), Seed: r.Seed,
		Settings: full.given, Versions: versions, Command: command, Folder: filepath.Base(r.Dir), History: report.HistoryFile,
		Attempts: r.Check.Opportunity.Attempts, Users: r.Check.Opportunity.Users, Workers: r.Check.Opportunity.Workers,
		Outside: true, Properties: map[checker.Property]report.Property{},
		Evidence: report.Evidence{Opportunity: r.Check.Opportunity, Faults: r.Check.Faults, Findings: r.Check.Findings},
	}
	for i := range r.History.Events {
		if r.History.Events[i].Kind == history.KindPublish {
			o.Events++
		}
	}
	for i, v := range as.Verdicts {
		p := report.Property{Expected: report.Any, Verdict: v.Verdict, Reason: v.Reason, Before: v.Before}
		switch by := r.Check.Verdicts[i]; {
		case by.Decided():
			p.SeenAt = by.Level.String()
		case by.Would != nil:
			p.Would = by.Would.String()
		}
		o.Properties[v.Property] = p
	}
	return errors.Join(append(errs, writeTo(filepath.Join(r.Dir, "violation.md"), func(f *os.File) error {
		return report.WriteViolation(f, o, as)
	}))...)
}

// checkerResult is a judgement in the checker's own form, in which reports are
// written. Each reason says the level that it rests on.
func checkerResult(r *levels.Result) *checker.Result {
	out := &checker.Result{HistorySHA256: r.HistorySHA256, Scenario: r.Scenario, Opportunity: r.Opportunity, Faults: r.Faults, Findings: r.Findings}
	for _, v := range r.Verdicts {
		p := v.PropertyVerdict
		p.Reason = "seen at " + v.Level.String() + ": " + p.Reason
		out.Verdicts = append(out.Verdicts, p)
	}
	return out
}
