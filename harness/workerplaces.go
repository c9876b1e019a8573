package harness

import "sync"

// workerPlaces are those of a run's workers: 1 and on for those of the beginning, in
// the order of their names, and further ones for who comes as one more. A
// replacement has the place of the one that it replaces, and so does a later
// life.
type workerPlaces struct {
	mu   sync.Mutex
	of   map[string]int // by worker
	last int            // given out
}

// give gives a worker a place of its own.
func (p *workerPlaces) give(worker string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	p.put(worker, p.last)
}

// inherit gives a worker the place of another; a place of its own if there is
// no such other.
func (p *workerPlaces) inherit(worker, from string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, ok := p.of[from]
	if !ok {
		p.last++
		n = p.last
	}
	p.put(worker, n)
}

func (p *workerPlaces) put(worker string, n int) {
	if p.of == nil {
		p.of = map[string]int{}
	}
	p.of[worker] = n
}

// at is a worker's place; beyond all that were given out if it has none.
func (p *workerPlaces) at(worker string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n, ok := p.of[worker]; ok {
		return n
	}
	return p.last + 1
}
