package fault

import (
	"context"
	"errors"
	"fmt"
)

// Skip drops messages that nobody has acknowledged, as an operator does who
// wants a backlog gone, among them those that workers have in hand.
type Skip struct {
	Messages int `yaml:"messages,omitempty"` // on each partition, from the oldest on; 0: all, the backlog is cleared
}

// Kind implements [Fault].
func (sk Skip) Kind() string {
	if sk.Messages == 0 {
		return "backlog-clear"
	}
	return "backlog-skip"
}

// Needs implements [Fault].
func (Skip) Needs() Needs { return Needs{} }

// Check implements [Fault].
func (sk Skip) Check() error {
	if sk.Messages < 0 {
		return fmt.Errorf("messages is %d: give 1 or more, or 0 to clear the backlog", sk.Messages)
	}
	return nil
}

// Inject implements [Fault].
func (sk Skip) Inject(ctx context.Context, s *Scene) error {
	if s.Topic == nil {
		return lacks(sk.Kind(), "a topic whose backlog can be dropped")
	}
	i, err := s.beginAt(sk.Kind(), "the subscription")
	if err != nil {
		return err
	}
	before, err := s.Topic.Statistics(ctx)
	if err != nil {
		return errors.Join(err, i.end(nil))
	}
	drained, at := before.draining()
	if drained > 0 {
		i.detail["draining_before"] = fmt.Sprintf("%d hashes, some of them at %s", drained, at)
	}
	if err := s.Topic.Skip(ctx, sk.Messages); err != nil {
		return errors.Join(err, i.end(nil))
	}
	i.await(ctx, "the broker lists fewer unacknowledged messages than before", "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
		now, err := s.Topic.Statistics(ctx)
		if err != nil {
			return "", false, err
		}
		n, _ := now.draining()
		i.detail["draining_after"] = fmt.Sprintf("%d hashes", n)
		return fmt.Sprintf("%d, before %d", now.Backlog, before.Backlog), now.Backlog < before.Backlog, nil
	})
	return i.end(nil)
}
