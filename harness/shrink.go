package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"turnstile/checker"
	"turnstile/fault"
	"turnstile/harness/report"
)

// Shrinking is the search for the smallest schedule under which a property is
// still refuted. Each try is run several times at once, on the real system, with
// the plan's own seed, and counts only if the property is refuted in every one.
type Shrinking struct {
	Session  *Session
	Property checker.Property
	Times    int       // that each plan is run
	Told     io.Writer // gets a line for each try

	tries []try
}

// try is a plan that was run.
type try struct {
	what    string
	refuted int      // in how many of its runs
	others  []string // how those ended in which the property was not refuted
	failed  bool     // one of these failed as a run, so nothing is known of it
	folder  string   // of the first run
}

func (t try) seen(times int) bool { return t.refuted == times }

// SmallestFile is the smallest schedule, in the session's folder.
const SmallestFile = "smallest.yaml"

// ErrNotSeen is the error of a search whose first schedule does not show, in all
// of its runs, what is to be kept.
var ErrNotSeen = errors.New("so nothing that is left out could be told from chance")

// Run searches, and writes the smallest schedule and a page of what was tried to
// the session's folder, also when it ends early.
func (s *Shrinking) Run(ctx context.Context, p fault.Plan) (smallest fault.Plan, err error) {
	smallest = p
	defer func() { err = errors.Join(err, s.write(p, smallest, err)) }()
	seen, err := s.try(ctx, "as it is", p)
	if err != nil {
		return p, err
	}
	if first := s.tries[0]; !seen {
		return p, fmt.Errorf("%s was refuted in %d of %d runs of the schedule as it is (%s), %w: give another property, or fewer --times",
			s.Property, first.refuted, s.Times, strings.Join(first.others, "; "), ErrNotSeen)
	}
	if smallest, err = fault.Shrink(ctx, p, Terms(), s.try); err == nil {
		err = s.undecided()
	}
	return smallest, err
}

// undecided tells tries of which nothing is known, because their runs failed as
// such: without them it is not shown that nothing more can be left out.
func (s *Shrinking) undecided() error {
	var of []string
	for _, t := range s.tries {
		if t.failed {
			of = append(of, t.what)
		}
	}
	if len(of) == 0 {
		return nil
	}
	return fmt.Errorf("more could perhaps be left out: runs failed as such in %d tries: %s: see shrink.md, and try again", len(of), strings.Join(of, "; "))
}

// try is a [fault.Try].
func (s *Shrinking) try(ctx context.Context, what string, p fault.Plan) (seen bool, err error) {
	sc, err := Explore(p)
	if err != nil { // what a scenario refuses beyond what a schedule's reader does
		fmt.Fprintf(s.Told, "     not run: %s: %v\n", what, err)
		return false, nil
	}
	n := len(s.tries)
	sc.Name = fmt.Sprintf("try %d: %s", n, what)
	sc.Expect, sc.drawn = All(report.Any), &report.Drawn{Seed: p.Seed}
	results := make([]*Result, s.Times)
	var wg sync.WaitGroup
	for k := range results {
		wg.Go(func() { results[k] = s.Session.Run(ctx, sc, fmt.Sprintf("try %d run %d", n, k+1)) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	t := try{what: what, folder: results[0].Folder}
	for _, r := range results {
		if r.Err == nil && r.Properties[s.Property].Verdict == checker.Refuted {
			t.refuted++
			continue
		}
		t.failed = t.failed || r.Err != nil
		t.others = append(t.others, ended(r, s.Property))
	}
	s.tries = append(s.tries, t)
	fmt.Fprintf(s.Told, "%-8s %s\n", fmt.Sprintf("%d of %d", t.refuted, s.Times), t)
	return t.seen(s.Times), nil
}

func (t try) String() string {
	if len(t.others) == 0 {
		return t.what
	}
	return fmt.Sprintf("%s (%s)", t.what, t.others[0])
}

// ended says how a run ended in which the property was not refuted.
func ended(r *Result, p checker.Property) string {
	if r.Err != nil {
		return "the run failed: " + strings.Join(strings.Fields(r.Err.Error()), " ")
	}
	return string(r.Properties[p].Verdict)
}

func (s *Shrinking) write(first, smallest fault.Plan, err error) error {
	folder := s.Session.Folder
	errs := []error{writeTo(filepath.Join(folder, SmallestFile), func(f *os.File) error { return fault.WritePlan(f, smallest) })}
	return errors.Join(append(errs, writeTo(filepath.Join(folder, "shrink.md"), func(f *os.File) error {
		return s.page(f, first, smallest, err)
	}))...)
}

// page is what goes into a bug report.
func (s *Shrinking) page(f io.Writer, first, smallest fault.Plan, err error) error {
	w := report.Shown(f)
	fmt.Fprintf(w, "# The smallest schedule under which %s is refuted\n\n", s.Property)
	if err != nil {
		fmt.Fprintf(w, "The search did not end: %v. What follows is the smallest so far.\n\n", strings.Join(strings.Fields(err.Error()), " "))
	}
	for _, part := range []struct {
		heading string
		plan    fault.Plan
	}{{"Before", first}, {"After", smallest}} {
		fmt.Fprintf(w, "## %s\n\n```yaml\n", part.heading)
		if err := fault.WritePlan(w, part.plan); err != nil {
			return err
		}
		fmt.Fprint(w, "```\n\n")
	}
	fmt.Fprintf(w, "To repeat it: `turnstile run --schedule %s`\n\n## Tried\n\nEach schedule was run %d times; it takes the place of the one before it if %s was refuted in every run.\n\n| refuted | what was changed | otherwise | first run |\n|---|---|---|---|\n", SmallestFile, s.Times, s.Property)
	for _, t := range s.tries {
		fmt.Fprintf(w, "| %d of %d | %s | %s | %s |\n", t.refuted, s.Times, t.what, strings.Join(t.others, "; "), t.folder)
	}
	return nil
}
