package history

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
)

// MaxLine is the longest line that a reader accepts, in bytes with its newline.
// It bounds the memory that a damaged file can take.
const MaxLine = 1 << 20

// ErrTruncated is wrapped by the error of a history that stops early.
var ErrTruncated = errors.New("the history is cut short")

// Read reads a complete history. It fails, naming the line, on a missing or
// foreign header, another version, a malformed or oversized line, a source
// whose events are repeated, missing or out of order, and (wrapping
// [ErrTruncated]) a missing or untrue end.
//
// Events that say the same may share it: strings, and Detail maps of one entry.
func Read(r io.Reader) (*History, error) {
	s := newScanner(r)
	events, err := s.all()
	if err != nil {
		return nil, err
	}
	n := len(events)
	if n == 0 || events[n-1].Kind != KindEnd {
		return nil, fmt.Errorf("%w after line %d: no %q line; was the run killed while it wrote?", ErrTruncated, s.line, KindEnd)
	}
	end := events[n-1]
	if end.Ordinal != int64(n-1) {
		return nil, fmt.Errorf("%w: the %q line counts %d events, %d are there", ErrTruncated, KindEnd, end.Ordinal, n-1)
	}
	return &History{Events: events[:n-1], SHA256: hex.EncodeToString(s.sum.Sum(nil))}, nil
}

// ReadPart reads one observer's file, which may stop anywhere. A last line
// without its newline is left out and reported by torn.
func ReadPart(r io.Reader) (events []Event, torn bool, err error) {
	s := newScanner(r)
	s.part = true
	events, err = s.all()
	if err != nil {
		return nil, false, err
	}
	return events, s.torn, nil
}

// scanner turns a file into events. It alone touches the file and judges the
// events' order, in the order of the lines, while decoders turn blocks of lines
// into events. So what it returns, and which of several mistakes it reports, do
// not depend on how the file was cut into blocks or on who decoded them.
type scanner struct {
	*blocks
	part bool
	torn bool

	version int // of the format, by the header

	line   int // the last whole line judged
	ended  bool
	seqs   map[string]*uint64 // by source
	events []Event            // those that are still under way, too
	bytes  int                // that they were in
}

func newScanner(r io.Reader) *scanner {
	return &scanner{blocks: newBlocks(r, blockSize), seqs: map[string]*uint64{}}
}

func (s *scanner) all() ([]Event, error) {
	if err := s.header(); err != nil {
		return nil, err
	}
	d := newDecoders(s.version)
	defer d.close()
	for more := true; ; {
		for more && d.hasRoom() {
			var lines []byte
			if lines, more = s.next(); more {
				d.add(lines, s.places(lines, d))
			}
		}
		b := d.oldest()
		if b == nil {
			break
		}
		if err := s.take(b); err != nil {
			return nil, err
		}
		s.giveBack(b.lines)
	}
	if err := s.stopped(); err != nil {
		return nil, err
	}
	return s.events, nil
}

// header reads the first line, which is not an event.
func (s *scanner) header() error {
	line, ok := s.first()
	if !ok {
		if len(s.rest) == 0 && errors.Is(s.err, io.EOF) {
			return fmt.Errorf("%w: it is empty", ErrTruncated)
		}
		if err := encodingError(s.rest); err != nil {
			return err
		}
		s.part = false // not even an observer's file may stop here
		return s.stopped()
	}
	s.line++
	version, err := headerOf(line)
	s.version = version
	return err
}

// take judges the next block's events by what came before them.
func (s *scanner) take(b *decoded) error {
	for i := range b.events {
		e := &b.events[i]
		s.line++
		if s.ended {
			return s.afterEnd()
		}
		last := s.seqs[e.Src]
		if last == nil {
			last = new(uint64)
			s.seqs[e.Src] = last
		}
		if want := *last + 1; e.Seq != want {
			return fmt.Errorf("line %d: event %d of %s where event %d should stand: lines are missing, repeated or out of order",
				s.line, e.Seq, e.Src, want)
		}
		*last = e.Seq
		s.ended = e.Kind == KindEnd
	}
	if b.err == nil {
		return nil
	}
	s.line++
	if s.ended && !errors.Is(b.err, errLong) {
		return s.afterEnd()
	}
	return fmt.Errorf("line %d: %w", s.line, b.err)
}

// afterEnd refuses a line that follows the end.
func (s *scanner) afterEnd() error {
	return fmt.Errorf("line %d: something follows the %q line", s.line, KindEnd)
}

// stopped tells why the file goes no further than its last whole line; nil if
// that is its end.
func (s *scanner) stopped() error {
	switch {
	case errors.Is(s.err, errLong):
		return fmt.Errorf("line %d: %w", s.line+1, s.err)
	case !errors.Is(s.err, io.EOF):
		return fmt.Errorf("reading line %d: %w", s.line+1, s.err)
	case len(s.rest) == 0:
		return nil
	case s.part:
		s.torn = true
		return nil
	}
	return fmt.Errorf("%w inside line %d", ErrTruncated, s.line+1)
}

// leastLine is the length of the shortest line that can be an event. A block
// has no more events than that allows, before a line that is none, however many
// lines it has.
const leastLine = len(`{"domain":"d","src":"s","seq":1,"kind":"k"}` + "\n")

// places makes room for the events of a block's lines.
//
// Where the file's size is known, the second block makes room for all events,
// by how many there were in the first: an Event is large, and a slice that has
// to grow is held twice.
func (s *scanner) places(lines []byte, d *decoders) []Event {
	n := min(bytes.Count(lines, []byte("\n")), len(lines)/leastLine+1)
	at := len(s.events)
	if at+n > cap(s.events) {
		more := n
		if sound := d.wait(); sound && s.bytes > 0 { // what is under way has its places in the old slice
			more = max(n, int(1.02*float64(at)/float64(s.bytes)*float64(s.total))-at)
		}
		s.events = slices.Grow(s.events, more)
		inLargePages(s.events)
	}
	s.bytes += len(lines)
	s.events = s.events[:at+n]
	return s.events[at:]
}
