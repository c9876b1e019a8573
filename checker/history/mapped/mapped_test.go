package mapped_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history/mapped"
)

func TestWhatWasWrittenIsInTheFileAtOnceAndAloneOnceItIsClosed(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(dir, strconv.Itoa(n))
		f, err := mapped.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		var want []byte
		for range rapid.IntRange(0, 8).Draw(t, "writes") {
			b := bytes.Repeat([]byte{byte(rapid.IntRange(1, 255).Draw(t, "byte"))}, rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(0, 3<<20)).Draw(t, "size"))
			if n, err := f.Write(b); err != nil || n != len(b) {
				t.Fatalf("%d of %d bytes written: %v", n, len(b), err)
			}
			want = append(want, b...)
			if got, err := written(path); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes are in the file and %d were written: %v", len(got), len(want), err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes are in the closed file and %d were written: %v", len(got), len(want), err)
		}
		if _, err := f.Write([]byte("more")); !errors.Is(err, os.ErrClosed) {
			t.Errorf("writing to the closed file: %v", err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	})
}

func written(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return mapped.Written(b)
}

func TestAFileThatIsThereIsNotWrittenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "there")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := mapped.Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("creating it again: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "kept" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestWhatFollowsIsToldFromWhatWasWritten(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a closed file has all", "a\nb\n", "a\nb\n"},
		{"an empty one nothing", "", ""},
		{"one that was created alone nothing", "\x00\x00", ""},
		{"zeros follow whole lines", "a\nb\n\x00\x00", "a\nb\n"},
		{"zeros follow a part of one", "a\nb\x00\x00", "a\nb"},
		{"the last line has its end and not its middle", "a\nb\x00\x00c\n\x00\x00", "a\nb"},
		{"the last line has a part of its end", "a\nb\x00\x00c\x00", "a\nb"},
		{"a line follows one with a hole", "a\nb\x00c\nd\n", ""},
		{"lines follow nothing", "\x00\x00\nd\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := mapped.Written([]byte(c.content))
			if string(got) != c.want || (err != nil) != (c.want == "" && strings.Contains(c.content, "d")) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// writes is the variable that makes the test's program the one that is killed.
const writes = "TURNSTILE_TEST_WRITES_TO"

func TestMain(m *testing.M) {
	if path := os.Getenv(writes); path != "" {
		fmt.Fprintln(os.Stderr, writeUntilKilled(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func line(n int) string { return fmt.Sprintf("%d %s\n", n, strings.Repeat("x", n%251)) }

// writeUntilKilled tells after each line that it is written.
func writeUntilKilled(path string) error {
	f, err := mapped.Create(path)
	for n := 0; err == nil; n++ {
		if _, err = io.WriteString(f, line(n)); err == nil {
			_, err = fmt.Println(n)
		}
	}
	return err
}

func TestAKillTakesNothingBack(t *testing.T) {
	for _, after := range []int{0, 1, 30, 3000} {
		t.Run(fmt.Sprintf("after %d lines", after), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "lines")
			out, in, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			p, err := os.StartProcess(os.Args[0], os.Args[:1], &os.ProcAttr{
				Env: append(os.Environ(), writes+"="+path), Files: []*os.File{nil, in, os.Stderr},
			})
			if err := errors.Join(err, in.Close()); err != nil {
				t.Fatal(err)
			}
			told := -1
			for s := bufio.NewScanner(out); s.Scan(); {
				if told, err = strconv.Atoi(s.Text()); err != nil {
					t.Fatal(err)
				}
				if told == after {
					if err := p.Kill(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if _, err := p.Wait(); err != nil {
				t.Fatal(err)
			}
			b, err := written(path)
			if err != nil || told < after {
				t.Fatalf("told of %d lines: %v", told, err)
			}
			lines := strings.SplitAfter(string(b), "\n")
			last := lines[len(lines)-1]
			for n, l := range lines[:len(lines)-1] {
				if l != line(n) {
					t.Fatalf("line %d is %q", n, l)
				}
			}
			if n := len(lines) - 1; n <= told || !strings.HasPrefix(line(n), last) {
				t.Errorf("%d lines and %q are there, and the last of which it told is %d", n, last, told)
			}
		})
	}
}
