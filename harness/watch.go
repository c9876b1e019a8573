package harness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/pulsar"
)

// watchEvery is how often the broker's statistics are looked at.
const watchEvery = 500 * time.Millisecond

// watch records changes in who is connected and who is active, as the broker
// sees them, until the context ends. They are the background of a witness, and
// decide nothing.
func (r *run) watch(ctx context.Context) {
	last, unreachable := "", false
	for sleep(ctx, watchEvery) {
		qctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		view, err := r.view(qctx)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			if !unreachable {
				unreachable = true
				r.note("the broker does not answer")
			}
			continue
		}
		now := describe(view)
		if now != last || unreachable {
			r.note("consumers: " + now)
		}
		last, unreachable = now, false
	}
}

// note records what was seen of the broker. A harness that cannot write its
// record fails at the next event that matters.
func (r *run) note(what string) {
	_ = r.record(history.Event{Kind: history.KindBroker, Detail: map[string]string{"saw": what}})
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
