package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
)

const (
	// runLimit bounds a run: each step has its own deadline, and this one
	// stands behind them all. A schedule has many steps.
	runLimit      = 5 * time.Minute
	scheduleLimit = 15 * time.Minute
)

// run is one scenario on its way: what it owns, each part by itself.
type run struct {
	id       string // unique in the session; names containers, topics and keys
	scenario Scenario
	seed     uint64

	env     *Env
	discard bool // the environment serves, and is better not used again

	recorder *recorder
	topic    *topic
	gateway  *gatewayServer
	locks    *locks
	links    *workerLinks
	fleet    *fleet
	foreign  *foreign   // nil: the orchestrator is the reference one
	scraper  *scraper   // nil: nobody asks for the workers' metrics
	load     *publisher // once the load has begun
}

var runs struct {
	sync.Mutex
	n int
}

func nextRunID() string {
	runs.Lock()
	defer runs.Unlock()
	runs.n++
	return fmt.Sprintf("r%d", runs.n)
}

// run executes a scenario once from a seed, into an existing run folder, and
// returns how long it took, the wait for an environment and a turn left out.
func (p *Pool) run(ctx context.Context, s Scenario, seed uint64, folder string) (time.Duration, error) {
	needs := s.needs()
	slot := p.slot(needs)
	env, giveBack, err := p.Lease(ctx, needs)
	done := slot.turnHandedOver()
	if err == nil && done == nil {
		if done, err = p.turns.take(ctx, needs.Alone || !needs.Cluster.Standalone()); err != nil {
			giveBack(false)
		}
	}
	if done != nil {
		defer func() { slot.handOverTurn(done) }()
	}
	if err != nil {
		return 0, err
	}
	began := time.Now()
	r, err := newRun(env, s, seed, folder)
	if err == nil {
		err = r.do(ctx)
	}
	giveBack(r.discard || errors.Is(err, errDiscard))
	return time.Since(began), err
}

// newRun makes a run's parts; none of them is started.
func newRun(env *Env, s Scenario, seed uint64, folder string) (*run, error) {
	r := &run{
		id: nextRunID(), scenario: s, seed: seed, env: env,
		gateway: &gatewayServer{}, locks: &locks{shared: env.locks}, links: &workerLinks{},
	}
	r.topic = newTopic(env.broker, r.id, s)
	var err error
	r.recorder, err = newRecorder(folder)
	r.fleet = &fleet{
		runID: r.id, engine: env.engine, partitions: max(1, s.partitions()),
		topic: r.topic, links: r.links, recorder: r.recorder, container: r.container,
	}
	if s.System != nil {
		r.foreign = &foreign{run: r, manifest: s.System}
		r.fleet.foreign, r.fleet.container, r.topic.workers = r.foreign, r.foreign.container, r.foreign.consumers
	}
	if s.Scraped && err == nil {
		err = r.scraped()
	}
	return r, err
}

// errDiscard marks an environment that must not be used again.
var errDiscard = errors.New("the environment is not as it was")

// do carries the scenario through and writes its history. Whatever fails, what
// was recorded is collected and the run's own containers are removed.
func (r *run) do(ctx context.Context) (err error) {
	limit := runLimit
	if _, ok := r.scenario.Fault.(fault.Schedule); ok {
		limit = scheduleLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		cctx, cancel := cleanup()
		defer cancel()
		err = errors.Join(err, r.fleet.stop(cctx), r.collect(cctx), r.recorder.file.Close(), r.remove(cctx))
	}()
	setup := r.scenario.record(r.seed)
	setup.Settings["pulsar.version"] = r.env.version
	if err := r.recorder.record(history.Event{Kind: history.KindScenario, Scenario: setup}); err != nil {
		return err
	}
	if err := r.setUp(ctx); err != nil {
		return err
	}
	return r.play(ctx)
}

// setUp makes the servers, and then the workers, which need all of them.
func (r *run) setUp(ctx context.Context) error {
	if err := r.setUpServers(ctx); err != nil {
		return err
	}
	if err := r.fleet.start(ctx, r.scenario.Workers); err != nil {
		return err
	}
	if err := r.env.engine.CheckDoors(ctx); err != nil {
		return err
	}
	return r.unloadStalledPartitions(ctx)
}

