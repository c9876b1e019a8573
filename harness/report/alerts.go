package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/harness/alerting"
)

// AlertRow is which alerts a kind of fault raised in a mode with a guard, over all
// runs of a session whose workers were scraped.
type AlertRow struct {
	Fault, Mode, Guard string
	Runs               int      // in which the fault bit, and of which the alerts are known
	Unknown            []string // why nothing can be said of others
	Refuted            int      // runs in which it broke what the mode keeps otherwise
	Broken             string   // which properties
	Silent             int      // of those: no alert came after it had begun
	Unharmed           int      // of those: alerts came, and none that tells of harm
	First              []Raised // that came first in some run
	Later              []Raised // that came in some run, and never first
	Noise              []Raised // that fired before it had begun, or without a fault
}

// Raised is one alert.
type Raised struct {
	Name   string
	Tells  string
	Runs   int       // in which it came
	AfterS []float64 // seconds after the fault had begun
}

// AlertRows adds them up, in the order of kinds and modes. Planted bugs raise what
// they raise; they are left out.
func AlertRows(s *Summary) (rows []AlertRow) {
	for _, sc := range s.Scenarios {
		if sc.Alerts == nil || sc.planted() {
			continue
		}
		k := slices.IndexFunc(rows, func(r AlertRow) bool { return r.Fault == sc.Fault && r.Mode == sc.Mode && r.Guard == sc.Guard })
		if k < 0 {
			k = len(rows)
			rows = append(rows, AlertRow{Fault: sc.Fault, Mode: sc.Mode, Guard: sc.Guard})
		}
		rows[k].add(sc)
	}
	slices.SortFunc(rows, func(a, b AlertRow) int {
		return cmp.Or(compareFaults(a.Fault, b.Fault), compareModes(a.Mode, b.Mode), compareGuards(a.Guard, b.Guard))
	})
	return rows
}

// unsaid is why a run says nothing of the alerts of its fault; "" if it does.
func (s *Outcome) unsaid() string {
	switch {
	case s.Error != "":
		return "the run failed"
	case s.Alerts.Unknown != "":
		return anywhere(s.Alerts.Unknown, s.Folder)
	case hasFault(*s) && !slices.ContainsFunc(s.Evidence.Faults, func(f checker.FaultEvidence) bool { return f.Bitten }):
		return "the fault did not bite"
	}
	return ""
}

func (r *AlertRow) add(sc Outcome) {
	if why := sc.unsaid(); why != "" {
		r.Unknown = append(r.Unknown, why)
		return
	}
	r.Runs++
	first, harm := true, false
	for _, a := range sc.Alerts.Alerts {
		if a.Before {
			r.Noise = raised(r.Noise, a, nil)
		}
		if a.AfterS == nil {
			continue
		}
		harm = harm || a.Tells == alerting.Harm
		if first {
			r.First = raised(r.First, a, a.AfterS)
		} else {
			r.Later = raised(r.Later, a, a.AfterS)
		}
		first = false
	}
	r.settleFirst()
	var broken []string
	for _, p := range checker.Properties() {
		if verdictOf(sc, p).Verdict == checker.Refuted && !(hasFault(sc) && AnywayRefuted(sc.Mode, sc.Guard, p)) {
			broken = append(broken, string(p))
		}
	}
	if len(broken) == 0 || !hasFault(sc) {
		return
	}
	r.Refuted++
	r.Broken = worse(cmp.Or(r.Broken, nothingMore), strings.Join(broken, ", "))
	switch {
	case first:
		r.Silent++
	case !harm:
		r.Unharmed++
	}
}

// settleFirst moves what came first in one run and later in another to the first.
func (r *AlertRow) settleFirst() {
	r.Later = slices.DeleteFunc(r.Later, func(l Raised) bool {
		k := slices.IndexFunc(r.First, func(f Raised) bool { return f.Name == l.Name })
		if k >= 0 {
			r.First[k].Runs += l.Runs
			r.First[k].AfterS = append(r.First[k].AfterS, l.AfterS...)
		}
		return k >= 0
	})
}

