package history

import (
	"bytes"
	"runtime"
	"sync"
)

// decoded is a block of lines on its way to events.
type decoded struct {
	lines  []byte
	events []Event // in their place in the history
	err    error   // of the line after the last of events
	ready  chan struct{}
}

// decoders turn blocks into events, several at a time, and give them back in
// the order in which they came.
type decoders struct {
	version int // of the file's format

	most  int // decoders
	n     int // started
	jobs  chan *decoded
	done  sync.WaitGroup
	queue []*decoded // under way, the oldest first
}

func newDecoders(version int) *decoders {
	most := runtime.GOMAXPROCS(0)
	return &decoders{version: version, most: most, jobs: make(chan *decoded, 2*most)}
}

// hasRoom reports whether a block can be taken on. The bound keeps the memory
// that is under way small.
func (d *decoders) hasRoom() bool { return len(d.queue) < cap(d.jobs) }

// add takes on a block of lines, whose events go to places, one for each line.
func (d *decoders) add(lines []byte, places []Event) {
	b := &decoded{lines: lines, events: places, ready: make(chan struct{})}
	d.queue = append(d.queue, b)
	d.jobs <- b
	if d.n < d.most {
		d.n++
		d.done.Go(func() {
			p := newParser(d.version)
			for b := range d.jobs {
				b.decode(p)
				close(b.ready)
			}
		})
	}
}

// oldest waits for the oldest block; nil if none is under way.
func (d *decoders) oldest() *decoded {
	if len(d.queue) == 0 {
		return nil
	}
	b := d.queue[0]
	d.queue = d.queue[1:]
	<-b.ready
	return b
}

// wait waits for all that are under way, and reports whether they are sound.
func (d *decoders) wait() (sound bool) {
	sound = true
	for _, b := range d.queue {
		<-b.ready
		sound = sound && b.err == nil
	}
	return sound
}

func (d *decoders) close() {
	close(d.jobs)
	d.done.Wait()
}

func (b *decoded) decode(p *parser) {
	rest := b.lines
	for n := range b.events {
		i := bytes.IndexByte(rest, '\n')
		e := &b.events[n]
		if b.err = p.line(rest[:i], e); b.err != nil {
			b.events = b.events[:n]
			return
		}
		rest = rest[i+1:]
	}
}
