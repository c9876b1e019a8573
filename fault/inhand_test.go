package fault

import (
	"context"
	"testing"
	"testing/synctest"
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
				i.targets = []*target{{Send: Send{User: "u1"}, hold: "h1", scene: s}} // nobody came for that one
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
