//go:build !linux

package mapped

import "os"

// File is a file that only grows. It is not safe for use by several goroutines at once.
type File struct{ *os.File }

// Create creates (never truncates) the file.
func Create(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	return &File{f}, err
}
