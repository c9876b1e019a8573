package interleave

import (
	"context"
	"sync"
)

// queue has the jobs that nobody works on yet: the last that came first, so that
// few wait.
type queue struct {
	mu      sync.Mutex
	wake    *sync.Cond
	jobs    []job
	working int
}

func newQueue() *queue {
	q := &queue{}
	q.wake = sync.NewCond(&q.mu)
	return q
}

func (q *queue) add(jobs ...job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, jobs...)
	q.wake.Broadcast()
}

// next waits for a job; ok is false when there will be none, or ctx has ended.
// Whoever has one calls done after it has added what comes of it.
func (q *queue) next(ctx context.Context) (j job, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.jobs) == 0 && q.working > 0 && ctx.Err() == nil {
		q.wake.Wait()
	}
	if len(q.jobs) == 0 || ctx.Err() != nil {
		return job{}, false
	}
	j = q.jobs[len(q.jobs)-1]
	q.jobs = q.jobs[:len(q.jobs)-1]
	q.working++
	return j, true
}

func (q *queue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.working--
	q.wake.Broadcast()
}

// left are the jobs that nobody has worked on.
func (q *queue) left() []job {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.jobs
}
