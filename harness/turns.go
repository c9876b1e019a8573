package harness

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// turns lets so many scenarios run at a time. Those that keep an environment
// from others go first: what waits for that environment is the longest chain of
// a session, and what shares one can fill the gaps.
type turns struct {
	mu      sync.Mutex
	free    int
	waiting [2][]chan struct{} // first those that go first; each in the order of coming
}

func newTurns(n int) *turns { return &turns{free: max(1, n)} }

// take waits for a turn. The function that it returns gives the turn back.
func (t *turns) take(ctx context.Context, first bool) (func(), error) {
	class := 1
	if first {
		class = 0
	}
	t.mu.Lock()
	if t.free > 0 { // then nobody waits
		t.free--
		t.mu.Unlock()
		return t.give, nil
	}
	mine := make(chan struct{})
	t.waiting[class] = append(t.waiting[class], mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return t.give, nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.waiting[class], mine); i >= 0 {
		t.waiting[class] = slices.Delete(t.waiting[class], i, i+1)
	} else {
		t.pass() // it was given a turn just now
	}
	return nil, fmt.Errorf("waiting for a turn: %w", ctx.Err())
}

func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pass()
}

// pass gives a turn to the next, or keeps it.
func (t *turns) pass() {
	for class := range t.waiting {
		if len(t.waiting[class]) > 0 {
			close(t.waiting[class][0])
			t.waiting[class] = t.waiting[class][1:]
			return
		}
	}
	t.free++
}
