package decide

import (
	"bytes"
	_ "embed" // of what was measured
	"encoding/json"
	"fmt"
	"io"

	"turnstile/checker"
	"turnstile/checker/history/openfile"
	"turnstile/harness/jsonfile"
)

// Measured is all that predictions rest on.
type Measured struct {
	Odds   Odds   `json:"odds"`
	Prices Prices `json:"prices"`
}

// Source says where figures come from.
type Source struct {
	Command string `json:"command"` // that measures them
	Date    string `json:"date"`
	Pulsar  string `json:"pulsar"`
}

func (s Source) String() string { return fmt.Sprintf("%s, %s, Pulsar %s", s.Command, s.Date, s.Pulsar) }

// Odds is what faults did that struck whoever was there, at drawn times.
type Odds struct {
	Source
	Arms []OddsOf `json:"arms"`
}

// OddsOf is what they did in one mode with one remedy.
type OddsOf struct {
	Arm    string   `json:"arm"`
	Mode   string   `json:"mode"`
	Guard  string   `json:"guard"`
	Lanes  int      `json:"lanes"` // of all workers
	Calm   Calm     `json:"calm"`
	Struck []Struck `json:"struck"`
}

// Harms counts harms by their sorts.
type Harms map[checker.HarmKind]int

// Struck is one fault, with all that happened from its begin until the next one's,
// or the run's end.
type Struck struct {
	Fault string `json:"fault"` // its kind
	// Own and All are how many sections were open on average shortly before it: of
	// the worker that it struck, if it struck one, and of all.
	Own      float64 `json:"own"`
	All      float64 `json:"all"`
	Sections int     `json:"sections"` // that began
	// Lanes are those of all workers, if they were not as many as the arm's; else 0.
	Lanes int   `json:"lanes,omitempty"`
	Harms Harms `json:"harms,omitempty"`
}

// Calm is the time without a fault, of one run or of several.
type Calm struct {
	UserS    float64 `json:"user_s"`   // seconds, times the users who may have had events
	InsideS  float64 `json:"inside_s"` // seconds that all sections lasted together
	Sections int     `json:"sections"` // that began
	Harms    Harms   `json:"harms,omitempty"`
}

// Add adds another run's.
func (c *Calm) Add(o Calm) {
	c.UserS, c.InsideS, c.Sections = c.UserS+o.UserS, c.InsideS+o.InsideS, c.Sections+o.Sections
	for kind, n := range o.Harms {
		if c.Harms == nil {
			c.Harms = Harms{}
		}
		c.Harms[kind] += n
	}
}

// Prices is what modes and remedies cost.
type Prices struct {
	Source
	Arms []Price `json:"arms"`
}

// Price is what one costs: medians of so many repetitions.
type Price struct {
	Arm         string             `json:"arm"`
	Repetitions int                `json:"repetitions"`
	Saturated   float64            `json:"saturated"` // events a second
	Latencies   []Latency          `json:"latencies"`
	ProcessorUS map[string]float64 `json:"processor_us"` // microseconds an event, by whom
	RedisTrips  float64            `json:"redis_trips"`  // round trips to Redis an event
}

// Latency is how long events took at a share of the rate at saturation, in
// milliseconds, with a downstream that answers at once.
type Latency struct {
	Share float64 `json:"share"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	P999  float64 `json:"p999_ms"`
}

//go:embed measured.json
var committed []byte

// Committed is what was measured and is part of the program.
func Committed() (Measured, error) { return ReadMeasured(bytes.NewReader(committed)) }

// ReadMeasured reads what [Measured.Write] wrote.
func ReadMeasured(r io.Reader) (m Measured, err error) {
	err = m.read(r, "what was measured")
	return m, err
}

func (m *Measured) read(r io.Reader, name string) error {
	b, err := io.ReadAll(r)
	if err == nil {
		err = jsonfile.Decode(name, b, true, m)
	}
	if err != nil {
		return fmt.Errorf("%w: write it anew with turnstile results <session> --data FILE", err)
	}
	return nil
}

// ReadMeasuredFile reads it from a file.
func ReadMeasuredFile(path string) (Measured, error) {
	f, err := openfile.Open(path)
	if err != nil {
		return Measured{}, fmt.Errorf("what was measured: %w: name a file that turnstile results --data wrote", err)
	}
	defer f.Close()
	var m Measured
	err = m.read(f, path)
	return m, err
}

// Write writes it for machines: a line for each fault that struck.
func (m Measured) Write(w io.Writer) error {
	var b bytes.Buffer
	field := func(indent, name string, v any, end string) error {
		text, err := json.Marshal(v)
		fmt.Fprintf(&b, "%s%q: %s%s\n", indent, name, text, end)
		return err
	}
	b.WriteString("{\n")
	for i, part := range []struct {
		name string
		of   Source
		arms []any
	}{{"odds", m.Odds.Source, anyOf(m.Odds.Arms)}, {"prices", m.Prices.Source, anyOf(m.Prices.Arms)}} {
		fmt.Fprintf(&b, "%q: {\n", part.name)
		for _, f := range []struct{ name, value string }{{"command", part.of.Command}, {"date", part.of.Date}, {"pulsar", part.of.Pulsar}} {
			if err := field(" ", f.name, f.value, ","); err != nil {
				return err
			}
		}
		b.WriteString(" \"arms\": [\n")
		for k, arm := range part.arms {
			text, err := json.Marshal(arm)
			if err != nil {
				return err
			}
			text = bytes.ReplaceAll(text, []byte(`{"fault"`), []byte("\n   {\"fault\""))
			fmt.Fprintf(&b, "  %s%s\n", text, comma(k, len(part.arms)))
		}
		fmt.Fprintf(&b, " ]\n}%s\n", comma(i, 2))
	}
	b.WriteString("}\n")
	_, err := w.Write(b.Bytes())
	return err
}

func comma(i, of int) string {
	if i+1 < of {
		return ","
	}
	return ""
}

func anyOf[T any](all []T) (out []any) {
	for _, v := range all {
		out = append(out, v)
	}
	return out
}
