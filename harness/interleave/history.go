package interleave

import (
	"context"
	"errors"

	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator"
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
	w, err := history.NewWriter(discard{}, history.SrcStore)
	if err != nil {
		return nil, err
	}
	return orchestrator.CopyStoreLog(context.Background(), m.x.client, m.prefix, w)
}

// removeKeys removes what the merge's workers have written.
func (m *merge) removeKeys() error {
	ctx := context.Background()
	keys := []string{m.prefix + "log"}
	for _, kind := range []string{"state:", "fence:", "intent:", "epoch:"} {
		keys = append(keys, m.prefix+kind+m.user)
	}
	m.mu.Lock()
	for key := range m.locks {
		keys = append(keys, key)
	}
	m.mu.Unlock()
	return m.x.client.Unlink(ctx, keys...).Err()
}
