package interleave

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// errOver is what a step comes to that is asked for when its merge is over, or
// whose worker was killed.
var errOver = errors.New("the merge is over")

// stuck is how long nobody may take to come to its next step: beyond it a merge
// counts as not executed. Nothing is concluded from it.
const stuck = 30 * time.Second

// carry is how a step is carried out.
type carry struct {
	now  func() // may be nil
	late func() // on a way of its own; nil: it cannot come late
}

// call is a step that waits for its turn.
type call struct {
	op    Op
	carry carry
	goes  chan What
}

// turns lets one step of a merge go at a time.
type turns struct {
	mu   sync.Mutex
	open bool // nobody waits: what comes before the merge
	over chan struct{}

	changed chan struct{} // closed and replaced at each change
}

func newTurns() *turns {
	return &turns{open: true, over: make(chan struct{}), changed: make(chan struct{})}
}

// change changes what the turns guard and wakes who waits for it.
func (t *turns) change(by func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	by()
	close(t.changed)
	t.changed = make(chan struct{})
}

// await waits until so, which is asked under the lock.
func (t *turns) await(what string, so func() bool) error {
	limit := time.NewTimer(stuck)
	defer limit.Stop()
	for {
		t.mu.Lock()
		ok, changed := so(), t.changed
		t.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-limit.C:
			return fmt.Errorf("%s: nothing within %v", what, stuck)
		}
	}
}

// step has a worker's step wait for its turn and carries it out. An error says
// that its caller has no answer.
func (m *merge) step(w *worker, op Op, by carry) error {
	m.mu.Lock()
	if m.open {
		m.mu.Unlock()
		by.carryOut()
		return nil
	}
	c := &call{op: op, carry: by, goes: make(chan What, 1)}
	m.mu.Unlock()
	m.change(func() { w.waiting = append(w.waiting, c) })
	var what What
	select {
	case what = <-c.goes:
	case <-m.over:
		return errOver
	}
	switch what {
	case Goes, DiesAfter, TimesOutDone:
		by.carryOut()
	}
	m.change(func() { w.carrying-- })
	switch what {
	case DiesBefore, DiesAfter:
		<-m.over
		return errOver
	case TimesOutLost, TimesOutDone, TimesOutLate:
		return errTimeLimit
	}
	return nil
}

func (c carry) carryOut() {
	if c.now != nil {
		c.now()
	}
}
