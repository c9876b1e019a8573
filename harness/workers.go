package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/engine"
)

// worker is one container of the orchestrator: one life of the worker of that
// name.
type worker struct {
	*engine.Container
	name string
	life int  // 1; of one that is back under the name of a dead one 2, 3, …
	dead bool // its death is in the history
	told bool // the run has already failed because it ended by itself
	// asked is set once a fault has told it to end: it may be on its way in when
	// that strikes it, and need not arrive.
	asked atomic.Bool
}

// fleet is all workers of a run, dead ones included.
type fleet struct {
	runID      string
	engine     *engine.Engine
	partitions int // that each worker connects to
	topic      *topic
	links      *workerLinks
	recorder   *recorder
	container  func(ctx context.Context, w *worker) (engine.Spec, error)
	foreign    *foreign // what is otherwise with an orchestrator that knows nothing of the harness; nil: it is the reference one
	places     workerPlaces

	mu       sync.Mutex
	workers  []*worker
	names    map[string]bool // given out, be it that the worker never came up
	numbered int             // of those, w1, w2, …
}

// claimNumbered gives out the next n names. Two faults may each want a worker
// at the same moment, so a name is taken before its container is there.
func (f *fleet) claimNumbered(n int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := make([]string, 0, n)
	for len(names) < n {
		f.numbered++
		if name := fmt.Sprintf("w%d", f.numbered); f.claim(name) {
			names = append(names, name)
		}
	}
	return names
}

// claimNamed gives out a name of the caller's choice, once.
func (f *fleet) claimNamed(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.claim(name) {
		return fmt.Errorf("there is a worker %s in this run already", name)
	}
	return nil
}

func (f *fleet) claim(name string) bool {
	if f.names[name] {
		return false
	}
	if f.names == nil {
		f.names = map[string]bool{}
	}
	f.names[name] = true
	return true
}

// Limits on workers.
const (
	readyLimit = 60 * time.Second
	stopLimit  = workerShutdown + 10*time.Second
	killLimit  = 40 * time.Second // for the engine to report an end
)

// start adds n workers and waits until the broker lists every one of them.
func (f *fleet) start(ctx context.Context, n int) error {
	names := f.claimNumbered(n)
	for _, name := range names {
		f.places.give(name)
	}
	return f.startAll(ctx, names)
}

// replace adds one worker in the place of one that is gone, or one more if that
// has no name.
func (f *fleet) replace(ctx context.Context, gone string) error {
	names := f.claimNumbered(1)
	f.places.inherit(names[0], gone)
	return f.startAll(ctx, names)
}

func (f *fleet) startAll(ctx context.Context, names []string) error {
	var wg sync.WaitGroup
	errs := make([]error, len(names))
	for i, name := range names {
		wg.Go(func() { errs[i] = f.startOne(ctx, name, 1) })
	}
	wg.Wait()
	if f.foreign != nil {
		errs = f.foreign.once(errs)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := f.waitListed(ctx, names); err != nil {
		return err
	}
	if f.foreign != nil {
		return f.foreign.checkPulsar(ctx)
	}
	return f.links.check(ctx, f.topic, names)
}

// startNamed adds one worker under a name that nobody has had.
func (f *fleet) startNamed(ctx context.Context, name string) error {
	if err := f.claimNamed(name); err != nil {
		return err
	}
	f.places.give(name)
	if err := f.startOne(ctx, name, 1); err != nil {
		return err
	}
	return f.waitListed(ctx, []string{name})
}

func (f *fleet) startOne(ctx context.Context, name string, life int) error {
	w := &worker{name: name, life: life}
	spec, err := f.container(ctx, w)
	if err != nil {
		return err
	}
	spec.Name = f.runID + "-" + w.file()
	if w.Container, err = f.engine.Run(ctx, spec); err != nil {
		return err
	}
	f.mu.Lock()
	f.workers = append(f.workers, w)
	f.mu.Unlock()
	if f.foreign != nil {
		return f.foreign.waitReady(ctx, w)
	}
	return nil
}

// waitListed waits until the broker lists the named workers on every partition.
func (f *fleet) waitListed(ctx context.Context, names []string) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	var last error
	asked := time.Now()
	for {
		have, err := f.topic.connections(ctx)
		last = err
		if err == nil {
			missing := ""
			for _, n := range names {
				if have[n] < f.partitions && !f.toldToEnd(n) {
					missing += fmt.Sprintf(" %s (%d of %d connections)", n, have[n], f.partitions)
				}
			}
			if missing == "" {
				return nil
			}
			last = fmt.Errorf("not there:%s", missing)
			if f.foreign != nil {
				last = f.foreign.whyNotThere(ctx, last)
			}
			if errors.Is(last, errAround) {
				return last
			}
		}
		// The engine is asked less often than the broker, being busier.
		if time.Since(asked) >= time.Second {
			asked = time.Now()
			for _, n := range names {
				// A question that the limit cuts short says nothing of the worker.
				if err := f.aliveOrWhy(ctx, n); err != nil && ctx.Err() == nil {
					return err
				}
			}
		}
		if !sleep(ctx, 100*time.Millisecond) {
			return fmt.Errorf("waiting up to %s for the broker to list the workers: %w (their logs are in the run folder)", readyLimit, last)
		}
	}
}

// toldToEnd reports whether a fault has ended the worker, or asked it to.
func (f *fleet) toldToEnd(name string) bool {
	w, err := f.find(name)
	return err == nil && w.asked.Load()
}

// aliveOrWhy returns an error when the worker has ended by itself.
func (f *fleet) aliveOrWhy(ctx context.Context, name string) error {
	w, err := f.find(name)
	if err != nil {
		return err
	}
	st, err := w.State(ctx)
	if err != nil {
		return err
	}
	if st.Running || w.asked.Load() {
		return nil
	}
	w.told = true
	return fmt.Errorf("the worker %s ended by itself with exit code %d: %w", name, st.ExitCode, w.LastOutput())
}

// containers are those of all workers, dead ones included.
func (f *fleet) containers() (all []*engine.Container) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.workers {
		all = append(all, w.Container)
	}
	return all
}

// alive names the workers whose death is not on record.
func (f *fleet) alive() (names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.workers {
		if !w.dead {
			names = append(names, w.name)
		}
	}
	return names
}

// find returns the latest life of the worker.
func (f *fleet) find(name string) (*worker, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range slices.Backward(f.workers) {
		if w.name == name {
			return w, nil
		}
	}
	return nil, fmt.Errorf("there is no worker %s in this run", name)
}

// died puts a confirmed death into the history, once.
func (f *fleet) died(name string, from, to int64, code int) error {
	w, err := f.find(name)
	if err != nil {
		return err
	}
	f.mu.Lock()
	known := w.dead
	w.dead = true
	f.mu.Unlock()
	if known {
		return nil
	}
	return f.recorder.record(history.Event{
		Kind: history.KindWorkerDead, Worker: name, From: from, T: to,
		Detail: map[string]string{history.DetailExitCode: strconv.Itoa(code)},
	})
}

func (f *fleet) remove(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var wg sync.WaitGroup
	errs := make([]error, len(f.workers))
	for i, w := range f.workers {
		wg.Go(func() { errs[i] = w.Remove(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
