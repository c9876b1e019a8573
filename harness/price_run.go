package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"turnstile/checker/history"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/images"
	"turnstile/fixtures/redis"
	"turnstile/harness/report"
)

// pricing is one repetition of an arm on its way.
type pricing struct {
	*run
	offer   *offer
	taken   []gateway.Send // by the gateway so far
	heard   uint64         // the last of its sends that was looked at
	profile string         // how the files begin that the workers' go to; empty: nowhere
}

func (p *pricing) do(ctx context.Context, a Arm) (out report.Price, err error) {
	out = report.Price{Arm: a.Name, Mode: string(a.Mode), Guard: string(p.scenario.Guard)}
	if a.Unrecorded {
		p.unrecord()
	}
	if p.profile != "" {
		p.fleet.publishPorts()
	}
	if p.offer, err = p.newOffer(); err != nil {
		return out, err
	}
	defer p.offer.close()
	if err := p.offer.atOnce(backlog); err != nil {
		return out, err
	}
	if err := p.fleet.start(ctx, p.scenario.Workers); err != nil {
		return out, err
	}
	if err := p.wait(ctx); err != nil {
		return out, err
	}
	var at []int64
	for _, s := range p.taken {
		at = append(at, s.T)
	}
	if out.Saturated, err = rateOf(at); err != nil {
		return out, err
	}
	before, err := p.spent(ctx)
	if err != nil {
		return out, err
	}
	for _, share := range shares {
		l, err := p.latency(ctx, share, share*out.Saturated)
		if err != nil {
			return out, err
		}
		out.Latencies = append(out.Latencies, l)
	}
	after, err := p.spent(ctx)
	out.PerEvent = after.since(before, p.offer.published-backlog)
	if err == nil && p.profile != "" {
		err = p.profileWorkers(ctx)
	}
	if !a.Disturbed || err != nil {
		return out, err
	}
	for _, d := range disturbances {
		x, err := p.disturb(ctx, d, out.Saturated)
		if err != nil {
			return out, err
		}
		out.Disturbed = append(out.Disturbed, x)
	}
	return out, nil
}

// unrecord has the workers record nothing.
func (p *pricing) unrecord() {
	recorded := p.fleet.container
	p.fleet.container = func(ctx context.Context, w *worker) (engine.Spec, error) {
		spec, err := recorded(ctx, w)
		if err == nil {
			spec.Env["RECORD"] = "false"
		}
		return spec, err
	}
}

func (p *pricing) rawRate(ctx context.Context) (float64, error) {
	o, err := p.newOffer()
	if err != nil {
		return 0, err
	}
	defer o.close()
	if err := o.atOnce(backlog); err != nil {
		return 0, err
	}
	env, err := p.workerEnvironment(ctx, "raw", 1)
	if err != nil {
		return 0, err
	}
	env["PLACE"], env["WORKERS"], env["MESSAGES"] = "1", strconv.Itoa(p.scenario.Workers), strconv.Itoa(backlog)
	c, err := p.env.engine.Run(ctx, engine.Spec{Name: p.id + "-raw", Image: p.env.images.Programs, Cmd: []string{images.RawLoopProgram}, Env: env})
	if err != nil {
		return 0, err
	}
	at, err := rawStamps(ctx, c)
	if err := errors.Join(err, c.SaveLogs(ctx, p.recorder.logs("raw")), c.Remove(ctx)); err != nil {
		return 0, err
	}
	return rateOf(at)
}

