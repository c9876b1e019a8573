package harness

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestABurst(t *testing.T) {
	p := &publisher{draw: newDraw(DefaultLoad(), 1), bursts: make(chan burst)}
	if _, err := p.burst(t.Context(), "u99", 3); err == nil || !strings.Contains(err.Error(), "u99") {
		t.Errorf("of a user that the load has not: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.burst(ctx, "u1", 3); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "u1") {
		t.Errorf("while nobody publishes: got %v, want an error that names the user", err)
	}
	go func() {
		b := <-p.bursts
		if b.user != 1 || b.events != 3 {
			t.Errorf("ordered %+v, want 3 events of the second user", b)
		}
		b.published <- []string{"u2-1"}
	}()
	if ids, err := p.burst(t.Context(), "u2", 3); err != nil || len(ids) != 1 {
		t.Errorf("got %v (%v), want the ids of what was published", ids, err)
	}
}
