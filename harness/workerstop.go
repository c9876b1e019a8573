package harness

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"turnstile/checker/history"
	"turnstile/harness/system"
)

// stop ends all workers: gracefully, and by force those that hang. Each death
// is confirmed and recorded. It returns what went against expectation.
func (f *fleet) stop(ctx context.Context) error {
	f.mu.Lock()
	all := f.workers
	f.mu.Unlock()
	end := f.stopOne
	if f.foreign != nil {
		end = f.foreign.stopOne
	}
	var wg sync.WaitGroup
	errs := make([]error, len(all))
	for i, w := range all {
		if w.dead {
			continue
		}
		wg.Go(func() { errs[i] = end(ctx, w) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (f *fleet) stopOne(ctx context.Context, w *worker) error {
	ctx, cancel := context.WithTimeout(ctx, stopLimit+killLimit)
	defer cancel()
	st, err := w.State(ctx)
	if err != nil {
		return err
	}
	if !st.Running {
		// Nobody signalled it: when it died is not known, so From stays 0.
		err := f.died(w.name, 0, history.Now(), st.ExitCode)
		if w.told {
			return err
		}
		return errors.Join(err, fmt.Errorf("the worker %s ended by itself with exit code %d: %w", w.name, st.ExitCode, w.LastOutput()))
	}
	if st.Paused {
		if err := w.Unpause(ctx); err != nil {
			return err
		}
	}
	from := history.Now()
	code, killed, err := askToStop(ctx, w, stopLimit)
	if err != nil {
		return fmt.Errorf("stopping the worker %s: %w", w.name, err)
	}
	if killed != 0 {
		from = killed // until then it went on
	}
	err = f.died(w.name, from, history.Now(), code)
	switch {
	case killed != 0:
		err = errors.Join(err, fmt.Errorf("the worker %s did not stop within %s of SIGTERM and was killed: %w", w.name, stopLimit, w.LastOutput()))
	case code != 0:
		last := w.LastOutput()
		if closePanic(last.Error()) {
			return errors.Join(err, f.recorder.record(history.Event{Kind: history.KindNote, Worker: w.name, Detail: map[string]string{
				system.DetailEnded: "the Go client of " + w.name + " panicked when it was closed: a subscription to a new partition had failed, and with it the client had closed all others",
			}}))
		}
		err = errors.Join(err, fmt.Errorf("the worker %s ended with exit code %d when asked to stop: %w", w.name, code, last))
	}
	return err
}

// closePanic recognizes a panic of the Go client (v0.19) at the end of a worker:
//
//  1. A client that cannot subscribe to a new partition closes its consumers of
//     all others and keeps an empty place for it
//     (https://github.com/apache/pulsar-client-go/issues/1426).
//  2. Close looks into the empty place, in a goroutine where nobody can catch the
//     panic (https://github.com/apache/pulsar-client-go/issues/1001).
//
// By then the worker has recorded everything; what it did not do is for the
// verdicts.
func closePanic(output string) bool {
	return strings.Contains(output, "nil pointer dereference") &&
		strings.Contains(output, "pulsar.(*partitionConsumer).Close(") &&
		strings.Contains(output, "created by github.com/apache/pulsar-client-go/pulsar.(*consumer).Close.func1 ")
}

// stoppable is what it takes to stop a container.
type stoppable interface {
	Signal(ctx context.Context, name string) error
	Kill(ctx context.Context) error
	WaitDead(ctx context.Context) (exitCode int, err error)
}

// askToStop ends a container by SIGTERM, and by SIGKILL when the engine has not
// reported its end within the limit. Engines were seen to report an end half a
// minute late, so the exit code tells whether it hung, and not the limit. Of one
// that hung, killed is the instant before the SIGKILL.
func askToStop(ctx context.Context, c stoppable, limit time.Duration) (code int, killed int64, err error) {
	if err := c.Signal(ctx, "SIGTERM"); err != nil {
		return 0, 0, err
	}
	graceful, cancel := context.WithTimeout(ctx, limit)
	code, err = c.WaitDead(graceful)
	cancel()
	if err == nil {
		return code, 0, nil
	}
	killed = history.Now()
	killErr := c.Kill(ctx)
	if code, err = c.WaitDead(ctx); err != nil {
		return 0, 0, errors.Join(killErr, err)
	}
	if strconv.Itoa(code) != history.ExitCodeOfKill {
		killed = 0
	}
	return code, killed, nil
}
