package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// leaveAlone freezes every worker but one that has none of the first flight's
// user, does something, and thaws them once another worker has an aimed user,
// or the time is over. Whoever is back first after something like an unload is
// a race; this decides it, as a collection of garbage does at a busy hour.
func (i *injection) leaveAlone(ctx context.Context, flights []*flight, limit time.Duration, do func(context.Context) error) (err error) {
	s := i.scene
	var frozen []Process
	defer func() {
		hctx, cancel := healing(ctx)
		defer cancel()
		for _, w := range frozen {
			err = errors.Join(err, thaw(hctx, w))
		}
	}()
	alone := ""
	for _, name := range s.Workers() {
		if alone == "" && name != flights[0].Worker {
			alone = name
			continue
		}
		w, err := s.Worker(name)
		if err != nil {
			return err
		}
		frozen = append(frozen, w)
		if err := w.Pause(ctx); err != nil {
			return err
		}
	}
	i.detail["alone"] = alone
	i.await(ctx, "the engine reports all workers frozen but one", "engine", engineLimit, func(ctx context.Context) (string, bool, error) {
		for n, w := range frozen {
			if st, err := w.State(ctx); err != nil || !st.Paused {
				return fmt.Sprintf("%d of %d", n, len(frozen)), false, err
			}
		}
		return fmt.Sprintf("%d of them", len(frozen)), alone != "", nil
	})
	if err := do(ctx); err != nil {
		return err
	}
	i.linger(ctx, flights, limit)
	return nil
}
