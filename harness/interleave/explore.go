package interleave

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Explorer drives merges on one Redis server.
type Explorer struct {
	Redis    string // host:port
	Parallel int    // merges at a time
	// LeaveOut is the merge that counts as not executed though it was: the one that
	// ends as so many-th, from 1; 0: none. It is there to see what comes of it.
	LeaveOut int

	client *redis.Client
	conns  conns // of the workers
	id     string
	merges atomic.Int64
}

// Open connects to the server. Keys under "interleave:<id>:" are the explorer's
// own.
func Open(ctx context.Context, addr string, parallel int, id string) (*Explorer, error) {
	x := &Explorer{Redis: addr, Parallel: parallel, id: id, client: redis.NewClient(&redis.Options{Addr: addr, PoolSize: 2 * parallel, DisableIdentity: true})}
	if err := x.client.Ping(ctx).Err(); err != nil {
		return nil, fmt.Errorf("the Redis server at %s: %w (is it up, and reachable from here?)", addr, errors.Join(err, x.client.Close()))
	}
	return x, nil
}

// Close closes the connections.
func (x *Explorer) Close() error { return errors.Join(x.conns.close(), x.client.Close()) }

// Taken is a merge that was driven to its end.
type Taken struct {
	moves      []move
	choices    [][]move // what could have gone next, at each step before the tail
	tail       int      // the first of the moves that went alone; -1: none yet
	Exclusions []Exclusion
	History    *history.History // nil where nobody needs it again
	Check      *checker.Result
}

// merged are the moves whose places were chosen: those before the tail.
func (t *Taken) merged() []move { return t.moves[:t.tail] }

// Moves are all moves, in their order.
func (t *Taken) Moves() []Choice { return choicesOf(t.moves) }

// Exploration is what is to be driven, and what became of it.
type Exploration struct {
	Subject Subject
	Pair    Pair
	Bounds  Bounds
	Whole   bool // each merge is driven, also those to which one that was driven is equal

	mu     sync.Mutex
	Equal  int // begun and left: an equal one was driven
	Failed []Failure
	taken  func(*Taken)
	pick   func([]move) int // which of the moves goes where not all of them are driven
}

// Failure is a merge, or all that begin so, that was not executed.
type Failure struct {
	Begin []Choice
	Err   error
}

// job is the merges that begin in the same way: those of which somebody else
// drives an equal one are asleep.
type job struct {
	begin  []Choice
	asleep []move
}

// Explore drives every merge of the pair within the bounds. Each that came to
// its end is given to taken, from several goroutines.
func (x *Explorer) Explore(ctx context.Context, e *Exploration, taken func(*Taken)) {
	e.taken = taken
	q := newQueue()
	q.add(job{})
	var wg sync.WaitGroup
	for range x.Parallel {
		wg.Go(func() {
			for {
				j, ok := q.next(ctx)
				if !ok {
					return
				}
				if _, err := x.drive(e, j, func(more job) { q.add(more) }); err != nil {
					e.mu.Lock()
					e.Failed = append(e.Failed, Failure{j.begin, err})
					e.mu.Unlock()
				}
				q.done()
			}
		})
	}
	wg.Wait()
	for _, j := range q.left() {
		e.Failed = append(e.Failed, Failure{j.begin, ctx.Err()})
	}
}

// drive executes the first merge of a job and returns it; nil if it was left
// because an equal one is driven. Those that branch off go to branch.
func (x *Explorer) drive(e *Exploration, j job, branch func(job)) (*Taken, error) {
	m, err := x.open(e.Subject, e.Pair)
	if err != nil {
		return nil, err
	}
	t := &Taken{tail: -1}
	for sleeping := j.asleep; ; {
		moves, tail, err := m.moves(e.Bounds)
		if err == nil && len(moves) == 0 {
			tail, err = m.redeliver()
			if err == nil && !tail {
				err = m.nobodyWaits()
			}
			if err == nil && !tail {
				break
			}
			moves = nil
		}
		if err != nil {
			return nil, errors.Join(err, m.abandon())
		}
		if tail && t.tail < 0 {
			t.tail = len(t.moves)
		}
		if moves == nil {
			continue
		}
		v, still, err := e.choose(t, j, moves, sleeping, branch)
		if err == nil && len(t.moves) >= longest {
			err = fmt.Errorf("it has not ended after %d steps", longest)
		}
		if err != nil {
			return nil, errors.Join(err, m.abandon())
		}
		if v == nil {
			e.mu.Lock()
			e.Equal++
			e.mu.Unlock()
			return nil, m.abandon()
		}
		sleeping = still
		if t.tail < 0 {
			t.choices = append(t.choices, moves)
		}
		t.moves = append(t.moves, *v)
		if err := m.take(*v); err != nil {
			return nil, errors.Join(err, m.abandon())
		}
	}
	if t.tail < 0 {
		t.tail = len(t.moves)
	}
	t.Exclusions = m.exclusion
	if t.History, err = m.close(); err != nil {
		return nil, err
	}
	t.Check = checker.Check(t.History)
	if m.s.Guard.Refuses() {
		t.Check.Verdicts = append(t.Check.Verdicts, judgeFence(t.History))
	}
	e.taken(t)
	return t, nil
}

// choose is what goes next; nil if every way on is driven elsewhere.
func (e *Exploration) choose(t *Taken, j job, moves, sleeping []move, branch func(job)) (*move, []move, error) {
	n := len(t.moves)
	switch {
	case n < len(j.begin):
		i := slices.IndexFunc(moves, func(v move) bool { return v.Choice == j.begin[n] })
		if i < 0 {
			return nil, nil, fmt.Errorf("step %d, %v, cannot be repeated: what can go is %v", n+1, j.begin[n], choicesOf(moves))
		}
		return &moves[i], sleeping, nil
	case t.tail >= 0:
		return &moves[0], nil, nil
	case branch == nil:
		return &moves[e.pick(moves)], nil, nil
	}
	if i := e.private(moves); i >= 0 && !e.Whole {
		moves = moves[i : i+1]
	}
	var free []move
	for _, c := range moves {
		if e.Whole || !asleep(sleeping, c) {
			free = append(free, c)
		}
	}
	if len(free) == 0 {
		return nil, nil, nil
	}
	for i, c := range free[1:] {
		others := append(slices.Clone(sleeping), free[:i+1]...)
		branch(job{append(choicesOf(t.moves), c.Choice), awake(others, c)})
	}
	return &free[0], awake(sleeping, free[0]), nil
}

// private is a move that may change places with whatever any other party may ever
// do, and that is all that its own may do next: of the ways on, those that begin
// with it are enough. -1: there is none.
func (e *Exploration) private(moves []move) int {
	return slices.IndexFunc(moves, func(v move) bool {
		return onlyBroker(v.op) && !e.Pair.twice && count(moves, func(o move) bool { return o.Who == v.Who }) == 1
	})
}

func count[T any](all []T, is func(T) bool) (n int) {
	for _, x := range all {
		n += btoi(is(x))
	}
	return n
}
