// Package fault breaks things on purpose, at the worst moment, and proves it.
//
// A fault goes through arm, inject, observe the evidence, heal, observe the
// recovery. It is written into the history as an interval (fault_begin,
// fault_end) with its evidence: what observers other than the injecting code
// saw. The checker counts a fault as bitten only if all of its evidence was
// seen, and says "vacuous" where a verdict would rest on one that was not.
//
// Faults act on the small interfaces declared in this file, so that they can
// be aimed at anyone's orchestrator. To add a fault is to add a file with a
// type that implements [Fault].
package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"turnstile/checker/history"
)

// Fault is one way to break a running scenario.
type Fault interface {
	// Kind is the fault's name in histories and reports, like "freeze".
	Kind() string
	// Needs is what the fault asks of its scenario's environment.
	Needs() Needs
	// Check refuses settings that make no sense, or would never heal.
	Check() error
	// Inject carries the fault through its whole life and returns when it is
	// healed. It returns an error when the fault could not be aimed or healed;
	// a fault that was injected and did not bite is no error, but evidence
	// not seen.
	Inject(ctx context.Context, s *Scene) error
}

// State is what the engine says of a process's container.
type State struct {
	Running  bool
	Paused   bool
	ExitCode int
}

// Process is something that can be killed, asked to stop, and frozen.
type Process interface {
	Kill(ctx context.Context) error
	Stop(ctx context.Context) error // asks, and does not wait
	Pause(ctx context.Context) error
	Unpause(ctx context.Context) error
	State(ctx context.Context) (State, error)
}

// Broker is the message broker, and its own view of the subscription.
type Broker interface {
	Process
	// Healthy asks this broker for its own health check.
	Healthy(ctx context.Context) error
	// Connections are the consumers that the broker has at present.
	Connections(ctx context.Context) (Connections, error)
}

// Locks is the lock server's side of the users' locks.
type Locks interface {
	// Owner returns the token that holds the user's lock, or "".
	Owner(ctx context.Context, user string) (string, error)
	// Lock is all that the server knows of the user's lock.
	Lock(ctx context.Context, user string) (LockState, error)
	Delete(ctx context.Context, user string) error
}

// Send is a text that reached the downstream.
type Send struct {
	User, Worker, Attempt, Event string
}

// Downstream receives the orchestrator's sends and can withhold an answer:
// while it does, the sender is certainly inside its user's critical section.
type Downstream interface {
	// Arm makes the next worker that comes by the point for the user wait there,
	// and returns the hold's id. At [PointSend] the answer to the send is
	// withheld.
	Arm(ctx context.Context, user string, at Point) (string, error)
	// ArmWorker is Arm for one worker alone.
	ArmWorker(ctx context.Context, user, worker string, at Point) (string, error)
	// Held waits up to the given time for the hold to have caught someone.
	Held(ctx context.Context, id string, wait time.Duration) (s Send, caught bool, err error)
	Release(ctx context.Context, id string) error
	// Sends returns the user's sends (everyone's if empty) after a sequence
	// number, waiting up to the given time for the first; last is the newest
	// sequence number known.
	Sends(ctx context.Context, user string, after uint64, wait time.Duration) (sends []Send, last uint64, err error)
}

// Scene is the running scenario as a fault sees it.
type Scene struct {
	// Users are the aimed users: each of their events leads to a send, and
	// their next event is always waiting.
	Users []string
	// Mode is how the workers are coordinated.
	Mode       Mode
	Worker     func(name string) (Process, error)
	Workers    func() []string // names of those that were started and are not known to be dead
	Rand       *rand.Rand      // drawn from the run's seed; used by one fault at a time
	Broker     Broker
	Locks      Locks      // nil where the mode has none
	LockServer LockServer // nil where the run has none to itself
	Links      Links      // nil where the workers reach their servers without
	Downstream Downstream
	// Replace starts a fresh worker in the place of a dead one, or one more.
	Replace func(ctx context.Context, dead string) error
	// Return starts a fresh worker under the name of a dead one: its next life.
	Return func(ctx context.Context, dead string) error
	// Died tells the harness that a worker's death was confirmed: the signal
	// was sent after from and the engine reported the end before to.
	Died   func(worker string, from, to int64, exitCode int) error
	Record func(history.Event) error

	// Unaimed makes faults strike a worker that is drawn, whatever it is doing:
	// the measure of what aiming is worth.
	Unaimed bool

	// NoteMisses makes a schedule go on after a step that missed, which is then
	// on record as a fault that did not bite; otherwise it is an error.
	NoteMisses bool
	// The parts that faults of consumers and operations act on.
	Topic     Topic
	Publisher Publisher
	Answers   Answers
	// StartBroker starts the broker after it has ended, and waits until it is
	// healthy. One that runs is left alone.
	StartBroker func(ctx context.Context) error
	// Start starts one more worker under a name of its own.
	Start func(ctx context.Context, name string) error
	// Cluster is the servers of a run on a cluster; nil: a standalone broker.
	Cluster Cluster
	// Hoard starts one more consumer on the subscription, under a name of its
	// own, that receives and never acknowledges. It hangs once it has received
	// most messages; 0: never.
	Hoard func(ctx context.Context, name string, most int) (Holder, error)

	counter *counter
	serving serving // on a cluster, what Broker serves (see served)
}

