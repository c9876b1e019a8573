package decide

import (
	"bytes"
	_ "embed" // of the example
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

//go:embed examples/peak-day.yaml
var example []byte

// Example are the rates of a large platform, for documents.
func Example() (Rates, error) { return ReadRates(bytes.NewReader(example), "examples/peak-day.yaml") }

// need is what a team may be after.
type need struct {
	says string
	ask  func(*Rates)
	fits func(Outlook) bool // nil: every mode and remedy may do
}

var needs = []need{
	{"no text twice, none after STOP, no update lost; a user's events in order", func(r *Rates) { r.Order = true }, nil},
	{"the same, in any order", func(r *Rates) { r.Order = false }, nil},
	{"the same in order, and neither store nor gateway can be changed", func(r *Rates) { r.Order = true }, func(o Outlook) bool { return !mode.Guard(o.Guard).Refuses() }},
	{"in order and cheap, whatever faults do", func(r *Rates) { r.Order = true; r.bearAll() }, nil},
}

// bearAll bears any harm that users feel.
func (r *Rates) bearAll() {
	r.Tolerate = map[checker.HarmKind]*float64{}
	for _, h := range felt {
		most := math.Inf(1)
		r.Tolerate[h] = &most
	}
}

// WriteNeeds writes, as a Markdown table, what to take for which need at those
// rates, with what is expected of it and what was counted.
func WriteNeeds(w io.Writer, m Measured, r Rates) error {
	all := Predict(m, r)
	var b strings.Builder
	b.WriteString("| what is needed | take | expected a day | what it takes in the mean | of the faults that were measured |\n| --- | --- | --- | --- | --- |\n")
	for _, n := range needs {
		asked := r
		n.ask(&asked)
		fitting := slices.DeleteFunc(slices.Clone(all), func(o Outlook) bool { return n.fits != nil && !n.fits(o) })
		name := Advise(fitting, asked).Arm
		k := slices.IndexFunc(all, func(o Outlook) bool { return o.Arm == name })
		if k < 0 {
			fmt.Fprintf(&b, "| %s | none is known to do | | | |\n", n.says)
			continue
		}
		o, of := &all[k], &m.Odds.Arms[k]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", n.says, o.Arm, o.told(felt), o.Size.told(), of.told())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Size) told() string {
	return fmt.Sprintf("%.0f workers, %s processors; p99 %.0f ms beside the handler", s.Mean.Workers, figure(s.Mean.All()), s.P99)
}

// told is in how many of its faults there was which harm.
func (o *OddsOf) told() string {
	var of []string
	for _, h := range checker.HarmKinds() {
		harmful, faults := 0, 0
		for _, f := range Faults() {
			sh, _ := o.Of(f.Name, f.Reach, h)
			harmful, faults = harmful+sh.Harmful, faults+sh.Faults
		}
		of = append(of, fmt.Sprintf("%d of %d: %s", harmful, faults, Words(h)))
	}
	return strings.Join(of, "; ")
}
