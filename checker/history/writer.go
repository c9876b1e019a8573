package history

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
)

// Writer records one observer's events. Each goes to the underlying writer in
// one Write call, under a lock, before Record returns; for an *os.File that is
// one write(2), which a SIGKILL after it cannot undo.
type Writer struct {
	mu     sync.Mutex
	w      io.Writer
	src    string
	domain string
	seq    uint64
}

// NewWriter writes the header to w and returns a recorder for src.
func NewWriter(w io.Writer, src string) (*Writer, error) {
	domain, err := Domain()
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(headerLine()); err != nil {
		return nil, fmt.Errorf("writing the header of %s's history: %w", src, err)
	}
	return &Writer{w: w, src: src, domain: domain}, nil
}

// CreateFile creates (never truncates) the file and returns a recorder for src.
// The caller closes the file after the last event.
func CreateFile(path, src string) (*Writer, *os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("creating %s's history: %w", src, err)
	}
	w, err := NewWriter(f, src)
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return w, f, nil
}

// Record stamps e with now (unless T is set), the domain, the source and the
// next sequence number, and writes it. It returns the event as written.
//
// Stamping and writing happen under one lock, so that a source's events are in
// the order of their stamps where Record chooses the stamp.
func (w *Writer) Record(e Event) (Event, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.T == 0 {
		e.T = Now()
	}
	w.seq++
	e.Domain, e.Src, e.Seq = w.domain, w.src, w.seq
	line, err := encode(&e)
	if err != nil {
		return e, fmt.Errorf("encoding a %s event of %s: %w", e.Kind, w.src, err)
	}
	if _, err := w.w.Write(append(line, '\n')); err != nil {
		return e, fmt.Errorf("recording a %s event of %s: %w", e.Kind, w.src, err)
	}
	return e, nil
}

// encode is an event's line, without its newline. A number that its kind must
// have is written also if it is 0, which other numbers are not.
func encode(e *Event) ([]byte, error) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	row := rowOfKind[e.Kind]
	if row == nil {
		return line, nil
	}
	for _, n := range []struct {
		key   int
		value int64
	}{{keyFrom, e.From}, {keyOrdinal, e.Ordinal}, {keyVersion, e.Version}} {
		if n.value == 0 && row.requires.has(n.key) {
			line = fmt.Appendf(line[:len(line)-1], ",%q:0}", eventKeys.list[n.key].name)
		}
	}
	return line, nil
}
