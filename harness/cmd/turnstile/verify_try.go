package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"turnstile/checker"
	"turnstile/checker/levels"
	"turnstile/harness"
	"turnstile/harness/system"
)

// runsAtOnce is how many runs of a foreign system go on at a time. They mostly wait.
const runsAtOnce = 5

// tried is what came of a trial.
type tried struct {
	runs  []*harness.SystemRun // without the control
	blind string               // why no verdict counts; empty: they do
	err   error                // why there is no more
}

// tryAll carries trials out beside each other, and tells of them one after the other.
func (o *verifyOptions) tryAll(ctx context.Context, stdout io.Writer, s *harness.Session, m *system.Manifest, trials []trial, matrix *systemMatrix) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	told, came := make([]inTurn, len(trials)), make([]chan tried, len(trials))
	for i, t := range trials {
		told[i].to, came[i] = stdout, make(chan tried, 1)
		go func() { came[i] <- o.try(ctx, &told[i], s, m, t) }()
	}
	var first error
	for i, t := range trials {
		told[i].open()
		c := <-came[i]
		if c.err != nil && first == nil {
			first = c.err
			cancel() // nothing that is under way would be told
		}
		for _, k := range t.skipped {
			matrix.leaveOut(t.mode, k.Fault)
		}
		for _, r := range c.runs {
			s.Keep(r, c.blind)
			if r.Err != nil {
				matrix.fail(t.mode, r)
			} else {
				matrix.add(t.mode, r, c.blind)
			}
		}
	}
	return first
}

// try carries out what a system is put through in one mode.
func (o *verifyOptions) try(ctx context.Context, stdout io.Writer, s *harness.Session, m *system.Manifest, t trial) (c tried) {
	command := fmt.Sprintf("turnstile verify --system %s --mode %s%s", o.manifest, t.mode, o.given())
	seen, err := calibrate(ctx, stdout, s, m, t.base, command)
	if err != nil {
		c.err = err
		return c
	}
	if !seen {
		c.blind = "an observer does not see the system (above)"
	}
	run := func(sc harness.Scenario) *harness.SystemRun {
		return s.RunSystem(ctx, sc, command+" --fault "+sc.FaultKind())
	}
	if control := harness.SystemControl(m, t.base); control.Check() != nil {
		c.blind = "there is no positive control: the system cannot be told its subscription"
	} else {
		r := run(control)
		if tell(stdout, m, t, r); r.Err != nil {
			c.err = fmt.Errorf("%s, %s: %w%s", t.mode, r.Name, r.Err, whereIs(r))
			return c
		}
		if why := levels.Control(r.Check); why != "" {
			c.blind = why
		}
	}
	for _, k := range t.skipped {
		fmt.Fprintf(stdout, "\n%s, %s: %s is left out: %s\n", m.Name, t.mode, k.Fault, k.Why)
	}
	results := make([]chan *harness.SystemRun, len(t.scenarios))
	for i, sc := range t.scenarios {
		results[i] = make(chan *harness.SystemRun, 1)
		go func() { results[i] <- run(sc) }()
	}
	for _, result := range results {
		r := <-result
		if ctx.Err() != nil {
			c.err = fmt.Errorf("%s, %s: %w", t.mode, r.Name, ctx.Err())
			continue // all are waited for: each puts in order what it has
		}
		tell(stdout, m, t, r)
		c.runs = append(c.runs, r)
	}
	if c.blind != "" {
		fmt.Fprintf(stdout, "\nno verdict on %s counts: %s\n", t.mode, c.blind)
	}
	return c
}

// tell says what came of a run.
func tell(w io.Writer, m *system.Manifest, t trial, r *harness.SystemRun) {
	fmt.Fprintf(w, "\n%s, %s: %s (%.0f s, %s)\n", m.Name, t.mode, r.Name, r.Took.Seconds(), r.Dir)
	if r.Err != nil {
		fmt.Fprintf(w, "  the run failed: %s\n", oneLine(r.Err.Error()))
		return
	}
	for _, line := range strings.Split(system.FactsOf(r.History).String(), "\n") {
		fmt.Fprintln(w, "  "+line)
	}
	writeVerdicts(w, r.Check)
	if slices.ContainsFunc(r.Check.Verdicts, func(v levels.Verdict) bool { return v.Verdict == checker.Refuted }) {
		fmt.Fprintf(w, "  who, when and under which fault: %s\n", filepath.Join(r.Dir, "violation.md"))
	}
}

// inTurn keeps what is written until its turn comes, and passes on what is written
// from then on.
type inTurn struct {
	to io.Writer

	mu   sync.Mutex
	kept bytes.Buffer
	mine bool
}

func (t *inTurn) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.mine {
		return t.kept.Write(p)
	}
	return t.to.Write(p)
}

func (t *inTurn) open() {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.kept.WriteTo(t.to)
	t.mine = true
}
