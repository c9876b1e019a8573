// Package openfile opens files that someone named, on a command line or in another file.
package openfile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// NoFileError is the error of a path that names something else than a file.
type NoFileError struct {
	path, is string
	Or       string // what else can be done than to name a file; empty, or it ends in "or "
}

func (e *NoFileError) Error() string { return e.path + " is " + e.is }

// Open opens a file that someone named, of whatever kind it is to be, and waits for
// nobody: opening a FIFO would wait until someone writes to it, and reading a
// terminal until someone types. A FIFO, or a pipe by a name of its, is read if
// someone writes to it. The error of what is no file is a [NoFileError].
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
		return nil, &NoFileError{path, "a folder", ""}
	case mode&fs.ModeSocket != 0:
		return nil, &NoFileError{path, "a socket", ""}
	case mode&fs.ModeDevice != 0:
		return nil, &NoFileError{path, "a device", ""}
	}
	return nil, &NoFileError{path, "not a file", ""}
}

// Read returns all that is in a file that [Open] opens.
func Read(path string) ([]byte, error) {
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
			return nil, &NoFileError{path, "a FIFO to which nobody writes", "start first what does, or "}
		}
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(first[:]), f), f}, nil
}
