package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator/journey"
)

// offer publishes purchases, each of which is answered by one text, of users in
// turn. It records nothing.
type offer struct {
	*publisher
	published int
	userOf    func(n int) string // of the event that comes n-th, from 0

	mu     sync.Mutex
	failed []error
}

func (r *run) newOffer() (*offer, error) {
	p, err := newPublisher(r.scenario, r.topic.broker, r.topic.name, r.seed, func(history.Event) error { return nil })
	return &offer{publisher: p, userOf: ordinary}, err
}

// ordinary users come in turn.
func ordinary(n int) string { return userName(n % priceUsers) }

// one publishes one event more.
func (o *offer) one() (journey.Event, error) {
	n := o.published
	o.published++
	e := journey.Event{
		ID: fmt.Sprintf("p%d", n+1), User: o.userOf(n), Type: journey.Purchased,
		At: dayStart.Add(time.Duration(n) * time.Second).UnixMilli(),
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return e, err
	}
	o.inFlight.Add(1)
	m := &pulsargo.ProducerMessage{Key: e.User, Payload: payload, Properties: map[string]string{eventProperty: e.ID}}
	o.turn().SendAsync(context.Background(), m, func(_ pulsargo.MessageID, _ *pulsargo.ProducerMessage, err error) {
		defer o.inFlight.Done()
		if err != nil {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.failed = append(o.failed, err)
		}
	})
	return e, nil
}

// answered waits until the broker has all.
func (o *offer) answered() error {
	o.inFlight.Wait() // each send has a time limit of its own
	o.mu.Lock()
	defer o.mu.Unlock()
	return errors.Join(o.failed...)
}

// atOnce publishes so many events as fast as it can.
func (o *offer) atOnce(events int) error {
	for range events {
		if _, err := o.one(); err != nil {
			return err
		}
	}
	return o.answered()
}

// atRate publishes so many events at that rate a second, and tells when each was
// due, in nanoseconds of [history.Now].
func (o *offer) atRate(ctx context.Context, rate float64, events int) (due map[string]int64, err error) {
	due = map[string]int64{}
	began := history.Now()
	for i := range events {
		at := began + int64(float64(i)/rate*1e9)
		if ahead := time.Duration(at - history.Now()); ahead > 0 && !sleep(ctx, ahead) {
			return due, ctx.Err()
		}
		e, err := o.one()
		if err != nil {
			return due, err
		}
		due[e.ID] = at
	}
	return due, o.answered()
}
