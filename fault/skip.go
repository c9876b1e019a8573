package fault

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
func (sk Skip) Needs() Needs {
	n := Needs{Holds: []Resource{TheTopic}}
	if sk.Times > 0 {
		n.Workers = 2
	}
	return n
}

// Check implements [Fault].
func (sk Skip) Check() error {
	if sk.Messages < 0 {
		return fmt.Errorf("messages is %d: give 1 or more, or 0 to clear the backlog", sk.Messages)
	}
	return repeated("skips", sk.Times, skipEvery)
}

// Inject implements [Fault].
func (sk Skip) Inject(ctx context.Context, s *Scene) error {
	if s.Topic == nil {
		return lacks(sk.Kind(), "a topic whose backlog can be dropped")
	}
	if sk.Times > 0 {
		return sk.strike(ctx, s, sk.untilMoved)
	}
	return s.midFlightDo(ctx, PointSend, s.Users[:1], func([]*flight) error { return sk.strike(ctx, s, sk.once) })
}

func (sk Skip) strike(ctx context.Context, s *Scene, skip func(context.Context, *injection) error) error {
	i, err := s.beginAt(sk.Kind(), "the subscription")
	if err != nil {
		return err
	}
	before, err := ask(ctx, s.Topic.Statistics)
	if err != nil {
		return i.end(err, nil)
	}
	if n, at := before.draining(); n > 0 {
		i.detail["draining_before"] = fmt.Sprintf("%d hashes, some of them at %s", n, at)
	}
	i.detail["unacknowledged_before"] = fmt.Sprint(before.Backlog)
	err = skip(ctx, i)
	if now, err := s.Topic.Statistics(ctx); err == nil {
		n, _ := now.draining()
		i.detail["draining_after"] = fmt.Sprintf("%d hashes", n)
		i.detail["unacknowledged_after"] = fmt.Sprint(now.Backlog)
	}
	return i.end(err, nil)
}

// passed is the evidence that the skip dropped something. The number of messages
// that are not acknowledged says little: it changes all the time.
const passed = "the broker has moved the mark-delete position past what is in hand"

// once skips while a worker is kept inside an aimed user's section: what it has
// in hand is not acknowledged, so that nothing but the skip moves the
// mark-delete position of that part of the topic.
func (sk Skip) once(ctx context.Context, i *injection) error {
	topic := i.scene.Topic
	before, err := standing(ctx, topic)
	if err != nil {
		return err
	}
	if err := topic.Skip(ctx, sk.Messages); err != nil {
		return err
	}
	i.await(ctx, passed, "broker", skipLimit, movedFrom(topic, before))
	return nil
}

// standing waits until the mark-delete position of some part of the topic stands
// still for longer than a user is without events, and returns those that do.
// There may be none.
func standing(ctx context.Context, topic Topic) (map[string]string, error) {
	before, err := topic.MarkDelete(ctx)
	if err != nil {
		return nil, err
	}
	for until := time.Now().Add(engineLimit); ; {
		if !sleep(ctx, stillFor) {
			return nil, ctx.Err()
		}
		now, err := topic.MarkDelete(ctx)
		if err != nil {
			return nil, err
		}
		maps.DeleteFunc(before, func(part, at string) bool { return now[part] != at })
		if len(before) > 0 || time.Now().After(until) {
			return before, nil
		}
		before = now
	}
}

// movedFrom looks for another mark-delete position of one of the parts than before.
func movedFrom(topic Topic, before map[string]string) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		now, err := topic.MarkDelete(ctx)
		if err != nil {
			return "", false, err
		}
		for _, part := range slices.Sorted(maps.Keys(before)) {
			if now[part] != before[part] {
				return fmt.Sprintf("%s: %s, before %s", part, now[part], before[part]), true, nil
			}
		}
		return fmt.Sprintf("%d parts of the topic stand where they stood", len(before)), false, nil
	}
}

// untilMoved goes on skipping until an aimed user is with another worker. Every
// aimed user's oldest event is in the hands of a worker that is kept inside, so
// only a skip moves the mark-delete position.
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
			i.await(ctx, passed, "broker", brokerLimit, movedFrom(topic, before))
		}
		what, away, err := i.scene.awayFrom(ctx, holders, skipEvery)
		if err != nil {
			return err
		}
		if away {
			i.seen(givenTo, "gateway", what)
			return nil
		}
		if n >= sk.Times {
			i.unseen(givenTo, "gateway", fmt.Sprintf("not after %d skips of %d messages", n, sk.Messages))
			return nil
		}
	}
}

const (
	// stillFor is longer than any user of a load is without a new event.
	stillFor = 1500 * time.Millisecond
	// skipLimit is how long the broker may take to show a skip that it has
	// carried out, and less than what it takes for the position to move by itself
	// once the worker is let go.
	skipLimit = 5 * time.Second
)

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
