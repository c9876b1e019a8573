package system

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxManifest bounds what is read: a manifest has some thirty lines.
const maxManifest = 1 << 20

// ReadFile reads and checks a manifest.
func ReadFile(path string) (Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, fmt.Errorf("the manifest: %w: name the turnstile.yaml that describes your system", err)
	}
	defer f.Close()
	m, err := Read(f, path)
	if err != nil {
		return Manifest{}, err
	}
	m.Folder, err = filepath.Abs(filepath.Dir(path))
	return m, err
}

// Read reads and checks a manifest. Its error tells all that is wrong, each with
// the name of the source and the line.
func Read(r io.Reader, name string) (Manifest, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	if err == nil && len(b) > maxManifest {
		err = errors.New("it has more than a megabyte: is it a manifest?")
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("%s: %w", name, err)
	}
	rd := &reader{name: name, lines: map[string]int{}}
	m := rd.read(b)
	if len(rd.wrong) == 0 {
		rd.check(m)
	}
	if len(rd.wrong) > 0 {
		return Manifest{}, errors.Join(rd.wrong...)
	}
	m.Replicas = cmp.Or(m.Replicas, defaultReplicas)
	m.Ready.Within = cmp.Or(m.Ready.Within, defaultWithin)
	m.Message.Key = cmp.Or(m.Message.Key, "{{.user}}")
	return m, nil
}

// reader collects what is wrong, so that a person mends it all at once.
type reader struct {
	name  string
	lines map[string]int // of keys, by their paths with dots between
	wrong []error
}

func (r *reader) bad(line int, format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Errorf("%s:%d: %w", r.name, line, fmt.Errorf(format, args...)))
}

// at is bad at a key's line; at the first of its parents that is there if it is
// not.
func (r *reader) at(path, format string, args ...any) {
	for p := path; ; {
		line, ok := r.lines[p]
		dot := strings.LastIndexByte(p, '.')
		if ok || dot < 0 {
			r.bad(max(1, line), "%s: %w", path, fmt.Errorf(format, args...))
			return
		}
		p = p[:dot]
	}
}

func (r *reader) read(b []byte) (m Manifest) {
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w", r.name, err))
		return m
	}
	if err := d.Decode(&more); err == nil {
		r.bad(more.Line, "a second document begins here: a file has one manifest")
	} else if !errors.Is(err, io.EOF) {
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w", r.name, err))
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		r.bad(1, `this is no manifest: it begins with lines like "name: my-system" and "image: my-image:1"`)
		return m
	}
	if r.known("", doc.Content[0], reflect.TypeFor[Manifest]()); len(r.wrong) > 0 {
		return m
	}
	if err := doc.Decode(&m); err != nil {
		for _, line := range strings.Split(strings.TrimPrefix(err.Error(), "yaml: unmarshal errors:\n"), "\n") {
			r.wrong = append(r.wrong, fmt.Errorf("%s: %s", r.name, strings.TrimSpace(line)))
		}
	}
	return m
}

// known refuses keys that there are not, keys that are there twice, aliases, and
// values of another shape, and notes the lines of all others.
func (r *reader) known(path string, n *yaml.Node, t reflect.Type) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.bad(n.Line, "%s: anchors and aliases are not read here: write it out", cmp.Or(path, "the manifest"))
		return
	}
	switch {
	case t == reflect.TypeFor[time.Duration]() || t.Kind() == reflect.String || t.Kind() == reflect.Int || t.Kind() == reflect.Bool:
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			r.bad(n.Line, "%s: give one value", path)
		}
	case t.Kind() == reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.bad(n.Line, "%s: give a list, as in [one, two]", path)
			return
		}
		for _, each := range n.Content {
			r.known(path, each, t.Elem())
		}
	default:
		r.knownKeys(path, n, t)
	}
}

func (r *reader) knownKeys(path string, n *yaml.Node, t reflect.Type) {
	if n.Kind != yaml.MappingNode {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!null" { // left empty
			r.bad(n.Line, "%s: give keys and values", path)
		}
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := strings.TrimPrefix(path+"."+key.Value, ".")
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			r.bad(key.Line, "%s: a key is one word", cmp.Or(path, "the manifest"))
			continue
		}
		if seen[key.Value] {
			r.bad(key.Line, "%s is there twice: leave one out", at)
			continue
		}
		seen[key.Value] = true
		r.lines[at] = key.Line
		if t.Kind() == reflect.Map {
			r.known(at, value, t.Elem())
			continue
		}
		field, ok := fieldOf(t, key.Value)
		if !ok {
			r.bad(key.Line, "there is no key %s: %s", at, choices(t))
			continue
		}
		r.known(at, value, field.Type)
	}
}

// fieldOf is the field of a struct that a key is for.
func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	for _, f := range fields(t) {
		if f.Tag.Get("yaml") == key {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// fields are those of a struct that a file can hold.
func fields(t reflect.Type) []reflect.StructField {
	all := reflect.VisibleFields(t)
	return slices.DeleteFunc(all, func(f reflect.StructField) bool { return f.Tag.Get("yaml") == "-" })
}

func choices(t reflect.Type) string {
	var names []string
	for _, f := range fields(t) {
		names = append(names, f.Tag.Get("yaml"))
	}
	return "there are " + strings.Join(names, ", ")
}
