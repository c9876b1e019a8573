package interleave

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/redis/go-redis/v9"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/journey"
)

// merge is one run of a pair: a user, keys and a gateway of its own.
type merge struct {
	x      *Explorer
	s      Subject
	pair   Pair
	user   string
	prefix string // of its keys
	*turns
	gateway *gatewayServer
	harness *history.Writer
	workers []*worker

	// Guarded by the turns.
	events    []history.Event // the harness's own
	broken    error           // a step could not be recorded
	acked     map[*orchestrator.Delivery]bool
	again     []redelivery // handed back
	lost      []*orchestrator.Delivery
	onItsWay  *call             // arrives late
	owners    map[string]string // of locks: by value, the worker's name
	locks     map[string]bool   // the keys of locks that were taken
	faults    int
	made      int // moves
	exclusion []Exclusion
}

// redelivery is a message that goes to a worker again.
type redelivery struct {
	to *worker
	d  *orchestrator.Delivery
}

// Exclusion is a step that the system did not let go: the lock was another's.
type Exclusion struct {
	Waits string // the worker that asked
	Holds string // the one whose name the server had on the lock
	At    int    // the place of the step, from 0
}

// open makes a merge ready: both workers consume, the user has the past of the
// pair, and each worker waits before the first step of its delivery.
func (x *Explorer) open(s Subject, p Pair) (m *merge, err error) {
	n := x.merges.Add(1)
	m = &merge{
		x: x, s: s, pair: p, turns: newTurns(),
		user: fmt.Sprintf("u%d", n), prefix: fmt.Sprintf("interleave:%s:%d:", x.id, n),
		acked: map[*orchestrator.Delivery]bool{}, owners: map[string]string{}, locks: map[string]bool{},
	}
	if m.harness, err = history.NewWriter(discard{}, history.SrcHarness); err != nil {
		return nil, err
	}
	if m.gateway, err = startGateway(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.abandon())
		}
	}()
	m.tell(history.Event{Kind: history.KindScenario, Scenario: &history.Setup{
		Name: "interleave " + p.Name, Mode: string(s.Mode), Guard: string(s.Guard), Fault: "none", Workers: p.workers(), Users: 1,
		Require: history.Require{Attempts: 1},
	}})
	before, each := p.events(m.user)
	m.publish(append(slices.Clone(before), onceEach(each)...))
	for i := range p.workers() {
		w, err := m.start(workerName(i))
		if err != nil {
			return m, err
		}
		m.workers = append(m.workers, w)
	}
	for _, e := range before {
		m.deliver(m.workers[0], e, 0)
		if err := m.settled(); err != nil {
			return m, err
		}
	}
	m.change(func() {
		m.open = false
		m.workers[0].entered = 0
	})
	for i, e := range each {
		m.deliver(m.workers[i], *e, int64(i)*int64(btoi(p.twice)))
	}
	return m, m.settled()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// workerName is that of a worker, counted from 0.
func workerName(i int) string { return fmt.Sprintf("w%d", i+1) }

// onceEach are the events that are published: one that is delivered twice once.
func onceEach(each []*journey.Event) (all []journey.Event) {
	for i, e := range each {
		if i == 0 || e != each[0] {
			all = append(all, *e)
		}
	}
	return all
}

// tell records what the harness knows.
func (m *merge) tell(e history.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, err := m.harness.Record(e)
	m.events, m.broken = append(m.events, e), errors.Join(m.broken, err)
}

func (m *merge) publish(events []journey.Event) {
	for i, e := range events {
		now := history.Now()
		m.tell(history.Event{Kind: history.KindPublish, User: e.User, Event: e.ID, Type: string(e.Type), At: e.At,
			ZoneMinutes: int64(e.TZMinutes), Ordinal: int64(i + 1), From: now, T: now, Outcome: history.OutcomeOK})
	}
}

// deliver gives a worker a message.
func (m *merge) deliver(w *worker, e journey.Event, redelivery int64) {
	d := &orchestrator.Delivery{Event: e, User: e.User, Redelivery: redelivery}
	m.change(func() {
		w.busy++
		w.has = d
	})
	w.deliveries <- d
}

// settled waits until everybody waits for a turn or has nothing to do, and then
// has what was handed back delivered again.
func (m *merge) settled() error {
	for {
		var again []redelivery
		err := m.await("waiting for the workers to come to their next steps", func() bool {
			if m.broken != nil {
				return true
			}
			for _, w := range m.workers {
				select {
				case err := <-w.ended:
					w.ended <- err
					m.broken = errors.Join(m.broken, fmt.Errorf("worker %s ended by itself: %w", w.name, err))
				default:
				}
				if w.carrying > 0 || !w.dead && w.busy > 0 && len(w.waiting) == 0 {
					return m.broken != nil
				}
			}
			again, m.again = m.again, nil
			return true
		})
		if err = errors.Join(err, m.broken); err != nil || len(again) == 0 {
			return err
		}
		for _, r := range again {
			if r.to.dead {
				m.lost = append(m.lost, r.d)
			} else {
				m.deliver(r.to, r.d.Event, r.d.Redelivery+1)
			}
		}
	}
}

// nobodyWaits is an error if a worker that lives has a step that it could not make:
// such a merge is not at its end.
func (m *merge) nobodyWaits() (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.workers {
		for _, c := range w.waiting {
			if !w.dead {
				err = errors.Join(err, fmt.Errorf("nothing can go on, and %s waits: %s", w.name, c.op.Name))
			}
		}
	}
	return err
}

// took notes that a worker has a lock.
func (m *merge) took(w *worker, key string) {
	value := m.x.client.Get(context.Background(), key).Val()
	m.change(func() { m.owners[value], m.locks[key] = w.name, true })
}

// keptOut notes that a worker was told that the lock is another's, if the
// server has another's name on it.
func (m *merge) keptOut(w *worker, key string) {
	value := m.x.client.Get(context.Background(), key).Val()
	if value == "" {
		return
	}
	m.change(func() {
		m.locks[key] = true
		w.lacks, w.asking = held{key, value}, w.last
		m.exclusion = append(m.exclusion, Exclusion{Waits: w.name, Holds: m.owners[value], At: m.made - 1})
	})
}

// held is a lock as the server has it.
type held struct{ key, value string }

// locked are the locks that the server has.
func (m *merge) locked() (all []held, err error) {
	for _, key := range slices.Sorted(maps.Keys(m.locks)) {
		value, err := m.x.client.Get(context.Background(), key).Result()
		switch {
		case errors.Is(err, redis.Nil):
		case err != nil:
			return nil, fmt.Errorf("asking whose the lock is: %w", err)
		default:
			all = append(all, held{key, value})
		}
	}
	return all, nil
}

// worker is the one of that name.
func (m *merge) worker(name string) *worker {
	if i := slices.IndexFunc(m.workers, func(w *worker) bool { return w.name == name }); i >= 0 {
		return m.workers[i]
	}
	return nil
}

// discard keeps nothing: the events are kept by whoever records them.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
