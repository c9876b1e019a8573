package fault

import (
	"context"
	"fmt"
	"time"
)

// holders is the last send of each aimed user.
func (s *Scene) holders(ctx context.Context) (map[string]Send, error) {
	last := map[string]Send{}
	for _, user := range s.Users {
		sends, _, err := s.Downstream.Sends(ctx, user, 0, 0)
		if err != nil {
			return nil, fmt.Errorf("asking the downstream for its sends: %w", err)
		}
		if len(sends) > 0 {
			last[user] = sends[len(sends)-1]
		}
	}
	return last, nil
}

// awayFrom looks for up to the limit for an aimed user whose last send is
// another worker's than it was.
func (s *Scene) awayFrom(ctx context.Context, holders map[string]Send, limit time.Duration) (what string, moved bool, err error) {
	for until := time.Now().Add(limit); ; {
		now, err := s.holders(ctx)
		if err != nil {
			return "", false, err
		}
		for _, user := range s.Users {
			if was, is := holders[user], now[user]; was.Worker != "" && is.Worker != was.Worker {
				return fmt.Sprintf("%s sent for %s (event %s) after %s (event %s)", is.Worker, user, is.Event, was.Worker, was.Event), true, nil
			}
		}
		if time.Now().After(until) || !sleep(ctx, pollEvery) {
			return "", false, ctx.Err()
		}
	}
}