func raised(all []Raised, a alerting.Alert, after *float64) []Raised {
	k := slices.IndexFunc(all, func(r Raised) bool { return r.Name == a.Name })
	if k < 0 {
		k = len(all)
		all = append(all, Raised{Name: a.Name, Tells: a.Tells})
	}
	all[k].Runs++
	if after != nil {
		all[k].AfterS = append(all[k].AfterS, *after)
	}
	return all
}

// WriteAlerts writes the rows as a Markdown table.
func WriteAlerts(w io.Writer, rows []AlertRow) {
	var m markdown
	m.head("fault", "mode", "runs:", "breaks", "came first", "came later", "broken and no alert", "broken and none of harm", "fired before")
	for _, r := range rows {
		name := r.Mode
		if r.Guard != "" && r.Guard != noGuard {
			name += ", " + r.Guard
		}
		runs, silent, unharmed, broken := fmt.Sprint(r.Runs), "–", "–", nothingMore
		if len(r.Unknown) > 0 {
			runs += fmt.Sprintf(" (%d unknown)", len(r.Unknown))
		}
		if r.Refuted > 0 {
			broken = fmt.Sprintf("%s (%d)", r.Broken, r.Refuted)
			silent, unharmed = outOf(r.Silent, r.Refuted), outOf(r.Unharmed, r.Refuted)
		}
		if r.Runs == 0 {
			m.row(code(r.Fault), name, runs, "unknown", "unknown", "unknown", "unknown", "unknown", "unknown")
			continue
		}
		if r.Fault == noFault {
			broken = "–"
		}
		m.row(code(r.Fault), name, runs, broken, raisedText(r.First, r.Runs), raisedText(r.Later, r.Runs), silent, unharmed, raisedText(r.Noise, r.Runs))
	}
	m.line("\nSeconds after the fault had begun: the median (the range), in how many of the runs if not in all. Alerts that tell of harm are bold. In brackets behind what a fault breaks: in how many runs.")
	for _, why := range unknowns(rows) {
		m.line("\nNot known: %s.", inert(why))
	}
	_, _ = io.WriteString(Shown(w), m.String())
}

func outOf(n, of int) string {
	text := fmt.Sprintf("%d of %d", n, of)
	if n > 0 {
		text = bold(text)
	}
	return text
}

func raisedText(all []Raised, runs int) string {
	slices.SortStableFunc(all, func(a, b Raised) int {
		return cmp.Or(cmp.Compare(b.Runs, a.Runs), cmp.Compare(median(a.AfterS), median(b.AfterS)))
	})
	var parts []string
	for _, a := range all {
		text := a.Name
		if a.Tells == alerting.Harm {
			text = bold(text)
		}
		if n := len(a.AfterS); n > 0 {
			text += fmt.Sprintf(" %.1f", median(a.AfterS))
			if low, high := slices.Min(a.AfterS), slices.Max(a.AfterS); n > 1 {
				text += fmt.Sprintf(" (%.1f–%.1f)", low, high)
			}
		}
		if a.Runs < runs {
			text += fmt.Sprintf(", %d of %d", a.Runs, runs)
		}
		parts = append(parts, text)
	}
	return cmp.Or(strings.Join(parts, "; "), "–")
}

func unknowns(rows []AlertRow) (all []string) {
	for _, r := range rows {
		for _, why := range r.Unknown {
			if text := fmt.Sprintf("%s under %s, because %s", r.Mode, r.Fault, why); !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

// anywhere takes from a text where on a machine a run's folder lies.
func anywhere(text, folder string) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		if _, inside, ok := strings.Cut(w, "/"+folder+"/"); ok && folder != "" {
			words[i] = folder + "/" + inside
		}
	}
	return strings.Join(words, " ")
}
