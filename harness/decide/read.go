package decide

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"turnstile/checker"
)

// maxRates bounds what is read: a file of rates has some twenty lines.
const maxRates = 1 << 20

// ReadRatesFile reads and checks a file of rates.
func ReadRatesFile(path string) (Rates, error) {
	f, err := os.Open(path)
	if err != nil {
		return Rates{}, fmt.Errorf("the rates: %w: name a file such as harness/decide/examples/peak-day.yaml", err)
	}
	defer f.Close()
	return ReadRates(f, path)
}

// ReadRates reads and checks rates (YAML, or JSON, which is YAML too). Its error
// tells all that is wrong, each with the name of the source and the line.
func ReadRates(r io.Reader, name string) (Rates, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxRates+1))
	if err == nil && len(b) > maxRates {
		err = errors.New("it has more than a megabyte: is it a file of rates?")
	}
	if err != nil {
		return Rates{}, fmt.Errorf("%s: %w", name, err)
	}
	rd := &ratesReader{name: name, lines: map[string]int{}, keys: Keys()}
	rates := Rates{Faults: map[string]Happens{}, Tolerate: map[checker.HarmKind]*float64{}}
	rd.document(b, &rates)
	if len(rd.wrong) == 0 {
		rd.sense(rates)
	}
	if len(rd.wrong) > 0 {
		return Rates{}, errors.Join(rd.wrong...)
	}
	return rates, nil
}

// ratesReader collects what is wrong, so that a person mends it all at once.
type ratesReader struct {
	name  string
	keys  []Key
	lines map[string]int // of keys, by their paths
	wrong []error
}

func (r *ratesReader) bad(line int, format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Errorf("%s:%d: %w", r.name, max(1, line), fmt.Errorf(format, args...)))
}

func (r *ratesReader) document(b []byte, into *Rates) {
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w: write lines such as events_a_day: 620000000", r.name, err))
		return
	}
	if err := d.Decode(&more); err == nil {
		r.bad(more.Line, "a second document begins here: a file has one platform's rates")
	} else if !errors.Is(err, io.EOF) {
		r.wrong = append(r.wrong, fmt.Errorf("%s: %w: take away what follows the rates", r.name, err))
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		r.bad(1, `these are no rates: they begin with lines like "events_a_day: 620000000" and "workers: 200"`)
		return
	}
	r.mapping("", doc.Content[0], into)
	for _, k := range r.keys {
		if _, there := r.lines[k.Path]; k.Must && !there {
			r.bad(r.near(k.Path), "%s is not there: give %s (%s)", k.Path, k.kind(), k.Meaning)
		}
	}
}

// near is the line of a key, or of the first of those that it would stand in.
func (r *ratesReader) near(path string) int {
	for {
		if line, ok := r.lines[path]; ok {
			return line
		}
		dot := strings.LastIndexByte(path, '.')
		if dot < 0 {
			return 1
		}
		path = path[:dot]
	}
}

func (r *ratesReader) mapping(path string, n *yaml.Node, into *Rates) {
	if n.Kind != yaml.MappingNode || n.Anchor != "" {
		r.bad(n.Line, "%s: give keys and values, without anchors or aliases: %s", path, r.choices(path))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		at := strings.TrimPrefix(path+"."+key.Value, ".")
		_, twice := r.lines[at]
		k := slices.IndexFunc(r.keys, func(k Key) bool { return k.Path == at })
		switch {
		case key.Kind != yaml.ScalarNode || key.Value == "" || strings.Contains(key.Value, "."):
			r.bad(key.Line, "a key is one word: %s", r.choices(path))
		case twice:
			r.bad(key.Line, "%s is there twice: leave one out", at)
		case k >= 0:
			r.lines[at] = key.Line
			r.value(r.keys[k], v, into)
		case slices.ContainsFunc(r.keys, func(k Key) bool { return strings.HasPrefix(k.Path, at+".") }):
			r.lines[at] = key.Line
			r.mapping(at, v, into)
		default:
			r.bad(key.Line, "there is no key %s: %s", at, r.choices(path))
		}
	}
}

// choices are the keys that may stand in a mapping.
func (r *ratesReader) choices(path string) string {
	var names []string
	for _, k := range r.keys {
		rest, in := k.Path, true
		if path != "" {
			rest, in = strings.CutPrefix(k.Path, path+".")
		}
		if first, _, _ := strings.Cut(rest, "."); in && !slices.Contains(names, first) {
			names = append(names, first)
		}
	}
	return "there are " + strings.Join(names, ", ")
}

func (k Key) kind() string {
	what := [...]string{aNumber: "a number", aWholeNumber: "a whole number", aTime: "a time such as 40ms or 8s", aTruth: "true or false"}[k.as]
	if k.Range != "" {
		what += ", " + k.Range
	}
	return what
}

func (r *ratesReader) value(k Key, n *yaml.Node, into *Rates) {
	var v value
	var err error
	tag := n.ShortTag()
	switch {
	case n.Kind != yaml.ScalarNode || n.Anchor != "":
		err = errors.New("no single value")
	case k.as == aTruth:
		err = n.Decode(&v.truth)
	case k.as == aTime:
		if v.time, err = time.ParseDuration(n.Value); err == nil && tag != "!!str" {
			err = errors.New("no unit")
		}
	case tag != "!!int" && (tag != "!!float" || k.as == aWholeNumber):
		err = errors.New("no number")
	default:
		err = n.Decode(&v.number)
	}
	if err != nil || math.IsNaN(v.number) || k.as == aWholeNumber && math.Abs(v.number) > math.MaxInt32 || !k.set(into, v) {
		r.bad(n.Line, "%s is %q: give %s", k.Path, n.Value, k.kind())
	}
}

// sense refuses what each value may be, and not all of them together.
func (r *ratesReader) sense(rates Rates) {
	if rates.Users > rates.Events {
		r.bad(r.near("users"), "%.0f users have %.0f events: count only users who have some, or give more events", rates.Users, rates.Events)
	}
	if lanes := float64(rates.Workers) * float64(rates.Lanes); rates.Open() > lanes {
		r.bad(r.near("workers"), "%.0f events a second that take %s each keep %.0f lanes busy in the mean, and %d workers have %.0f: give more workers or lanes, or a shorter handler_time",
			rates.PerSecond(), rates.HandlerTime, math.Ceil(rates.Open()), rates.Workers, lanes)
	}
	for _, k := range kinds {
		h := rates.Faults[k.Key]
		most := day
		if k.Reach == OneWorker {
			most *= float64(rates.Workers)
		}
		switch at := "faults." + k.Key; {
		case k.Patient && h.ADay > 0 && h.For == 0:
			r.bad(r.near(at), "%s.for is not there: give how long each lasts, as in for: 8s", at)
		case h.ADay*h.For.Seconds() > most:
			r.bad(r.near(at), "%s: %g a day of %s each are more than the day has for it: give fewer or shorter ones", at, h.ADay, h.For)
		}
	}
}
