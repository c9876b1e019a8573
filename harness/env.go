package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"turnstile/fixtures/engine"
	"turnstile/fixtures/images"
	"turnstile/fixtures/pulsar"
	"turnstile/fixtures/redis"
)

// Env is a broker and two Redis servers that scenarios share or have to
// themselves.
type Env struct {
	name   string
	engine *engine.Engine
	images Images
	broker *pulsar.Broker
	state  *redis.Server
	locks  *redis.Server
}

// Images are the references of what is started.
type Images struct {
	Pulsar   string `json:"pulsar"`
	Redis    string `json:"redis"`
	Programs string `json:"programs"`
}

// Pool opens environments as scenarios need them. Scenarios whose faults stay
// with their own workers and keys share one; the others have one to
// themselves, one scenario at a time.
type Pool struct {
	Logs string // folder for the output of the environments' containers

	mu     sync.Mutex
	engine *engine.Engine
	images Images
	opened int

	shared *slot
	alone  *slot
	turn   chan struct{}
}

// slot is an environment that is opened by the first who needs it.
type slot struct {
	mu     sync.Mutex
	env    *Env
	failed error // why it could not be opened: it is not tried again for each scenario
}

// OpenPool connects to the engine, finds or makes the images, and removes what
// killed runs left behind. Environments start when they are first leased.
func OpenPool(ctx context.Context, logs string) (*Pool, error) {
	e, err := engine.Open(ctx)
	if err != nil {
		return nil, err
	}
	p := &Pool{Logs: logs, engine: e, shared: &slot{}, alone: &slot{}, turn: make(chan struct{}, 1)}
	if err := p.findImages(ctx); err != nil {
		return nil, errors.Join(err, e.Close(ctx))
	}
	return p, nil
}

func (p *Pool) findImages(ctx context.Context) (err error) {
	if p.images.Pulsar, err = images.Pulsar.Resolve(ctx, p.engine); err != nil {
		return err
	}
	if p.images.Redis, err = images.Redis.Resolve(ctx, p.engine); err != nil {
		return err
	}
	p.images.Programs, err = images.Programs(ctx, p.engine)
	return err
}

// Lease returns an environment, and the function by which to give it back;
// spoiled environments are thrown away.
func (p *Pool) Lease(ctx context.Context, alone bool) (*Env, func(spoiled bool), error) {
	slot := p.shared
	if alone {
		slot = p.alone
		select {
		case p.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("waiting for an environment: %w", ctx.Err())
		}
	}
	env, err := p.open(ctx, slot)
	if err != nil {
		if alone {
			<-p.turn
		}
		return nil, nil, err
	}
	return env, func(spoiled bool) {
		if spoiled {
			p.discard(slot, env)
		}
		if alone {
			<-p.turn
		}
	}, nil
}

func (p *Pool) open(ctx context.Context, s *slot) (*Env, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.env != nil || s.failed != nil {
		return s.env, s.failed
	}
	p.mu.Lock()
	p.opened++
	env := &Env{name: fmt.Sprintf("env%d", p.opened), engine: p.engine, images: p.images}
	p.mu.Unlock()
	if err := env.start(ctx); err != nil {
		s.failed = errors.Join(fmt.Errorf("starting the environment %s: %w", env.name, err), p.saveLogs(env), env.remove())
		return nil, s.failed
	}
	s.env = env
	return env, nil
}

func (p *Pool) discard(s *slot, env *Env) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.env == env {
		s.env = nil
	}
	_ = p.saveLogs(env)
	_ = env.remove() // what stays is removed with the session
}

// Close saves the environments' logs and removes everything.
func (p *Pool) Close(ctx context.Context) error {
	var errs []error
	for _, s := range []*slot{p.shared, p.alone} {
		if s.env != nil {
			errs = append(errs, p.saveLogs(s.env))
		}
	}
	return errors.Join(append(errs, p.engine.Close(ctx))...)
}

func (p *Pool) saveLogs(e *Env) error {
	if err := os.MkdirAll(p.Logs, 0o755); err != nil {
		return err
	}
	ctx, cancel := cleanup()
	defer cancel()
	var errs []error
	for _, c := range e.containers() {
		errs = append(errs, c.SaveLogs(ctx, filepath.Join(p.Logs, c.Name+".log")))
	}
	return errors.Join(errs...)
}

func (e *Env) start(ctx context.Context) error {
	var wg sync.WaitGroup
	var errs [3]error
	wg.Go(func() {
		e.broker, errs[0] = pulsar.Start(ctx, e.engine, e.images.Pulsar, "pulsar-"+e.name, pulsar.QuickFailures())
	})
	wg.Go(func() { e.state, errs[1] = redis.Start(ctx, e.engine, e.images.Redis, "state-"+e.name) })
	wg.Go(func() { e.locks, errs[2] = redis.Start(ctx, e.engine, e.images.Redis, "locks-"+e.name) })
	wg.Wait()
	return errors.Join(errs[:]...)
}

func (e *Env) containers() []*engine.Container {
	var all []*engine.Container
	if e.broker != nil {
		all = append(all, e.broker.Container)
	}
	for _, r := range []*redis.Server{e.state, e.locks} {
		if r != nil {
			all = append(all, r.Container)
		}
	}
	return all
}

func (e *Env) remove() error {
	ctx, cancel := cleanup()
	defer cancel()
	var errs []error
	for _, c := range e.containers() {
		errs = append(errs, c.Remove(ctx))
	}
	return errors.Join(errs...)
}
