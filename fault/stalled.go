package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"turnstile/checker/history"
)

// Stalled adds a consumer to the subscription that receives and never
// acknowledges, as one does whose downstream hangs without a timeout. What the
// broker gives it is stuck until it leaves, which heals the fault.
type Stalled struct {
	For   time.Duration `yaml:"for"`
	Named Rank          `yaml:"named,omitempty"` // empty: last
	// Holding is the least that it must have in hand; 0 means 1.
	Holding int `yaml:"holding,omitempty"`
	// Most is how many it receives until it hangs and asks for no more; 0: it goes
	// on receiving for as long as it is there, and has sooner or later something
	// of everybody in a mode that deals every user's events to everyone.
	Most int `yaml:"most,omitempty"`
}

// Kind implements [Fault].
func (Stalled) Kind() string { return "stalled-consumer" }

// Needs implements [Fault].
func (Stalled) Needs() Needs { return Needs{Adds: true} }

// Check implements [Fault].
func (st Stalled) Check() error {
	errs := []error{bounded("for", st.For), st.Named.check()}
	if st.Holding < 0 {
		errs = append(errs, fmt.Errorf("holding is %d: give 1 or more", st.Holding))
	}
	switch {
	case st.Most < 0:
		errs = append(errs, fmt.Errorf("most is %d: give 1 or more, or nothing", st.Most))
	case st.Most > 0 && st.Most < st.Holding:
		errs = append(errs, fmt.Errorf("most is %d, which is less than the least that it must have (holding is %d)", st.Most, st.Holding))
	}
	return errors.Join(errs...)
}

// Inject implements [Fault].
func (st Stalled) Inject(ctx context.Context, s *Scene) error {
	if s.Hoard == nil || s.Topic == nil {
		return lacks(st.Kind(), "a subscription that one more consumer can join")
	}
	i, err := s.beginAt(st.Kind(), "the subscription")
	if err != nil {
		return err
	}
	started := time.Now()
	name := st.Named.name(i.number)
	i.detail["named"] = name
	holder, err := s.Hoard(ctx, name, st.Most)
	if err != nil {
		return i.end(err, nil)
	}
	// Of a failover subscription the broker counts no unacknowledged messages: it
	// said 0 of a consumer that had 1421. So it is asked whom it serves.
	i.await(ctx, "the broker serves the stalled consumer", "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
		now, err := s.Topic.Statistics(ctx)
		if err != nil {
			return "", false, err
		}
		n, there := now.unacked(name)
		active := slices.ContainsFunc(now.Consumers, func(c Consumer) bool { return c.Name == name && c.Active })
		return fmt.Sprintf("%s is listed: %t, served: %t, unacknowledged: %d", name, there, active, n), active, nil
	})
	i.await(ctx, "the stalled consumer has messages", "consumer", brokerLimit, func(context.Context) (string, bool, error) {
		n, _ := holder.Held()
		return fmt.Sprintf("%d messages", n), n >= max(1, st.Holding), nil
	})
	sleep(ctx, st.For-time.Since(started))
	if now, err := s.Topic.Statistics(ctx); err == nil {
		n, _ := now.unacked(name)
		d, at := now.draining()
		i.detail["unacknowledged"] = fmt.Sprint(n)
		i.detail["backlog"] = fmt.Sprint(now.Backlog)
		if d > 0 {
			i.detail["draining"] = fmt.Sprintf("%d hashes, some of them at %s", d, at)
		}
	}
	hctx, cancel := healing(ctx)
	defer cancel()
	err = holder.Leave(hctx)
	held, users := holder.Held()
	i.detail["held"] = fmt.Sprintf("%d messages of %d users: %s", held, len(users), strings.Join(users, " "))
	i.detail[history.DetailUsers] = strings.Join(users, " ")
	if err != nil {
		return i.end(nil, err)
	}
	i.await(ctx, "the broker no longer lists the stalled consumer", "broker", brokerLimit, gone(s.Broker, name))
	return i.end(nil, nil)
}
