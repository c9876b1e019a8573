package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/images"
	"turnstile/fixtures/links"
	"turnstile/fixtures/pulsar"
	"turnstile/fixtures/redis"
)

const (
	subscription = "orchestrator"

	// quietLimit is how long the broker may take to have nothing left.
	quietLimit = 60 * time.Second
	// lookLimit is how long the broker may take to say so.
	lookLimit = 10 * time.Second
	// runLimit bounds a run: each step has its own deadline, and this one
	// stands behind them all. A schedule has many steps.
	runLimit      = 5 * time.Minute
	scheduleLimit = 15 * time.Minute
)

// run is one scenario on its way.
type run struct {
	id       string // unique in the session; names containers, topics and keys
	scenario Scenario
	seed     uint64
	folder   string
	env      *Env
	worn     bool // the environment serves, and is better not used again

	namespace   string // the run's own: what moves or is deleted in it concerns nobody else
	topic       string
	deadLetters string

	writer  *history.Writer
	gateway *engine.Container
	links   *links.Server // nil where nothing asks for links
	control *gateway.Client
	locks   *redis.Pair // the run's own lock server; nil where it shares the environment's
	fleet   *fleet
	load    *publisher

	mu     sync.Mutex
	events []history.Event // recorded by the harness, beside the file
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
	done := slot.inherit()
	if err == nil && done == nil {
		if done, err = p.turns.take(ctx, needs.Alone || !needs.Cluster.Standalone()); err != nil {
			giveBack(false)
		}
	}
	if done != nil {
		defer func() { slot.bequeath(done) }()
	}
	if err != nil {
		return 0, err
	}
	r := &run{id: nextRunID(), scenario: s, seed: seed, folder: folder, env: env}
	r.fleet = &fleet{run: r}
	began := time.Now()
	err = r.do(ctx)
	giveBack(r.worn || errors.Is(err, errSpoiled))
	return time.Since(began), err
}

// errSpoiled marks an environment that must not be used again.
var errSpoiled = errors.New("the environment is not as it was")

// do carries the scenario through and writes its history. Whatever fails, what
// was recorded is collected and the run's own containers are removed.
func (r *run) do(ctx context.Context) (err error) {
	limit := runLimit
	if _, ok := r.scenario.Fault.(fault.Schedule); ok {
		limit = scheduleLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	writer, file, err := history.CreateFile(filepath.Join(r.folder, partsFolder, "harness.jsonl"), history.SrcHarness)
	if err != nil {
		return err
	}
	r.writer = writer
	defer func() {
		cctx, cancel := cleanup()
		defer cancel()
		err = errors.Join(err, r.fleet.stop(cctx), r.collect(cctx), file.Close(), r.remove(cctx))
	}()
	if err := r.record(history.Event{Kind: history.KindScenario, Scenario: r.scenario.record(r.seed)}); err != nil {
		return err
	}
	if err := r.setUp(ctx); err != nil {
		return err
	}
	return r.play(ctx)
}

// setUp makes the topic, the gateway, the run's own lock server and links, all
// at the same time, and then the workers, which need all of them.
func (r *run) setUp(ctx context.Context) error {
	var wg sync.WaitGroup
	var errs [4]error
	for i, start := range []func(context.Context) error{r.makeTopics, r.startGateway, r.startLocks, r.startLinks} {
		wg.Go(func() { errs[i] = start(ctx) })
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if err := r.measureClocks(ctx); err != nil {
		return err
	}
	if err := r.fleet.start(ctx, r.scenario.Workers); err != nil {
		return err
	}
	if err := r.env.engine.CheckDoors(ctx); err != nil {
		return err
	}
	return r.begin(ctx)
}

func (r *run) makeTopics(ctx context.Context) error {
	namespace := "public/" + r.id
	if err := r.env.broker.CreateNamespace(ctx, namespace); err != nil {
		return err
	}
	r.namespace = namespace
	if r.scenario.NoDeduplication {
		if err := r.env.broker.DisableDeduplication(ctx, namespace); err != nil {
			return err
		}
	}
	r.topic = "persistent://" + r.namespace + "/events"
	r.deadLetters = r.topic + "-dead"
	if err := r.env.broker.CreateTopic(ctx, r.topic, subscription, r.scenario.partitions()); err != nil {
		return err
	}
	return r.env.broker.CreateTopic(ctx, r.deadLetters, "", 0)
}

// play offers the load, injects the fault into it, and waits for quiet.
func (r *run) play(ctx context.Context) error {
	pub, err := newPublisher(r.scenario, r.env.broker.URL(), r.topic, r.seed, r.record)
	if err != nil {
		return err
	}
	defer pub.close()
	r.load = pub
	watchCtx, stopWatch := context.WithCancel(ctx)
	defer stopWatch()
	var background sync.WaitGroup
	background.Go(func() { r.watch(watchCtx) })

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
		Worker:     func(name string) (fault.Process, error) { w, err := r.fleet.find(name); return asProcess(w, err) },
		Workers:    r.fleet.alive,
		Rand:       rand.New(rand.NewPCG(r.seed, 2)),
		Unaimed:    r.scenario.Unaimed,
		NoteMisses: r.scenario.Plan != nil || r.scenario.Unaimed,
		Broker:     broker{process{serving.Container}, serving, r},
		Downstream: downstream{r.control},
		Replace:    r.fleet.replace,
		Return:     r.fleet.startAgain,
		Died:       r.fleet.died,
		Record:     r.record,
	}
	r.operations(scene, serving)
	if r.scenario.Mode.Locks() {
		scene.Locks = lockTable{r.lockServer, r.prefix()}
	}
	if r.locks != nil {
		scene.LockServer = newOwnLocks(r.locks, r.prefix())
	}
	if r.links != nil {
		scene.Links = workerLinks{r.links}
	}
	if scene.Cluster, err = newCluster(ctx, r); err != nil {
		return err
	}
	err = f.Inject(ctx, scene)
	if err != nil {
		err = fmt.Errorf("the fault %s: %w", f.Kind(), err)
	}
	if !f.Needs().Servers() {
		return err
	}
	if err == nil {
		err = r.waitWell(ctx)
	}
	if err != nil {
		err = errors.Join(err, errSpoiled)
	}
	return err
}

// serving is the broker that owns the run's topic, or the first partition of it.
func (r *run) serving(ctx context.Context) (*pulsar.Broker, error) {
	id, err := r.env.broker.Owner(ctx, r.parts()[0])
	if err != nil {
		return nil, err
	}
	return r.env.broker.Member(id)
}

func asProcess(w *worker, err error) (fault.Process, error) {
	if err != nil {
		return nil, err
	}
	return ending{process{w.Container}, w}, nil
}

// prefix is the run's own part of both Redis servers' keys.
func (r *run) prefix() string { return r.id + ":" }

func (r *run) view(ctx context.Context) (pulsar.View, error) {
	return r.env.broker.Subscription(ctx, r.topic, subscription, r.scenario.partitions())
}

// record writes one event of the harness's own.
func (r *run) record(e history.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, err := r.writer.Record(e)
	if err == nil {
		r.events = append(r.events, e)
	}
	return err
}

func (r *run) startGateway(ctx context.Context) error {
	l := r.scenario.Load
	c, err := r.env.engine.Run(ctx, engine.Spec{
		Name: r.id + "-gateway", Image: r.env.images.Programs,
		Cmd:    []string{images.GatewayProgram},
		Expose: []string{"8081/tcp"},
		Env: map[string]string{
			"LATENCY_MIN": l.LatencyMin.String(), "LATENCY_MAX": l.LatencyMax.String(),
			"SEED": fmt.Sprint(r.seed), "HISTORY_FILE": images.HistoryFile,
		},
	})
	if err != nil {
		return err
	}
	r.gateway = c
	addr, err := c.Address(ctx, "8081/tcp")
	if err != nil {
		return err
	}
	r.control = gateway.NewClient("http://" + addr)
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		err := r.control.Healthy(ctx)
		if err == nil {
			return nil
		}
		if !sleep(ctx, 20*time.Millisecond) {
			return fmt.Errorf("waiting for the gateway to answer: %w: %w", err, c.LastOutput())
		}
	}
}

