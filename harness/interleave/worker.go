package interleave

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mutants"
)

// worker is one worker of a merge: the reference orchestrator's, with its own
// clients, and all of its calls in the hands of the merge.
type worker struct {
	name       string
	m          *merge
	deliveries chan *orchestrator.Delivery
	stop       context.CancelFunc
	ended      chan error
	record     *history.Writer

	// Guarded by the merge's turns.
	events   []history.Event
	at       string  // the last point that it came by
	waiting  []*call // that wait for their turn
	carrying int     // steps that were let go and are not made yet
	busy     int     // deliveries that it has and has not handled
	dead     bool
	entered  int    // sections since the merge began
	last     string // the step that it made last
	lacks    held   // the lock that it asked for last, and was another's
	asking   string // the step by which it learnt that
	has      *orchestrator.Delivery
}

// never is longer than any merge takes: nothing runs out but by choice.
const never = time.Hour

// config is what the workers of a merge are told.
func (m *merge) config(name string) orchestrator.Config {
	return orchestrator.Config{
		Worker: name, Life: 1, Place: 1, Places: 1, Mode: m.s.Mode, Guard: m.s.Guard,
		Topic: "none", Subscription: "none",
		StateRedis: m.x.Redis, LockRedis: []string{m.x.Redis}, Lock: m.s.Lock, KeyPrefix: m.prefix, GatewayURL: m.gateway.url,
		Lanes: 1, ReceiverQueue: 4,
		AckTimeout: never, OperationTimeout: never, SendTimeout: never, RedisTimeout: never, LockTTL: never,
		LockWait:  time.Millisecond, // a lock is asked for once; then the message is handed back
		NackDelay: time.Millisecond, MaxAttempts: 100, BackoffMin: time.Microsecond, BackoffMax: time.Microsecond,
		StartupTimeout: stuck, ShutdownTimeout: stuck,
	}
}

// start starts a worker and returns it once it consumes.
func (m *merge) start(name string) (*worker, error) {
	rec, err := history.NewWriter(discard{}, history.WorkerSrc(name))
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	w := &worker{name: name, m: m, deliveries: make(chan *orchestrator.Delivery, 8), stop: stop, ended: make(chan error, 1), record: rec}
	cfg := m.config(name)
	var ext orchestrator.Extension
	if m.s.Mutant != "" {
		if ext, err = mutants.Plant(m.s.Mutant, cfg); err != nil {
			stop()
			return nil, err
		}
	}
	plant := ext.Parts
	ext.Parts = func(p *orchestrator.Parts, n orchestrator.Note) {
		watch := func() {
			if p.Locks != nil {
				p.Locks = lockWatch{p.Locks, w, cfg}
			}
		}
		watch() // also where a bug takes what another port asks the locks for
		if plant != nil {
			plant(p, n)
			watch()
		}
		p.Steps = handling{p.Steps, w}
	}
	go func() {
		w.ended <- orchestrator.RunWithin(ctx, cfg, slog.New(slog.DiscardHandler), ext, orchestrator.Surroundings{
			Broker: broker{w},
			Record: w.recorded,
			Redis: func(c *redis.Client) {
				c.AddHook(&redisHook{m: m, worker: w, prefix: m.prefix, late: m.x.client})
			},
			Gateway: func(next http.RoundTripper) http.RoundTripper { return gatewayHook{m, w, next} },
			Passed:  func(_ orchestrator.Attempt, point string) { m.change(func() { w.at = point }) },
		}, func(err error) { m.change(func() { m.broken = errors.Join(m.broken, err) }) })
	}()
	return w, nil
}

// recorded takes one event of the worker's record. A section is entered with its
// record, so that is a step; what a killed worker would record is lost.
func (w *worker) recorded(e history.Event) (history.Event, error) {
	if e.Kind == history.KindEnter {
		if w.m.step(w, Op{Name: "enters the section", Enters: true}, carry{now: func() { w.m.change(func() { w.entered++ }) }}) != nil {
			return e, nil
		}
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	if w.dead {
		return e, nil
	}
	e, err := w.record.Record(e)
	w.events = append(w.events, e)
	return e, err
}

// handling tells when a delivery has been seen through.
type handling struct {
	orchestrator.Steps
	w *worker
}

// Handle implements [orchestrator.Steps].
func (h handling) Handle(d *orchestrator.Delivery) {
	defer h.w.m.change(func() { h.w.busy-- })
	h.Steps.Handle(d)
}

// broker delivers what it is told to.
type broker struct{ w *worker }

// Receive implements [orchestrator.Broker], as do the rest.
func (b broker) Receive(ctx context.Context) (*orchestrator.Delivery, error) {
	select {
	case d := <-b.w.deliveries:
		return d, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// settle is a step that touches a message: it alone, since an answer to one
// message changes nothing for another.
func (b broker) settle(name string, d *orchestrator.Delivery, then func()) error {
	m := b.w.m
	message := theBroker + strings.TrimPrefix(d.Event.ID, m.user)
	return m.step(b.w, Op{Name: name, Writes: []string{message}}, carry{now: func() { m.change(then) }})
}

func (b broker) Ack(d *orchestrator.Delivery) error {
	return b.settle("acknowledges", d, func() { b.w.m.acked[d] = true })
}

// AckAll and AckThrough are of workers that a merge has none of.
func (b broker) AckAll([]*orchestrator.Delivery) []error {
	panic("no worker of a merge acknowledges in groups")
}

func (b broker) AckThrough(*orchestrator.Delivery) error {
	panic("no worker of a merge acknowledges in groups")
}

func (b broker) Nack(d *orchestrator.Delivery) {
	_ = b.settle("hands its message back", d, func() { b.w.m.again = append(b.w.m.again, redelivery{b.w, d}) })
}

func (b broker) Park(_ context.Context, d *orchestrator.Delivery, _ string) error {
	return b.settle("puts its message among the dead letters", d, func() { b.w.m.acked[d] = true })
}

func (broker) Close() {}

// lockWatch tells whose a lock is.
type lockWatch struct {
	orchestrator.Locks
	w   *worker
	cfg orchestrator.Config
}

// Acquire implements [orchestrator.Locks].
func (l lockWatch) Acquire(ctx context.Context, name string, floor int64, contended func()) (orchestrator.Lease, error) {
	lease, err := l.Locks.Acquire(ctx, name, floor, contended)
	key := l.cfg.LockKey(name)
	switch {
	case err == nil:
		l.w.m.took(l.w, key)
	case errors.Is(err, orchestrator.ErrContended):
		l.w.m.keptOut(l.w, key)
	}
	return lease, err
}
