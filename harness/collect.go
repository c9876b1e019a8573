package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"turnstile/checker/history"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/images"
	"turnstile/fixtures/redis"
	"turnstile/harness/report"
)

// collect copies out what each observer recorded, merges it, and writes
// the history. It goes on past errors: what can be had is written.
func (r *run) collect(ctx context.Context) error {
	var errs []error
	parts, err := r.fleet.collect(ctx)
	errs = append(errs, err)
	if r.gateway != nil {
		// The gateway is asked to end first, so that what it still withheld is
		// in its record.
		sctx, cancel := context.WithTimeout(ctx, stopLimit+killLimit)
		code, killed, err := askToStop(sctx, r.gateway, stopLimit)
		cancel()
		switch {
		case err != nil:
			err = fmt.Errorf("stopping the gateway: %w", err)
		case killed != 0:
			err = fmt.Errorf("the gateway did not stop within %s of SIGTERM and was killed: %w", stopLimit, r.gateway.LastOutput())
		case code != 0:
			err = fmt.Errorf("the gateway ended with exit code %d: %w", code, r.gateway.LastOutput())
		}
		events, perr := r.copyPart(ctx, r.gateway, "gateway")
		parts = append(parts, events)
		errs = append(errs, err, perr, r.gateway.SaveLogs(ctx, filepath.Join(r.folder, "logs", "gateway.log.gz")))
	}
	errs = append(errs, r.saveLockLogs(ctx))
	if r.links != nil {
		errs = append(errs, r.links.SaveLogs(ctx, filepath.Join(r.folder, "logs", "links.log.gz")))
	}
	events, err := r.storeLog(ctx)
	parts = append(parts, events)
	errs = append(errs, err)
	r.mu.Lock()
	parts = append(parts, r.events)
	r.mu.Unlock()
	errs = append(errs, history.WriteFile(filepath.Join(r.folder, report.HistoryFile), history.Merge(parts...)))
	return errors.Join(errs...)
}

// detailTorn is of the note that an observer's record was cut short, by a death
// in the middle of a write.
const detailTorn = "torn"

// copyPart saves one container's record as it is, and reads it.
func (r *run) copyPart(ctx context.Context, c *engine.Container, name string) ([]history.Event, error) {
	f, err := c.CopyFrom(ctx, images.HistoryFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("copying the record of %s: %w", name, err)
	}
	path := filepath.Join(r.folder, partsFolder, name+".jsonl")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		return nil, err
	}
	events, torn, err := history.ReadPart(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if torn {
		return events, r.record(history.Event{Kind: history.KindNote, Detail: map[string]string{detailTorn: name + "'s last line was cut short and is left out"}})
	}
	return events, nil
}

// storeLog reads the state store's own log: what was written, in the order in
// which it was written, recorded by the same script that wrote it.
func (r *run) storeLog(ctx context.Context) ([]history.Event, error) {
	entries, err := r.env.state.Client().XRange(ctx, r.prefix()+"log", "-", "+").Result()
	if err != nil {
		return nil, fmt.Errorf("reading the state store's log: %w", err)
	}
	path := filepath.Join(r.folder, partsFolder, "store.jsonl")
	w, f, err := history.CreateFile(path, history.SrcStore)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var events []history.Event
	for i, e := range entries {
		field := func(name string) string { s, _ := e.Values[name].(string); return s }
		version, err := strconv.ParseInt(field("version"), 10, 64)
		if err != nil {
			return events, fmt.Errorf("entry %s of the state store's log: version %q is no number", e.ID, field("version"))
		}
		detail := map[string]string{"id": e.ID, "read_version": field("read_version")}
		if epoch := field("epoch"); epoch != "" {
			detail["epoch"] = epoch
		}
		ev, err := w.Record(history.Event{
			Kind: history.KindStateCommit, Ordinal: int64(i + 1),
			User: field("user"), Event: field("event"), Attempt: field("attempt"), Worker: field("worker"),
			Version: version, Text: field("text"), Detail: detail,
		})
		if err != nil {
			return events, err
		}
		events = append(events, ev)
	}
	return events, nil
}

// remove takes away the run's containers, namespace and keys. What cannot be
// reset is not leased again.
func (r *run) remove(ctx context.Context) error {
	errs := []error{r.fleet.remove(ctx)}
	if r.gateway != nil {
		errs = append(errs, r.gateway.Remove(ctx))
	}
	if r.links != nil {
		errs = append(errs, r.links.Remove(ctx))
	}
	if r.locks != nil {
		errs = append(errs, r.locks.Remove(ctx))
	}
	errs = append(errs, r.leftover(ctx))
	if err := r.reset(ctx); err != nil {
		errs = append(errs, errSpoiled, fmt.Errorf("resetting the environment: %w", err))
	}
	return errors.Join(errs...)
}

// reset leaves the environment as the run found it.
func (r *run) reset(ctx context.Context) error {
	var errs []error
	if r.namespace != "" {
		errs = append(errs, r.env.broker.DeleteNamespace(ctx, r.namespace))
	}
	// Locks expire by themselves; their counters of fencing tokens must not.
	for _, server := range []*redis.Server{r.env.state, r.env.locks} {
		client := server.Client()
		keys := client.Scan(ctx, 0, r.prefix()+"*", 1000).Iterator()
		for keys.Next(ctx) {
			errs = append(errs, client.Del(ctx, keys.Val()).Err())
		}
		errs = append(errs, keys.Err())
	}
	return errors.Join(errs...)
}
