package harness

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/harness/report"
	"turnstile/harness/system"
)

// Mapping is what a manifest says of how its system uses what its links show.
func Mapping(m *system.Manifest) levels.Mapping {
	return levels.Mapping{
		State: m.Redis.State, Others: slices.Concat(m.Redis.Lock, m.Redis.Other), Commands: m.Redis.Commands(),
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
func (r *SystemRun) judge(full Scenario) error {
	m := Mapping(full.System)
	r.Check = levels.Check(r.History, m, sight(full.System))
	errs := []error{writeJSON(filepath.Join(r.Dir, "verdict.json"), r.Check), writeJSON(filepath.Join(r.Dir, report.MappingFile), m)}
	as := checkerResult(r.Check)
	r.judged(as)
	if !slices.ContainsFunc(as.Verdicts, func(v checker.PropertyVerdict) bool { return v.Verdict == checker.Refuted }) {
		return errors.Join(errs...)
	}
	return errors.Join(append(errs, writeTo(filepath.Join(r.Dir, "violation.md"), func(f *os.File) error {
		return report.WriteViolation(f, r.Outcome, as)
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
