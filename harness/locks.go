package harness

import (
	"context"
	"errors"

	"turnstile/fixtures/engine"
	"turnstile/fixtures/redis"
)

// locks are where the run's workers have their locks: a lock server of the run's
// own, with a replica or without, where its fault asks for one; else the
// environment's.
type locks struct {
	shared *redis.Server
	own    *redis.Pair // nil: none
}

// start starts the run's own lock server.
func (l *locks) start(ctx context.Context, e *engine.Engine, image, name string, replica bool) (err error) {
	l.own, err = redis.StartPair(ctx, e, image, name, replica)
	return err
}

// server is the one that the locks are on at present.
func (l *locks) server() *redis.Server {
	if l.own != nil {
		return l.own.Primary()
	}
	return l.shared
}

// addr is where the run's workers reach their locks.
func (l *locks) addr() string {
	if l.own != nil {
		return l.own.Addr()
	}
	return l.shared.InternalAddr()
}

// saveLogs keeps the output of the run's own lock servers.
func (l *locks) saveLogs(ctx context.Context, rec *recorder) error {
	if l.own == nil {
		return nil
	}
	var errs []error
	for _, s := range l.own.Servers() {
		errs = append(errs, s.SaveLogs(ctx, rec.logs(s.Name)))
	}
	return errors.Join(errs...)
}

func (l *locks) remove(ctx context.Context) error {
	if l.own == nil {
		return nil
	}
	return l.own.Remove(ctx)
}
