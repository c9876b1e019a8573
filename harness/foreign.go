package harness

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
	"turnstile/fixtures/redis"
	"turnstile/harness/system"
)

// defaultSubscription is the workers' where nothing else is said.
const defaultSubscription = "orchestrator"

// subscription is the name of the workers' subscription.
func (s Scenario) subscription() string {
	if s.System != nil && s.System.Subscription != "" {
		return s.System.Subscription
	}
	return defaultSubscription
}

// calls are the rules by which the gateway reads calls; nil: it takes sends.
func (s Scenario) calls() *gateway.Calls {
	if s.System == nil {
		return nil
	}
	calls := s.System.Calls()
	return &calls
}

// checkSystem refuses what takes an orchestrator that was written for it.
func (s Scenario) checkSystem() error {
	if s.System == nil {
		return nil
	}
	name := s.System.Name
	if _, ok := s.System.Modes[string(s.Mode)]; !ok {
		return fmt.Errorf("the system %s has no mode %q: its manifest names %s", name, s.Mode, mode.Choice(s.System.ModesInOrder()))
	}
	if s.Guard != mode.Unguarded {
		return fmt.Errorf("the guard %q is the reference orchestrator's, and nothing tells the system %s of it: leave it out", s.Guard, name)
	}
	if s.Scraped {
		return fmt.Errorf("the system %s is to be scraped, and only the reference orchestrator's metrics are known: leave it out", name)
	}
	if points := s.asks().Points; len(points) > 0 {
		return fmt.Errorf("the fault %s waits for a worker at the point %s, of which the system %s does not report: what it calls is all that it can be held at; leave that fault out, or give its step another point", s.FaultKind(), points[0], name)
	}
	n := s.asks()
	if n.OwnLocks || n.Replica {
		return fmt.Errorf("the fault %s acts on a lock server that understands the reference orchestrator's locks, and not on those of the system %s: leave it out", s.FaultKind(), name)
	}
	if s.Mutant == SubscriptionApart && !s.System.Uses(s.Mode, "subscription") {
		return fmt.Errorf("the system %s cannot be told its subscription, so no two of its replicas can have one each: pass {{.subscription}} on", name)
	}
	return nil
}

// foreign is what a run has of an orchestrator that knows nothing of the harness.
type foreign struct {
	run      *run
	manifest *system.Manifest
	stores   []*redis.Server // what it has in Redis; the second is the stray's
}

// start starts its servers. They are the run's own: what keys it has is its own
// affair, and nobody else's are to be among them.
func (f *foreign) start(ctx context.Context, e *engine.Engine, image, name string) (err error) {
	n := 1
	if f.run.scenario.Mutant == SubscriptionApart {
		n = 2
	}
	f.stores, err = startServers(ctx, e, image, name, n)
	return err
}

// remove removes them; there is nothing to be removed where no run has such a system.
func (f *foreign) remove(ctx context.Context) error {
	if f == nil {
		return nil
	}
	return removeServers(ctx, f.stores)
}

// ofTheSystem are the ends of its links: what it has in Redis, state and locks, it
// reaches by one.
var ofTheSystem = []fault.LinkEnd{fault.ToBroker, fault.ToLocks}

// container is one of the system's containers. It opens the worker's links and its
// door.
func (f *foreign) container(ctx context.Context, w *worker) (engine.Spec, error) {
	r := f.run
	servers := map[fault.LinkEnd][]string{fault.ToBroker: pulsar.ServersOf(r.topic.broker.InternalURL()), fault.ToLocks: {f.stores[0].InternalAddr()}}
	subscription := r.topic.subscription
	if r.scenario.Mutant == SubscriptionApart && w.name == theStray {
		// A store of its own besides: by a lock in one that they share, they would not
		// get in each other's way.
		subscription, servers[fault.ToLocks] = strayed(subscription), []string{f.stores[1].InternalAddr()}
	}
	at := map[fault.LinkEnd]string{}
	for _, of := range ofTheSystem {
		addr, err := r.links.server.open(ctx, linkName(fault.Link{Worker: w.name, Of: of}), of, servers[of])
		if err != nil {
			return engine.Spec{}, err
		}
		at[of] = addr
	}
	if x := r.env.existing; x != nil {
		if err := r.links.reach(ctx, x, fault.Link{Worker: w.name, Of: fault.ToBroker}); err != nil {
			return engine.Spec{}, err
		}
	}
	door, err := r.gateway.door(ctx, w.name)
	if err != nil {
		return engine.Spec{}, err
	}
	values := map[string]string{
		"pulsar": pulsarScheme + at[fault.ToBroker], "topic": r.topic.name, "subscription": subscription, "dead_letters": r.topic.deadLetters,
		"redis": at[fault.ToLocks], "gateway": door,
		"worker": w.name, "replica": strconv.Itoa(r.place(w.name).Number),
	}
	for name, addr := range map[string]string{"pulsar": at[fault.ToBroker], "redis": at[fault.ToLocks], "gateway": strings.TrimPrefix(values["gateway"], "http://")} {
		if values[name+"_host"], values[name+"_port"], err = net.SplitHostPort(addr); err != nil {
			return engine.Spec{}, err
		}
	}
	token := r.topic.broker.Access().Token()
	if values["token"], values["token_file"] = token, ""; token != "" {
		values["token_file"] = tokenFile
	}
	c, err := f.manifest.Container(r.scenario.Mode, values)
	if err != nil {
		return engine.Spec{}, err
	}
	return engine.Spec{
		Image: c.Image, Cmd: c.Command, Env: c.Environment, Secrets: []string{token},
		Prepare: func(ctx context.Context, into *engine.Container) error {
			for path, content := range c.Files {
				if err := into.CopyTo(ctx, path, []byte(content)); err != nil {
					return err
				}
			}
			if token == "" {
				return nil
			}
			return into.CopyReadOnly(ctx, tokenFile, []byte(token))
		},
	}, nil
}

