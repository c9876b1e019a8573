package harness

import (
	"context"
	"errors"
	"fmt"

	"turnstile/checker/history"
)

// A worker may end and come back under its name, as a StatefulSet's pod does.
// Each life is a container of its own, with a record and an output of its own.
// In the history they are one observer: what a later life recorded follows what
// the one before did.

// file is the name of the life's record and output, and of its container: that
// of the worker, and which life it is from the second on.
func (w *worker) file() string {
	if w.life > 1 {
		return fmt.Sprintf("%s-life-%d", w.name, w.life)
	}
	return w.name
}

// startAgain starts a worker under the name of one whose death is on record.
func (f *fleet) startAgain(ctx context.Context, name string) error {
	last, err := f.find(name)
	if err != nil {
		return err
	}
	f.mu.Lock()
	dead := last.dead
	f.mu.Unlock()
	if !dead {
		return fmt.Errorf("the worker %s cannot come back: its death is not on record", name)
	}
	if err := f.startOne(ctx, name, last.life+1); err != nil {
		return err
	}
	if err := f.waitListed(ctx, []string{name}); err != nil {
		return err
	}
	return f.links.check(ctx, f.topic, []string{name})
}

// collect copies the record and the output of every life into the run folder,
// and returns each worker's records.
func (f *fleet) collect(ctx context.Context) (parts [][]history.Event, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	var lives []record
	for _, w := range f.workers {
		errs = append(errs, w.SaveLogs(ctx, f.recorder.logs(w.file())))
		if f.foreign != nil {
			continue // it records nothing
		}
		events, err := f.recorder.copyPart(ctx, w.Container, w.file())
		if err != nil && w.told {
			err = nil // it never came to recording anything
		}
		errs = append(errs, err)
		lives = append(lives, record{w.name, events})
	}
	return joined(lives), errors.Join(errs...)
}

// record is what one life of a worker recorded.
type record struct {
	worker string
	events []history.Event
}

// joined puts the records of each worker's lives one after the other, in the
// order in which they lived, and lets their numbers go on.
func joined(lives []record) (parts [][]history.Event) {
	at := map[string]int{}
	for _, l := range lives {
		i, ok := at[l.worker]
		if !ok {
			at[l.worker] = len(parts)
			parts = append(parts, l.events)
			continue
		}
		before := uint64(0)
		if n := len(parts[i]); n > 0 {
			before = parts[i][n-1].Seq
		}
		for _, e := range l.events {
			e.Seq += before
			parts[i] = append(parts[i], e)
		}
	}
	return parts
}
