package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/journey"
	"turnstile/harness/system"
)

// Load is the stream of user events that a scenario offers.
type Load = fault.Load

// DefaultLoad is the load of a scenario without a fault that gives none.
func DefaultLoad() Load { return fault.DefaultLoad() }

func aimedUsers(l Load) []string {
	var users []string
	for i := range l.Aimed {
		users = append(users, userName(i))
	}
	return users
}

func userName(i int) string { return fmt.Sprintf("u%d", i+1) }

// draw makes the users' events from a seed.
type draw struct {
	load   Load
	rng    *rand.Rand
	counts []int64                 // events of each user so far
	known  func(journey.Type) bool // nil: all kinds are; in place of one that is not comes a purchase
}

func newDraw(l Load, seed uint64) *draw {
	return &draw{load: l, rng: rand.New(rand.NewPCG(seed, 1)), counts: make([]int64, l.Users())}
}

// publisher offers the load and records every publish.
type publisher struct {
	*draw
	client pulsargo.Client
	producers
	key     func(journey.Event) string
	foreign *system.Manifest // whose messages are published; nil: the reference orchestrator's
	record  func(history.Event) error

	bursts chan burst // ordered from outside, published by run

	acknowledged atomic.Int64 // publishes that the broker has said ok to

	inFlight   sync.WaitGroup
	mu         sync.Mutex
	errs       []error
	partitions map[string]int32 // of users, by their acknowledged publishes
}

// sendTimeout is longer than any fault that a publish is meant to outlive.
const sendTimeout = 60 * time.Second

func newPublisher(s Scenario, on Pulsar, topic string, seed uint64, record func(history.Event) error) (*publisher, error) {
	client, err := newPulsarClient(on)
	if err != nil {
		return nil, err
	}
	opts := s.producing(topic)
	p := &publisher{foreign: s.System, draw: newDraw(s.Load, seed), client: client, bursts: make(chan burst), record: record, partitions: map[string]int32{}}
	acted := sync.OnceFunc(func() { p.fail(record(s.acted())) })
	p.key = s.keys(acted)
	s.mispublish(&opts, acted)
	if s.System != nil {
		p.known = func(t journey.Type) bool { _, ok := s.System.Message.Word(t); return ok }
	}
	if p.producers, err = openProducers(client, opts, s.Hashing); err != nil {
		client.Close()
		return nil, fmt.Errorf("making a producer for %s: %w", topic, err)
	}
	return p, nil
}

