package history

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrNoFile is wrapped by the error of a path where no history can be read,
// since it names something else than a file.
var ErrNoFile = errors.New("name a file")

// ReadFile is [Read] on a file, packed with gzip or not; its errors name the
// file. It waits for nobody, see [Open].
func ReadFile(path string) (*History, error) {
	f, err := Open(path)
	if other := (*noFileError)(nil); errors.As(err, &other) {
		return nil, fmt.Errorf("%w: %s%w", err, other.or, ErrNoFile)
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

// noFileError is the error of a path that names something else than a file.
type noFileError struct{ path, is, or string }

func (e *noFileError) Error() string        { return e.path + " is " + e.is }
func (e *noFileError) Is(target error) bool { return target == ErrNoFile }

// Open opens a file that someone named, of whatever kind it is to be, and waits for
// nobody: opening a FIFO would wait until someone writes to it, and reading a
// terminal until someone types. A FIFO, or a pipe by a name of its, is read if
// someone writes to it. The error of what is no file is an [ErrNoFile].
func Open(path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return os.Open(path)
	case mode&fs.ModeNamedPipe != 0:
		return openFIFO(path)
	case mode.IsDir():
		return nil, &noFileError{path, "a folder", ""}
	case mode&fs.ModeSocket != 0:
		return nil, &noFileError{path, "a socket", ""}
	case mode&fs.ModeDevice != 0:
		return nil, &noFileError{path, "a device", ""}
	}
	return nil, &noFileError{path, "not a file", ""}
}

// ReadWhole is all that is in a file that [Open] opens.
func ReadWhole(path string) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// openFIFO opens a FIFO, or a pipe by a name of its, that someone writes to.
func openFIFO(path string) (io.ReadCloser, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	var first [1]byte // waits for it while there is a writer
	if _, err := io.ReadFull(f, first[:]); err != nil {
		_ = f.Close()
		if errors.Is(err, io.EOF) {
			return nil, &noFileError{path, "a FIFO to which nobody writes", "start first what does, or "}
		}
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(first[:]), f), f}, nil
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
