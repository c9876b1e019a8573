package harness

import (
	"context"
	"fmt"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
)

const (
	// quietLimit is how long the broker may take to have nothing left.
	quietLimit = 60 * time.Second
	// lookLimit is how long the broker may take to say so.
	lookLimit = 10 * time.Second
)

// waitQuiet waits until the broker has nothing left to deliver or to be
// acknowledged, and records whether it came to that.
func (r *run) waitQuiet(ctx context.Context) error {
	// Each look has a limit of its own, so that the last one is not cut short by
	// the end of the waiting and taken for a broker that does not answer.
	look := func() (pulsar.View, error) {
		ctx, cancel := context.WithTimeout(ctx, lookLimit)
		defer cancel()
		return r.topic.left(ctx)
	}
	waiting, cancel := context.WithTimeout(ctx, quietLimit)
	defer cancel()
	for {
		view, err := look()
		if err == nil && view.Backlog == 0 {
			return r.recorder.record(history.Event{Kind: history.KindQuiet, Outcome: history.OutcomeOK})
		}
		if !sleep(waiting, 100*time.Millisecond) {
			if ctx.Err() != nil {
				return fmt.Errorf("called off while waiting for the broker to be quiet: %w", ctx.Err())
			}
			return r.recorder.record(history.Event{Kind: history.KindQuiet, Outcome: history.OutcomeFailed, Detail: r.unrest(ctx, view, err)})
		}
	}
}

// unrest says what the broker's statistics show of a run that came to no quiet.
func (r *run) unrest(ctx context.Context, view pulsar.View, err error) map[string]string {
	if err != nil {
		return map[string]string{history.DetailError: err.Error()}
	}
	detail := stalls(view)
	if r.scenario.mode().Keeps != mode.KeepsPartition {
		return detail
	}
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	asking, _, err := r.topic.stalled(ctx)
	switch {
	case err != nil:
		detail["asking what is read"] = err.Error()
	case len(asking) > 0:
		detail[history.DetailStalledPartitions] = shorts(asking)
	}
	return detail
}
