package fault

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What the broker says of the topic and the subscription.

// statistics looks at the broker's statistics of the subscription.
func statistics(judge func(i *injection, now Statistics) (string, bool)) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.Topic.Statistics(ctx)
		if err != nil {
			return "", false, err
		}
		what, seen := judge(i, now)
		return what, seen, nil
	}
}

// slowest: more is unacknowledged at the worker than at any other.
var slowest = await("the broker lists more unacknowledged messages at the slow worker than at any other", "broker", brokerLimit,
	statistics(func(i *injection, now Statistics) (string, bool) {
		own, _ := now.unacked(i.worker())
		most := 0
		for _, c := range now.Consumers {
			if c.Name != i.worker() {
				n, _ := now.unacked(c.Name)
				most = max(most, n)
			}
		}
		return fmt.Sprintf("%s: %d, the others: %d at the most", i.worker(), own, most), own > most
	}))

// stalledServed: the consumer is served. Of a failover subscription the broker
// counts no unacknowledged messages: it said 0 of a consumer that had 1421. So it
// is asked whom it serves.
func stalledServed(of whom) step {
	return await("the broker serves the stalled consumer", "broker", brokerLimit, statistics(func(i *injection, now Statistics) (string, bool) {
		name := of(i)
		n, there := now.unacked(name)
		active := slices.ContainsFunc(now.Consumers, func(c Consumer) bool { return c.Name == name && c.Active })
		return fmt.Sprintf("%s is listed: %t, served: %t, unacknowledged: %d", name, there, active, n), active
	}))
}

// keptWaiting: the broker keeps events back from the consumer until others have
// acknowledged earlier ones: keys drain, or it is given only what is older than it
// is, as the dispatcher of before 4.0 does.
func keptWaiting(of whom) step {
	return await("the broker keeps events back from the consumer", "broker", brokerLimit, statistics(func(i *injection, now Statistics) (string, bool) {
		name := of(i)
		n, at := now.draining()
		recent := slices.Contains(now.Recent, name)
		return fmt.Sprintf("%d hashes drain, some of them at %s; %s is given only what is older than it is: %t", n, at, name, recent), n > 0 || recent
	}))
}

// exhausted: the targets' workers may be given nothing more, while another may,
// so that the broker reads on, past what it can give to nobody. How much that is
// Pulsar tells since 3.3.2; what does not tell is taken at its permits.
var exhausted = await("the workers inside have no permits left, another has, and events that were read are with nobody", "broker", aimLimit,
	statistics(func(i *injection, now Statistics) (string, bool) {
		inside := map[string]bool{}
		for _, t := range i.targets {
			inside[t.Worker] = true
		}
		all, spare := true, false
		var parts []string
		for _, c := range now.Consumers {
			all = all && (!inside[c.Name] || c.Permits <= 0)
			spare = spare || !inside[c.Name] && c.Permits > 0
			parts = append(parts, fmt.Sprintf("%s %d", c.Name, c.Permits))
		}
		slices.Sort(parts)
		return fmt.Sprintf("permits: %s; read and with nobody: %d", strings.Join(parts, ", "), now.Replay), all && spare && now.Replay != 0
	}))

// hasPartitions: the topic has so many, and each of them somebody who is served.
func hasPartitions(to int) step {
	return group(
		await(fmt.Sprintf("the broker says that the topic has %d partitions", to), "broker", brokerLimit, func(ctx context.Context, i *injection) (string, bool, error) {
			n, err := i.scene.Topic.Partitions(ctx)
			return fmt.Sprintf("%d partitions", n), n == to, err
		}),
		await("each new partition has an active consumer", "broker", brokerLimit, statistics(func(_ *injection, now Statistics) (string, bool) {
			n := len(now.owners())
			return fmt.Sprintf("%d partitions have one", n), n == to
		})))
}

// received: so many messages more have come to the topic. Not by its backlog,
// which counts a batch as one.
func received(more int) step {
	var before int64
	return comparing(func(ctx context.Context, i *injection) (err error) {
		before, err = ask(ctx, i.scene.Topic.Received)
		return err
	}, await("the broker has received as many messages more", "broker", brokerLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.Topic.Received(ctx)
		return fmt.Sprintf("%d", now-before), now-before >= int64(more), err
	}))
}

// parked: there is a dead letter more.
func parked() step {
	var before int64
	return comparing(func(ctx context.Context, i *injection) (err error) {
		before, err = ask(ctx, i.scene.Topic.Parked)
		return err
	}, await("the broker has it among the dead letters", "broker", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		n, err := i.scene.Topic.Parked(ctx)
		return fmt.Sprintf("%d dead letters, before %d", n, before), n > before, err
	}))
}

// markDeleteMoved looks for another mark-delete position of one of the parts of
// the topic than before.
func markDeleteMoved(before map[string]string) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.Topic.MarkDelete(ctx)
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

// setBack: the mark-delete position of some part of the topic is before where it
// was, so that what comes after it is given out again.
func setBack() step {
	var before map[string]string
	return comparing(func(ctx context.Context, i *injection) (err error) {
		before, err = i.scene.Topic.MarkDelete(ctx)
		return err
	}, await("the broker has set the mark-delete position back", "broker", brokerLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.Topic.MarkDelete(ctx)
		for _, part := range slices.Sorted(maps.Keys(before)) {
			if earlier(now[part], before[part]) {
				return fmt.Sprintf("%s: %s, before %s", part, now[part], before[part]), true, err
			}
		}
		return fmt.Sprintf("none of %d parts of the topic stands before where it stood", len(before)), false, err
	}))
}

// earlier compares two positions, "ledger:entry".
func earlier(a, b string) bool {
	var al, ae, bl, be int64
	_, aErr := fmt.Sscanf(a, "%d:%d", &al, &ae)
	_, bErr := fmt.Sscanf(b, "%d:%d", &bl, &be)
	return aErr == nil && bErr == nil && (al < bl || al == bl && ae < be)
}
