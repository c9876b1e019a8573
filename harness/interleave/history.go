package interleave

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"turnstile/checker/history"
)

// close ends a merge that ran to its end, and returns all that was observed of
// it, as one history.
func (m *merge) close() (*history.History, error) {
	m.tell(history.Event{Kind: history.KindQuiet, Outcome: history.OutcomeOK})
	store, err := m.storeLog()
	err = errors.Join(err, m.end())
	parts := [][]history.Event{store}
	m.mu.Lock()
	parts = append(parts, m.events)
	for _, w := range m.workers {
		parts = append(parts, w.events)
	}
	broken := m.broken
	m.mu.Unlock()
	sent, gerr := m.gateway.close()
	parts = append(parts, sent)
	if err := errors.Join(err, gerr, broken, m.removeKeys()); err != nil {
		return nil, err
	}
	return &history.History{Events: history.Merge(parts...)}, nil
}

// abandon ends a merge whose history nobody wants.
func (m *merge) abandon() error {
	err := m.end()
	_, gerr := m.gateway.close()
	return errors.Join(err, gerr, m.removeKeys())
}

// storeLog reads what the store's own log has.
func (m *merge) storeLog() (events []history.Event, err error) {
	entries, err := m.x.client.XRange(context.Background(), m.prefix+"log", "-", "+").Result()
	if err != nil {
		return nil, fmt.Errorf("reading the state store's log: %w", err)
	}
	w, err := history.NewWriter(discard{}, history.SrcStore)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		field := func(name string) string { s, _ := e.Values[name].(string); return s }
		version, err := strconv.ParseInt(field("version"), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("entry %s of the state store's log: version %q is no number", e.ID, field("version"))
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
			return nil, err
		}
		events = append(events, ev)
	}
	return events, nil
}

// removeKeys removes what the merge's workers have written.
func (m *merge) removeKeys() error {
	ctx := context.Background()
	keys := []string{m.prefix + "log"}
	for _, kind := range []string{"state:", "fence:", "epoch:"} {
		keys = append(keys, m.prefix+kind+m.user)
	}
	m.mu.Lock()
	for key := range m.locks {
		keys = append(keys, key)
	}
	m.mu.Unlock()
	return m.x.client.Unlink(ctx, keys...).Err()
}