// measureClocks bounds the difference between the containers' clock and this
// process's, where they are not the same (an engine in a virtual machine).
func (r *run) measureClocks(ctx context.Context) error {
	own, err := history.Domain()
	if err != nil {
		return err
	}
	var lo, hi int64
	domain := ""
	for range 5 { // the tightest of a few exchanges
		before := history.Now()
		clock, err := r.control.Clock(ctx)
		if err != nil {
			return err
		}
		after := history.Now()
		if clock.Domain == own {
			return nil
		}
		if domain == "" || after-before < hi-lo {
			domain, lo, hi = clock.Domain, clock.T-after, clock.T-before
		}
	}
	return r.record(history.Event{Kind: history.KindClockOffset, Peer: domain, Lo: lo, Hi: hi})
}

// waitQuiet waits until the broker has nothing left to deliver or to be
// acknowledged, and records whether it came to that.
func (r *run) waitQuiet(ctx context.Context) error {
	// Each look has a limit of its own, so that the last one is not cut short by
	// the end of the waiting and taken for a broker that does not answer.
	look := func() (pulsar.View, error) {
		ctx, cancel := context.WithTimeout(ctx, lookLimit)
		defer cancel()
		return r.view(ctx)
	}
	waiting, cancel := context.WithTimeout(ctx, quietLimit)
	defer cancel()
	for {
		view, err := look()
		if err == nil && view.Backlog == 0 {
			return r.record(history.Event{Kind: history.KindQuiet, Outcome: history.OutcomeOK})
		}
		if !sleep(waiting, 100*time.Millisecond) {
			if ctx.Err() != nil {
				return fmt.Errorf("called off while waiting for the broker to be quiet: %w", ctx.Err())
			}
			detail := map[string]string{}
			if err == nil {
				detail = stalls(view)
				r.addUnread(ctx, detail)
			}
			if err != nil {
				detail[history.DetailError] = err.Error()
			}
			return r.record(history.Event{Kind: history.KindQuiet, Outcome: history.OutcomeFailed, Detail: detail})
		}
	}
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
