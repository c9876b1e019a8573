package attack

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker"
	"turnstile/checker/history"
)

// file is a history as it lies on disk, by its lines: the header, the events and
// the end, each with its newline.
type file struct {
	name  string
	lines [][]byte
}

func newFile(name string, b []byte) file {
	n := bytes.Count(b, []byte("\n"))
	return file{name, bytes.SplitAfter(b, []byte("\n"))[:n]}
}

func (f file) bytes() []byte { return bytes.Join(f.lines, nil) }

// clone is a copy whose lines can be changed.
func (f file) clone() file {
	out := file{f.name, make([][]byte, len(f.lines))}
	for i, l := range f.lines {
		out.lines[i] = bytes.Clone(l)
	}
	return out
}

// sound is a file that nobody has spoiled yet, with what it is answered.
type sound struct {
	file
	told
}

// soundFiles are the recorded runs and cases that the project keeps, and as many
// drawn worlds, or more where much is asked for. Cases that are broken on purpose are left out: what was told of
// them already, a damage may mend.
func soundFiles(t testing.TB) []sound {
	t.Helper()
	if read != nil {
		return read
	}
	var out []sound
	for _, pattern := range []string{"../testdata/runs/*", "../testdata/cases/histories/*", "../testdata/cases/*.jsonl*", "../../harness/cmd/turnstile/testdata/*/history.jsonl.gz"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			f := readFile(t, p)
			if a := judge(f); a.refused == nil && (len(a.result.Findings) == 0 || strings.Contains(p, "runs")) {
				out = append(out, sound{f, a})
			}
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d recorded histories are there", len(out))
	}
	worlds := rapid.Custom(func(rt *rapid.T) *world { return drawWorld(dice{rt}) })
	for n := range max(len(out), min(*damageDraws/40, 4*len(out))) {
		f := worlds.Example(int(*seed)*1000 + n).written(t)
		if a := judge(f); a.refused == nil {
			out = append(out, sound{f, a})
		}
	}
	read = out
	return out
}

var read []sound

func readFile(t testing.TB, path string) file {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Base(path)
	if strings.HasPrefix(name, "history.") {
		name = filepath.Base(filepath.Dir(path))
	}
	return newFile(name, b)
}

// told is what a history was answered.
type told struct {
	refused error // by the reader; nothing else is then set
	result  *checker.Result
}

func (a told) verdict(p checker.Property) checker.Verdict { return a.result.Of(p).Verdict }

// judge reads and judges a file as a person would who was sent it.
func judge(f file) told {
	h, err := history.Read(bytes.NewReader(f.bytes()))
	if err != nil {
		return told{refused: err}
	}
	return told{result: checker.Check(h)}
}

// keep writes a history that was answered wrongly, with the reason beside it,
// and returns its path.
func keep(t testing.TB, name string, f file, why string) string {
	t.Helper()
	if err := os.MkdirAll(*keepIn, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(*keepIn, name+".jsonl")
	if err := os.WriteFile(path, f.bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*keepIn, name+".txt"), []byte(why+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