// tokenFile is where a container has the token by which it says who it is.
const tokenFile = "/turnstile-token"

// lockKey is the key of a user's lock, as the manifest has it.
func (f *foreign) lockKey(user string) string {
	for _, pattern := range f.manifest.Redis.Lock {
		return strings.ReplaceAll(pattern, system.TheUser, user)
	}
	return ""
}

// consumers tells whose consumers are whose, by the links that they subscribed on.
func (f *foreign) consumers(ctx context.Context) (map[string]string, error) {
	all, err := f.run.links.tap.Links(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking the links for the consumers that they saw: %w", err)
	}
	of := map[string]string{}
	for _, l := range all {
		for _, name := range l.Consumers {
			of[name] = strings.TrimSuffix(l.Name, "-"+string(fault.ToBroker))
		}
	}
	return of, nil
}

// waitReady waits until the container's output says that it is ready, where the
// manifest says what that is.
func (f *foreign) waitReady(ctx context.Context, w *worker) error {
	line, err := regexp.Compile(f.manifest.Ready.Log)
	if err != nil || f.manifest.Ready.Log == "" {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, f.manifest.Ready.Within)
	defer cancel()
	for {
		out, err := w.LastLines(ctx, readyLines)
		if err == nil && line.MatchString(out) {
			return nil
		}
		if err := f.run.fleet.aliveOrWhy(ctx, w.name); err != nil && ctx.Err() == nil {
			if _, saw := f.asLinksSaw(ctx, err); saw != nil {
				return saw
			}
			return err
		}
		if !sleep(ctx, 200*time.Millisecond) {
			return fmt.Errorf("%s of %s was not ready within %s: no line of its output matches %q (ready: log in the manifest; its whole output is in the run folder): %w", w.name, f.manifest.Name, f.manifest.Ready.Within, f.manifest.Ready.Log, w.LastOutput())
		}
	}
}

// once is what is wrong with one of the containers, if it is with several: they
// are of one image, and most often one reason is all.
func (f *foreign) once(errs []error) []error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) < 2 {
		return errs
	}
	return []error{fmt.Errorf("%d containers did not come up, one of them because: %w", len(errs), errs[0])}
}

// readyLines are how many of the last lines are looked through.
const readyLines = 2000

// whyNotThere adds to what is missing of a system what is known of the reason.
func (f *foreign) whyNotThere(ctx context.Context, missing error) error {
	t := f.run.topic
	if err := f.checkPulsar(ctx); err != nil {
		return fmt.Errorf("%w: %w", missing, err)
	}
	frames, err := f.asLinksSaw(ctx, missing)
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: it speaks with Pulsar (%d frames) and does not subscribe to %s by the name %q: does it take them from where the manifest puts {{.topic}} and {{.subscription}}?", missing, frames, t.name, t.subscription)
}

// asLinksSaw adds to what is wrong with a system that its links saw no Pulsar's
// frames of it, and what that may come of; no error: they saw so many.
func (f *foreign) asLinksSaw(ctx context.Context, wrong error) (frames uint64, err error) {
	all, err := f.run.links.tap.Links(ctx)
	if err != nil {
		return 0, errors.Join(wrong, err)
	}
	var unread uint64
	for _, l := range all {
		if l.Protocol == "pulsar" {
			frames, unread = frames+l.Frames, unread+l.Undecoded
		}
	}
	switch {
	case unread > 0:
		return frames, fmt.Errorf("%w: what passes its links cannot be read (%d connections): does it speak TLS? give it the address as it is, without", wrong, unread)
	case frames == 0:
		return frames, fmt.Errorf("%w: nothing came over its links to Pulsar: does it take its address from where the manifest puts {{.pulsar}}?", wrong)
	}
	return frames, nil
}

