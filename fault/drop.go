package fault

import (
	"context"
	"fmt"
	"maps"
	"time"
)

// How operators and brokers take messages from a subscription that nobody has
// acknowledged.

// passed is the evidence that something was dropped. The number of messages that
// are not acknowledged says little: it changes all the time.
const passed = "the broker has moved the mark-delete position past what is in hand"

const (
	// dropEvery is how long a drop has to show what it does: many times what an
	// event takes from the broker to the gateway.
	dropEvery = 300 * time.Millisecond
	// stillFor is longer than any user of a load is without a new event.
	stillFor = 1500 * time.Millisecond
	// dropLimit is how long the broker may take to show what it has dropped, and
	// less than what it takes for the position to move by itself once the worker is
	// let go.
	dropLimit = 5 * time.Second
)

// drop is a strike that has the broker drop messages (see [Topic].Operate) while a
// worker is kept inside an aimed user's section: what it has in hand is not
// acknowledged, so that nothing else moves the mark-delete position of that part
// of the topic.
func drop(what string) act {
	return func(ctx context.Context, i *injection) error {
		before, err := standing(ctx, i.scene.Topic)
		if err != nil {
			return err
		}
		if err := i.scene.Topic.Operate(ctx, what, nil); err != nil {
			return err
		}
		i.await(ctx, passed, "broker", dropLimit, markDeleteMoved(before))
		return nil
	}
}

// dropUntilMoved goes on dropping until an aimed user is with another worker, so
// often at the most. Every aimed user's oldest event is in the hands of a worker
// that another fault keeps inside, so only a drop moves the mark-delete position.
func dropUntilMoved(what string, times int) act {
	const givenTo = "an aimed user was given to another worker"
	return func(ctx context.Context, i *injection) error {
		before, err := i.scene.Topic.MarkDelete(ctx)
		if err != nil {
			return err
		}
		holders, err := i.scene.holders(ctx)
		if err != nil {
			return err
		}
		for n := 1; ; n++ {
			i.note("skips", n)
			if err := i.scene.Topic.Operate(ctx, what, nil); err != nil {
				return err
			}
			if n == 1 {
				i.await(ctx, passed, "broker", brokerLimit, markDeleteMoved(before))
			}
			seen, away, err := i.scene.awayFrom(ctx, holders, dropEvery)
			if err != nil {
				return err
			}
			if away {
				i.seen(givenTo, "gateway", seen)
				return nil
			}
			if n >= times {
				i.unseen(givenTo, "gateway", fmt.Sprintf("not after %d times %s", n, what))
				return nil
			}
		}
	}
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

// noteBacklog notes what drains and what is not acknowledged, before and after.
var noteBacklog = step{
	before: func(ctx context.Context, i *injection) error {
		now, err := ask(ctx, i.scene.Topic.Statistics)
		if n, at := now.draining(); n > 0 {
			i.note("draining_before", fmt.Sprintf("%d hashes, some of them at %s", n, at))
		}
		i.note("unacknowledged_before", now.Backlog)
		return err
	},
	do: func(ctx context.Context, i *injection) error {
		if now, err := i.scene.Topic.Statistics(ctx); err == nil {
			n, _ := now.draining()
			i.note("draining_after", fmt.Sprintf("%d hashes", n))
			i.note("unacknowledged_after", now.Backlog)
		}
		return nil
	},
}