// rawStamps waits for the raw loop's end and reads what it left.
func rawStamps(ctx context.Context, c *engine.Container) (at []int64, err error) {
	code, err := c.WaitDead(ctx)
	if err != nil {
		return nil, err
	}
	if code != 0 {
		return nil, fmt.Errorf("the raw loop ended with exit code %d: %w", code, c.LastOutput())
	}
	f, err := c.CopyFrom(ctx, images.HistoryFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(&at); err != nil {
		return nil, fmt.Errorf("reading what the raw loop left: %w", err)
	}
	return at, nil
}

// rateOf is the rate a second in the settled part of stamps in nanoseconds.
func rateOf(at []int64) (float64, error) {
	slices.Sort(at)
	from, to := int(settledFrom*float64(len(at))), int(settledTo*float64(len(at)))
	if to <= from || at[to] == at[from] {
		return 0, fmt.Errorf("no rate can be told of %d events", len(at))
	}
	return float64(to-from) / (float64(at[to]-at[from]) / 1e9), nil
}

// wait waits until the gateway has taken a text for each event that was offered.
func (p *pricing) wait(ctx context.Context) error {
	for len(p.taken) < p.offer.published {
		s, err := p.gateway.control.Sends(ctx, "", p.heard, time.Second)
		if err != nil {
			return fmt.Errorf("the gateway has taken %d texts of %d: %w", len(p.taken), p.offer.published, err)
		}
		p.take(s)
	}
	return nil
}

// take counts what the gateway took: what it recognized it had taken before.
func (p *pricing) take(s gateway.Sends) {
	p.heard = s.Last
	for _, t := range s.Sends {
		if t.Outcome != history.OutcomeDeduplicated {
			p.taken = append(p.taken, t)
		}
	}
}

// latency offers events at a rate, whatever becomes of them, and tells how long
// each took from when it was due to be published until the gateway had its text.
// So who was late with one delays on record all that waited behind it, too
// (coordinated omission: Gil Tene, How NOT to Measure Latency, 2013). Not counted
// are the events of a user who is there to disturb the others.
func (p *pricing) latency(ctx context.Context, share, rate float64) (report.Latency, error) {
	_, lo, hi, err := p.gateway.clock(ctx)
	if err != nil {
		return report.Latency{}, err
	}
	ahead := (lo + hi) / 2 // of a clock of its own, to half of what an exchange takes
	first := len(p.taken)
	due, err := p.offer.atRate(ctx, rate, max(offered, int(rate*offeredFor.Seconds())))
	if err != nil {
		return report.Latency{}, err
	}
	if err := p.wait(ctx); err != nil {
		return report.Latency{}, fmt.Errorf("at %.0f events a second: %w", rate, err)
	}
	h := hdrhistogram.New(1, priceLimit.Microseconds(), 3)
	for _, s := range p.taken[first:] {
		at, known := due[s.Event]
		if !known {
			return report.Latency{}, fmt.Errorf("the gateway took a text of the event %s, which was not offered then: it went out twice", s.Event)
		}
		if s.User == odd {
			continue
		}
		if err := h.RecordValue((s.T - ahead - at) / 1000); err != nil {
			return report.Latency{}, err
		}
	}
	ms := func(percent float64) float64 { return float64(h.ValueAtQuantile(percent)) / 1000 }
	return report.Latency{Share: share, Rate: rate, Events: int(h.TotalCount()), P50MS: ms(50), P99MS: ms(99), P999MS: ms(99.9)}, nil
}

// cost is what had been spent at some moment.
type cost struct {
	processor map[string]time.Duration // by whom
	reads     int64                    // of requests, by the Redis servers
}

// spent asks the engine and the Redis servers: of all containers at once, since some
// engines answer only when they next take a sample, which is once a second.
func (p *pricing) spent(ctx context.Context) (c cost, err error) {
	by := map[string][]*engine.Container{
		report.PricedWorkers: p.fleet.containers(), report.PricedBroker: p.env.broker.Containers(), report.PricedGateway: {p.gateway.container},
	}
	for _, s := range p.redisServers() {
		by[report.PricedRedis] = append(by[report.PricedRedis], s.Container)
		n, err := s.Reads(ctx)
		if err != nil {
			return c, err
		}
		c.reads += n
	}
	c.processor = map[string]time.Duration{}
	var mu sync.Mutex
	var asked sync.WaitGroup
	for who, all := range by {
		for _, container := range all {
			asked.Go(func() {
				t, e := container.ProcessorTime(ctx)
				mu.Lock()
				defer mu.Unlock()
				c.processor[who] += t
				err = errors.Join(err, e)
			})
		}
	}
	asked.Wait()
	return c, err
}

// redisServers are those that the workers ask.
func (p *pricing) redisServers() []*redis.Server {
	all := []*redis.Server{p.env.state}
	if p.scenario.Mode.Locks() {
		all = append(append(all, p.locks.server()), p.locks.more...)
	}
	return all
}

// since is what was spent on each of so many events.
func (c cost) since(before cost, events int) report.PerEvent {
	out := report.PerEvent{ProcessorUS: map[string]float64{}, RedisTrips: float64(c.reads-before.reads) / float64(events)}
	for who, t := range c.processor {
		out.ProcessorUS[who] = float64((t - before.processor[who]).Microseconds()) / float64(events)
	}
	return out
}
