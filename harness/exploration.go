package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync"
	"time"

	"turnstile/fault"
	"turnstile/harness/report"
)

// Exploration is a session's runs of schedules that were drawn, and the watch
// on what they leave behind. Its methods may be used by several at a time.
//
// Goroutines and memory are compared between two moments at which nothing runs
// and no environment is open: after the first few runs, and at the end. New runs
// wait for such a moment to pass.
type Exploration struct {
	session *Session

	gate sync.RWMutex // held by each run; held alone while the process is measured

	mu    sync.Mutex
	runs  int
	first goroutines // at the first quiet moment
	leaks report.Leaks
}

const (
	// baselineRuns are the runs before the first quiet moment: one for each mode
	// with each guard.
	baselineRuns = 8
	// settleLimit is how long connections may take that are kept for another
	// request: http.DefaultTransport's end after 90 s.
	settleLimit = 100 * time.Second
)

// NewExploration begins one.
func (s *Session) NewExploration() *Exploration { return &Exploration{session: s} }

// Run runs a drawn schedule, as [Session.Run] does.
func (x *Exploration) Run(ctx context.Context, p fault.Plan, test string) (*Result, error) {
	sc, err := Explore(p)
	if err != nil {
		return nil, err
	}
	// The seed makes each drawn schedule a scenario of its own.
	sc.Name += fmt.Sprintf(" %d", p.Seed)
	sc.drawn = &report.Drawn{Seed: p.Seed}
	r, n := x.run(ctx, sc, test)
	if n == baselineRuns {
		err = x.measure(ctx)
	}
	return r, err
}

func (x *Exploration) run(ctx context.Context, sc Scenario, test string) (r *Result, n int) {
	x.gate.RLock()
	defer x.gate.RUnlock()
	r = x.session.Run(ctx, sc, test)
	m := presentMemory()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.runs++
	x.leaks.Memory = append(x.leaks.Memory, m)
	return r, x.runs
}

// Finish measures for the last time, and returns what was certainly left
// behind. Nothing may be run afterwards.
func (x *Exploration) Finish(ctx context.Context) error {
	err := x.measure(context.WithoutCancel(ctx))
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.leaks.Quiet) < 2 && x.leaks.Unmeasured == "" {
		x.leaks.Unmeasured = fmt.Sprintf("there were %d runs, and the first %d are not counted", x.runs, baselineRuns)
	}
	x.session.explored(&x.leaks)
	if problems := x.leaks.Problems(); len(problems) > 0 {
		err = errors.Join(err, errors.New(strings.Join(problems, "\n")))
	}
	return err
}

// measure waits for a quiet moment and writes down what there is in it, and
// beside it where the memory is: go tool pprof -diff_base FIRST LAST tells what
// grew.
func (x *Exploration) measure(ctx context.Context) error {
	x.gate.Lock()
	defer x.gate.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	containers, err := x.session.pool.vacate(ctx)
	if errors.Is(err, errBusy) {
		x.leaks.Unmeasured = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	now, err := x.settle(ctx)
	if err != nil {
		return err
	}
	x.leaks.Quiet = append(x.leaks.Quiet, report.Quiet{
		AfterRuns: x.runs, Containers: containers, Goroutines: now.total(), Memory: presentMemory(),
	})
	if x.first == nil {
		x.first = now
	}
	x.leaks.Grown = now.grownSince(x.first)
	return writeTo(filepath.Join(x.session.Folder, fmt.Sprintf("heap-after-%d.pprof", x.runs)), func(f *os.File) error {
		return pprof.WriteHeapProfile(f)
	})
}

// settle waits, within limits, until no connection is kept for another request,
// and no goroutine is there that was not there before. What closes something
// does not wait until all of it is gone.
func (x *Exploration) settle(ctx context.Context) (goroutines, error) {
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	http.DefaultClient.CloseIdleConnections()
	if err := x.session.pool.engine.CloseIdle(); err != nil {
		return nil, err
	}
	for {
		now, err := presentGoroutines()
		if err != nil {
			return nil, err
		}
		quiet := now.connections() == 0 && (x.first == nil || len(now.grownSince(x.first)) == 0)
		if quiet || !sleep(ctx, 200*time.Millisecond) {
			return now, nil
		}
	}
}
