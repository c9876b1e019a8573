package harness

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
)

func TestThoseWhoKeepAnEnvironmentFromOthersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1)
		give, err := turns.take(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		gave := make(chan struct{})
		for _, w := range []struct {
			name  string
			first bool
		}{{"shares 1", false}, {"alone 1", true}, {"shares 2", false}, {"alone 2", true}} {
			go func() {
				give, err := turns.take(t.Context(), w.first)
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, w.name) // one at a time
				give()
				gave <- struct{}{}
			}()
			synctest.Wait()
		}
		give()
		for range 4 {
			<-gave
		}
		if want := []string{"alone 1", "alone 2", "shares 1", "shares 2"}; !slices.Equal(order, want) {
			t.Errorf("the order was %q, want %q", order, want)
		}
	})
}

func TestWhoeverStopsWaitingTakesNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2)
		var gives []func()
		for range 2 {
			give, err := turns.take(t.Context(), true)
			if err != nil {
				t.Fatal(err)
			}
			gives = append(gives, give)
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := turns.take(ctx, false)
			left <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-left; err == nil {
			t.Error("it was given a turn that nobody had given back")
		}
		for _, give := range gives {
			give()
		}
		for range 2 {
			if _, err := turns.take(t.Context(), false); err != nil {
				t.Fatal(err)
			}
		}
		if turns.free != 0 {
			t.Errorf("%d turns are left of 2", turns.free)
		}
	})
}
