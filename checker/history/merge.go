package history

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Merge puts several observers' events into one order for people to read: by
// time, and within one source by sequence whatever the stamps say (a source
// may record an operation that spans time after it ended). Events of one instant
// are in the order of their parts.
func Merge(parts ...[]Event) []Event {
	type head struct {
		events []Event
		at     int64 // stamp by which the next event is placed: never before its predecessor's
	}
	var total int
	heads := make([]*head, 0, len(parts))
	for _, p := range parts {
		total += len(p)
		if len(p) > 0 {
			heads = append(heads, &head{events: p, at: p[0].T})
		}
	}
	out := make([]Event, 0, total)
	for len(heads) > 0 {
		sort.SliceStable(heads, func(i, j int) bool { return heads[i].at < heads[j].at })
		h := heads[0]
		out = append(out, h.events[0])
		h.events = h.events[1:]
		if len(h.events) == 0 {
			heads = heads[1:]
			continue
		}
		h.at = max(h.at, h.events[0].T)
	}
	return out
}

// WriteFile writes a complete history (header, events, end) to path by way of
// a temporary file and rename, so that path never holds half of one. The
// events keep their stamps, sources and sequence numbers. A file whose name ends
// in .gz is packed, as fast as goes: a tenth of the size is soon reached.
func WriteFile(path string, events []Event) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".history-*")
	if err != nil {
		return fmt.Errorf("creating the history: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if strings.HasSuffix(path, ".gz") {
		err = WritePacked(f, events, gzip.BestSpeed)
	} else {
		err = Write(f, events)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// WritePacked writes a complete history to w, packed by gzip at one of its
// levels.
func WritePacked(w io.Writer, events []Event, level int) error {
	z, err := gzip.NewWriterLevel(w, level)
	if err != nil {
		return err
	}
	return errors.Join(Write(z, events), z.Close())
}

// Write writes a complete history to w.
func Write(w io.Writer, events []Event) error {
	bw := bufio.NewWriterSize(w, 1<<16)
	if _, err := bw.Write(headerLine()); err != nil {
		return err
	}
	var line []byte
	put := func(e *Event) (err error) {
		if line, err = appendEvent(line[:0], e); err == nil {
			line = append(line, '\n')
			_, err = bw.Write(line)
		}
		return err
	}
	for i := range events {
		if err := put(&events[i]); err != nil {
			return err
		}
	}
	domain := "none"
	var last int64
	if n := len(events); n > 0 {
		domain, last = events[n-1].Domain, events[n-1].T
	}
	end := Event{T: last, Domain: domain, Src: SrcEnd, Seq: 1, Kind: KindEnd, Ordinal: int64(len(events))}
	if err := put(&end); err != nil {
		return err
	}
	return bw.Flush()
}
