package mapped

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// chunk is by how much a file grows at a time, in bytes: a multiple of any page.
const chunk = 1 << 20

// File is a file that only grows. It is not safe for use by several goroutines at once.
type File struct {
	f      *os.File
	window []byte // the part of the file that is mapped, from base on
	base   int64
	n      int // of the window that is written
}

// Create creates (never truncates) the file.
func Create(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	m := &File{f: f}
	if err := m.grow(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return m, nil
}

// Write appends b. An error may leave a part of it in the file.
func (m *File) Write(b []byte) (int, error) {
	written := 0
	for {
		if m.window == nil {
			return written, fmt.Errorf("%s: %w", m.f.Name(), os.ErrClosed)
		}
		n := copy(m.window[m.n:], b[written:])
		m.n += n
		written += n
		if written == len(b) {
			return written, nil
		}
		if err := m.next(); err != nil {
			return written, err
		}
	}
}

// next maps the chunk after the one that is full.
func (m *File) next() error {
	if err := syscall.Munmap(m.window); err != nil {
		return fmt.Errorf("unmapping %s: %w", m.f.Name(), err)
	}
	m.base += int64(len(m.window))
	m.window, m.n = nil, 0
	return m.grow()
}

// grow adds a chunk to the file, with its room on disk, and maps it.
func (m *File) grow() (err error) {
	fd := int(m.f.Fd())
	err = syscall.Fallocate(fd, 0, m.base, chunk)
	if errors.Is(err, syscall.EOPNOTSUPP) { // the room is found when it is needed
		err = m.f.Truncate(m.base + chunk)
	}
	if err != nil {
		return fmt.Errorf("making room for %s: %w", m.f.Name(), err)
	}
	m.window, err = syscall.Mmap(fd, m.base, chunk, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_POPULATE)
	if err != nil {
		return fmt.Errorf("mapping %s: %w", m.f.Name(), err)
	}
	return nil
}

// Close ends the file where the last Write did.
func (m *File) Close() error {
	err := m.f.Truncate(m.base + int64(m.n))
	if m.window != nil {
		err = errors.Join(err, syscall.Munmap(m.window))
		m.window, m.n = nil, 0
	}
	return errors.Join(err, m.f.Close())
}
