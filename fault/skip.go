package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Skip drops messages that nobody has acknowledged, as an operator does who
// wants a backlog gone, among them those that workers have in hand.
type Skip struct {
	Messages int `yaml:"messages,omitempty"` // on each partition, from the oldest on; 0: all, the backlog is cleared
	// Times is how often at the most, until an aimed user is with another worker:
	// what one has in hand of a user may be more than is skipped at once. It is
	// for schedules in which another step keeps every aimed user's worker inside.
	// 0: once, whatever comes of it.
	Times int `yaml:"skips,omitempty"`
}

// Kind implements [Fault].
func (sk Skip) Kind() string {
	if sk.Messages == 0 {
		return "backlog-clear"
	}
	return "backlog-skip"
}

// Needs implements [Fault].
func (Skip) Needs() Needs { return Needs{Holds: []Resource{TheTopic}} }

// Check implements [Fault].
func (sk Skip) Check() error {
	if sk.Messages < 0 {
		return fmt.Errorf("messages is %d: give 1 or more, or 0 to clear the backlog", sk.Messages)
	}
	if sk.Times < 0 {
		return fmt.Errorf("skips is %d: give 1 or more, or leave it out", sk.Times)
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
	before, err := ask(ctx, s.Topic.Statistics)
	if err != nil {
		return errors.Join(err, i.end(nil))
	}
	drained, at := before.draining()
	if drained > 0 {
		i.detail["draining_before"] = fmt.Sprintf("%d hashes, some of them at %s", drained, at)
	}
	if sk.Times > 0 {
		return errors.Join(sk.untilMoved(ctx, i), i.end(nil))
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

// untilMoved goes on skipping until an aimed user is with another worker. Every
// aimed user's oldest event is in the hands of a worker that is kept inside, so
// only a skip moves the mark-delete position; the number of messages that are
// not acknowledged says little, since more come than are skipped.
func (sk Skip) untilMoved(ctx context.Context, i *injection) error {
	const givenTo = "an aimed user was given to another worker"
	topic := i.scene.Topic
	before, err := topic.MarkDelete(ctx)
	if err != nil {
		return err
	}
	holders, err := i.scene.holders(ctx)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		i.detail["skips"] = strconv.Itoa(n)
		if err := topic.Skip(ctx, sk.Messages); err != nil {
			return err
		}
		if n == 1 {
			i.await(ctx, "the broker has moved the mark-delete position past what is in hand", "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
				now, err := topic.MarkDelete(ctx)
				return fmt.Sprintf("%s, before %s", now, before), err == nil && now != before, err
			})
		}
		what, moved, err := i.scene.awayFrom(ctx, holders, skipEvery)
		if err != nil {
			return err
		}
		if moved {
			i.seen(givenTo, "gateway", what)
			return nil
		}
		if n >= sk.Times {
			i.unseen(givenTo, "gateway", fmt.Sprintf("not after %d skips of %d messages", n, sk.Messages))
			return nil
		}
	}
}

// skipEvery is how long a skip has to show what it does: many times what an
// event takes from the broker to the gateway.
const skipEvery = 300 * time.Millisecond

// holders is the last send of each aimed user.
func (s *Scene) holders(ctx context.Context) (map[string]Send, error) {
	last := map[string]Send{}
	for _, user := range s.Users {
		sends, _, err := s.Downstream.Sends(ctx, user, 0, 0)
		if err != nil {
			return nil, fmt.Errorf("asking the downstream for its sends: %w", err)
		}
		if len(sends) > 0 {
			last[user] = sends[len(sends)-1]
		}
	}
	return last, nil
}

// awayFrom looks for up to the limit for an aimed user whose last send is
// another worker's than it was.
func (s *Scene) awayFrom(ctx context.Context, holders map[string]Send, limit time.Duration) (what string, moved bool, err error) {
	for until := time.Now().Add(limit); ; {
		now, err := s.holders(ctx)
		if err != nil {
			return "", false, err
		}
		for _, user := range s.Users {
			if was, is := holders[user], now[user]; was.Worker != "" && is.Worker != was.Worker {
				return fmt.Sprintf("%s sent for %s (event %s) after %s (event %s)", is.Worker, user, is.Event, was.Worker, was.Event), true, nil
			}
		}
		if time.Now().After(until) || !sleep(ctx, pollEvery) {
			return "", false, ctx.Err()
		}
	}
}
