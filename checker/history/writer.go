package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"turnstile/checker/history/mapped"
)

// Writer records one observer's events. Each goes to the underlying writer in
// one Write call, under a lock, before Record returns; for an *os.File that is
// one write(2), for a [mapped.File] a store into the file's page: a SIGKILL after
// either cannot undo it.
type Writer struct {
	mu     sync.Mutex
	w      io.Writer
	src    string
	domain string
	seq    uint64
	event  Event // the last one, and its line: their room is used again
	line   []byte
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

// CreateMapped is CreateFile for a program that records much and may be killed: see
// [mapped]. The caller closes the file after the last event; who reads it before, or
// when the program was killed, reads it by [mapped.Written].
func CreateMapped(path, src string) (*Writer, io.Closer, error) {
	f, err := mapped.Create(path)
	if err != nil {
		return nil, nil, fmt.Errorf("creating %s's history: %w", src, err)
	}
	w, err := NewWriter(f, src)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
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
	w.event = e
	line, err := appendEvent(w.line[:0], &w.event)
	if err != nil {
		return e, fmt.Errorf("encoding a %s event of %s: %w", e.Kind, w.src, err)
	}
	line = append(line, '\n')
	w.line = line
	if _, err := w.w.Write(w.line); err != nil {
		return e, fmt.Errorf("recording a %s event of %s: %w", e.Kind, w.src, err)
	}
	return e, nil
}
