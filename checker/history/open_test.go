package history_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/checker/history"
)

func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func fileOf(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAPackedHistoryIsReadWhateverItsName(t *testing.T) {
	plain := written(t, three())
	for _, c := range []struct {
		name, file string
		bytes      []byte
	}{
		{"plain", "history.jsonl", plain},
		{"packed, by its name", "history.jsonl.gz", packed(t, plain)},
		{"packed, and renamed", "history.jsonl", packed(t, plain)},
		{"plain, with the name of a packed one", "history.jsonl.gz", plain},
		{"packed in two pieces", "history.jsonl.gz", append(packed(t, plain[:90]), packed(t, plain[90:])...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := history.ReadFile(fileOf(t, c.file, c.bytes))
			if err != nil || len(h.Events) != len(three()) {
				t.Errorf("read %v, %v", h, err)
			}
		})
	}
}

func TestADamagedPackingIsNamed(t *testing.T) {
	whole := packed(t, written(t, three()))
	changed := func(i int, b byte) []byte {
		c := bytes.Clone(whole)
		c[i] ^= b
		return c
	}
	for _, c := range []struct {
		name  string
		bytes []byte
		says  string
		cut   bool
	}{
		{"nothing but the magic", whole[:2], "its gzip ends too early", true},
		{"cut within the gzip header", whole[:7], "its gzip ends too early", true},
		{"cut in the middle", whole[:len(whole)/2], "its gzip ends too early", true},
		{"without its last byte", whole[:len(whole)-1], "its gzip ends too early", true},
		{"another checksum", changed(len(whole)-8, 1), "its gzip is damaged: gzip: invalid checksum", false},
		{"a method that is not deflate", changed(2, 1), "its gzip is damaged: gzip: invalid header", false},
		{"something foreign after it", append(bytes.Clone(whole), "more"...), "its gzip", true},
		{"packed twice, with the end of a line in it", packed(t, append(bytes.Clone(whole), '\n')), "not a Turnstile history", false},
		{"an endless line", packed(t, bytes.Repeat([]byte("x"), 3*history.MaxLine)), "line 1: longer than 1048576 bytes", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := fileOf(t, "history.jsonl.gz", c.bytes)
			h, err := history.ReadFile(path)
			if err == nil || h != nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Fatalf("error %v, want one that names the file and says %q", err, c.says)
			}
			if errors.Is(err, history.ErrTruncated) != c.cut {
				t.Errorf("that it is cut short: %t, want %t: %v", !c.cut, c.cut, err)
			}
		})
	}
	t.Run("cut at any byte", func(t *testing.T) {
		for n := range whole {
			if _, err := history.ReadFile(fileOf(t, "history.jsonl.gz", whole[:n])); !errors.Is(err, history.ErrTruncated) {
				t.Fatalf("cut to %d bytes: %v", n, err)
			}
		}
	})
}
