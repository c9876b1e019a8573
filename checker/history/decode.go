package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"

	gojson "github.com/goccy/go-json"
)

// What a line means is what encoding/json makes of it. It is read by
// goccy/go-json, which was chosen by measurement: of the libraries that agree
// with encoding/json on every line of the differential tests (among them
// duplicated and foreign keys, other cases of them, numbers out of range,
// invalid UTF-8 and surrogates, deep nesting) it is the fastest, at about a
// sixth of encoding/json's time. A line that it refuses is put to encoding/json,
// whose answer counts, so that a mistake is told in the same words as ever.

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
	most  int // decoders
	n     int // started
	jobs  chan *decoded
	done  sync.WaitGroup
	queue []*decoded // under way, the oldest first
}

func newDecoders() *decoders {
	most := runtime.GOMAXPROCS(0)
	return &decoders{most: most, jobs: make(chan *decoded, 2*most)}
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
			known := newShared()
			for b := range d.jobs {
				b.decode(known)
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

func (b *decoded) decode(known *shared) {
	rest := b.lines
	for n := range b.events {
		i := bytes.IndexByte(rest, '\n')
		e := &b.events[n]
		if b.err = decodeLine(rest[:i], e); b.err != nil {
			b.events = b.events[:n]
			return
		}
		known.share(e)
		rest = rest[i+1:]
	}
}

// decodeLine reads what can be judged of a line by itself.
func decodeLine(line []byte, e *Event) error {
	if len(line) >= MaxLine {
		return tooLong()
	}
	*e = Event{}
	if err := gojson.Unmarshal(line, e); err != nil {
		*e = Event{}
		if err := json.Unmarshal(line, e); err != nil {
			return fmt.Errorf("not an event: %w", err)
		}
	}
	switch {
	case e.Kind == "":
		return errors.New("an event without a kind")
	case e.Src == "":
		return fmt.Errorf("a %s event without src", e.Kind)
	case e.Domain == "":
		return fmt.Errorf("a %s event without a clock domain", e.Kind)
	case e.T < 0 || e.From < 0 || e.From > e.T:
		return fmt.Errorf("a %s event with an impossible time (from %d to %d)", e.Kind, e.From, e.T)
	}
	return nil
}
