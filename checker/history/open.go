package history

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"turnstile/checker/history/openfile"
)

// ErrNoFile is wrapped by the error of a path where no history can be read,
// since it names something else than a file.
var ErrNoFile = errors.New("name a file")

// ReadFile is [Read] on a file, packed with gzip or not; its errors name the
// file. It waits for nobody, see [openfile.Open].
func ReadFile(path string) (*History, error) {
	f, err := openfile.Open(path)
	if other := (*openfile.NoFileError)(nil); errors.As(err, &other) {
		return nil, fmt.Errorf("%w: %s%w", err, other.Or, ErrNoFile)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, err := Read(unpacked(f))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

// gzipMagic is how every gzip file begins (RFC 1952, 2.3.1), and no history
// does.
var gzipMagic = []byte{0x1f, 0x8b}

// unpacked reads r as it is or, if it holds gzip, what was packed into it. The
// first bytes tell, not a name: what was attached to a bug report may have
// been renamed on its way.
//
// It unpacks no further than it is read, so that [MaxLine] bounds what a line
// can take here, too, however well it was packed.
func unpacked(r io.Reader) io.Reader { return &unpacker{r: r, size: sizeOf(r)} }

type unpacker struct {
	r     io.Reader
	size  int // see sizeOf
	begun bool
	gzip  bool
	err   error // why it cannot be unpacked
}

// Len tells sizeOf how many bytes there are, if they are not packed: room for
// their events can then be made at once.
func (u *unpacker) Len() int {
	if u.begin(); u.gzip || u.err != nil {
		return 0
	}
	return u.size
}

func (u *unpacker) Read(p []byte) (int, error) {
	if u.begin(); u.err != nil {
		return 0, u.err
	}
	n, err := u.r.Read(p)
	if u.gzip && err != nil && !errors.Is(err, io.EOF) {
		err = damaged(err)
	}
	return n, err
}

func (u *unpacker) begin() {
	if u.begun {
		return
	}
	u.begun = true
	br := bufio.NewReader(u.r)
	u.r = br
	// What cannot be peeked at is too short for gzip, or fails again when read.
	if magic, _ := br.Peek(len(gzipMagic)); !bytes.Equal(magic, gzipMagic) {
		return
	}
	z, err := gzip.NewReader(br)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		u.err = damaged(err)
		return
	}
	u.r, u.gzip = z, true
}

// damaged says what is wrong with the packing, apart from what it holds.
func damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: its gzip ends too early", ErrTruncated)
	}
	return fmt.Errorf("its gzip is damaged: %w", err)
}