// setUpServers makes the topic, the gateway, the run's own lock server and links,
// all at the same time.
func (r *run) setUpServers(ctx context.Context) error {
	e, image := r.env.engine, r.env.images.Programs
	var wg sync.WaitGroup
	var errs [6]error
	wg.Go(func() {
		if errs[0] = r.topic.create(ctx, !r.scenario.NoDeduplication); errs[0] == nil && r.scenario.PulsarNext != "" {
			errs[0] = r.topic.placeOnFirst(ctx)
		}
	})
	wg.Go(func() {
		errs[1] = r.gateway.start(ctx, e, image, r.id+"-gateway", r.scenario.Load, r.seed, r.scenario.calls())
	})
	asks := r.scenario.asks()
	if asks.OwnLocks {
		wg.Go(func() { errs[2] = r.locks.start(ctx, e, r.env.images.Redis, r.id+"-locks", asks.Replica) })
	}
	if more := r.scenario.moreLockServers(); more > 0 {
		wg.Go(func() { errs[4] = r.locks.startMore(ctx, e, r.env.images.Redis, r.id+"-morelocks", more) })
	}
	if r.foreign != nil {
		wg.Go(func() { errs[5] = r.foreign.start(ctx, e, r.env.images.Redis, r.id+"-stores") })
	}
	if asks.Links {
		wg.Go(func() { errs[3] = r.links.start(ctx, e, image, r.id+"-links", asks.Frames, farTLS(r.topic.broker)) })
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	return r.gateway.measureClocks(ctx, r.recorder)
}

// play offers the load, injects the fault into it, and waits for quiet.
func (r *run) play(ctx context.Context) error {
	pub, err := newPublisher(r.scenario, r.topic.broker, r.topic.name, r.seed, r.recorder.record)
	if err != nil {
		return err
	}
	defer pub.close()
	r.load = pub
	watchCtx, stopWatch := context.WithCancel(ctx)
	defer stopWatch()
	var background sync.WaitGroup
	background.Go(func() { watch(watchCtx, r.topic, r.recorder) })
	background.Go(func() { r.scraper.follow(watchCtx) })

	loadCtx, stopLoad := context.WithCancel(ctx)
	defer stopLoad()
	published := make(chan error, 1)
	go func() { published <- pub.run(loadCtx) }()

	sleep(ctx, r.scenario.Load.Warmup)
	faultErr := r.injectFault(ctx)
	sleep(ctx, r.scenario.Load.Tail)
	stopLoad()
	err = errors.Join(faultErr, <-published)
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("called off while the load ran: %w", ctx.Err())
	}
	if err == nil {
		err = r.waitQuiet(ctx)
	}
	stopWatch()
	background.Wait()
	return err
}

func (r *run) injectFault(ctx context.Context) error {
	f := r.scenario.Fault
	if f == nil {
		return nil
	}
	serving, err := r.serving(ctx)
	if err != nil {
		return err
	}
	scene := &fault.Scene{
		Users:      aimedUsers(r.scenario.Load),
		Mode:       ToFaults(r.scenario.Mode),
		Workers:    workers{r.fleet},
		Rand:       rand.New(rand.NewPCG(r.seed, 2)),
		Unaimed:    r.scenario.Unaimed,
		NoteMisses: r.scenario.Plan != nil || r.scenario.Unaimed,
		Broker:     serving,
		Downstream: downstream{r.gateway.control},
		Topic:      served{r.topic, r},
		Publisher:  load{r.load},
		Answers:    answers{r.gateway.control},
		Record:     r.recorder.record,
	}
	if x := r.env.existing; x != nil {
		scene.Patience, scene.NoRegistry = 2*x.KeepAlive(), true
	}
	if r.scenario.Mode.Locks() && r.foreign == nil {
		scene.Locks = lockTable{r.locks.server, r.prefix()}
	}
	if r.locks.own != nil {
		scene.LockServer = newOwnLocks(r.locks.own, r.prefix())
	}
	if r.links.server != nil {
		scene.Links = r.links.server
	}
	if r.links.tap != nil {
		scene.Frames = frames{r.links.tap, r.lockKey}
	}
	if scene.Cluster, err = newCluster(ctx, r); err != nil {
		return err
	}
	err = f.Spec().Inject(ctx, scene)
	if err != nil {
		err = fmt.Errorf("the fault %s: %w", f.Spec().Kind(), err)
	}
	if !f.Spec().Needs().Servers() {
		return err
	}
	if err == nil {
		err = r.waitWell(ctx)
	}
	if err != nil {
		err = errors.Join(err, errDiscard)
	}
	return err
}

// prefix is the run's own part of both Redis servers' keys.
func (r *run) prefix() string { return r.id + ":" }

// lockKey is the key of a user's lock.
func (r *run) lockKey(user string) string {
	if r.foreign != nil {
		return r.foreign.lockKey(user)
	}
	return lockTable{prefix: r.prefix()}.lock(user)
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// cleanup is a context for putting things in order, whatever became of the
// scenario's own.
func cleanup() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 3*time.Minute)
}
