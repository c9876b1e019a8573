package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"turnstile/fixtures/engine"
	"turnstile/harness/report"
)

// leftError is a run that is over and of which the engine still had something.
type leftError struct{ names []string }

func (e leftError) Error() string {
	return fmt.Sprintf("the run left the containers %s at the engine (they are removed now)", strings.Join(e.names, ", "))
}

// removeLeftover asks the engine what there is of the run once all that it knows
// of is removed, and removes that too. A container that was called off while the
// engine made it is known to nobody else.
func removeLeftover(ctx context.Context, e *engine.Engine, runID string) error {
	there, err := e.Holdings(ctx)
	if err != nil {
		return err
	}
	var names []string
	var errs []error
	for _, name := range there.Containers {
		if strings.HasPrefix(name, runID+"-") {
			names = append(names, name)
			errs = append(errs, e.RemoveNamed(ctx, name))
		}
	}
	if len(names) > 0 {
		errs = append(errs, leftError{names})
	}
	return errors.Join(errs...)
}

// errBusy says that environments are in use, so that it cannot be told what is
// left behind and what is at work.
var errBusy = errors.New("other scenarios were running")

// vacate discards the environments, of which none may be in use, and returns
// the containers that are at the engine all the same.
func (p *Pool) vacate(ctx context.Context) ([]string, error) {
	if !p.slots.vacate(p.discard) {
		return nil, errBusy
	}
	there, err := p.engine.Holdings(ctx)
	return there.Containers, err
}

// vacate discards the environment, unless somebody is in it.
func (s *slot) vacate(discard func(*Env)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users > 0 {
		return false
	}
	if s.env != nil {
		discard(s.env)
		s.env = nil
	}
	return true
}

// presentMemory collects garbage first, so that what is measured is in use.
func presentMemory() report.Memory {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return report.Memory{Heap: m.HeapAlloc, RSS: residentMemory()}
}

// residentMemory is what Linux says that the process has in memory; 0 elsewhere.
func residentMemory() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// left are the names in a run's error of what it left behind.
func left(err error) []string {
	var l leftError
	if errors.As(err, &l) {
		return slices.Clone(l.names)
	}
	return nil
}
