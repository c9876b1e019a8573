package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// DisturbedRow is what one odd thing does to the latency of everyone else under an
// arm, over its repetitions: p99 in milliseconds, without it and with it, at the
// same rate.
type DisturbedRow struct {
	Arm           string
	What          string
	Share         float64 // of the rate at saturation
	Without, With Spread
}

// DisturbedRows adds up repetitions, in the order in which arms were given.
func DisturbedRows(s *Summary) []DisturbedRow {
	type values struct{ without, with []float64 }
	var rows []DisturbedRow
	var of []values
	for _, p := range s.Prices {
		for _, d := range p.Disturbed {
			k := slices.IndexFunc(rows, func(r DisturbedRow) bool { return r.Arm == p.Arm && r.What == d.What })
			if k < 0 {
				k = len(rows)
				rows, of = append(rows, DisturbedRow{Arm: p.Arm, What: d.What, Share: d.Others.Share}), append(of, values{})
			}
			of[k].with = append(of[k].with, d.Others.P99MS)
			for _, l := range p.Latencies {
				if l.Share == d.Others.Share {
					of[k].without = append(of[k].without, l.P99MS)
				}
			}
		}
	}
	for k := range rows {
		rows[k].Without, rows[k].With = spreadOf(of[k].without), spreadOf(of[k].with)
	}
	at := func(r DisturbedRow) int { return slices.Index(s.Arms, r.Arm) }
	slices.SortStableFunc(rows, func(a, b DisturbedRow) int { return cmp.Compare(at(a), at(b)) })
	return rows
}

// WriteDisturbed writes the rows as a Markdown table, an arm a line.
func WriteDisturbed(w io.Writer, rows []DisturbedRow) {
	var m markdown
	var whats, arms []string
	for _, r := range rows {
		if !slices.Contains(whats, r.What) {
			whats = append(whats, r.What)
		}
		if !slices.Contains(arms, r.Arm) {
			arms = append(arms, r.Arm)
		}
	}
	m.head(append([]string{"mode", "nothing"}, whats...)...)
	for _, arm := range arms {
		cells := make([]string, 2+len(whats))
		cells[0] = arm
		for _, r := range rows {
			if r.Arm == arm {
				cells[1] = r.Without.text("%.1f")
				cells[2+slices.Index(whats, r.What)] = r.With.text("%.1f")
			}
		}
		m.row(cells...)
	}
	if len(rows) > 0 {
		m.line("\np99 of the others in ms, at %s of the rate at saturation.", fmt.Sprintf("%.0f %%", 100*rows[0].Share))
	}
	_, _ = io.WriteString(Shown(w), m.String())
}
