package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/harness/alerting"
	"turnstile/harness/report"
)

// Result is what became of one run of one scenario.
type Result struct {
	report.Outcome
	Dir      string          // the run folder
	Check    *checker.Result // nil if there was no history to judge
	explored bool            // a schedule's step may miss
	torn     bool            // an observer's record was cut short
	acted    bool            // the planted bug has changed something

	Err error // why the run itself failed, if it did
}

// Problems says, a line each, why the result is not what the scenario claims.
// It is empty exactly if the scenario passed.
func (r *Result) Problems() []string {
	var lines []string
	if r.Err != nil {
		lines = append(lines, "the run failed: "+r.Err.Error())
	}
	if r.Check == nil {
		return append(lines, "there is no verdict")
	}
	for _, p := range checker.Properties() {
		if got := r.Properties[p]; !got.Met() {
			lines = append(lines, fmt.Sprintf("%s: expected %s, the verdict is %s: %s", p, got.Expected, got.Verdict, got.Reason))
		}
		if r.ViolatedBeforeFault(p) {
			lines = append(lines, fmt.Sprintf("%s: it was violated before %s had begun, so something else broke it: %s", p, strings.Join(r.Properties[p].Before, ", "), r.Properties[p].Reason))
		}
	}
	if r.Mutant != "" && !r.acted {
		lines = append(lines, fmt.Sprintf("the bug %s was planted and has changed nothing: no worker came by where it acts, or it acted on nothing there, so this run does not show whether it is found", r.Mutant))
	}
	if r.Fault != "none" && !r.explored && !r.Check.FaultsBitten() {
		lines = append(lines, "the fault did not bite, so nothing is said about it:"+missing(r.Check.Faults))
	}
	if r.explored && r.allMissed() {
		lines = append(lines, "every fault missed, so nothing was tried:"+missing(r.Check.Faults))
	}
	return lines
}

// allMissed reports whether none of the scenario's faults bit.
func (r *Result) allMissed() bool {
	return r.Fault != "none" && r.Check != nil && !slices.ContainsFunc(r.Check.Faults, func(f checker.FaultEvidence) bool { return f.Bitten })
}

// NothingTried reports whether all that is wrong with a run is that its faults
// may miss, and every one did. It has not passed: it says nothing.
func (r *Result) NothingTried() bool {
	return r.explored && r.allMissed() && len(r.Problems()) == 1
}

func missing(faults []checker.FaultEvidence) string {
	if len(faults) == 0 {
		return " it was never injected"
	}
	var b strings.Builder
	for _, f := range faults {
		for _, m := range f.Missing {
			fmt.Fprintf(&b, "\n\t%s: %s", f.Fault, m)
		}
	}
	return b.String()
}

// settle fills the result from the run's history, which is read back from
// disk: what is judged is what anyone can judge again.
func (r *Result) settle(s Scenario, runErr error) {
	r.Err = runErr
	r.Properties = map[checker.Property]report.Property{}
	for _, p := range checker.Properties() {
		r.Properties[p] = report.Property{Expected: s.Expect.Of(p), Verdict: checker.Unknown, Reason: "the run left no history to judge"}
	}
	if r.Dir != "" {
		r.Err = errors.Join(r.Err, r.judge(s))
	}
	if s.Plan != nil {
		r.explain(s)
	}
	r.Left = left(r.Err)
	r.Passed = len(r.Problems()) == 0
	if r.Err != nil {
		r.Error = r.Err.Error()
	}
}

// tidy removes the observers' own records, which the history has all of, unless
// they are evidence: of a run that failed as such, which may have lost some on
// the way, or of a record that was cut short.
func (r *Result) tidy() error {
	if judged := r.Err == nil && r.Check != nil; judged && !r.torn {
		return os.RemoveAll(filepath.Join(r.Dir, partsFolder))
	}
	return nil
}

