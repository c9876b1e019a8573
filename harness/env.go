package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"turnstile/fixtures/engine"
	"turnstile/fixtures/images"
	"turnstile/fixtures/pulsar"
	"turnstile/fixtures/redis"
)

// Env is a Pulsar and two Redis servers that scenarios share or have to
// themselves.
type Env struct {
	name     string
	kind     kind
	settings pulsar.Settings // of its brokers
	own      pulsar.Settings // of those, the scenario's own
	engine   *engine.Engine
	images   Images
	existing *pulsar.Existing // nil: it has a Pulsar of its own
	broker   Pulsar
	next     string // the image of the cluster's last broker; empty: as the others
	version  string // of its brokers, by their own word
	state    *redis.Server
	locks    *redis.Server
}

// Pulsar is what a scenario needs of its message broker, be that one standalone
// process or a cluster.
type Pulsar interface {
	URL() string         // for this process
	InternalURL() string // for containers
	Access() pulsar.Access
	Healthy(ctx context.Context) error
	Version(ctx context.Context) (string, error)
	NamespaceFor(run string) string
	CreateNamespace(ctx context.Context, namespace string) error
	DeleteNamespace(ctx context.Context, namespace string) error
	DisableDeduplication(ctx context.Context, namespace string) error
	CreateTopic(ctx context.Context, topic, subscription string, partitions int) error
	Subscription(ctx context.Context, topic, subscription string, partitions int) (pulsar.View, error)
	// Owner is the id of the broker that serves a topic or partition.
	Owner(ctx context.Context, topic string) (string, error)
	Member(id string) (*pulsar.Broker, error)
	// What operators do to a topic.
	UnloadTopic(ctx context.Context, topic string) error
	UnloadNamespace(ctx context.Context, namespace string) error
	Partitions(ctx context.Context, topic string) (int, error)
	RaisePartitions(ctx context.Context, topic string, to int) error
	Operate(ctx context.Context, topic, subscription, what string, body any) error
	MarkDelete(ctx context.Context, topic, subscription string) (map[string]string, error)
	Reads(ctx context.Context, topic, subscription string) (bool, error)
	Unsubscribe(ctx context.Context, topic, subscription string) error
	Subscribe(ctx context.Context, topic, subscription string, earliest bool) error
	Published(ctx context.Context, topic string) (int64, error)
	Received(ctx context.Context, topic string, partitions int) (int64, error)
	Members() []*pulsar.Broker
	Containers() []*engine.Container
}

// Images are the references of what is started.
type Images struct {
	Pulsar   string
	Redis    string
	Programs string
}

// Pool opens environments as scenarios need them, one at a time in each of its
// slots (see [place]).
type Pool struct {
	Logs string // folder for the output of the environments' containers

	mu     sync.Mutex
	engine *engine.Engine
	images Images
	others map[string]string // Pulsar's images of other versions than the one in use
	builds builds
	opened int

	existing *pulsar.Existing // on which all scenarios are run; nil: each environment has its own Pulsar

	slots
	turns *turns

	watched  context.Context // over, with the cause, when the engine hangs
	unwatch  context.CancelCauseFunc
	watching sync.WaitGroup
}

// OpenPool connects to the engine, finds or makes the images, and removes what
// killed runs left behind. Environments start when they are first leased.
// At most so many scenarios run at a time; those that wait for an environment
// do not count.
func OpenPool(ctx context.Context, logs string, parallel int, existing *pulsar.Existing) (*Pool, error) {
	e, err := engine.Open(ctx)
	if err != nil {
		return nil, err
	}
	p := &Pool{Logs: logs, engine: e, existing: existing, others: map[string]string{}, slots: newSlots(), turns: newTurns(parallel)}
	if err := p.findImages(ctx); err != nil {
		return nil, errors.Join(err, e.Close(ctx))
	}
	p.watched, p.unwatch = context.WithCancelCause(context.WithoutCancel(ctx))
	p.watching.Go(func() {
		if err := e.Watch(p.watched); err != nil {
			p.unwatch(err)
		}
	})
	return p, nil
}

// runUnlessHung is run, called off when the engine hangs: what waits for it then
// would wait for as long as it may, one call after the other.
func (p *Pool) runUnlessHung(ctx context.Context, s Scenario, seed uint64, folder string) (time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(p.watched, func() { cancel(context.Cause(p.watched)) })
	defer stop()
	wall, err := p.run(ctx, s, seed, folder)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, engine.ErrHangs) {
		err = fmt.Errorf("%w\n%w", cause, err)
	}
	return wall, err
}

func (p *Pool) findImages(ctx context.Context) (err error) {
	if p.existing == nil {
		if p.images.Pulsar, err = images.ResolvePulsar(ctx, p.engine, ""); err != nil {
			return err
		}
	}
	if p.images.Redis, err = images.Redis.Resolve(ctx, p.engine); err != nil {
		return err
	}
	p.images.Programs, err = images.Programs(ctx, p.engine)
	return err
}

