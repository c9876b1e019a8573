package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// This file brings a cluster's members back after ZooKeeper has lost sight of
// them, as whoever supervises them in production does.

const (
	// sessionsSettle is how long members that lost their sessions must have been
	// there again to be believed: one was seen to register anew and to end a
	// second later, and the next scenario to find it gone.
	sessionsSettle = 5 * time.Second
	// registerLimit is how long a broker may run without being registered, until
	// it is taken for one that never will be.
	registerLimit = 10 * time.Second
)

// supervise starts whichever members end by themselves until ZooKeeper's account
// has been as it should be for so long, also when the scenario's own time is
// over. It writes down whom it had to start.
//
// It restarts those of the given brokers that run and stay unregistered: a broker
// (4.0.8) that was given two new sessions within 0.1 s registered on the first,
// which had been closed, was told that the session had expired, and did not try
// again.
func (i *injection) supervise(ctx context.Context, settle time.Duration, brokers []string, well func(Roll) bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), brokerStartLimit)
	defer cancel()
	var started, restarted []string
	since := time.Now()
	unlisted := map[string]time.Time{}
	for {
		names, err := i.scene.Cluster.Revive(ctx)
		if started = append(started, names...); len(started) > 0 {
			i.detail["started_again"] = strings.Join(started, ", ")
		}
		if err != nil {
			return err
		}
		roll, err := i.scene.Cluster.Roll(ctx)
		if err != nil || len(names) > 0 || !well(roll) {
			since = time.Now()
		} else if time.Since(since) >= settle {
			return nil
		}
		if err == nil {
			for _, id := range overdue(unlisted, brokers, roll) {
				restarted = append(restarted, id)
				i.detail["restarted_unregistered"] = strings.Join(restarted, ", ")
				if err := i.restart(ctx, id); err != nil {
					return err
				}
			}
		}
		if !sleep(ctx, pollEvery) {
			return fmt.Errorf("not everyone is back: ZooKeeper lists the brokers %v and the bookies %v: %w", roll.Brokers, roll.Bookies, errors.Join(err, ctx.Err()))
		}
	}
}

// overdue lists the brokers that ZooKeeper has not listed for registerLimit, and
// counts them anew from then on. When it saw each of the others go is kept in
// unlisted.
func overdue(unlisted map[string]time.Time, brokers []string, now Roll) (ids []string) {
	for _, id := range brokers {
		at, ok := unlisted[id]
		switch {
		case slices.Contains(now.Brokers, id):
			delete(unlisted, id)
		case !ok:
			unlisted[id] = time.Now()
		case time.Since(at) >= registerLimit:
			ids = append(ids, id)
			delete(unlisted, id)
		}
	}
	return ids
}

// restart ends a broker that does not do its work, by SIGKILL, and starts it.
func (i *injection) restart(ctx context.Context, id string) error {
	b, start, err := i.scene.Cluster.Broker(id)
	if err != nil {
		return err
	}
	if err := b.Kill(ctx); err != nil {
		return fmt.Errorf("restarting %s, which ran for %s without being registered: %w", id, registerLimit, err)
	}
	return start(ctx)
}
