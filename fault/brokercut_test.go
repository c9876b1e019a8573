package fault

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// nobodyElse is a downstream to which only those come who are aimed at first.
type nobodyElse struct {
	worldDownstream
}

func (d *nobodyElse) ArmWorker(ctx context.Context, user, worker string, at Point) (string, error) {
	id, err := d.worldDownstream.ArmWorker(ctx, user, worker, at)
	return "nobody " + id, err
}

func (d *nobodyElse) Held(ctx context.Context, id string, wait time.Duration) (Send, bool, error) {
	if strings.HasPrefix(id, "nobody ") {
		sleep(ctx, max(wait, pollEvery))
		return Send{}, false, nil
	}
	return d.worldDownstream.Held(ctx, id, wait)
}

func (d *nobodyElse) Release(ctx context.Context, id string) error {
	return d.worldDownstream.Release(ctx, strings.TrimPrefix(id, "nobody "))
}

// leaky are links of which one lets everything through whatever is put on it.
type leaky struct {
	worldLinks
	through string
}

func (l leaky) Cut(ctx context.Context, k Link, d Direction) error {
	if k.Worker == l.through {
		return nil
	}
	return l.worldLinks.Cut(ctx, k, d)
}

func TestABrokerThatIsCutOffFromEverybody(t *testing.T) {
	const everyLink, everyWorker = "the proxy lists the trouble on every worker's link", "the broker dropped every worker"
	for _, c := range []struct {
		name   string
		fault  BrokerCut
		change func(*Scene, *world)
		unseen []string
		first  bool // one link was healed before the others
	}{
		{"comes back to everybody at once", BrokerCut{For: time.Second}, nil, nil, false},
		{"comes back to one first, who is given the user", BrokerCut{For: time.Second, Alone: time.Minute}, nil, nil, true},
		{
			"comes back to one first, who is not given the user", BrokerCut{For: time.Second, Alone: time.Second},
			func(s *Scene, w *world) { s.Downstream = &nobodyElse{worldDownstream: worldDownstream{w}} },
			[]string{firstBack}, true,
		},
		{
			"comes back to the only one that there is", BrokerCut{For: time.Second, Alone: time.Second},
			func(_ *Scene, w *world) { w.alive = []string{"w1"} },
			[]string{firstBack}, false,
		},
		{
			"is not, if one link lets everything through", BrokerCut{For: time.Second},
			func(s *Scene, w *world) { s.Links = leaky{worldLinks{w}, "w3"} },
			[]string{everyLink, everyWorker}, false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				w := newWorld(cancel)
				s := w.scene()
				var end history.Event
				s.Record = func(e history.Event) error {
					if e.Kind == history.KindFaultEnd {
						end = e
					}
					return nil
				}
				if c.change != nil {
					c.change(s, w)
				}
				if err := c.fault.Spec().Inject(ctx, s); err != nil {
					t.Fatal(err)
				}
				if got := unseen(end); !slices.Equal(got, c.unseen) {
					t.Errorf("not seen: %q, want %q", got, c.unseen)
				}
				if left := w.left(); len(left) > 0 {
					t.Errorf("it leaves %q", left)
				}
				renewals := slices.DeleteFunc(slices.Clone(w.calls), func(call string) bool {
					return !strings.HasPrefix(call, "renew ") && !strings.HasPrefix(call, "held ")
				})
				first := slices.IndexFunc(renewals, func(call string) bool { return strings.HasPrefix(call, "renew ") })
				if alone := end.Detail["alone"]; (alone != "") != c.first || c.first && renewals[first] != "renew "+alone+"'s link to the broker" {
					t.Errorf("alone is %q, and healed are, one after the other: %q", alone, renewals[first:])
				}
			})
		})
	}
}
