package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"turnstile/fault"
)

// Served is how long users waited from when a fault struck until something was
// done for them again.
type Served struct {
	Fault  string `json:"fault"`  // its name in the run
	Struck Waits  `json:"struck"` // of the users in the hands of the worker that was aimed at
	Others Waits  `json:"others"`
}

// Waits are of users.
type Waits struct {
	WaitedS []float64 `json:"waited_s"` // seconds, in rising order
	Never   int       `json:"never"`    // users for whom nothing was done any more
}

// RecoveryRow is how long a kind of fault was felt in a mode, over all runs of a
// session.
type RecoveryRow struct {
	Kind   string `json:"kind"`
	Mode   string `json:"mode"`
	Faults int    `json:"faults"` // that bit
	Struck Waits  `json:"struck"`
	Others Waits  `json:"others"`
}

// RecoveryRows adds them up, in the order of kinds and modes. Planted bugs say
// nothing of recovery, and a fault that did not bite was not felt.
func RecoveryRows(s *Summary) []RecoveryRow {
	var rows []RecoveryRow
	for _, sc := range s.Scenarios {
		if sc.planted() || sc.Error != "" {
			continue
		}
		for i := range sc.Served {
			if sc.bit(sc.Served[i].Fault) {
				rows = addServed(rows, sc.Mode, &sc.Served[i])
			}
		}
	}
	slices.SortFunc(rows, func(a, b RecoveryRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), compareModes(a.Mode, b.Mode))
	})
	return rows
}

func (s *Outcome) bit(name string) bool {
	for _, f := range s.Evidence.Faults {
		if f.Fault == name {
			return f.Bitten
		}
	}
	return false
}

func addServed(rows []RecoveryRow, mode string, s *Served) []RecoveryRow {
	kind := fault.KindOf(s.Fault)
	k := slices.IndexFunc(rows, func(r RecoveryRow) bool { return r.Kind == kind && r.Mode == mode })
	if k < 0 {
		k = len(rows)
		rows = append(rows, RecoveryRow{Kind: kind, Mode: mode})
	}
	rows[k].Faults++
	rows[k].Struck.add(s.Struck)
	rows[k].Others.add(s.Others)
	return rows
}

func (w *Waits) add(more Waits) {
	w.WaitedS, w.Never = append(slices.Clone(w.WaitedS), more.WaitedS...), w.Never+more.Never
	slices.Sort(w.WaitedS)
}

// WriteRecovery writes the rows as a Markdown table.
func WriteRecovery(w io.Writer, rows []RecoveryRow) {
	var m markdown
	m.head("fault", "mode", "struck", "users of the worker that was aimed at", "the others")
	for _, r := range rows {
		m.row("`"+r.Kind+"`", r.Mode, fmt.Sprint(r.Faults), r.Struck.String(), r.Others.String())
	}
	m.line("\nSeconds until something was done for a user again: the median, nine of ten users within, the longest; of how many users.")
	_, _ = io.WriteString(Shown(w), m.String())
}

func (w Waits) String() string {
	n := len(w.WaitedS)
	text := "–"
	if n > 0 {
		text = fmt.Sprintf("%.1f, %.1f, %.1f of %d", median(w.WaitedS), w.WaitedS[(n*9+9)/10-1], w.WaitedS[n-1], n)
	}
	if w.Never > 0 {
		text += fmt.Sprintf("; %d never", w.Never)
	}
	return text
}