// checkPulsar makes sure that the broker has no consumer that came to it around a
// link: of what such a one is given, nobody would have seen anything. A cluster
// that was there already may see all of this machine come from one address, so
// there it is told by its name alone.
func (f *foreign) checkPulsar(ctx context.Context) error {
	r := f.run
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	consumers, err := r.topic.everyone(ctx)
	for err != nil { // a fault may have the broker in its hands
		if !sleep(ctx, 100*time.Millisecond) {
			return err
		}
		consumers, err = r.topic.everyone(ctx)
	}
	known, err := f.consumers(ctx) // asked after the broker: what subscribed meanwhile is no stranger
	if err != nil {
		return err
	}
	for _, c := range consumers {
		switch _, passed := known[c.Name]; {
		case r.topic.isOurs(c.Name) || c.Name == "":
		case !passed:
			return fmt.Errorf("a consumer %q is connected from %s, and subscribed by no link: %w", c.Name, hostOf(c.Address), errAround)
		case r.env.existing == nil && hostOf(c.Address) != r.links.server.IP():
			return fmt.Errorf("a consumer %q is connected from %s, and the links are at %s: %w", c.Name, hostOf(c.Address), r.links.server.IP(), errAround)
		}
	}
	return nil
}

// errAround is of a system that was seen to do so.
var errAround = errors.New("the system goes around its links; give it {{.pulsar}} as the only address of Pulsar, and no listener or proxy of its own")

// endLimit is how long a system may take to end when it is asked to, as long as
// engines and Kubernetes' kubelets are used to wait at the least.
const endLimit = 10 * time.Second

// stopOne ends a container of the system. How it ends is its own affair, and on
// record.
func (f *foreign) stopOne(ctx context.Context, w *worker) error {
	ctx, cancel := context.WithTimeout(ctx, endLimit+killLimit)
	defer cancel()
	st, err := w.State(ctx)
	if err != nil {
		return err
	}
	if !st.Running {
		err := f.run.fleet.died(w.name, 0, history.Now(), st.ExitCode)
		return errors.Join(err, f.note(w, map[string]string{
			system.DetailEnded:     fmt.Sprintf("it ended by itself with exit code %d: %v", st.ExitCode, w.LastOutput()),
			history.DetailExitCode: strconv.Itoa(st.ExitCode), system.DetailLog: logFile(w.file()),
		}))
	}
	if st.Paused {
		if err := w.Unpause(ctx); err != nil {
			return err
		}
	}
	around := f.checkRedis(ctx, w)
	from := history.Now()
	code, killed, err := askToStop(ctx, w, endLimit)
	if err != nil {
		return errors.Join(around, fmt.Errorf("stopping %s: %w", w.name, err))
	}
	if killed != 0 {
		from = killed
		err = f.note(w, map[string]string{system.DetailEnded: fmt.Sprintf("it did not end within %s of SIGTERM, and was killed", endLimit)})
	}
	return errors.Join(around, err, f.run.fleet.died(w.name, from, history.Now(), code))
}

// checkRedis makes sure that a container reaches no Redis of ours around its link,
// neither its own nor what other runs share: of what it does there, nobody would
// have seen anything.
func (f *foreign) checkRedis(ctx context.Context, w *worker) error {
	ip, err := w.IP(ctx)
	if err != nil {
		return err
	}
	for _, server := range append(slices.Clone(f.stores), f.run.env.state) {
		clients, err := server.Client().ClientList(ctx).Result()
		if err != nil {
			return fmt.Errorf("asking %s for its clients: %w", server.Name, err)
		}
		if connectedFrom(clients, ip) {
			return fmt.Errorf("%s reached Redis (%s) around its link: give it {{.redis}} as its only address of Redis", w.name, server.Name)
		}
	}
	return nil
}

// connectedFrom reports whether Redis' list of its clients has one of an address.
func connectedFrom(clients, ip string) bool { return strings.Contains(clients, " addr="+ip+":") }

// note puts something that is worth knowing of a worker on record.
func (f *foreign) note(w *worker, what map[string]string) error {
	return f.run.recorder.record(history.Event{Kind: history.KindNote, Worker: w.name, Detail: what})
}
