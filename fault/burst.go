package fault

import (
	"context"
	"fmt"
	"time"

	"turnstile/checker/history"
)

// Burst publishes many events of one user at once, as a client does that loops,
// or a campaign that is started twice.
type Burst struct {
	Events int `yaml:"events"`
}

// Kind implements [Fault].
func (Burst) Kind() string { return "burst" }

// Needs implements [Fault].
func (Burst) Needs() Needs { return Needs{} }

// Check implements [Fault].
func (b Burst) Check() error {
	const most = 10_000
	if b.Events < 1 || b.Events > most {
		return fmt.Errorf("events is %d: give 1 to %d", b.Events, most)
	}
	return nil
}

// Inject implements [Fault].
func (b Burst) Inject(ctx context.Context, s *Scene) error {
	if s.Publisher == nil || s.Topic == nil {
		return lacks(b.Kind(), "a publisher that can be told to publish more")
	}
	user := s.Users[0]
	i, err := s.beginAt(b.Kind(), user)
	if err != nil {
		return err
	}
	i.detail[history.DetailUsers] = user
	before, err := ask(ctx, s.Topic.Received)
	if err != nil {
		return i.end(err, nil)
	}
	_, sent, err := s.Downstream.Sends(ctx, user, 0, 0)
	if err != nil {
		return i.end(err, nil)
	}
	started := time.Now()
	events, err := s.Publisher.Burst(ctx, user, b.Events)
	if err != nil {
		return i.end(err, nil)
	}
	// Not by its backlog, which counts a batch as one.
	i.await(ctx, "the broker has received as many messages more", "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
		now, err := s.Topic.Received(ctx)
		return fmt.Sprintf("%d", now-before), now-before >= int64(b.Events), err
	})
	// Each event of an aimed user leads to a text.
	waiting := map[string]bool{}
	for _, e := range events {
		waiting[e] = true
	}
	i.await(ctx, "the burst is worked off", "gateway", burstLimit, func(ctx context.Context) (string, bool, error) {
		sends, last, err := s.Downstream.Sends(ctx, user, sent, 0)
		if err != nil {
			return "", false, err
		}
		sent = last
		for _, s := range sends {
			delete(waiting, s.Event)
		}
		return fmt.Sprintf("texts for %d of its %d events", len(events)-len(waiting), len(events)), len(events) > 0 && len(waiting) == 0, nil
	})
	i.detail["took"] = time.Since(started).Round(time.Millisecond).String()
	return i.end(nil, nil)
}

// burstLimit is how long one worker may take for one user's burst.
const burstLimit = 60 * time.Second
