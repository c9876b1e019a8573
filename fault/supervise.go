package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// This file brings a cluster's members back after some have lost their sessions
// with ZooKeeper, as whoever supervises them in production does.

const (
	// sessionsSettle is how long members that lost their sessions must have been
	// well to be believed: one was seen to register anew and to end a second
	// later, and the next scenario to find it gone.
	sessionsSettle = 5 * time.Second
	// unwellLimit is how long a broker may be unwell while all bookies are there,
	// until it is taken for one that does not get over it.
	unwellLimit = 20 * time.Second
)

// supervise starts whichever members end by themselves, and restarts the brokers
// that run and stay unwell, until everyone whom ZooKeeper listed before has been
// well for so long, also when the scenario's own time is over. It writes down
// whom it had to start, and returns the brokers that had the session that they had
// before when it restarted them: what they lost then, they lost to it.
//
// Brokers (4.0.8) that lost their sessions were seen not to get over it in two
// ways. One was given two new sessions within 0.1 s, registered on the first,
// which had been closed, was told that it had expired, and did not try again.
// Another was registered again, and saw none of the three bookies, which were
// there, for as long as it ran (apache/pulsar#13167 has such a broker); it kept
// the consumers of a topic that another broker owned by then, and gave them
// nothing.
func (i *injection) supervise(ctx context.Context, settle time.Duration, before Membership) (ours []string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startLimit)
	defer cancel()
	var started, restarted []string
	wellSince, unwellSince := time.Now(), map[string]time.Time{}
	for {
		names, err := i.scene.Cluster.Revive(ctx)
		if started = append(started, names...); len(started) > 0 {
			i.detail["started_again"] = strings.Join(started, ", ")
		}
		if err != nil {
			return ours, err
		}
		now, err := i.scene.Cluster.Members(ctx)
		_, back := now.kept(before)
		var unwell map[string]string
		// What a broker does not do without bookies is not its fault.
		if err == nil && len(names) == 0 && slices.Equal(now.Bookies, before.Bookies) {
			unwell = i.unwell(ctx, before.Brokers, now)
		}
		if err != nil || len(names) > 0 || !back || len(unwell) > 0 {
			wellSince = time.Now()
		} else if time.Since(wellSince) >= settle {
			return ours, nil
		}
		for _, id := range overdue(unwellSince, unwell) {
			restarted = append(restarted, id+": "+unwell[id])
			i.detail["restarted"] = strings.Join(restarted, "; ")
			if s := now.Sessions[id]; s != "" && s == before.Sessions[id] {
				ours = append(ours, id)
			}
			if err := i.restart(ctx, id); err != nil {
				return ours, err
			}
		}
		if !sleep(ctx, pollEvery) {
			return ours, fmt.Errorf("not everyone is well: ZooKeeper lists the brokers %v and the bookies %v; brokers that are not: %v: %w",
				now.Brokers, now.Bookies, unwell, errors.Join(err, ctx.Err()))
		}
	}
}