// run publishes until the context ends, then waits until the broker has
// answered for every message.
func (p *publisher) run(ctx context.Context) error {
	const tick = 20 * time.Millisecond
	next := make([]time.Time, p.load.Users())
	start := time.Now()
	for u := range next { // users start at different moments of the period
		next[u] = start.Add(time.Duration(p.rng.Int64N(int64(p.load.Every))))
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for ctx.Err() == nil {
		now := time.Now()
		for u := range next {
			if next[u].After(now) {
				continue
			}
			next[u] = next[u].Add(p.load.Every)
			if u < p.load.Aimed {
				p.publish(u, p.load.Burst)
			} else {
				p.publish(u, 1+p.rng.IntN(p.load.Burst))
			}
		}
		select {
		case <-ctx.Done():
		case b := <-p.bursts:
			b.published <- p.publish(b.user, b.events)
		case <-ticker.C:
		}
	}
	done := make(chan struct{})
	go func() { p.inFlight.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(sendTimeout + 10*time.Second):
		return fmt.Errorf("waiting for the broker to answer for the last publishes: nothing within %s", sendTimeout)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.errs...)
}

// burst is an order for more events of one user.
type burst struct {
	user, events int
	published    chan []string // their ids
}

// burst publishes more events of one user at once, and returns their ids.
func (p *publisher) burst(ctx context.Context, user string, events int) ([]string, error) {
	for u := range p.load.Users() {
		if userName(u) != user {
			continue
		}
		b := burst{u, events, make(chan []string, 1)}
		select {
		case p.bursts <- b:
			return <-b.published, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("a burst of %s could not be published: %w", user, ctx.Err())
		}
	}
	return nil, fmt.Errorf("there is no user %q in this load", user)
}

func (p *publisher) close() {
	p.closeAll()
	p.client.Close()
}

// eventProperty names the event beside a message's payload, and userProperty its
// user where its key does not, for links that read what passes them. No worker
// looks at them.
const (
	eventProperty = "turnstile-event"
	userProperty  = "turnstile-user"
)

// message makes the message of an event, which is the user's ordinal-th.
func (p *publisher) message(e journey.Event, ordinal int64) (*pulsargo.ProducerMessage, error) {
	m := &pulsargo.ProducerMessage{Properties: map[string]string{eventProperty: e.ID}}
	if p.foreign == nil {
		payload, err := json.Marshal(e)
		m.Key, m.Payload = p.key(e), payload
		return m, err
	}
	what, err := p.foreign.Message.Publish(e, ordinal)
	maps.Copy(m.Properties, what.Properties)
	if m.Key, m.Payload = what.Key, []byte(what.Body); m.Key != e.User {
		m.Properties[userProperty] = e.User
	}
	return m, err
}

// publish sends a burst of events for one user, without waiting. One producer
// keeps the order of its messages also when it has to send them again. It
// returns their ids.
func (p *publisher) publish(u, burst int) (ids []string) {
	for range burst {
		e := p.next(u)
		message, err := p.message(e, p.counts[u]+1)
		if err != nil {
			p.fail(err)
			return ids
		}
		ids = append(ids, e.ID)
		p.counts[u]++
		ev := history.Event{
			Kind: history.KindPublish, User: e.User, Event: e.ID, Type: string(e.Type),
			Ordinal: p.counts[u], From: history.Now(), At: e.At, ZoneMinutes: int64(e.TZMinutes),
		}
		p.inFlight.Add(1)
		p.turn().SendAsync(context.Background(), message,
			func(id pulsargo.MessageID, _ *pulsargo.ProducerMessage, err error) {
				defer p.inFlight.Done()
				ev.Outcome = history.OutcomeOK
				if err != nil {
					// Sent and not answered for: the broker may have it.
					ev.Outcome, ev.Detail = history.OutcomeUnclear, map[string]string{"error": err.Error()}
				} else {
					p.answered(e.User, id)
				}
				p.fail(p.record(ev))
			})
	}
	return ids
}

func (p *publisher) answered(user string, id pulsargo.MessageID) {
	p.acknowledged.Add(1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.partitions[user] = id.PartitionIdx()
}

// partitionOf is the partition of the user's newest acknowledged event.
func (p *publisher) partitionOf(user string) (n int, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.partitions[user]
	return int(at), ok
}

func (p *publisher) fail(err error) {
	if err == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs = append(p.errs, err)
}

// dayStart is when the users' event time begins: an arbitrary fixed midnight,
// so that quiet hours depend on the seed and never on when a test is run.
var dayStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// next draws the user's next event.
func (d *draw) next(u int) journey.Event {
	n := d.counts[u]
	e := journey.Event{
		ID: fmt.Sprintf("%s-%d", userName(u), n+1), User: userName(u),
		At: dayStart.Add(time.Duration(n) * 47 * time.Minute).UnixMilli(),
	}
	if u < d.load.Aimed {
		e.Type, e.TZMinutes = journey.Purchased, 60*(u%24-12) // always answered by a receipt
		if d.load.Campaigns {
			noon := dayStart.AddDate(0, 0, int(n)).Add(12*time.Hour - time.Duration(e.TZMinutes)*time.Minute)
			if e.At = noon.UnixMilli(); n%2 == 1 && (d.known == nil || d.known(journey.Campaign)) {
				e.Type = journey.Campaign
			}
		}
		return e
	}
	// The first ordinary users begin in the afternoon, the others at night.
	u -= d.load.Aimed
	e.TZMinutes = 60 * ((u+4)%24 - 12)
	switch {
	case u < len(beginnings) && n < int64(len(beginnings[u])):
		e.Type = beginnings[u][n]
	case n == 0:
		e.Type = journey.Subscribed
	default:
		e.Type = d.drawType()
	}
	if d.known != nil && !d.known(e.Type) {
		e.Type = journey.Purchased
	}
	return e
}

// beginnings are what the first ordinary users do first, so that in each run each
// of the journey's rules, by itself, holds some text back. Their days begin at
// 16:00, 17:00 and 18:00.
var beginnings = [][]journey.Type{
	{journey.Subscribed, journey.Campaign, journey.Campaign, journey.Campaign, journey.Campaign}, // the last is over the cap
	{journey.Subscribed, journey.Purchased, journey.CartAbandoned, journey.Subscribed, journey.RepliedStop, journey.Purchased},
	{journey.Subscribed, journey.Purchased, journey.Purchased, journey.Purchased, journey.Campaign}, // the last at 21:08
}

// ruled reports whether a run's users come by each of the journey's rules.
func ruled(l Load) bool { return l == (Load{}) || l.Ordinary >= len(beginnings) }

// drawType picks an event type by rough weights of a marketing platform.
func (d *draw) drawType() journey.Type {
	weights := []struct {
		t journey.Type
		w int
	}{
		{journey.Campaign, 40}, {journey.CartAbandoned, 25}, {journey.Purchased, 20},
		{journey.Subscribed, 7}, {journey.RepliedStop, 4}, {journey.RepliedStart, 4},
	}
	r := d.rng.IntN(100)
	for _, c := range weights {
		if r -= c.w; r < 0 {
			return c.t
		}
	}
	return journey.Campaign
}
