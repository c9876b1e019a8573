package yamlfile

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Decode reads the whole document into a struct by its fields' yaml tags. It refuses
// keys that have no field, and values of another shape.
func (f *File) Decode(into any) {
	before := f.Wrong()
	if f.shape("", f.Root, reflect.TypeOf(into).Elem()); f.Wrong() > before {
		return
	}
	if err := f.Root.Decode(into); err != nil {
		f.Bad(f.Root.Line, "%w", err)
	}
}

// Value reads a value of its own.
func (f *File) Value(path string, n *yaml.Node, into any) {
	err := n.Decode(into)
	t := reflect.TypeOf(into).Elem()
	whole := t.Kind() == reflect.Int || t.Kind() == reflect.Uint64
	if err == nil && whole && n.ShortTag() != "!!int" { // it would be cut off to a whole number
		err = errors.New("no whole number")
	}
	if whole && Eights(n.Value) {
		err = errors.New("some would count by eights")
	}
	if n.ShortTag() == "!!null" { // it would be taken as if the key were not there
		err = errors.New("no value")
	}
	if err == nil {
		return
	}
	want := "a value of another kind"
	switch {
	case t == reflect.TypeFor[time.Duration]():
		want = "a duration such as 500ms or 6s"
	case whole && Eights(n.Value):
		want = "a whole number without a zero before it"
	case whole:
		want = "a whole number"
	case t.Kind() == reflect.Pointer:
		want = "keys and values"
	case t.Kind() == reflect.Bool:
		want = "true or false"
	case t.Kind() == reflect.String:
		want = "a word"
	}
	f.Bad(n.Line, "%s %s: give %s", path, Told(n), want)
}

func (f *File) shape(path string, n *yaml.Node, t reflect.Type) {
	switch t.Kind() {
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			f.Bad(n.Line, "%s: give a list, as in [one, two]", f.whole(path))
			return
		}
		for i, each := range n.Content {
			f.Note(Item(path, i), each.Line)
			f.shape(Item(path, i), each, t.Elem())
		}
	case reflect.Struct, reflect.Map:
		f.fields(path, n, t)
	default:
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			f.Bad(n.Line, "%s: give one value", f.whole(path))
			return
		}
		f.Value(path, n, reflect.New(t).Interface())
	}
}

func (f *File) fields(path string, n *yaml.Node, t reflect.Type) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" { // left empty
		return
	}
	if n.Kind != yaml.MappingNode {
		f.Bad(n.Line, "%s: give keys and values", f.whole(path))
		return
	}
	for key, value := range f.Keys(path, n) {
		if t.Kind() == reflect.Map {
			f.shape(key.Path, value, t.Elem())
			continue
		}
		i := slices.Index(tags(t), key.Name)
		if i < 0 {
			f.Bad(key.Line, "there is no key %s: there are %s", key.Path, strings.Join(tags(t), ", "))
			continue
		}
		f.shape(key.Path, value, Fields(t)[i].Type)
	}
}

// Fields are those of a struct that a file can hold.
func Fields(t reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return f.Tag.Get("yaml") == "-" })
}

func tags(t reflect.Type) []string {
	var all []string
	for _, f := range Fields(t) {
		all = append(all, f.Tag.Get("yaml"))
	}
	return all
}
