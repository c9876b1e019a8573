package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"turnstile/checker/history"
)

// world is a scene in memory whose every call can be made to go wrong, and
// which remembers what was done to it and not undone. Otherwise it shows faults
// the evidence that they look for.
type world struct {
	mu    sync.Mutex
	calls []string
	// at is the number of the call that goes wrong; 0: none does. How says how,
	// and heals whether calls that put things right work.
	at    int
	how   trouble
	heals bool
	stop  context.CancelFunc // of the scenario's own time

	broken map[string]string // by the thing's name: what is wrong with it
	alive  []string          // workers
	asked  map[string]bool   // to stop, and have
	looks  int
	skips  int
	lost   bool // the locks are gone
	began  int  // injections on record
	named  int  // newcomers and holds: what comes at the same time has names of its own
}

// trouble is what becomes of a call that goes wrong.
type trouble string

const (
	refused  trouble = "it fails and nothing is done"
	done     trouble = "it fails and all is done"
	tooLate  trouble = "the scenario's time ends before it"
	midway   trouble = "the scenario's time ends while it is done"
	unharmed trouble = "nothing goes wrong"
)

func newWorld(stop context.CancelFunc) *world {
	return &world{stop: stop, heals: true, broken: map[string]string{}, asked: map[string]bool{}, alive: []string{"w1", "w2", "w3", "w4"}}
}

// do is a call: of a name that says what is done to what, and what it does.
func (w *world) do(ctx context.Context, name string, deed func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, name)
	wrong := len(w.calls) == w.at
	if wrong && w.how == tooLate {
		w.stop()
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if wrong && w.how == refused {
		return fmt.Errorf("%s: refused", name)
	}
	if deed != nil {
		deed()
	}
	if wrong && w.how == midway {
		w.stop()
	}
	if wrong && w.how == done {
		return fmt.Errorf("%s: the answer was lost", name)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// next is a number that nothing in this world has yet.
func (w *world) next() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.named++
	return w.named
}

// heal is a call that puts a thing right.
func (w *world) heal(ctx context.Context, name, thing string, deed func()) error {
	if !w.heals {
		if err := w.do(ctx, name, nil); err != nil {
			return err
		}
		return fmt.Errorf("%s: it does not heal", name)
	}
	return w.do(ctx, name, func() {
		delete(w.broken, thing)
		if deed != nil {
			deed()
		}
	})
}

func (w *world) breaks(thing, how string) func() { return func() { w.broken[thing] = how } }

// left are the things that are still broken.
func (w *world) left() (things []string) {
	for thing, how := range w.broken {
		things = append(things, thing+": "+how)
	}
	slices.Sort(things)
	return things
}

func (w *world) scene() *Scene {
	return &Scene{
		Users: []string{"u1", "u2", "u3"}, Rand: rand.New(rand.NewPCG(1, 1)),
		Workers: worldWorkers{w},
		Broker:  worldBroker{worldProcess{w, "broker"}}, Topic: worldTopic{w}, Publisher: worldTopic{w},
		Downstream: worldDownstream{w}, Answers: worldAnswers{w}, Locks: worldLocks{w}, Links: worldLinks{w}, Frames: worldFrames{w},
		LockServer: worldLockServer{worldProcess{w, "lock server"}, worldLocks{w}},
		Record: func(e history.Event) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			if e.Kind == history.KindFaultBegin {
				w.began++
			}
			return nil
		},
	}
}

type worldWorkers struct{ w *world }