// counter numbers injections, and knows which workers faults have to themselves
// (see [Scene.claim]); the scenes of a schedule's steps share it.
type counter struct {
	mu      sync.Mutex
	n       int
	claimed map[string]bool
}

// share is the scene as the i-th step of a schedule sees it: its aimed users
// begin at the i-th, and its random numbers are its own.
func (s *Scene) share(i int) *Scene {
	s.init()
	t := *s
	if n := len(s.Users); n > 0 {
		i := i % n
		t.Users = slices.Concat(s.Users[i:], s.Users[:i])
	}
	if s.Rand != nil {
		s.counter.mu.Lock()
		t.Rand = rand.New(rand.NewPCG(s.Rand.Uint64(), uint64(i)))
		s.counter.mu.Unlock()
	}
	return &t
}

func (s *Scene) init() {
	if s.counter == nil {
		s.counter = &counter{}
	}
}

// Limits on waiting for what a fault should bring about. They are far beyond
// what was seen on a busy machine: reaching one means that the fault missed.
const (
	// A worker that is kept at a point while others are waited for is kept for
	// less than a lock's lifetime and than users may stand still.
	aimPatience = 2500 * time.Millisecond
	aimPause    = time.Second
	aimLimit    = 30 * time.Second
	engineLimit = 15 * time.Second
	brokerLimit = 20 * time.Second
	// A consumer of the Go client (v0.19) that is closed while its broker owes it
	// answers to acknowledgements waits for each of them in turn, 10 s, before it
	// comes back; a worker has as many under way as lanes.
	reconnectLimit = 60 * time.Second
	takeoverLimit  = 25 * time.Second
	leaveLimit     = 100 * time.Second   // a worker that cannot reach its broker gives up after 80 s
	answerLimit    = 60 * time.Second    // a broker that is restarted was seen to take 15 s
	claimLimit     = longest + healLimit // as long as another fault may have a worker
	healLimit      = 60 * time.Second    // a machine short of everything was seen to answer nobody for half a minute
	pollEvery      = 50 * time.Millisecond
)

// injection is one fault on its way from begin to end.
type injection struct {
	scene    *Scene
	id       string
	number   int // of the scene's injections
	evidence []history.Evidence
	detail   map[string]string
}

// begin records that the fault is about to be injected, at the first flight's
// worker and user. The stamp is taken before the injection.
func (s *Scene) begin(ctx context.Context, kind string, flights []*flight) (*injection, error) {
	return s.beginWith(ctx, kind, flights, nil)
}

// beginHalting is begin for a fault that stops everybody by its nature. It says
// why, so that nobody is expected to get on with anything until its end.
func (s *Scene) beginHalting(ctx context.Context, kind string, flights []*flight, why string) (*injection, error) {
	return s.beginWith(ctx, kind, flights, map[string]string{history.DetailHalts: why})
}

func (s *Scene) beginWith(ctx context.Context, kind string, flights []*flight, detail map[string]string) (*injection, error) {
	for _, f := range flights {
		_, last, err := s.Downstream.Sends(ctx, "", 0, 0)
		if err != nil {
			return nil, fmt.Errorf("asking the downstream for its sends: %w", err)
		}
		f.after = last
	}
	i := s.injection(kind)
	at := flights[0]
	e := history.Event{Kind: history.KindFaultBegin, Fault: i.id, Worker: at.Worker, Detail: map[string]string{}}
	maps.Copy(e.Detail, detail)
	switch {
	case at.hold == "":
		e.Detail["aim"] = "none"
	case at.point.InSection():
		e.User, e.Attempt, e.Event = at.User, at.Attempt, at.Event
		fallthrough
	default:
		// Outside of the section the worker is not inside, and is not said to be.
		e.Detail["aim"] = fmt.Sprintf("%s at the point %s for %s (event %s)", at.Worker, at.point, at.User, at.Event)
	}
	return i, s.Record(e)
}

