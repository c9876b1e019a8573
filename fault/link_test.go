package fault

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// fakeLinks is one link, which does as it is told or refuses.
type fakeLinks struct {
	on             string // the trouble that is on it
	answers        time.Duration
	broken         error
	refuse, sticks bool
}

func (f *fakeLinks) put(what string) error {
	f.on = what // a refusal may come after the deed
	if f.refuse {
		return errors.New("the proxy refused")
	}
	return nil
}

func (f *fakeLinks) Cut(context.Context, Link, Direction) error { return f.put("cut") }
func (f *fakeLinks) Slow(context.Context, Link, time.Duration, time.Duration) error {
	return f.put("slow")
}
func (f *fakeLinks) Narrow(context.Context, Link, int) error { return f.put("narrow") }
func (f *fakeLinks) Reset(context.Context, Link) error       { return f.put("reset") }

func (f *fakeLinks) Clear(ctx context.Context, l Link) error {
	if f.sticks || ctx.Err() != nil {
		return errors.New("it sticks")
	}
	f.on = ""
	return nil
}
func (f *fakeLinks) Renew(ctx context.Context, l Link) error      { return f.Clear(ctx, l) }
func (f *fakeLinks) Listed(context.Context, Link) (string, error) { return f.on, nil }
func (f *fakeLinks) Probe(context.Context, Link, int, time.Duration) (time.Duration, bool, error) {
	return f.answers, f.on != "cut", f.broken
}

func TestALinkIsHealedWhateverCameOfTheFault(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		links  fakeLinks
		during error
		says   string // of the injection
		heals  bool
	}{
		{"when all went well", t.Context(), fakeLinks{}, nil, "", true},
		{"when the proxy refused the trouble", t.Context(), fakeLinks{refuse: true}, nil, "refused", true},
		{"when what was to happen meanwhile failed", t.Context(), fakeLinks{}, errors.New("nobody came"), "nobody came", true},
		{"when the scenario's time is over", ended, fakeLinks{}, nil, "", true},
		{"and it is told when it sticks", t.Context(), fakeLinks{sticks: true}, nil, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := &injection{
				scene: &Scene{Links: &c.links}, targets: []*target{{Send: Send{Worker: "w1"}}}, detail: map[string]string{},
				spec: Spec{
					strike: func(ctx context.Context, i *injection) error {
						return i.scene.Links.Cut(ctx, i.link(ToBroker), BothWays)
					},
					shows: steps{do(func(context.Context, *injection) error { return c.during })},
					heal:  clearLink(ToBroker),
				},
			}
			err := i.strikeOnce(c.ctx)
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("injecting: got %v, want an error that says %q", err, c.says)
			}
			if (i.unhealed == nil) != c.heals || (c.links.on == "") != c.heals {
				t.Errorf("healing: got %v with %q on the link, want healed=%t", i.unhealed, c.links.on, c.heals)
			}
		})
	}
}

func TestWhatALinkShows(t *testing.T) {
	isSilent := func(patience time.Duration) step {
		return await("it is silent", "links", engineLimit, silent(ToBroker, patience))
	}
	for _, c := range []struct {
		name  string
		links fakeLinks
		shows step
		seen  bool
	}{
		{"a cut link is silent", fakeLinks{on: "cut"}, isSilent(time.Millisecond), true},
		{"a link that answers is not silent", fakeLinks{}, isSilent(time.Minute), false},
		{"a link that breaks off is not silent", fakeLinks{broken: errors.New("reset")}, isSilent(time.Minute), false},
		{"a link that breaks off is reset", fakeLinks{broken: errors.New("reset")}, brokenOff(ToBroker), true},
		{"a link that answers is not reset", fakeLinks{}, brokenOff(ToBroker), false},
		{"an exchange that takes long enough shows that a link is slow", fakeLinks{answers: 2 * time.Second}, takesItsTime(ToBroker, 1, time.Second), true},
		{"a quick exchange shows that it is not", fakeLinks{answers: time.Millisecond}, takesItsTime(ToBroker, 1, time.Second), false},
		{"an exchange that fails shows nothing", fakeLinks{answers: 2 * time.Second, broken: errors.New("reset")}, takesItsTime(ToBroker, 1, time.Second), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := &injection{scene: &Scene{Links: &c.links}, targets: []*target{{Send: Send{Worker: "w1"}}}}
			if ev := lookedFor(t, i, c.shows); ev.Seen != c.seen {
				t.Errorf("%+v, want seen=%t", ev, c.seen)
			}
		})
	}
}

