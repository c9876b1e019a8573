package harness

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/links/tap"
)

// tapLimit is how long a tap may take to end.
const tapLimit = 20 * time.Second

// collect ends a tap, whose workers have ended, and returns what it recorded: of
// each worker one part, whose source is the worker's link.
func (w *workerLinks) collect(ctx context.Context, rec *recorder) (parts [][]history.Event, err error) {
	if w.tap == nil {
		return nil, nil
	}
	// It is asked to end, so that its records have an end.
	sctx, cancel := context.WithTimeout(ctx, tapLimit+killLimit)
	code, killed, err := askToStop(sctx, w.tap.Container, tapLimit)
	cancel()
	switch {
	case err != nil:
		err = fmt.Errorf("stopping the tap: %w", err)
	case killed != 0 || code != 0:
		err = fmt.Errorf("the tap ended with exit code %d: %w", code, w.tap.LastOutput())
	}
	errs := []error{err}
	of := map[string][]history.Event{}
	for _, l := range w.tap.opened {
		events, err := w.tap.copyRecord(ctx, rec, l)
		errs = append(errs, err)
		of[l.Worker] = append(of[l.Worker], events...)
	}
	for _, events := range of {
		parts = append(parts, numbered(events))
	}
	return parts, errors.Join(errs...)
}

// copyRecord saves a link's record as it is, and reads it.
func (t *tapLinks) copyRecord(ctx context.Context, rec *recorder, l fault.Link) ([]history.Event, error) {
	f, err := t.Record(ctx, linkName(l))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("copying the record of %s: %w", l, err)
	}
	path := filepath.Join(rec.folder, partsFolder, "link-"+linkName(l)+".jsonl")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		return nil, err
	}
	all, _, err := tap.Read(bytes.NewReader(b)) // that it is whole is for the checker to see
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	events := make([]history.Event, 0, len(all))
	for i := range all {
		e, err := wireEvent(&all[i], l.Worker)
		if err != nil {
			return nil, fmt.Errorf("%s, event %d: %w", path, i+1, err)
		}
		if e.Kind == history.KindLinkStop {
			e.Peer = events[0].Peer
		}
		if e.Detail["conn"] != "" {
			e.Detail[history.DetailLink] = string(l.Of)
		}
		events = append(events, e)
	}
	return events, nil
}

// numbered puts the records of a worker's links, each of which is in the order of
// its stamps, into one of them all.
func numbered(events []history.Event) []history.Event {
	slices.SortStableFunc(events, func(a, b history.Event) int { return cmp.Compare(a.T, b.T) })
	for i := range events {
		events[i].Seq = uint64(i + 1)
	}
	return events
}

// wireKinds are the history's kinds of what a tap records; of all others they are
// the tap's own with "wire_" before them.
var wireKinds = map[tap.Kind]history.Kind{tap.KindObserverStart: history.KindLinkStart, tap.KindObserverStop: history.KindLinkStop}

// wireEvent is a tap's event in the history's terms. What these have no key for is
// in its detail, by the tap's own names. A message's key is its user, unless
// it was published under another, and whether the tap could tell an event from its property is for who reads it to see.
func wireEvent(e *tap.Event, worker string) (history.Event, error) {
	kind, ok := wireKinds[e.Kind]
	if !ok {
		kind = history.Kind("wire_" + string(e.Kind))
	}
	out := history.Event{
		T: e.T, Domain: e.Domain, Src: history.LinkSrc(worker), Kind: kind, Worker: worker,
		Outcome: e.Fate, Peer: e.Server, Redelivery: int64(e.Redelivery),
	}
	if !e.Base64 {
		out.User, out.Event = cmp.Or(e.Properties[userProperty], e.Key), e.Properties[eventProperty]
	}
	var err error
	if out.Detail, err = wireDetail(e); err != nil {
		return out, err
	}
	return out, nil
}

// told are the keys of a tap's event that a history's event has for itself, or
// that nobody asks for.
var told = []string{"t", "domain", "src", "seq", "kind", "server", "fate", "key", "properties", "redelivery"}

func wireDetail(e *tap.Event) (map[string]string, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	var detail map[string]string
	for name, value := range all {
		if slices.Contains(told, name) {
			continue
		}
		if detail == nil {
			detail = map[string]string{}
		}
		var text string
		var list []string
		switch {
		case json.Unmarshal(value, &text) == nil:
			detail[name] = text
		case json.Unmarshal(value, &list) == nil:
			detail[name] = strings.Join(list, " ")
		default:
			detail[name] = string(value)
		}
	}
	return detail, nil
}
