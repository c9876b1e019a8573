package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fault"
	"turnstile/harness/interval"
)

// Danger is what a run measured of one point of a worker's handling.
type Danger struct {
	Point string `json:"point"`
	// StepMS is the median time in milliseconds from there to the next thing that
	// the worker records: how long the fault can find it there.
	StepMS float64 `json:"step_ms"`
	// Struck: the fault found an attempt there. Refuted is what it broke of that
	// attempt's user.
	Struck  bool               `json:"struck"`
	Refuted []checker.Property `json:"refuted,omitempty"`
}

// DangerRow adds up the runs of one mode in which a fault of one kind struck at
// one point.
type DangerRow struct {
	Mode   string  `json:"mode"`
	Fault  string  `json:"fault"`
	Point  string  `json:"point"`
	StepMS float64 `json:"step_ms"` // median of the runs'
	Runs   int     `json:"runs"`    // in which the fault bit; others say nothing
	Missed int     `json:"missed"`
	// Refuted counts the runs in which the fault refuted a property, that the mode
	// keeps without one, of the user whose attempt it found there.
	Refuted map[checker.Property]int `json:"refuted"`

	steps []float64
}

// DangerRows counts what a session measured, in the order of modes, faults and
// points.
func DangerRows(s *Summary) []DangerRow {
	var rows []DangerRow
	for _, sc := range s.Scenarios {
		if sc.Danger == nil {
			continue
		}
		k := slices.IndexFunc(rows, func(r DangerRow) bool {
			return r.Mode == sc.Mode && r.Fault == sc.Fault && r.Point == sc.Danger.Point
		})
		if k < 0 {
			k = len(rows)
			rows = append(rows, DangerRow{Mode: sc.Mode, Fault: sc.Fault, Point: sc.Danger.Point, Refuted: map[checker.Property]int{}})
		}
		rows[k].add(sc)
	}
	at := func(r DangerRow) int { return slices.Index(fault.Points(), fault.Point(r.Point)) }
	slices.SortStableFunc(rows, func(a, b DangerRow) int {
		return cmp.Or(compareModes(a.Mode, b.Mode), cmp.Compare(a.Fault, b.Fault), cmp.Compare(at(a), at(b)))
	})
	return rows
}

// IsMeasurement reports whether runs were there to measure something, so that a
// matrix of what was expected of them says nothing.
func (s *Summary) IsMeasurement() bool {
	return slices.ContainsFunc(s.Scenarios, func(sc Outcome) bool { return sc.Danger != nil || sc.Odds != nil })
}

func (r *DangerRow) add(sc Outcome) {
	o := sc.Evidence.Opportunity
	if sc.Error != "" || !sc.Danger.Struck || o.FaultsBegun == 0 || o.FaultsBitten < o.FaultsBegun {
		r.Missed++
		return
	}
	r.Runs++
	r.steps = append(r.steps, sc.Danger.StepMS)
	slices.Sort(r.steps)
	r.StepMS = r.steps[len(r.steps)/2]
	for _, p := range dangers(r.Mode) {
		if slices.Contains(sc.Danger.Refuted, p) {
			r.Refuted[p]++
		}
	}
}

// dangers are the properties that a fault alone can break in the mode.
func dangers(in string) (of []checker.Property) {
	for _, p := range checker.Properties() {
		if !AnywayRefuted(in, "", p) {
			of = append(of, p)
		}
	}
	return of
}

// WriteDanger writes the rows as a Markdown table, with a column for each
// property that was refuted in any of them.
func WriteDanger(w io.Writer, rows []DangerRow) {
	columns := harmed(rows)
	var b strings.Builder
	b.WriteString("| mode | fault | point | open for | runs |")
	for _, p := range columns {
		fmt.Fprintf(&b, " %s refuted |", p)
	}
	b.WriteString("\n| --- | --- | --- | --- | --- |" + strings.Repeat(" --- |", len(columns)) + "\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %.2f ms | %d |", r.Mode, r.Fault, r.Point, r.StepMS, r.Runs)
		for _, p := range columns {
			fmt.Fprintf(&b, " %s |", r.share(p))
		}
		b.WriteString("\n")
	}
	_, _ = io.WriteString(Shown(w), b.String())
}

func (r DangerRow) share(p checker.Property) string {
	switch {
	case !slices.Contains(dangers(r.Mode), p):
		return "without it too"
	case r.Runs == 0:
		return "never struck"
	}
	lo, hi := interval.Wilson(float64(r.Refuted[p]), float64(r.Runs))
	return fmt.Sprintf("%d (%.0f to %.0f %%)", r.Refuted[p], 100*lo, 100*hi)
}

// harmed are the properties that were refuted in any of the rows.
func harmed(rows []DangerRow) (of []checker.Property) {
	for _, p := range checker.Properties() {
		if slices.ContainsFunc(rows, func(r DangerRow) bool { return r.Refuted[p] > 0 }) {
			of = append(of, p)
		}
	}
	return of
}
