package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"turnstile/checker/history"
	"turnstile/checker/history/mapped"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/images"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/redis"
	"turnstile/harness/report"
)

// recorder writes what the harness itself observes of a run, and puts what the
// other observers recorded beside it in the run's folder.
type recorder struct {
	folder string
	file   *os.File
	writer *history.Writer

	mu     sync.Mutex
	events []history.Event // the harness's own, beside the file
}

func newRecorder(folder string) (*recorder, error) {
	w, f, err := history.CreateFile(filepath.Join(folder, partsFolder, "harness.jsonl"), history.SrcHarness)
	return &recorder{folder: folder, file: f, writer: w}, err
}

// record writes one event of the harness's own.
func (r *recorder) record(e history.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, err := r.writer.Record(e)
	if err == nil {
		r.events = append(r.events, e)
	}
	return err
}

// saw records what was seen of the broker. A harness that cannot write its
// record fails at the next event that matters.
func (r *recorder) saw(what string) {
	_ = r.record(history.Event{Kind: history.KindBroker, Detail: map[string]string{"saw": what}})
}

// logs is where the output of the container of that name is kept.
func (r *recorder) logs(name string) string { return filepath.Join(r.folder, logFile(name)) }

// logFile is the same, within the run folder.
func logFile(name string) string { return filepath.Join("logs", name+".log.gz") }

// writeHistory merges what was recorded, by the harness too, into the history.
func (r *recorder) writeHistory(parts [][]history.Event) error {
	r.mu.Lock()
	parts = append(parts, r.events)
	r.mu.Unlock()
	return history.WriteFile(filepath.Join(r.folder, report.HistoryFile), history.Merge(parts...))
}

// detailTorn is of the note that an observer's record was cut short, by a death
// in the middle of a write.
const detailTorn = "torn"

// copyPart saves one container's record as it is, and reads it.
func (r *recorder) copyPart(ctx context.Context, c *engine.Container, name string) ([]history.Event, error) {
	return r.copyFile(ctx, c, images.HistoryFile, name)
}

// copyFile is copyPart of a record that is elsewhere in the container.
func (r *recorder) copyFile(ctx context.Context, c *engine.Container, at, name string) ([]history.Event, error) {
	f, err := c.CopyFrom(ctx, at)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("copying the record of %s: %w", name, err)
	}
	written, damaged := mapped.Written(b)
	if damaged == nil {
		b = written
	}
	path := filepath.Join(r.folder, partsFolder, name+".jsonl")
	if err := errors.Join(os.WriteFile(path, b, 0o644), damaged); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
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

// copyStoreLog reads the state store's own log of the keys with the prefix: what
// was written, in the order in which it was written, recorded by the same script
// that wrote it.
func (r *recorder) copyStoreLog(ctx context.Context, state *redis.Server, prefix string) (events []history.Event, err error) {
	w, f, err := history.CreateFile(filepath.Join(r.folder, partsFolder, "store.jsonl"), history.SrcStore)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return orchestrator.CopyStoreLog(ctx, state.Client(), prefix, w)
}