// explain adds to each refutation under a schedule the known way that leads to
// it, if there is one, by faults that had begun when the property was first
// violated.
func (r *Result) explain(s Scenario) {
	for p, got := range r.Properties {
		if got.Verdict != checker.Refuted {
			continue
		}
		got.Known = Known(s.Mode, s.Guard, r.harmsBy(s.Plan.Faults, got), p)
		if p == checker.Progress && got.Known == "" && r.StoodStill != "" {
			got.Known = "the broker reads nothing of " + r.StoodStill + ", though the active consumer asks"
			got.Expected = report.Any
		}
		if got.Known == "" {
			got.Expected = report.Unrefuted
			if len(got.Before) > 0 {
				got.Reason += "; it was violated before " + strings.Join(got.Before, ", ") + " had begun"
			}
		}
		r.Properties[p] = got
	}
}

// harmsBy lists what the faults of a schedule may have done by the time at which
// a property was first violated. A section that is held up is counted from the
// start: a fault keeps its aim inside before it strikes, and longer if another
// that it waits for does not come.
func (r *Result) harmsBy(plan fault.Schedule, got report.Property) []fault.Harm {
	var begun fault.Schedule
	for _, st := range plan {
		if r.Check != nil && slices.ContainsFunc(r.Check.Faults, func(f checker.FaultEvidence) bool {
			return fault.KindOf(f.Fault) == st.Fault.Spec().Kind() && !slices.Contains(got.Before, f.Fault)
		}) {
			begun = append(begun, st)
		}
	}
	harms := fault.Harms(begun)
	if !slices.Contains(harms, fault.Late) && slices.Contains(fault.Harms(plan), fault.Late) {
		harms = append(harms, fault.Late)
	}
	return harms
}

func (r *Result) judge(s Scenario) error {
	h, err := history.ReadFile(filepath.Join(r.Dir, report.HistoryFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil // the run failed before there was one, and says so
	}
	if err != nil {
		return err
	}
	for _, e := range h.Events {
		switch e.Kind {
		case history.KindPublish:
			r.Events++
		case history.KindBroker:
			r.Unserved += e.Detail[history.DetailStalledPartitions]
		case history.KindQuiet:
			r.StoodStill = e.Detail[history.DetailStalledPartitions]
		case history.KindNote:
			r.torn = r.torn || e.Detail[detailTorn] != ""
			r.acted = r.acted || s.Mutant != "" && e.Detail[mutants.Acted] == s.Mutant
		}
	}
	if s.danger != "" {
		r.Danger = dangerOf(h, s.danger)
	}
	r.Served = servedAgain(h)
	if s.Scraped {
		r.Alerts = alerting.Judge(filepath.Join(r.Dir, alerting.File), h)
	}
	if s.odds != "" {
		r.Odds = oddsOf(h, s.odds, s.Workers*s.Lanes)
	}
	r.Check = checker.Check(h)
	r.Attempts, r.Users, r.Workers = r.Check.Opportunity.Attempts, r.Check.Opportunity.Users, r.Check.Opportunity.Workers
	r.Evidence = report.Evidence{Opportunity: r.Check.Opportunity, Faults: r.Check.Faults, Findings: r.Check.Findings}
	refuted := false
	for _, v := range r.Check.Verdicts {
		r.Properties[v.Property] = report.Property{Expected: s.Expect.Of(v.Property), Verdict: v.Verdict, Reason: v.Reason, Before: v.Before}
		refuted = refuted || v.Verdict == checker.Refuted
		if s.Mutant != "" && v.Verdict == checker.Refuted && s.Expect.Of(v.Property) == checker.Refuted {
			r.RefutedAfterS = refutedAfter(h, v.Witness)
		}
	}
	errs := []error{writeJSON(filepath.Join(r.Dir, "verdict.json"), r.Check)}
	if refuted {
		errs = append(errs, writeTo(filepath.Join(r.Dir, "violation.md"), func(f *os.File) error {
			return report.WriteViolation(f, r.Outcome, r.Check)
		}))
	}
	for _, p := range report.Pictures() {
		if w := r.Check.Of(p.Property).Witness; w != nil {
			errs = append(errs, writeTo(filepath.Join(r.Dir, p.File), func(f *os.File) error {
				return checker.WritePicture(f, h, w)
			}))
		}
	}
	return errors.Join(errs...)
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", path, err)
	}
	return os.WriteFile(path, []byte(history.VisibleText(string(b))+"\n"), 0o644)
}

func writeTo(path string, write func(*os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