// beginAt records that a fault is about to be injected that is aimed at no
// worker; aim says at what.
func (s *Scene) beginAt(kind, aim string) (*injection, error) {
	i := s.injection(kind)
	return i, s.Record(history.Event{Kind: history.KindFaultBegin, Fault: i.id, Detail: map[string]string{"aim": aim}})
}

// injection is the scene's next one.
func (s *Scene) injection(kind string) *injection {
	s.init()
	s.counter.mu.Lock()
	defer s.counter.mu.Unlock()
	s.counter.n++
	return &injection{scene: s, id: fmt.Sprintf("%s-%d", kind, s.counter.n), number: s.counter.n, detail: map[string]string{}}
}

// KindOf is the kind of an injected fault by its id: "freeze" of "freeze-1".
func KindOf(id string) string {
	kind := strings.TrimRight(id, "0123456789")
	if len(kind) < len(id) && len(kind) > 1 && strings.HasSuffix(kind, "-") {
		return kind[:len(kind)-1]
	}
	return id
}

// await polls for one piece of evidence until it is seen or the limit is over.
func (i *injection) await(ctx context.Context, name, observer string, limit time.Duration, look looker) {
	i.evidence = append(i.evidence, watch(ctx, name, observer, limit, look))
}

// looker looks for a piece of evidence once, and says what it saw.
type looker func(context.Context) (detail string, seen bool, err error)

// watch is await, and leaves it to the caller what becomes of the evidence.
func watch(ctx context.Context, name, observer string, limit time.Duration, look looker) history.Evidence {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ev := history.Evidence{Name: name, Observer: observer}
	for {
		detail, seen, err := look(ctx)
		if err != nil {
			detail = err.Error()
		}
		if detail != "" && (seen || ctx.Err() == nil) {
			ev.Detail = detail
		}
		if seen && err == nil {
			ev.Seen, ev.T = true, history.Now()
			break
		}
		if !sleep(ctx, pollEvery) {
			ev.T = history.Now()
			ev.Detail = fmt.Sprintf("not within %s; last: %s", limit, ev.Detail)
			break
		}
	}
	return ev
}

// ask puts a question to the broker before a strike, until it has answered or
// the limit is over: another fault may have it in its hands, and what it says is
// then still to be had.
func ask[T any](ctx context.Context, question func(context.Context) (T, error)) (answer T, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	for {
		last := err
		if answer, err = question(ctx); err == nil {
			return answer, nil
		}
		if ctx.Err() != nil && last != nil {
			return answer, fmt.Errorf("for %s: %w", answerLimit, last) // not of the context, which ends whatever is asked
		}
		if !sleep(ctx, pollEvery) {
			return answer, fmt.Errorf("for %s: %w", answerLimit, err)
		}
	}
}

// seen notes evidence that was looked for and found.
func (i *injection) seen(name, observer, what string) {
	i.evidence = append(i.evidence, history.Evidence{Name: name, Observer: observer, T: stamp(), Seen: true, Detail: what})
}

// unseen notes evidence that was looked for and not seen.
func (i *injection) unseen(name, observer, why string) {
	i.evidence = append(i.evidence, history.Evidence{Name: name, Observer: observer, T: stamp(), Detail: why})
}

// end records the fault's end. An error for which it was not carried through
// says that it did not bite, whatever was seen of it before; one of healing is
// on record as such. It returns both.
func (i *injection) end(err, healErr error) error {
	if err != nil {
		i.unseen("the fault was carried through", "harness", err.Error())
	}
	e := history.Event{
		Kind: history.KindFaultEnd, Fault: i.id, Outcome: history.OutcomeHealed,
		Evidence: i.evidence, Detail: i.detail,
	}
	if healErr != nil {
		e.Outcome = history.OutcomeHealFailed
		i.detail["heal"] = healErr.Error()
		healErr = fmt.Errorf("healing the fault %s: %w", i.id, healErr)
	}
	return errors.Join(err, healErr, i.scene.Record(e))
}

// sleep waits, and reports false when the context ended first.
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

// healing is a context for putting things right, which must be tried even when
// the scenario's own time is over.
func healing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), healLimit)
}