// pulsarImage is the image of a version of Pulsar.
func (p *Pool) pulsarImage(ctx context.Context, version string) (string, error) {
	if p.existing != nil {
		return "", nil
	}
	if inUse, err := images.PulsarVersion(); err != nil || version == inUse {
		return p.images.Pulsar, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if image := p.others[version]; image != "" {
		return image, nil
	}
	image, err := images.ResolvePulsar(ctx, p.engine, version)
	if err == nil {
		p.others[version] = image
	}
	return image, err
}

// Lease returns an environment, and the function by which to give it back, to be
// used again or discarded.
func (p *Pool) Lease(ctx context.Context, n EnvSpec) (*Env, func(discard bool), error) {
	slot := p.slot(n)
	if err := slot.enter(ctx, n); err != nil {
		return nil, nil, fmt.Errorf("waiting for an environment: %w", err)
	}
	env, err := slot.environment(n.kind(), p.discard, func() (*Env, error) { return p.open(ctx, n) })
	if err != nil {
		slot.leave(false, p.discard)
		return nil, nil, err
	}
	return env, func(discard bool) { slot.leave(discard, p.discard) }, nil
}

func (p *Pool) open(ctx context.Context, n EnvSpec) (*Env, error) {
	image, err := p.pulsarImage(ctx, n.Version)
	if err != nil {
		return nil, err
	}
	next := ""
	if n.Next != "" {
		if next, err = p.pulsarImage(ctx, n.Next); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	p.opened++
	env := &Env{name: fmt.Sprintf("env%d", p.opened), kind: n.kind(), settings: n.settings(), own: n.Broker, engine: p.engine, images: p.images}
	env.images.Pulsar, env.next, env.existing = image, next, p.existing
	p.mu.Unlock()
	if err := env.start(ctx); err != nil {
		if len(n.Broker) > 0 {
			err = fmt.Errorf("with settings of the scenario's own for the broker (does it take their values?): %w", err)
		}
		return nil, errors.Join(fmt.Errorf("starting the environment %s (%s, Pulsar %s): %w", env.name, n, n.Version, err), p.saveLogs(env), env.remove())
	}
	return env, nil
}

func (p *Pool) discard(env *Env) {
	_ = p.saveLogs(env)
	_ = env.remove() // what stays is removed with the session
}

// Close saves the environments' logs and removes everything. It returns what
// the engine has of the session all the same.
func (p *Pool) Close(ctx context.Context) (engine.Holdings, error) {
	p.unwatch(nil)
	p.watching.Wait()
	var errs []error
	for _, s := range p.slots {
		if s.env != nil {
			errs = append(errs, p.saveLogs(s.env))
		}
	}
	cctx, cancel := cleanup()
	defer cancel()
	left, err := p.engine.Clear(cctx)
	return left, errors.Join(append(errs, err, p.engine.Close(ctx))...)
}

func (p *Pool) saveLogs(e *Env) error {
	if err := os.MkdirAll(p.Logs, 0o755); err != nil {
		return err
	}
	ctx, cancel := cleanup()
	defer cancel()
	var errs []error
	for _, c := range e.containers() {
		errs = append(errs, c.SaveLogs(ctx, filepath.Join(p.Logs, c.Name+".log.gz")))
	}
	return errors.Join(errs...)
}

func (e *Env) start(ctx context.Context) error {
	var wg sync.WaitGroup
	var errs [3]error
	wg.Go(func() { errs[0] = e.startPulsar(ctx) })
	wg.Go(func() { e.state, errs[1] = redis.Start(ctx, e.engine, e.images.Redis, "state-"+e.name) })
	wg.Go(func() { e.locks, errs[2] = redis.Start(ctx, e.engine, e.images.Redis, "locks-"+e.name) })
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if err := e.askVersion(ctx); err != nil {
		return err
	}
	return pulsar.CheckTaken(ctx, e.broker.Members(), e.own)
}

// rolledTo stands between the versions of a cluster that has two.
const rolledTo = " → "

// askVersion has the brokers' own word for what they are.
func (e *Env) askVersion(ctx context.Context) (err error) {
	members := e.broker.Members()
	if e.kind.next != "" {
		last := len(members) - 1
		e.version = e.kind.version + rolledTo + e.kind.next
		return errors.Join(pulsar.CheckVersion(ctx, members[:last], e.kind.version), pulsar.CheckVersion(ctx, members[last:], e.kind.next))
	}
	if e.existing == nil && images.PulsarIsKnown(e.kind.version) {
		if err := pulsar.CheckVersion(ctx, members, e.kind.version); err != nil {
			return err
		}
	}
	e.version, err = e.broker.Version(ctx)
	return err
}

func (e *Env) startPulsar(ctx context.Context) error {
	if e.existing != nil {
		e.broker = e.existing
		return nil
	}
	if e.kind.shape.Standalone() {
		b, err := pulsar.Start(ctx, e.engine, e.images.Pulsar, "pulsar-"+e.name, e.settings)
		if b != nil {
			e.broker = b
		}
		return err
	}
	c, err := pulsar.StartCluster(ctx, e.engine, pulsar.Releases{All: e.images.Pulsar, Last: e.next}, e.name, e.kind.shape, e.settings)
	if c != nil {
		e.broker = c
	}
	return err
}

func (e *Env) containers() []*engine.Container {
	var all []*engine.Container
	if e.broker != nil {
		all = append(all, e.broker.Containers()...)
	}
	for _, r := range []*redis.Server{e.state, e.locks} {
		if r != nil {
			all = append(all, r.Container)
		}
	}
	return all
}

// deleteKeys deletes a run's keys at both Redis servers. Locks expire by
// themselves; their counters of fencing tokens must not.
func (e *Env) deleteKeys(ctx context.Context, prefix string) error {
	var errs []error
	for _, server := range []*redis.Server{e.state, e.locks} {
		client := server.Client()
		keys := client.Scan(ctx, 0, prefix+"*", 1000).Iterator()
		for keys.Next(ctx) {
			errs = append(errs, client.Del(ctx, keys.Val()).Err())
		}
		errs = append(errs, keys.Err())
	}
	return errors.Join(errs...)
}

func (e *Env) remove() error {
	ctx, cancel := cleanup()
	defer cancel()
	var errs []error
	for _, r := range []*redis.Server{e.state, e.locks} {
		if r != nil {
			errs = append(errs, r.Client().Close())
		}
	}
	for _, c := range e.containers() {
		errs = append(errs, c.Remove(ctx))
	}
	return errors.Join(errs...)
}