func (k worldWorkers) Names() []string {
	k.w.mu.Lock()
	defer k.w.mu.Unlock()
	return slices.Clone(k.w.alive)
}
func (k worldWorkers) Process(name string) (Process, error) { return worldProcess{k.w, name}, nil }
func (k worldWorkers) Replace(ctx context.Context, _ string) error {
	return k.Start(ctx, fmt.Sprintf("w%d", k.w.next()+100))
}
func (k worldWorkers) Start(ctx context.Context, name string) error {
	return k.w.do(ctx, "start "+name, func() { k.w.alive = append(k.w.alive, name) })
}
func (k worldWorkers) Return(ctx context.Context, name string) error { return k.Start(ctx, name) }
func (k worldWorkers) Died(worker string, _, _ int64, _ int) error {
	k.w.mu.Lock()
	defer k.w.mu.Unlock()
	k.w.alive = slices.DeleteFunc(k.w.alive, func(n string) bool { return n == worker })
	return nil
}

type worldProcess struct {
	w    *world
	name string
}

func (p worldProcess) Kill(ctx context.Context) error {
	return p.w.do(ctx, "kill "+p.name, p.ends)
}
func (p worldProcess) Stop(ctx context.Context) error {
	return p.w.do(ctx, "stop "+p.name, func() { p.ends(); p.w.asked[p.name] = true })
}

// ends: of a worker it is for the harness to know; a server must be started again.
func (p worldProcess) ends() {
	p.w.lost = true
	if strings.HasPrefix(p.name, "w") {
		p.w.alive = slices.DeleteFunc(p.w.alive, func(n string) bool { return n == p.name })
		return
	}
	p.w.broken[p.name] = "down"
}
func (p worldProcess) Pause(ctx context.Context) error {
	return p.w.do(ctx, "pause "+p.name, p.w.breaks(p.name, "paused"))
}
func (p worldProcess) Unpause(ctx context.Context) error {
	return p.w.heal(ctx, "unpause "+p.name, p.name, func() { p.w.lost = true })
}
func (p worldProcess) Start(ctx context.Context) error {
	return p.w.heal(ctx, "start "+p.name, p.name, nil)
}
func (p worldProcess) State(ctx context.Context) (State, error) {
	s := State{Running: true}
	err := p.w.do(ctx, "state of "+p.name, func() {
		s.Paused = p.w.broken[p.name] == "paused"
		if p.w.broken[p.name] == "down" || strings.HasPrefix(p.name, "w") && !slices.Contains(p.w.alive, p.name) {
			s = State{ExitCode: 137}
			if p.w.asked[p.name] {
				s.ExitCode = 0
			}
		}
	})
	return s, err
}

type worldBroker struct{ worldProcess }

func (b worldBroker) Healthy(ctx context.Context) error {
	broken := false
	err := b.w.do(ctx, "health of the broker", func() { broken = b.w.broken["broker"] != "" })
	if err == nil && broken {
		err = fmt.Errorf("no answer")
	}
	return err
}

// Connections are new ones at each look; a worker that is frozen or cut off has none.
func (b worldBroker) Connections(ctx context.Context) (Connections, error) {
	all := Connections{}
	return all, b.w.do(ctx, "connections", func() {
		b.w.looks++
		for _, name := range b.w.alive {
			if b.w.broken[name] == "" && b.w.broken[name+"'s link to the broker"] == "" {
				all[name] = map[string]string{thePart: fmt.Sprint("c", b.w.looks)}
			}
		}
	})
}

type worldDownstream struct{ w *world }

func (d worldDownstream) Arm(ctx context.Context, user string, at Point) (string, error) {
	return d.ArmWorker(ctx, user, "", at)
}
func (d worldDownstream) ArmWorker(ctx context.Context, user, _ string, _ Point) (string, error) {
	id := fmt.Sprintf("%s#%d", user, d.w.next())
	return id, d.w.do(ctx, "arm "+user, d.w.breaks("hold "+id, "armed"))
}
func (d worldDownstream) Held(ctx context.Context, id string, _ time.Duration) (Send, bool, error) {
	user, _, _ := strings.Cut(id, "#")
	s := Send{User: user, Worker: "w" + user[1:], Attempt: "a", Event: id}
	err := d.w.do(ctx, "held "+id, func() {
		if len(d.w.alive) > 0 && !slices.Contains(d.w.alive, s.Worker) {
			s.Worker = d.w.alive[0]
		}
	})
	return s, true, err
}
func (d worldDownstream) Release(ctx context.Context, id string) error {
	return d.w.heal(ctx, "release "+id, "hold "+id, nil)
}
func (d worldDownstream) Sends(ctx context.Context, user string, _ uint64, _ time.Duration) (s []Send, last uint64, err error) {
	err = d.w.do(ctx, "sends", func() {
		for _, by := range []string{"w9", "w1", "w2"} {
			s = append(s, Send{User: user, Worker: by, Event: user + "-refused"})
		}
	})
	return s, 1, err
}

