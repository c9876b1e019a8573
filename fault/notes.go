package fault

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What faults note that is no evidence.

// noteRecent notes whom the broker gives only what is older than they are.
var noteRecent = do(func(ctx context.Context, i *injection) error {
	if now, err := i.scene.Topic.Statistics(ctx); err == nil && len(now.Recent) > 0 {
		i.note("given_older_messages_alone", strings.Join(now.Recent, " "))
	}
	return nil
})

// noteStuck notes what is stuck at the stalled consumer.
func noteStuck(ctx context.Context, i *injection, name string) {
	now, err := i.scene.Topic.Statistics(ctx)
	if err != nil {
		return
	}
	n, _ := now.unacked(name)
	i.note("unacknowledged", n)
	i.note("backlog", now.Backlog)
	if d, at := now.draining(); d > 0 {
		i.note("draining", fmt.Sprintf("%d hashes, some of them at %s", d, at))
	}
}

// noteOwners writes down who owns the topic after the fault, where there is more
// than one who could.
var noteOwners = do(func(ctx context.Context, i *injection) error {
	if i.scene.Cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	members, err := i.scene.Cluster.Members(ctx)
	if err != nil {
		i.note("owners_after", err)
		return nil
	}
	i.note("owners_after", members.owners())
	if id := members.Owners[i.scene.serving.part]; id != "" {
		i.note("owner_after", id)
	}
	return nil
})

// noteReconnected writes down which workers have other consumers than before,
// and which have none where they had some.
func (i *injection) noteReconnected(ctx context.Context, before Connections) {
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	now, err := i.scene.Broker.Connections(ctx)
	if err != nil {
		i.detail["reconnected"] = err.Error()
		return
	}
	var anew, lost []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		switch _, made := now.made(before, name, ""); {
		case made:
			anew = append(anew, name)
		case !now.kept(before, name):
			lost = append(lost, name)
		}
	}
	i.detail["reconnected"] = cmp.Or(strings.Join(anew, ", "), "nobody")
	if len(lost) > 0 {
		i.detail["not_connected"] = strings.Join(lost, ", ")
	}
}
