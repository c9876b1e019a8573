package harness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"turnstile/fixtures/pulsar"
)

// watchEvery is how often the broker's statistics are looked at.
const watchEvery = 500 * time.Millisecond

// watch records changes in who is connected to the topic and who is active, as
// the broker sees them, until the context ends. They are the background of a
// witness, and decide nothing.
func watch(ctx context.Context, t *topic, rec *recorder) {
	last, unreachable := "", false
	for sleep(ctx, watchEvery) {
		qctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		view, err := t.view(qctx)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			if !unreachable {
				unreachable = true
				rec.saw("the broker does not answer")
			}
			continue
		}
		now := describe(view)
		if now != last || unreachable {
			rec.saw("consumers: " + now)
		}
		last, unreachable = now, false
	}
}

// describe says who is connected, and on how many partitions each is active.
func describe(v pulsar.View) string {
	active := map[string]int{}
	for _, c := range v.Consumers {
		n := 0
		if c.Active {
			n = 1
		}
		active[c.Name] += n
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(active)) {
		parts = append(parts, fmt.Sprintf("%s (active on %d)", name, active[name]))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