func TestLinkFaultsThatMakeNoSenseAreRefused(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name  string
		fault Fault
		says  string // empty: accepted
	}{
		{"a cut for a while", LinkCut{For: s}, ""},
		{"a cut of one direction of the link to the locks", LinkCut{For: s, Of: ToLocks, Direction: FromServer}, ""},
		{"a cut without an end", LinkCut{}, "for is 0s"},
		{"a cut of a link that nobody has", LinkCut{For: s, Of: "moon"}, `of is "moon"`},
		{"a cut in a direction that there is not", LinkCut{For: s, Direction: "up"}, `direction is "up"`},
		{"a cut at a point that there is not", LinkCut{For: s, At: "lunch"}, `no point "lunch"`},
		{"a brief cut that lingers for what it does not wait for", LinkCut{For: s, Brief: true, Linger: s}, "linger"},
		{"a slow link", LinkSlow{Latency: s, Jitter: s / 2, For: s}, ""},
		{"a slow link that is not slow", LinkSlow{For: s}, "latency is 0s"},
		{"a slow link without an end", LinkSlow{Latency: s}, "for is 0s"},
		{"answers before their questions", LinkSlow{Latency: s, Jitter: 2 * s, For: s}, "no time at all"},
		{"locks that outlive nothing on the way to the broker", LinkSlow{Latency: s, For: s, PastLifetime: true}, "past_lifetime"},
		{"the lifetime of a lock that is held already", LinkSlow{Of: ToLocks, At: PointRead, Latency: s, For: s, PastLifetime: true}, "past_lifetime"},
		{"an answer that outlasts its lock", LinkSlow{Of: ToLocks, Latency: s, For: s, PastLifetime: true}, ""},
		{"a section that stays open for nobody", LinkSlow{Latency: s, For: s, Linger: s}, "linger"},
		{"a trickle", LinkThrottle{KBps: 1, For: s}, ""},
		{"a trickle of nothing", LinkThrottle{For: s}, "kbps is 0"},
		{"a reset", LinkReset{}, ""},
		{"a reset before it begins", LinkReset{For: -s}, "for is -1s"},
		{"a broker that hears nobody", BrokerCut{For: s, Direction: ToServer, Alone: s}, ""},
		{"a broker that is cut off for good", BrokerCut{}, "for is 0s"},
		{"a broker that is cut off sideways", BrokerCut{For: s, Direction: "left"}, `direction is "left"`},
		{"one who is back before the others are gone", BrokerCut{For: s, Alone: -s}, "alone is -1s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.fault.Spec().Check()
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error that says %q", err, c.says)
			}
			if !c.fault.Spec().Needs().Links {
				t.Error("it does not say that it needs links")
			}
		})
	}
}

func TestALinkFaultWithoutItsLinkSaysWhatItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		record := func(e history.Event) error { t.Errorf("something was recorded: %+v", e); return nil }
		for _, c := range []struct {
			name  string
			scene Scene
			of    LinkEnd
			says  string
		}{
			{"no links", Scene{}, "", "through links"},
			{"no locks", Scene{Links: &fakeLinks{}}, ToLocks, "takes locks"},
			{"nobody comes by", Scene{Links: &fakeLinks{}, Locks: locksOf{}, Downstream: quietDownstream{}, Workers: someWorkers{}, Broker: lists{}, Users: []string{"u1"}}, ToLocks, "u1"},
		} {
			c.scene.Record = record
			for _, f := range []Fault{LinkCut{Of: c.of}, LinkSlow{Of: c.of}, LinkThrottle{Of: c.of}, LinkReset{Of: c.of}, BrokerCut{}} {
				if _, ok := f.(BrokerCut); ok && c.name == "no locks" {
					continue // it has nothing to do with them
				}
				if err := f.Spec().Inject(t.Context(), &c.scene); err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%s, %s: got %v, want an error that says %q", c.name, f.Spec().Kind(), err, c.says)
				}
			}
		}
	})
}
