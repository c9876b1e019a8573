package harness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
)

// A FAILOVER subscription can come to a standstill in the broker:
//
//  1. A change of the active consumer makes the broker begin to read again one
//     second later (activeConsumerFailoverDelayTimeMillis), for the consumer
//     that is active when that second ends.
//  2. A consumer that becomes active in that same instant finds the reading put
//     off already, and puts off none of its own.
//  3. What was put off finds that its consumer is not the active one any more,
//     and gives up. Nobody reads until the active consumer changes again.
//
// It was told in 2019 (https://github.com/apache/pulsar/pull/3411, not merged)
// and is in 4.0.8. Two workers that join with a second between them are enough.

// readLimit is how long the broker may take to read what consumers ask for: many
// times the second that it waits.
const readLimit = 5 * time.Second

// stalled lists the partitions that the broker reads nothing of: those whose
// active consumer asks for messages all the same, and the others.
func (t *topic) stalled(ctx context.Context) (asking, others []string, err error) {
	view, err := t.view(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, partition := range slices.Sorted(maps.Keys(view.Backlogs)) {
		reads, err := t.broker.Reads(ctx, partition, t.subscription)
		switch {
		case err != nil:
			return nil, nil, err
		case reads:
		case slices.ContainsFunc(view.Consumers, func(c pulsar.Consumer) bool {
			return c.Partition == partition && c.Active && c.Permits > 0
		}):
			asking = append(asking, partition)
		default:
			others = append(others, partition)
		}
	}
	return asking, others, nil
}

// unloadStalledPartitions brings a FAILOVER subscription to where every partition
// is read, before any load: what a scenario claims is claimed of its fault, and
// not of the order in which the workers happened to join. To unload a partition
// that stands still is what an operator would do; the history and the report say
// so.
func (r *run) unloadStalledPartitions(ctx context.Context) error {
	if r.scenario.mode().Keeps != mode.KeepsPartition {
		return nil
	}
	stalled, err := r.topic.waitRead(ctx)
	if err != nil || len(stalled) == 0 {
		return err
	}
	if e := r.scenario.Elsewhere; e != nil && !slices.Contains(e.May, fault.ActUnload) {
		return fmt.Errorf("the broker reads nothing of %s, whose active consumer asks for messages: a FAILOVER subscription of Pulsar can come to that as its consumers join, and an unload is what gets it going: give --may %s, or run it again", shorts(stalled), fault.ActUnload)
	}
	detail := map[string]string{
		"saw":                           "the broker reads nothing of " + shorts(stalled) + ", which is unloaded before the load begins",
		history.DetailStalledPartitions: shorts(stalled),
	}
	if err := r.recorder.record(history.Event{Kind: history.KindBroker, Detail: detail}); err != nil {
		return err
	}
	for _, partition := range stalled {
		if err := r.topic.broker.UnloadTopic(ctx, partition); err != nil {
			return err
		}
	}
	if err := r.fleet.waitListed(ctx, r.fleet.alive()); err != nil {
		return err
	}
	stalled, err = r.topic.waitRead(ctx)
	if err == nil && len(stalled) > 0 {
		err = fmt.Errorf("the broker reads nothing of %s, not even after an unload", shorts(stalled))
	}
	return err
}

// waitRead waits until every partition is read, and returns those that by the
// limit are not although they are asked for. One that nobody asks for is left to
// the verdict.
func (t *topic) waitRead(ctx context.Context) ([]string, error) {
	waiting, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	for {
		asking, others, err := t.stalled(ctx)
		if err == nil && len(asking)+len(others) == 0 {
			return nil, nil
		}
		if !sleep(waiting, 100*time.Millisecond) {
			return asking, err
		}
	}
}

// shorts names partitions without their namespace.
func shorts(partitions []string) string {
	names := make([]string, len(partitions))
	for i, p := range partitions {
		names[i] = short(p)
	}
	return strings.Join(names, ", ")
}
