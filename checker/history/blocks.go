package history

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
)

// blockSize is how much of a file is read and decoded at a time: enough that
// handing it over costs nothing, little enough to stay in a processor's cache.
const blockSize = 1 << 18

// errLong is wrapped by the error of a line beyond [MaxLine].
var errLong = errors.New("longer")

func tooLong() error { return fmt.Errorf("%w than %d bytes", errLong, MaxLine) }

// blocks cuts a file into blocks of whole lines.
type blocks struct {
	r     io.Reader
	size  int
	total int       // bytes of the whole; 0 if r does not tell
	left  int       // bytes still in r; 0 if r did not tell
	rest  []byte    // read, and not given out yet
	err   error     // why no more can be read: io.EOF, or what went wrong
	spare [][]byte  // given back
	sum   hash.Hash // of all that was read
}

func newBlocks(r io.Reader, size int) *blocks {
	n := sizeOf(r)
	return &blocks{r: r, size: size, total: n, left: n, sum: sha256.New()}
}

// sizeOf tells how many bytes r has, if it tells.
func sizeOf(r io.Reader) int {
	switch r := r.(type) {
	case interface{ Len() int }:
		return r.Len()
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			return int(info.Size())
		}
	}
	return 0
}

// first gives out the first line without its newline. There is none if the file
// stops before it is whole; then err says why.
func (b *blocks) first() (line []byte, ok bool) {
	if !b.fill() {
		return nil, false
	}
	i := bytes.IndexByte(b.rest, '\n')
	if i >= MaxLine {
		b.err = tooLong()
		return nil, false
	}
	line, b.rest = b.rest[:i], b.rest[i+1:]
	return line, true
}

// next gives out a block of whole lines, which is valid until it is given back.
// There is none if the file stops before its next line is whole; then err says
// why and rest is what there is of that line.
func (b *blocks) next() (lines []byte, ok bool) {
	if !b.fill() {
		return nil, false
	}
	i := bytes.LastIndexByte(b.rest, '\n') + 1
	lines = b.rest[:i]
	b.rest = append(b.buffer(len(b.rest)-i), b.rest[i:]...)
	return lines, true
}

// fill reads until there is a whole line.
func (b *blocks) fill() bool {
	searched := 0
	for bytes.IndexByte(b.rest[searched:], '\n') < 0 {
		searched = len(b.rest)
		if searched > MaxLine {
			b.err = tooLong()
		}
		if b.err != nil {
			return false
		}
		if cap(b.rest) == searched {
			b.rest = append(b.buffer(searched), b.rest...)
		}
		n, err := io.ReadFull(b.r, b.rest[searched:cap(b.rest)])
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		b.sum.Write(b.rest[searched : searched+n])
		b.rest, b.err, b.left = b.rest[:searched+n], err, max(0, b.left-n)
	}
	return true
}

// buffer is an empty one with room for used bytes and more.
func (b *blocks) buffer(used int) []byte {
	if n := len(b.spare); n > 0 && cap(b.spare[n-1]) >= used+b.size/2 {
		buf := b.spare[n-1]
		b.spare = b.spare[:n-1]
		return buf[:0]
	}
	more := b.size
	if b.left > 0 {
		more = min(more, b.left+1) // one more, to see the end
	}
	return make([]byte, 0, used+more)
}

func (b *blocks) giveBack(lines []byte) { b.spare = append(b.spare, lines) }
