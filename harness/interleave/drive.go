package interleave

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator"
)

// Bounds are within what all merges are driven.
type Bounds struct {
	Tries  int `json:"tries"`  // of a delivery, whose steps are merged with the other's: what comes after them goes alone
	Faults int `json:"faults"` // in one merge, at most
}

// longest is how many steps a merge may have. One that has more is not executed.
const longest = 400

// moves are what may go next, in an order that is always the same. None: nobody
// has anything to do. tail reports that what is left goes alone: there is nothing
// to choose.
func (m *merge) moves(b Bounds) (all []move, tail bool, err error) {
	locks, err := m.locked()
	if err != nil {
		return nil, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var beyond []move
	for _, w := range m.workers {
		for _, c := range w.waiting {
			goes := move{Choice{w.name, Goes, c.op.Name}, c.op}
			switch {
			case w.dead:
			case w.keptOut(c, locks):
			case c.op.Enters && w.entered >= b.Tries:
				beyond = append(beyond, goes)
			default:
				all = append(all, goes)
				all = append(all, m.faultsAt(b, w, c)...)
			}
		}
	}
	if m.onItsWay != nil {
		all = append(all, move{Choice{late, Goes, m.onItsWay.op.Name}, m.onItsWay.op})
	}
	if len(all) == 0 && len(beyond) > 0 {
		return beyond[:1], true, nil
	}
	return append(all, m.lockMoves(b, locks, len(all) == 0)...), false, nil
}

// keptOut reports whether the worker's step is to ask for a lock again that it was
// refused, and that is still the same one's. It would be refused again, and
// nothing else would come of it: such a step is no choice.
func (w *worker) keptOut(c *call, locks []held) bool {
	return c.op.Name == w.asking && slices.Contains(locks, w.lacks)
}

// faultsAt are the faults that may strike a worker at its step.
func (m *merge) faultsAt(b Bounds, w *worker, c *call) (all []move) {
	if m.faults >= b.Faults {
		return nil
	}
	kinds := []What{DiesBefore, DiesAfter}
	if c.op.Via != "" {
		kinds = append(kinds, TimesOutLost, TimesOutDone)
		if c.carry.late != nil {
			kinds = append(kinds, TimesOutLate)
		}
	}
	for _, k := range kinds {
		all = append(all, move{Choice{w.name, k, c.op.Name}, c.op})
	}
	return all
}

// lockMoves are what the locks' server may do by itself: a lifetime runs out; all
// is forgotten. That of a worker that is dead, or that nobody knows of, runs out
// in any case when nobody else can go on.
func (m *merge) lockMoves(b Bounds, locks []held, stuck bool) (all []move) {
	over := Op{Name: "the lock's lifetime is over", Writes: []string{"lock"}}
	forgot := Op{Name: "the locks' server forgets", Writes: []string{"lock", "epoch"}}
	for _, l := range locks {
		owner := m.worker(m.owners[l.value])
		waited := slices.ContainsFunc(m.workers, func(w *worker) bool { return w.lacks == l && !w.dead && len(w.waiting) > 0 })
		switch {
		case owner == nil || owner.dead:
			if stuck && waited {
				return []move{{Choice{lock, lifetimeOfADead, over.Name}, over}}
			}
		case m.faults < b.Faults && len(all) == 0:
			all = []move{{Choice{lock, LockRunsOut, over.Name}, over}, {Choice{lock, LocksAreForgot, forgot.Name}, forgot}}
		}
	}
	return all
}

// take lets a move go and waits until everybody waits again.
func (m *merge) take(v move) error {
	m.made++
	if v.What.fault() {
		m.faults++
	}
	switch v.Who {
	case lock:
		if err := m.forget(v.What); err != nil {
			return err
		}
	case late:
		m.onItsWay.carry.late()
		m.onItsWay = nil
	default:
		m.let(m.worker(v.Who), v)
	}
	return m.settled()
}

// let gives a worker's step its turn.
func (m *merge) let(w *worker, v move) {
	if v.What == DiesBefore || v.What == DiesAfter {
		m.kill(w)
	}
	m.change(func() {
		i := slices.IndexFunc(w.waiting, func(c *call) bool { return c.op.Name == v.Step })
		c := w.waiting[i]
		w.waiting = slices.Delete(w.waiting, i, i+1)
		if v.What == TimesOutLate {
			m.onItsWay = c
		}
		w.carrying++
		w.last = v.Step
		c.goes <- v.What
	})
}

// kill ends what a worker records: the harness tells of its death.
func (m *merge) kill(w *worker) {
	from := history.Now()
	m.change(func() {
		w.dead = true
		if w.busy > 0 && !m.acked[w.has] {
			m.lost = append(m.lost, w.has)
		}
	})
	m.tell(history.Event{Kind: history.KindWorkerDead, Worker: w.name, From: from, Detail: map[string]string{history.DetailExitCode: history.ExitCodeOfKill}})
}

// forget takes locks from the server. A lifetime really runs out: it is shortened
// to a millisecond, and waited for until the server has the key no more. To
// whoever asks it is the same as one that was as short from the beginning: the
// server answers by whether the key is there, and says nothing of why it is not.
func (m *merge) forget(what What) error {
	ctx := context.Background()
	keys := slices.Sorted(maps.Keys(m.locks))
	if what == LocksAreForgot {
		return m.x.client.Del(ctx, append(keys, m.prefix+"epoch:"+m.user)...).Err()
	}
	for _, key := range keys {
		if err := m.x.client.PExpire(ctx, key, time.Millisecond).Err(); err != nil {
			return err
		}
		for until := time.Now().Add(stuck); m.x.client.Exists(ctx, key).Val() != 0; {
			if time.Now().After(until) {
				return fmt.Errorf("the lock %s does not run out", key)
			}
			time.Sleep(100 * time.Microsecond)
		}
	}
	return nil
}

// redeliver gives what a killed worker had to one that lives, when everything
// else is over. It reports whether there was any.
func (m *merge) redeliver() (bool, error) {
	var d *orchestrator.Delivery
	m.change(func() {
		if len(m.lost) > 0 {
			d, m.lost = m.lost[0], m.lost[1:]
		}
	})
	if d == nil {
		return false, nil
	}
	i := slices.IndexFunc(m.workers, func(w *worker) bool { return !w.dead })
	if i < 0 {
		w, err := m.start(fmt.Sprintf("w%d", len(m.workers)+1))
		if err != nil {
			return false, err
		}
		m.change(func() { m.workers = append(m.workers, w) })
		i = len(m.workers) - 1
	}
	w := m.workers[i]
	m.change(func() { w.entered = 0 })
	m.deliver(w, d.Event, d.Redelivery+1)
	return true, m.settled()
}

// end stops everybody.
func (m *merge) end() error {
	select {
	case <-m.over:
		return nil
	default:
	}
	m.change(func() { close(m.over) })
	for _, w := range m.workers {
		w.stop()
	}
	var first error
	for _, w := range m.workers {
		if err := <-w.ended; err != nil && first == nil && !w.dead {
			first = fmt.Errorf("stopping %s: %w", w.name, err)
		}
	}
	return first
}
