package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Slow makes every answer to one worker take long, as a downstream does that
// is near its limits. The worker is healthy and inside its users' sections for
// as long. It is seen by the broker's count of unacknowledged messages, which
// there is not of a failover subscription.
type Slow struct {
	At  Point         `yaml:"point,omitempty"` // where in its handling the worker is found; empty: at the send
	By  time.Duration `yaml:"by"`              // each answer takes so much longer
	For time.Duration `yaml:"for"`
}

// Kind implements [Fault].
func (Slow) Kind() string { return "slow-handler" }

// Needs implements [Fault].
func (sl Slow) Needs() Needs { return sl.At.needs() }

// Check implements [Fault].
func (sl Slow) Check() error {
	return errors.Join(sl.At.check(), bounded("by", sl.By), bounded("for", sl.For))
}

// Inject implements [Fault].
func (sl Slow) Inject(ctx context.Context, s *Scene) error {
	if s.Answers == nil || s.Topic == nil {
		return lacks(sl.Kind(), "a downstream that can be made slow for one worker")
	}
	return s.claimedDo(ctx, sl.At, s.Users[:1], itsAnswers, func(flights []*flight) error { return sl.strike(ctx, s, flights) })
}

func (sl Slow) strike(ctx context.Context, s *Scene, flights []*flight) error {
	f := flights[0]
	i, err := s.begin(ctx, sl.Kind(), flights)
	if err != nil {
		return err
	}
	started := time.Now()
	heal := func() error {
		hctx, cancel := healing(ctx)
		defer cancel()
		return s.Answers.Slow(hctx, f.Worker, 0)
	}
	// The withheld answer is let go once answers are slow: what is under way
	// ends as it began, and what follows is slow.
	if err := errors.Join(s.Answers.Slow(ctx, f.Worker, sl.By), release(ctx, flights)); err != nil {
		return i.end(err, heal())
	}
	i.await(ctx, "the broker lists more unacknowledged messages at the slow worker than at any other", "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
		now, err := s.Topic.Statistics(ctx)
		if err != nil {
			return "", false, err
		}
		own, _ := now.unacked(f.Worker)
		most := 0
		for _, c := range now.Consumers {
			if c.Name != f.Worker {
				n, _ := now.unacked(c.Name)
				most = max(most, n)
			}
		}
		return fmt.Sprintf("%s: %d, the others: %d at the most", f.Worker, own, most), own > most, nil
	})
	i.await(ctx, "an answer to the worker took as long as it was to", "gateway", sl.By+brokerLimit, func(ctx context.Context) (string, bool, error) {
		n, least, err := s.Answers.Slowed(ctx, f.Worker)
		return fmt.Sprintf("%d answers, the shortest after %s", n, least.Round(time.Millisecond)), n > 0 && least >= sl.By, err
	})
	sleep(ctx, sl.For-time.Since(started))
	i.detail["slow_for"] = time.Since(started).Round(time.Millisecond).String()
	return i.end(nil, heal())
}
