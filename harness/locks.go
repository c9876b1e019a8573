package harness

import (
	"context"
	"errors"
	"path/filepath"

	"turnstile/fixtures/redis"
)

// startLocks gives the run a lock server of its own, with a replica, where its
// fault asks for one.
func (r *run) startLocks(ctx context.Context) (err error) {
	needs := r.scenario.asks()
	if !needs.OwnLocks {
		return nil
	}
	r.locks, err = redis.StartPair(ctx, r.env.engine, r.env.images.Redis, r.id+"-locks", needs.Replica)
	return err
}

// lockServer is the server that the run's locks are on at present.
func (r *run) lockServer() *redis.Server {
	if r.locks != nil {
		return r.locks.Primary()
	}
	return r.env.locks
}

// lockAddr is where the run's workers reach their locks.
func (r *run) lockAddr() string {
	if r.locks != nil {
		return r.locks.Addr()
	}
	return r.env.locks.InternalAddr()
}

// saveLockLogs keeps the output of the run's own lock servers.
func (r *run) saveLockLogs(ctx context.Context) error {
	if r.locks == nil {
		return nil
	}
	var errs []error
	for _, s := range r.locks.Servers() {
		errs = append(errs, s.SaveLogs(ctx, filepath.Join(r.folder, "logs", s.Name+".log.gz")))
	}
	return errors.Join(errs...)
}
