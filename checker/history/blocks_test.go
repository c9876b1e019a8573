package history

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyARegularFileTellsItsSize(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("seven\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := func(path string) *os.File {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	closed := open(path)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		file *os.File
		want int
	}{
		{"a regular file", open(path), 7},
		{"a folder", open(dir), 0},
		{"a file that is closed", closed, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := sizeOf(c.file); got != c.want {
				t.Errorf("%d bytes, want %d", got, c.want)
			}
		})
	}
}

func TestTheFirstLineMayBeAsLongAsAnyOther(t *testing.T) {
	for _, c := range []struct {
		name   string
		length int // without its newline
		ok     bool
	}{
		{"a line of the greatest length with its newline", MaxLine - 1, true},
		{"a line one longer", MaxLine, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			line := strings.Repeat("x", c.length)
			got, ok := newBlocks(strings.NewReader(line+"\n"), blockSize).first()
			if ok != c.ok || ok && string(got) != line {
				t.Errorf("%d bytes are given out: %t", len(got), ok)
			}
		})
	}
}

func TestABufferHasRoomForMore(t *testing.T) {
	for _, c := range []struct {
		name          string
		spare         int // capacity of the one that was given back
		used, left    int
		reused        bool
		least, atMost int // capacity
	}{
		{"one that has room for half a block more is used again", 12, 8, 0, true, 12, 12},
		{"one that has less room is not", 12, 9, 0, false, 17, 17},
		{"a new one has room for a block where the size is not known", 0, 5, 0, false, 13, 13},
		{"a new one has room for the rest of the file and one more byte", 0, 5, 3, false, 9, 9},
		{"a new one has room for no more than a block", 0, 5, 99, false, 13, 13},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &blocks{size: 8, left: c.left}
			spare := make([]byte, 4, max(4, c.spare))
			if c.spare > 0 {
				b.giveBack(spare)
			}
			got := b.buffer(c.used)
			if len(got) != 0 || cap(got) < c.least || cap(got) > c.atMost {
				t.Errorf("it has %d bytes and room for %d", len(got), cap(got))
			}
			if reused := &got[:1][0] == &spare[0]; reused != c.reused || len(b.spare) > 0 == (c.reused || c.spare == 0) {
				t.Errorf("used again: %t; %d are left", reused, len(b.spare))
			}
		})
	}
}

func TestWhatIsLeftOfAFileIsKnown(t *testing.T) {
	text := []byte("one\ntwo\nthree\nfour\nfive\n")
	b := newBlocks(bytes.NewReader(text), 8)
	for {
		lines, ok := b.next()
		if !ok {
			break
		}
		if unread := b.r.(*bytes.Reader).Len(); b.left != unread {
			t.Errorf("%d bytes are left, and it says %d", unread, b.left)
		}
		b.giveBack(lines)
	}
	if b.total != len(text) || b.left != 0 {
		t.Errorf("of %d bytes %d are left in the end", b.total, b.left)
	}
}

func TestASourceSaysWhichObserverItIs(t *testing.T) {
	for src, want := range map[string]observers{
		SrcHarness: byHarness, SrcGateway: byGateway, SrcStore: byStore, SrcEnd: byWriter, "worker/w1": byWorker, "link/w1": byLink, "link/": byOther,
		"worker/": byOther, "somebody": byOther, "": byOther, "a worker/w1": byOther,
	} {
		if got := observerOf(src); got != want {
			t.Errorf("%q is %v, want %v", src, got, want)
		}
	}
}
