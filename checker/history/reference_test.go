package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// lineScanner is the reader as it would be written without a thought for speed:
// a line at a time, by encoding/json. The real one must do as it does.
type lineScanner struct {
	r    *bufio.Reader
	line int
	part bool
	torn bool
	seqs map[string]uint64
}

func newLineScanner(r io.Reader) *lineScanner {
	return &lineScanner{r: bufio.NewReaderSize(r, 1<<16), seqs: map[string]uint64{}}
}

func (s *lineScanner) all() (*History, error) {
	if err := s.header(); err != nil {
		return nil, err
	}
	h := &History{}
	ended := false
	for {
		line, err := s.next()
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if err != nil {
			return nil, err
		}
		if ended {
			return nil, fmt.Errorf("line %d: something follows the %q line", s.line, KindEnd)
		}
		e, err := s.event(line)
		if err != nil {
			return nil, err
		}
		ended = e.Kind == KindEnd
		h.Events = append(h.Events, e)
	}
}

func (s *lineScanner) header() error {
	line, err := s.next()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it is empty", ErrTruncated)
	}
	if err != nil {
		return err
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(line, &head); err != nil || head.Format != Format {
		return fmt.Errorf("line 1: not a Turnstile history: want a header like %s", bytes.TrimSpace(headerLine()))
	}
	if head.Version != Version {
		return fmt.Errorf("line 1: format version %d, this build reads version %d: use the build that wrote it", head.Version, Version)
	}
	return nil
}

// next returns one line without its newline, which is valid until the next call.
func (s *lineScanner) next() ([]byte, error) {
	s.line++
	var long []byte
	for {
		chunk, err := s.r.ReadSlice('\n')
		if len(long)+len(chunk) > MaxLine {
			return nil, fmt.Errorf("line %d: longer than %d bytes", s.line, MaxLine)
		}
		switch {
		case err == nil && long == nil:
			return chunk[:len(chunk)-1], nil
		case err == nil:
			return append(long, chunk[:len(chunk)-1]...), nil
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, chunk...)
		case errors.Is(err, io.EOF):
			s.line--
			if len(long)+len(chunk) == 0 {
				return nil, io.EOF
			}
			if s.part && s.line > 0 {
				s.torn = true
				return nil, io.EOF
			}
			return nil, fmt.Errorf("%w inside line %d", ErrTruncated, s.line+1)
		default:
			return nil, fmt.Errorf("reading line %d: %w", s.line, err)
		}
	}
}

func (s *lineScanner) event(line []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(line, &e); err != nil {
		return e, fmt.Errorf("line %d: not an event: %w", s.line, err)
	}
	switch {
	case e.Kind == "":
		return e, fmt.Errorf("line %d: an event without a kind", s.line)
	case e.Src == "":
		return e, fmt.Errorf("line %d: a %s event without src", s.line, e.Kind)
	case e.Domain == "":
		return e, fmt.Errorf("line %d: a %s event without a clock domain", s.line, e.Kind)
	case e.T < 0 || e.From < 0 || e.From > e.T:
		return e, fmt.Errorf("line %d: a %s event with an impossible time (from %d to %d)", s.line, e.Kind, e.From, e.T)
	}
	if want := s.seqs[e.Src] + 1; e.Seq != want {
		return e, fmt.Errorf("line %d: event %d of %s where event %d should stand: lines are missing, repeated or out of order",
			s.line, e.Seq, e.Src, want)
	}
	s.seqs[e.Src] = e.Seq
	return e, nil
}
