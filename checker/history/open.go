package history

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// gzipMagic is how every gzip file begins (RFC 1952, 2.3.1), and no history
// does.
var gzipMagic = []byte{0x1f, 0x8b}

// unpacked reads r as it is or, if it holds gzip, what was packed into it. The
// first bytes tell, not a name: what was attached to a bug report may have
// been renamed on its way.
//
// It unpacks no further than it is read, so that [MaxLine] bounds what a line
// can take here, too, however well it was packed.
func unpacked(r io.Reader) io.Reader { return &unpacker{r: r} }

type unpacker struct {
	r     io.Reader
	begun bool
	gzip  bool
}

func (u *unpacker) Read(p []byte) (int, error) {
	if !u.begun {
		u.begun = true
		if err := u.begin(); err != nil {
			return 0, err
		}
	}
	n, err := u.r.Read(p)
	if u.gzip && err != nil && !errors.Is(err, io.EOF) {
		err = damaged(err)
	}
	return n, err
}

func (u *unpacker) begin() error {
	br := bufio.NewReader(u.r)
	u.r = br
	// What cannot be peeked at is too short for gzip, or fails again when read.
	if magic, _ := br.Peek(len(gzipMagic)); !bytes.Equal(magic, gzipMagic) {
		return nil
	}
	z, err := gzip.NewReader(br)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return damaged(err)
	}
	u.r, u.gzip = z, true
	return nil
}

// damaged says what is wrong with the packing, apart from what it holds.
func damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: its gzip ends too early", ErrTruncated)
	}
	return fmt.Errorf("its gzip is damaged: %w", err)
}
