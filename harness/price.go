package harness

import (
	"context"
	"errors"
	"time"

	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/report"
)

// Arm is what is priced against others: a mode with a guard and settings. It has
// no fault.
type Arm struct {
	Name     string
	Mode     mode.Mode
	Guard    mode.Guard
	Settings Settings
	// Unrecorded workers record nothing: what recording costs.
	Unrecorded bool
	// Disturbed tells that it is also measured what one odd user, event or call does
	// to everyone else.
	Disturbed bool
	// Chosen arms are those that are compared where none is asked for: of each choice but
	// to renew a lock, which costs nothing while handlers are quick, one has the price;
	// guards are priced in KEY_SHARED alone.
	Chosen bool
}

// Arms are those that can be compared: each mode with each guard, and what else a
// team could choose.
func Arms() []Arm {
	var all []Arm
	for _, g := range mode.AllGuards() {
		for _, m := range mode.Modes() {
			a := Arm{Name: string(m), Mode: m, Guard: g.Guard, Disturbed: g.Guard == mode.Unguarded}
			a.Chosen = g.Guard == mode.Unguarded || m == mode.KeyShared
			if g.Guard != mode.Unguarded {
				a.Name += ", " + string(g.Guard)
			}
			all = append(all, a)
		}
	}
	return append(all,
		Arm{Name: "lock, renewed", Mode: mode.Lock, Settings: Settings{Renew: true}},
		Arm{Name: "lock, of three servers", Mode: mode.Lock, Settings: Settings{Lock: "redsync"}, Chosen: true},
		Arm{Name: "failover, in a loop", Mode: mode.Failover, Settings: Settings{Loop: true}},
		Arm{Name: "keyshared, in a loop", Mode: mode.KeyShared, Settings: Settings{Loop: true}, Chosen: true},
		Arm{Name: "keyshared, without a record", Mode: mode.KeyShared, Unrecorded: true, Chosen: true},
	)
}

const (
	// backlog is how many events wait when the workers start, to be worked off as
	// fast as they can.
	backlog = 4000
	// settled is the part of it from which on, and until which, the rate is taken:
	// by then all workers are there, and none waits for the last events.
	settledFrom, settledTo = 0.3, 0.9

	// offered is how many events are offered at each rate, but for no less than
	// offeredFor: a thousandth of them is one, and a queue takes its time to grow.
	offered    = 1000
	offeredFor = 1200 * time.Millisecond
	priceUsers = 200
	priceLimit = 2 * time.Minute // of one repetition
)

// shares are the rates at which latencies are taken, of that at saturation.
var shares = []float64{0.3, 0.6, 0.9}

// scenario is the arm's, with a downstream that answers at once.
func (a Arm) scenario() (Scenario, error) {
	l := DefaultLoad()
	l.LatencyMin, l.LatencyMax, l.Aimed, l.Ordinary = 0, 0, 1, 0
	return Scenario{Name: a.Name, Mode: a.Mode, Guard: a.Guard, Settings: a.Settings, Load: l, Expect: All(report.Open)}.withDefaults()
}

// price runs an arm once, and tells what it came to.
// profile is how the files begin that its workers' profiles go to; empty: nowhere.
func (p *Pool) price(ctx context.Context, a Arm, seed uint64, folder, profile string) (out report.Price, err error) {
	err = p.pricing(ctx, a, seed, folder, func(ctx context.Context, pr *pricing) (err error) {
		pr.profile = profile
		out, err = pr.do(ctx, a)
		return err
	})
	return out, err
}

// rawRate is how many events a second a client that only receives and acknowledges
// and the broker come to alone, in that mode.
func (p *Pool) rawRate(ctx context.Context, m mode.Mode, seed uint64, folder string) (rate float64, err error) {
	err = p.pricing(ctx, Arm{Name: "raw " + string(m), Mode: m}, seed, folder, func(ctx context.Context, pr *pricing) (err error) {
		rate, err = pr.rawRate(ctx)
		return err
	})
	return rate, err
}

// pricing has measure take figures of an arm whose servers are there.
func (p *Pool) pricing(ctx context.Context, a Arm, seed uint64, folder string, measure func(context.Context, *pricing) error) error {
	s, err := a.scenario()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, priceLimit)
	defer cancel()
	env, giveBack, err := p.Lease(ctx, s.needs())
	if err != nil {
		return err
	}
	r, err := newRun(env, s, seed, folder)
	if err == nil {
		pr := pricing{run: r}
		if err = pr.setUpServers(ctx); err == nil {
			err = measure(ctx, &pr)
		}
		cctx, cancel := cleanup()
		defer cancel()
		if err != nil {
			for _, c := range append(r.fleet.containers(), env.containers()...) {
				err = errors.Join(err, c.SaveLogs(cctx, r.recorder.logs(c.Name)))
			}
		}
		err = errors.Join(err, r.recorder.file.Close(), r.remove(cctx))
	}
	giveBack(err != nil)
	return err
}
