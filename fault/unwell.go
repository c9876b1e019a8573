package fault

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// unwell is what is wrong with which of the brokers.
func (i *injection) unwell(ctx context.Context, brokers []string, now Membership) map[string]string {
	all := map[string]string{}
	for _, id := range brokers {
		if !slices.Contains(now.Brokers, id) {
			all[id] = "it is not registered"
			continue
		}
		if b, err := i.scene.Cluster.Broker(id); err != nil {
			all[id] = err.Error()
		} else if err := b.Healthy(ctx); err != nil {
			all[id] = err.Error()
		}
	}
	return all
}

// overdue lists the brokers that have been unwell for unwellLimit, and counts them
// anew from then on. It keeps since when each of the others is.
func overdue(since map[string]time.Time, unwell map[string]string) (ids []string) {
	for id := range since {
		if unwell[id] == "" {
			delete(since, id)
		}
	}
	for id := range unwell {
		at, ok := since[id]
		switch {
		case !ok:
			since[id] = time.Now()
		case time.Since(at) >= unwellLimit:
			ids = append(ids, id)
			delete(since, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// restart ends a broker that does not do its work, by SIGKILL, and starts it.
func (i *injection) restart(ctx context.Context, id string) error {
	b, err := i.scene.Cluster.Broker(id)
	if err != nil {
		return err
	}
	if err := b.Kill(ctx); err != nil {
		return fmt.Errorf("restarting %s, which was unwell for %s: %w", id, unwellLimit, err)
	}
	return b.Start(ctx)
}
