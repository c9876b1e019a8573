package yamlfile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// documents reads all that there is.
func documents(b []byte) (all []*yaml.Node, err error) {
	d := yaml.NewDecoder(bytes.NewReader(b))
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return all, err
		}
		all = append(all, &doc)
	}
}

// library is what the library puts before what is wrong: its name, and a line that
// may be the one before.
var library = regexp.MustCompile(`^yaml: (line \d+: )?`)

func problem(err error) string {
	if err == nil {
		return ""
	}
	return library.ReplaceAllString(err.Error(), "")
}

// farthest is how many lines before the one where it shows something is looked for
// that was not closed.
const farthest = 50

// syntax says what is wrong with what is no YAML, and on which line it shows: with
// that the same is wrong, and without it not.
func syntax(b []byte, err error) (line int, why string) {
	why = problem(err)
	lines := bytes.SplitAfter(b, []byte("\n"))
	upTo := func(n int) string {
		_, err := documents(bytes.Join(lines[:n], nil))
		return problem(err)
	}
	line = 1 + sort.Search(len(lines)-1, func(i int) bool { return upTo(i+1) == why })
	for range farthest { // back to the bracket that is not closed
		if line == 1 || upTo(line-1) == "" {
			break
		}
		line--
	}
	text := string(lines[line-1])
	for _, known := range []struct{ says, why string }{
		{"tab character", "a tab stands where only spaces can: indent with spaces"},
		{"control characters", "it has bytes that are no text: save it as plain text in UTF-8"},
		{"expected node content", "a value is missing, or a bracket is not closed"},
		{"UTF-", "it has bytes that are no text: save it as plain text in UTF-8"},
		{"mapping values are not allowed", "a key is indented unlike its neighbours, or a value has a colon in it: indent alike what belongs together, and put such a value in quotes"},
		{"could not find expected ':'", "a key has no colon behind it"},
		{"did not find expected ',' or", "a bracket is not closed"},
		{"unexpected end of stream", "a quote is not closed"},
	} {
		if strings.Contains(why, known.says) {
			return line, known.why
		}
	}
	if strings.HasPrefix(strings.TrimLeft(text, " "), "\t") {
		return line, "a tab stands where only spaces can: indent with spaces"
	}
	return line, why
}

// Told says what stands where a single value is wanted, as in `is "many"`.
func Told(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "is a list"
	case n.Kind == yaml.MappingNode:
		return "has keys of its own"
	case n.ShortTag() == "!!null":
		return "has no value"
	}
	return "is " + strconv.Quote(n.Value)
}

var zeroBefore = regexp.MustCompile(`^[-+]?0[0-9_]+$`)

// Eights reports whether a number begins with a zero, as 010 does: the one takes it
// for ten and the other, who counts by eights, for eight.
func Eights(number string) bool { return zeroBefore.MatchString(number) }
