//go:build unix

package history_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"turnstile/checker/history"
	"turnstile/checker/history/openfile"
)

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.jsonl")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatIsNoFileIsNamedWithoutWaiting(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(fd) }()
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: socket}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, says string }{
		{"a FIFO to which nobody writes", fifo(t), "is a FIFO to which nobody writes"},
		{"a folder", t.TempDir(), "is a folder"},
		{"a socket", socket, "is a socket"},
		{"a device", os.DevNull, "is a device"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := history.ReadFile(c.path)
			if h != nil || !errors.Is(err, history.ErrNoFile) || !strings.Contains(err.Error(), c.path+" "+c.says) {
				t.Errorf("%v, want an error that says that %s %s", err, c.path, c.says)
			}
		})
	}
}

func TestAPipeThatSomeoneWritesToIsRead(t *testing.T) {
	r, w, err := os.Pipe() // as of a shell's <(…)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	wrote := make(chan error, 1)
	go func() {
		_, err := w.Write(written(t, three()))
		wrote <- errors.Join(err, w.Close())
	}()
	h, err := history.ReadFile(fmt.Sprintf("/dev/fd/%d", r.Fd()))
	if err != nil || !same(h.Events, three()) {
		t.Errorf("read %+v: %v", h, err)
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}

func TestAFileOfAnyKindIsOpenedWithoutWaiting(t *testing.T) {
	text := filepath.Join(t.TempDir(), "notes")
	if err := os.WriteFile(text, []byte("notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := openfile.Read(text); err != nil || string(b) != "notes" {
		t.Errorf("read %q, %v", b, err)
	}
	var noFile *openfile.NoFileError
	for _, path := range []string{fifo(t), t.TempDir(), os.DevNull, "/dev/zero"} {
		if b, err := openfile.Read(path); b != nil || !errors.As(err, &noFile) || strings.Contains(err.Error(), "name a file") {
			t.Errorf("%s: read %q, %v; want an error to which whoever asked adds what to name", path, b, err)
		}
	}
}
