package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/harness/alerting"
)

// AlertRuleRow is what came of one rule in all runs of a session whose workers were
// scraped.
type AlertRuleRow struct {
	Name, Tells string
	By          []string // the faults that raised it, and in how many of their runs
	Calm        int      // runs without a fault in which it fired
	CalmRuns    int
	Early       int // runs with a fault in which it fired before that
	FaultRuns   int
}

// AlertRuleRows are in the order of the rules. A rule that never fired has a row,
// too.
func AlertRuleRows(s *Summary) (rows []AlertRuleRow) {
	faults := AlertRows(s)
	if len(faults) == 0 {
		return nil
	}
	rules, err := alerting.Rules()
	if err != nil {
		return nil
	}
	for _, rule := range rules {
		row := AlertRuleRow{Name: rule.Name, Tells: rule.Tells}
		came, of := map[string]int{}, map[string]int{}
		for _, f := range faults {
			noise := in(f.Noise, rule.Name)
			if f.Fault == noFault {
				row.Calm, row.CalmRuns = row.Calm+noise, row.CalmRuns+f.Runs
				continue
			}
			row.Early, row.FaultRuns = row.Early+noise, row.FaultRuns+f.Runs
			came[f.Fault] += in(f.First, rule.Name) + in(f.Later, rule.Name)
			of[f.Fault] += f.Runs
		}
		for fault, n := range came {
			if n > 0 {
				row.By = append(row.By, fmt.Sprintf("%s %d of %d", fault, n, of[fault]))
			}
		}
		slices.Sort(row.By)
		rows = append(rows, row)
	}
	return rows
}

func in(all []Raised, name string) int {
	for _, a := range all {
		if a.Name == name {
			return a.Runs
		}
	}
	return 0
}

// WriteAlertRules writes the rows as a Markdown table.
func WriteAlertRules(w io.Writer, rows []AlertRuleRow) {
	var m markdown
	m.head("alert", "tells of", "raised by", "without any fault", "before the fault")
	for _, r := range rows {
		m.row(r.Name, r.Tells, cmp.Or(strings.Join(r.By, ", "), bold("nothing")), outOf(r.Calm, r.CalmRuns), outOf(r.Early, r.FaultRuns))
	}
	_, _ = io.WriteString(Shown(w), m.String())
}

// alertListTable has the rules as they are.
func alertListTable(*Summary) string {
	rules, err := alerting.Rules()
	if err != nil {
		return err.Error()
	}
	var m markdown
	m.head("alert", "tells of", "condition", "what it means", "what to do")
	for _, r := range rules {
		expr := code(r.Expr)
		if r.For > 0 {
			expr += fmt.Sprintf(" for %.0f s", r.For.Seconds())
		}
		m.row(r.Name, r.Tells, expr, inert(r.Summary), inert(r.Remedy))
	}
	return m.String()
}
