// Package yamlfile reads files that people write by hand: schedules, manifests,
// rates. Each is one YAML document (or JSON, which is YAML too) with keys and values
// at its top. What could be meant otherwise than it would be read is refused, and all
// that is wrong is told at once, each with the file's name and the line.
package yamlfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"go.yaml.in/yaml/v3"
)

// most bounds what is read: what people write by hand has some hundred lines.
const most = 1 << 20

// Kind is what a file is to be, in words.
type Kind struct {
	Name  string // what one is: "schedule"
	Lines string // how one begins: `"mode: keyshared" and "faults:"`
}

// File is a document while it is read: its keys' lines, and what is wrong with it.
type File struct {
	Root *yaml.Node // the keys and values at its top

	name  string
	kind  Kind
	lines map[string]int // by paths: keys with dots between
	wrong []error
}

// Key is a key in a file.
type Key struct {
	Name string
	Path string // with those that it stands in, dots between: "redis.state"
	Line int
}

// Read reads a document. Where it fails there is nothing in it to look at; what is
// wrong beside that [File.Err] tells in the end.
func Read(r io.Reader, name string, kind Kind) (*File, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && len(b) > most {
		err = fmt.Errorf("it has more than a megabyte: is it a %s?", kind.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f := &File{name: name, kind: kind, lines: map[string]int{}}
	docs, err := documents(b)
	if err != nil {
		line, why := syntax(b, err)
		if len(docs) == 0 {
			f.Bad(line, "this is no YAML: %s: write lines such as %s", why, kind.Lines)
			return nil, f.Err()
		}
		f.Bad(line, "this is no YAML: %s: take away what follows the %s", why, kind.Name)
	} else if len(docs) > 1 {
		f.Bad(docs[1].Line, "a second document begins here: a %s is one: leave the other out", kind.Name)
	}
	if len(docs) == 0 || len(docs[0].Content) == 0 || docs[0].Content[0].Kind != yaml.MappingNode {
		f.Bad(1, "this is no %s: it begins with lines like %s", kind.Name, kind.Lines)
		return nil, f.Err()
	}
	f.Root = docs[0].Content[0]
	before := len(f.wrong)
	if f.plain("", f.Root); len(f.wrong) > before {
		return nil, f.Err()
	}
	return f, nil
}

// plain refuses anchors, and what refers to them: a value stands where it is read.
func (f *File) plain(path string, n *yaml.Node) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		f.Bad(n.Line, "%s: anchors and aliases are not read here: write it out", f.whole(path))
		return
	}
	for i, each := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			f.plain(Item(path, i), each)
		case i%2 == 0:
			f.plain(path, each)
		default:
			f.plain(within(path, n.Content[i-1].Value), each)
		}
	}
}

func within(path, key string) string { return strings.TrimPrefix(path+"."+key, ".") }

// Item is the path of the i-th of a list, which people count from 1.
func Item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i+1) }

func (f *File) whole(path string) string { return cmp.Or(path, "the "+f.kind.Name) }

// Keys yields the keys and values of a mapping in their order. It refuses those
// that are no word, and those that were there before.
func (f *File) Keys(path string, mapping *yaml.Node) iter.Seq2[Key, *yaml.Node] {
	return func(yield func(Key, *yaml.Node) bool) {
		seen := map[string]bool{}
		for i := 0; i+1 < len(mapping.Content); i += 2 {
			key := mapping.Content[i]
			k := Key{key.Value, within(path, key.Value), key.Line}
			if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
				f.Bad(key.Line, "%s: a key is one word", f.whole(path))
				continue
			}
			if seen[k.Name] {
				f.Bad(key.Line, "%s is there twice: leave one out", k.Path)
				continue
			}
			seen[k.Name] = true
			f.Note(k.Path, key.Line)
			if !yield(k, mapping.Content[i+1]) {
				return
			}
		}
	}
}

// Note keeps the line of what has no key of its own.
func (f *File) Note(path string, line int) { f.lines[path] = line }

// Has tells whether a key was seen.
func (f *File) Has(path string) bool { return f.lines[path] != 0 }

// Line is that of a key; of the nearest that it would stand in if it is not there.
func (f *File) Line(path string) int {
	for !f.Has(path) {
		dot := strings.LastIndexByte(path, '.')
		if dot < 0 {
			return f.Root.Line
		}
		path = path[:dot]
	}
	return f.lines[path]
}

// Bad notes what is wrong on a line.
func (f *File) Bad(line int, format string, args ...any) {
	f.wrong = append(f.wrong, fmt.Errorf("%s:%d: %w", f.name, max(1, line), fmt.Errorf(format, args...)))
}

// BadAt notes what is wrong with a key's value, or that it is missing.
func (f *File) BadAt(path, format string, args ...any) {
	f.Bad(f.Line(path), "%s: %w", path, fmt.Errorf(format, args...))
}

// Wrong counts what is wrong so far.
func (f *File) Wrong() int { return len(f.wrong) }

// Err is all that is wrong, nil if nothing is.
func (f *File) Err() error { return errors.Join(f.wrong...) }
