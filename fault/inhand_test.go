package fault

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// handsOf are links that say what workers have in hand.
type handsOf struct {
	Frames
	now *map[string]map[string]int
}

func (h handsOf) InHand(_ context.Context, worker string) (map[string]int, error) {
	return (*h.now)[worker], nil
}

func TestAUserIsHandedOverOnceAnotherWorkerHasWhatOneHadInHand(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after map[string]map[string]int
		want          bool
	}{
		{"to the newcomer", map[string]map[string]int{"w1": {"u1": 1, "u2": 3}}, map[string]map[string]int{"w1": {"u1": 1}, "w3": {"u2": 1}}, true},
		{"to one who was there", map[string]map[string]int{"w1": {"u2": 3}, "w2": {"u3": 1}}, map[string]map[string]int{"w2": {"u2": 1}}, true},
		{"at once, while the first has it still", map[string]map[string]int{"w1": {"u2": 3}, "w3": {"u2": 1}}, map[string]map[string]int{"w1": {"u2": 3}, "w3": {"u2": 1}}, true},
		{"to nobody", map[string]map[string]int{"w1": {"u2": 3}}, map[string]map[string]int{"w1": {"u2": 1}}, false},
		{"to nobody, and the newcomer has others", map[string]map[string]int{"w1": {"u2": 3}}, map[string]map[string]int{"w1": {"u2": 1}, "w3": {"u9": 2}}, false},
		{"whom two had already", map[string]map[string]int{"w1": {"u2": 3}, "w2": {"u2": 1}}, map[string]map[string]int{"w2": {"u2": 1}}, false},
		{"nothing was in hand", nil, map[string]map[string]int{"w3": {"u2": 1}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(func() {})
				w.alive = []string{"w1", "w2", "w3"}
				now, before := c.before, hands(nil)
				s := w.scene()
				s.Frames = handsOf{now: &now}
				i := &injection{scene: s, detail: map[string]string{joined: "w3"}}
				// Another has sent for u1 since it was kept at w2, which has nothing of it in hand any more.
				i.targets = []*target{{Send: Send{User: "u1", Worker: "w2"}, hold: "h1", scene: s}}
				if err := noteHands(&before).do(t.Context(), i); err != nil {
					t.Fatal(err)
				}
				now = c.after
				if err := handedOver(&before).do(t.Context(), i); err != nil {
					t.Fatal(err)
				}
				if e := i.evidence[0]; e.Seen != c.want {
					t.Errorf("%+v", e)
				}
			})
		})
	}
}

// released is a downstream that tells when an answer was let go.
type released struct {
	Downstream
	when chan time.Time
}

func (r released) Release(context.Context, string) error { r.when <- time.Now(); return nil }

func TestNobodyIsKeptForLongerThanClientsWaitForAnAcknowledgement(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			down := released{when: make(chan time.Time, 8)}
			s := &Scene{Downstream: down}
			i := &injection{scene: s, detail: map[string]string{}, struck: time.Now(), targets: []*target{{hold: "h1", scene: s}}}
			var over *time.Timer
			if err := keepNoLonger(&over).do(t.Context(), i); err != nil {
				t.Fatal(err)
			}
			time.Sleep(keptAtMost - time.Millisecond)
			if stopped {
				_ = noLonger(&over).do(t.Context(), i)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if got := len(down.when); (got == 1) == stopped {
				t.Fatalf("stopped %t: let go %d times", stopped, got)
			}
			if !stopped {
				if kept := (<-down.when).Sub(i.struck); kept != keptAtMost {
					t.Errorf("kept for %s", kept)
				}
				if _ = noLonger(&over).do(t.Context(), i); i.detail["kept_for"] != keptAtMost.String() {
					t.Errorf("noted %q", i.detail)
				}
			}
		})
	}
}