// worldLocks are held until something has happened to them, and then by another.
type worldLocks struct{ w *world }

func (l worldLocks) Owner(ctx context.Context, user string) (token string, err error) {
	err = l.w.do(ctx, "owner of "+user, func() {
		token = "mine"
		if l.w.lost {
			token = "other"
		}
		l.w.lost = true // it runs out soon
	})
	return token, err
}
func (l worldLocks) Lock(ctx context.Context, user string) (LockState, error) {
	token, err := l.Owner(ctx, user)
	return LockState{Token: token, Left: time.Second}, err
}
func (l worldLocks) Delete(ctx context.Context, user string) error {
	return l.w.do(ctx, "delete the lock of "+user, func() { l.w.lost = true })
}

type worldLockServer struct {
	worldProcess
	worldLocks
}

func (l worldLockServer) Account(ctx context.Context) (a Account, err error) {
	broken := false
	err = l.worldProcess.w.do(ctx, "account", func() {
		w := l.worldProcess.w
		w.looks++
		a = Account{RunID: fmt.Sprint(w.looks), Role: "master", Evicted: int64(w.looks), Flushes: int64(w.looks)}
		broken = w.broken["lock server"] != ""
	})
	if err == nil && broken {
		err = fmt.Errorf("no answer")
	}
	return a, err
}
func (l worldLockServer) Flush(ctx context.Context) error {
	return l.worldProcess.w.do(ctx, "flush", func() { l.worldProcess.w.lost = true })
}
func (l worldLockServer) LimitMemory(ctx context.Context, _ string) error {
	return l.worldProcess.w.do(ctx, "limit the memory", l.worldProcess.w.breaks("memory", "limited"))
}
func (l worldLockServer) Fill(ctx context.Context) error {
	time.Sleep(pollEvery)
	return l.worldProcess.w.do(ctx, "fill", func() { l.worldProcess.w.lost = true })
}
func (l worldLockServer) LiftMemoryLimit(ctx context.Context) error {
	return l.worldProcess.w.heal(ctx, "give the memory back", "memory", nil)
}
func (l worldLockServer) Replica() LockReplica { return worldReplica{l.worldProcess.w} }

type worldReplica struct{ w *world }

func (r worldReplica) Account(ctx context.Context) (Account, error) {
	return Account{Role: "slave", Link: "down"}, r.w.do(ctx, "account of the replica", nil)
}
func (r worldReplica) Lock(ctx context.Context, _ string) (LockState, error) {
	return LockState{}, r.w.do(ctx, "lock at the replica", nil)
}
func (r worldReplica) Detach(ctx context.Context) error {
	return r.w.do(ctx, "detach the replica", r.w.breaks("replica", "detached"))
}
func (r worldReplica) Attach(ctx context.Context) error {
	return r.w.heal(ctx, "attach the replica", "replica", nil)
}

// Promote: from then on there is a lock server, and its old one is missing.
func (r worldReplica) Promote(ctx context.Context) error {
	return r.w.do(ctx, "promote the replica", func() {
		delete(r.w.broken, "lock server")
		r.w.broken["replica"] = "not rebuilt"
	})
}
func (r worldReplica) Rebuild(ctx context.Context) error {
	return r.w.heal(ctx, "rebuild the replica", "replica", nil)
}
