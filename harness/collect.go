package harness

import (
	"context"
	"errors"
	"fmt"
)

// collect copies out what each observer recorded, merges it, and writes
// the history. It goes on past errors: what can be had is written.
func (r *run) collect(ctx context.Context) error {
	parts, err := r.fleet.collect(ctx)
	errs := []error{err}
	called, gerrs := r.gateway.collect(ctx, r.recorder)
	parts = append(parts, called...)
	errs = append(errs, gerrs...)
	wires, err := r.links.collect(ctx, r.recorder)
	parts = append(parts, wires...)
	errs = append(errs, err, r.locks.saveLogs(ctx, r.recorder), r.links.saveLogs(ctx, r.recorder), r.scraper.save(r.recorder.folder))
	if r.foreign == nil {
		events, err := r.recorder.copyStoreLog(ctx, r.env.state, r.prefix())
		parts = append(parts, events)
		errs = append(errs, err)
	}
	errs = append(errs, r.recorder.writeHistory(parts))
	return errors.Join(errs...)
}

// remove takes away the run's containers, namespace and keys. What cannot be
// reset is not leased again.
func (r *run) remove(ctx context.Context) error {
	errs := []error{
		r.fleet.remove(ctx), r.gateway.remove(ctx), r.links.remove(ctx), r.locks.remove(ctx), r.foreign.remove(ctx),
		removeLeftover(ctx, r.env.engine, r.id),
	}
	reset := []error{r.topic.remove(ctx)}
	if r.foreign == nil {
		reset = append(reset, r.env.deleteKeys(ctx, r.prefix()))
	}
	if err := errors.Join(reset...); err != nil {
		errs = append(errs, errDiscard, fmt.Errorf("resetting the environment: %w", err))
	}
	return errors.Join(errs...)
}
