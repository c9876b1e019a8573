package decide

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"turnstile/checker"
	"turnstile/checker/history/openfile"
	"turnstile/fault/yamlfile"
)

var ratesKind = yamlfile.Kind{Name: "file of rates", Lines: `"events_a_day: 620000000" and "workers: 200"`}

// ReadRatesFile reads and checks a file of rates.
func ReadRatesFile(path string) (Rates, error) {
	f, err := openfile.Open(path)
	if err != nil {
		return Rates{}, fmt.Errorf("the rates: %w: name a file such as harness/decide/examples/peak-day.yaml", err)
	}
	defer f.Close()
	return ReadRates(f, path)
}

// ReadRates reads and checks rates (YAML, or JSON, which is YAML too). Its error
// tells all that is wrong, each with the name of the source and the line.
func ReadRates(r io.Reader, name string) (Rates, error) {
	f, err := yamlfile.Read(r, name, ratesKind)
	if err != nil {
		return Rates{}, err
	}
	rd := &ratesReader{File: f, keys: Keys()}
	rates := Rates{Faults: map[string]Happens{}, Tolerate: map[checker.HarmKind]*float64{}}
	rd.mapping("", f.Root, &rates)
	for _, k := range rd.keys {
		if k.Must && !f.Has(k.Path) {
			f.Bad(f.Line(k.Path), "%s is not there: give %s (%s)", k.Path, k.kind(), k.Meaning)
		}
	}
	if f.Wrong() == 0 {
		rd.sense(rates)
	}
	if err := f.Err(); err != nil {
		return Rates{}, err
	}
	return rates, nil
}

type ratesReader struct {
	*yamlfile.File
	keys []Key
}

func (r *ratesReader) mapping(path string, n *yaml.Node, into *Rates) {
	if n.Kind != yaml.MappingNode {
		r.Bad(n.Line, "%s: give keys and values: %s", path, r.choices(path))
		return
	}
	for key, value := range r.Keys(path, n) {
		k := slices.IndexFunc(r.keys, func(k Key) bool { return k.Path == key.Path })
		switch {
		case strings.Contains(key.Name, "."):
			r.Bad(key.Line, "a key is one word: %s", r.choices(path))
		case k >= 0:
			r.value(r.keys[k], value, into)
		case slices.ContainsFunc(r.keys, func(k Key) bool { return strings.HasPrefix(k.Path, key.Path+".") }):
			r.mapping(key.Path, value, into)
		default:
			r.Bad(key.Line, "there is no key %s: %s", key.Path, r.choices(path))
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
	give := k.kind()
	tag := n.ShortTag()
	switch {
	case n.Kind != yaml.ScalarNode:
		err = errors.New("no single value")
	case tag == "!!null":
		err = errors.New("no value")
	case yamlfile.Eights(n.Value):
		err = errors.New("some would count by eights")
		give += ", without a zero before it"
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
		r.Bad(n.Line, "%s %s: give %s", k.Path, yamlfile.Told(n), give)
	}
}

// sense refuses what each value may be, and not all of them together.
func (r *ratesReader) sense(rates Rates) {
	if rates.Users > rates.Events {
		r.Bad(r.Line("users"), "%.0f users have %.0f events: count only users who have some, or give more events", rates.Users, rates.Events)
	}
	if lanes := float64(rates.Workers) * float64(rates.Lanes); rates.Open() > lanes {
		r.Bad(r.Line("workers"), "%.0f events a second that take %s each keep %.0f lanes busy in the mean, and %d workers have %.0f: give more workers or lanes, or a shorter handler_time",
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
			r.Bad(r.Line(at), "%s.for is not there: give how long each lasts, as in for: 8s", at)
		case h.ADay*h.For.Seconds() > most:
			r.Bad(r.Line(at), "%s: %g a day of %s each are more than the day has for it: give fewer or shorter ones", at, h.ADay, h.For)
		}
	}
}
