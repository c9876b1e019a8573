package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"turnstile/fixtures/engine"
	"turnstile/fixtures/redis"
)

// locks are where the run's workers have their locks: a lock server of the run's
// own, with a replica or without, where its fault asks for one; else the
// environment's.
type locks struct {
	shared *redis.Server
	own    *redis.Pair // nil: none
	// more are those that a lock by majority asks beside that one. Faults on the
	// lock server are on the first alone.
	more []*redis.Server
}

// start starts the run's own lock server.
func (l *locks) start(ctx context.Context, e *engine.Engine, image, name string, replica bool) (err error) {
	l.own, err = redis.StartPair(ctx, e, image, name, replica)
	return err
}

// startMore starts the servers of a lock that asks several.
func (l *locks) startMore(ctx context.Context, e *engine.Engine, image, name string, n int) (err error) {
	l.more, err = startServers(ctx, e, image, name, n)
	return err
}

// startServers starts n Redis servers. Those that were started are returned, with an
// error too.
func startServers(ctx context.Context, e *engine.Engine, image, name string, n int) (all []*redis.Server, err error) {
	var errs []error
	for i := range n {
		s, err := redis.Start(ctx, e, image, fmt.Sprintf("%s-%d", name, i+1))
		if s != nil {
			all = append(all, s)
		}
		errs = append(errs, err)
	}
	return all, errors.Join(errs...)
}

// removeServers removes what startServers started.
func removeServers(ctx context.Context, all []*redis.Server) error {
	var errs []error
	for _, s := range all {
		errs = append(errs, s.Client().Close(), s.Remove(ctx))
	}
	return errors.Join(errs...)
}

// server is the one that the locks are on at present.
func (l *locks) server() *redis.Server {
	if l.own != nil {
		return l.own.Primary()
	}
	return l.shared
}

// addrs is where the run's workers reach their locks, with commas between them.
func (l *locks) addrs() string {
	all := []string{l.shared.InternalAddr()}
	if l.own != nil {
		all[0] = l.own.Addr()
	}
	for _, s := range l.more {
		all = append(all, s.InternalAddr())
	}
	return strings.Join(all, ",")
}

// saveLogs keeps the output of the run's own lock servers.
func (l *locks) saveLogs(ctx context.Context, rec *recorder) error {
	servers := l.more
	if l.own != nil {
		servers = append(l.own.Servers(), l.more...)
	}
	var errs []error
	for _, s := range servers {
		errs = append(errs, s.SaveLogs(ctx, rec.logs(s.Name)))
	}
	return errors.Join(errs...)
}

func (l *locks) remove(ctx context.Context) error {
	errs := []error{removeServers(ctx, l.more)}
	if l.own != nil {
		errs = append(errs, l.own.Remove(ctx))
	}
	return errors.Join(errs...)
}
