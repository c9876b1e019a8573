package harness

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"turnstile/fault"
	"turnstile/fixtures/redis"
)

// lockTable is the users' locks on whichever server the workers are sent to.
type lockTable struct {
	server func() *redis.Server
	prefix string
}

func (l lockTable) lock(user string) string  { return l.prefix + "lock:" + user }
func (l lockTable) epoch(user string) string { return l.prefix + "epoch:" + user }

func (l lockTable) Owner(ctx context.Context, user string) (string, error) {
	token, err := l.server().Client().Get(ctx, l.lock(user)).Result()
	if errors.Is(err, goredis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the lock of %s: %w", user, err)
	}
	return token, nil
}

func (l lockTable) Delete(ctx context.Context, user string) error {
	if err := l.server().Client().Del(ctx, l.lock(user)).Err(); err != nil {
		return fmt.Errorf("deleting the lock of %s: %w", user, err)
	}
	return nil
}

// Lock reads a lock, its time to live and its counter in one transaction.
func (l lockTable) Lock(ctx context.Context, user string) (fault.LockState, error) {
	var token, epoch *goredis.StringCmd
	var left *goredis.DurationCmd
	_, err := l.server().Client().TxPipelined(ctx, func(p goredis.Pipeliner) error {
		token, left, epoch = p.Get(ctx, l.lock(user)), p.PTTL(ctx, l.lock(user)), p.Get(ctx, l.epoch(user))
		return nil
	})
	if err != nil && !errors.Is(err, goredis.Nil) {
		return fault.LockState{}, fmt.Errorf("reading the lock of %s: %w", user, err)
	}
	s := fault.LockState{Token: token.Val(), Left: left.Val()}
	if epoch.Val() != "" {
		if s.Counter, err = epoch.Int64(); err != nil {
			return s, fmt.Errorf("reading the fencing tokens of %s: %w", user, err)
		}
	}
	return s, nil
}

func (l lockTable) Account(ctx context.Context) (fault.Account, error) {
	info, err := l.server().Client().InfoMap(ctx, "server", "stats", "replication", "commandstats").Result()
	if err != nil {
		return fault.Account{}, fmt.Errorf("asking the lock server %s about itself: %w", l.server().Name, err)
	}
	a := fault.Account{RunID: info["Server"]["run_id"], Role: info["Replication"]["role"], Link: info["Replication"]["master_link_status"]}
	if a.Evicted, err = strconv.ParseInt(info["Stats"]["evicted_keys"], 10, 64); err != nil {
		return a, fmt.Errorf("the lock server %s tells no evicted_keys: %w", l.server().Name, err)
	}
	// A command that was never called is not listed.
	_, err = fmt.Sscanf(info["Commandstats"]["cmdstat_flushall"], "calls=%d,", &a.Flushes)
	if err != nil && info["Commandstats"]["cmdstat_flushall"] != "" {
		return a, fmt.Errorf("the lock server %s counts its flushes in another way than was thought: %w", l.server().Name, err)
	}
	return a, nil
}

// ownLocks is the lock server of a run that has one to itself.
type ownLocks struct {
	lockTable
	pair   *redis.Pair
	filled *atomic.Int64 // keys that Fill has written
}

func newOwnLocks(pair *redis.Pair, prefix string) ownLocks {
	return ownLocks{lockTable{pair.Primary, prefix}, pair, new(atomic.Int64)}
}

func (o ownLocks) process() process { return process{o.server().Container} }

func (o ownLocks) Kill(ctx context.Context) error                 { return o.process().Kill(ctx) }
func (o ownLocks) Stop(ctx context.Context) error                 { return o.process().Stop(ctx) }
func (o ownLocks) Pause(ctx context.Context) error                { return o.process().Pause(ctx) }
func (o ownLocks) Unpause(ctx context.Context) error              { return o.process().Unpause(ctx) }
func (o ownLocks) State(ctx context.Context) (fault.State, error) { return o.process().State(ctx) }
func (o ownLocks) Start(ctx context.Context) error                { return o.server().Start(ctx) }

func (o ownLocks) Flush(ctx context.Context) error {
	if err := o.server().Client().FlushAll(ctx).Err(); err != nil {
		return fmt.Errorf("flushing the lock server: %w", err)
	}
	return nil
}

// What other tenants of the lock server write: keys of this many bytes, that
// run out long after every lock.
const (
	fillerBytes = 10_000
	fillerBatch = 16
	fillerLife  = 10 * time.Minute
	fillerKeys  = "filler:"
	memoryRoom  = 2 << 20
)

func (o ownLocks) LimitMemory(ctx context.Context, policy string) error {
	c := o.server().Client()
	info, err := c.InfoMap(ctx, "memory").Result()
	if err != nil {
		return fmt.Errorf("asking the lock server for its memory: %w", err)
	}
	used, err := strconv.ParseInt(info["Memory"]["used_memory"], 10, 64)
	if err != nil {
		return fmt.Errorf("the lock server tells no used_memory: %w", err)
	}
	for _, set := range [][2]string{{"maxmemory-policy", policy}, {"maxmemory", strconv.FormatInt(used+memoryRoom, 10)}} {
		if err := c.ConfigSet(ctx, set[0], set[1]).Err(); err != nil {
			return fmt.Errorf("setting the lock server's %s to %s: %w", set[0], set[1], err)
		}
	}
	return nil
}

func (o ownLocks) Fill(ctx context.Context) error {
	c := o.server().Client()
	value := make([]byte, fillerBytes)
	_, err := c.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for range fillerBatch {
			p.Set(ctx, fillerKeys+strconv.FormatInt(o.filled.Add(1), 10), value, fillerLife)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("filling the lock server's memory: %w", err)
	}
	return nil
}

func (o ownLocks) LiftMemoryLimit(ctx context.Context) error {
	c := o.server().Client()
	errs := []error{c.ConfigSet(ctx, "maxmemory", "0").Err(), c.ConfigSet(ctx, "maxmemory-policy", "noeviction").Err()}
	keys := c.Scan(ctx, 0, fillerKeys+"*", 1000).Iterator()
	for keys.Next(ctx) {
		errs = append(errs, c.Unlink(ctx, keys.Val()).Err())
	}
	if err := errors.Join(append(errs, keys.Err())...); err != nil {
		return fmt.Errorf("giving the lock server its memory back: %w", err)
	}
	return nil
}

func (o ownLocks) Replica() fault.LockReplica {
	if o.pair.Replica() == nil {
		return nil
	}
	return lockReplica{lockTable{o.pair.Replica, o.prefix}, o.pair}
}

// lockReplica is the replica of a run's own lock server.
type lockReplica struct {
	lockTable
	*redis.Pair
}
