package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

// AimingRow sets a scenario whose fault is aimed beside the same one whose
// fault strikes a worker that is drawn, whatever it is doing.
type AimingRow struct {
	Name    string             `json:"name"`
	Mode    string             `json:"mode"`
	Claims  []checker.Property `json:"claims"` // to be refuted, and not without the fault
	Aimed   AimingCount        `json:"aimed"`
	Unaimed AimingCount        `json:"unaimed"`
}

// AimingCount is how many of the runs came to what.
type AimingCount struct {
	Runs    int `json:"runs"`
	Bitten  int `json:"bitten"`  // all evidence of the fault was seen
	Refuted int `json:"refuted"` // every property that the scenario claims to be refuted was
}

// AimingRows pairs the runs of one or more sessions, in the order of modes and
// names. It is empty if nothing was run unaimed.
func AimingRows(sessions ...*Summary) []AimingRow {
	var rows []AimingRow
	var scenarios []Outcome
	for _, s := range sessions {
		scenarios = append(scenarios, s.Scenarios...)
	}
	find := func(mode, name string) *AimingRow {
		for i := range rows {
			if rows[i].Mode == mode && rows[i].Name == name {
				return &rows[i]
			}
		}
		return nil
	}
	for _, sc := range scenarios {
		if sc.AimedAs != "" && find(sc.Mode, sc.AimedAs) == nil {
			rows = append(rows, AimingRow{Mode: sc.Mode, Name: sc.AimedAs})
		}
	}
	for _, sc := range scenarios {
		if r := find(sc.Mode, sc.Name); r != nil && sc.AimedAs == "" {
			r.Claims = claims(sc)
			r.Aimed.add(sc, r.Claims)
		}
	}
	for _, sc := range scenarios {
		if r := find(sc.Mode, sc.AimedAs); r != nil && sc.AimedAs != "" {
			r.Unaimed.add(sc, r.Claims)
		}
	}
	slices.SortStableFunc(rows, func(a, b AimingRow) int { return compareModes(a.Mode, b.Mode) })
	return rows
}

// NotOfAiming names a scenario of the session that `make aiming` never runs, one
// whose fault has nothing to break; "" if there is none.
func NotOfAiming(s *Summary) string {
	for _, sc := range s.Scenarios {
		if sc.AimedAs == "" && (sc.Mutant != "" || sc.Fault == noFault || len(claims(sc)) == 0) {
			return sc.Mode + " / " + sc.Name
		}
	}
	return ""
}

func claims(sc Outcome) (of []checker.Property) {
	for _, p := range checker.Properties() {
		if sc.Properties[p].Expected == checker.Refuted && !AnywayRefuted(sc.Mode, sc.Guard, p) {
			of = append(of, p)
		}
	}
	return of
}

// AnywayRefuted reports whether the property is refuted in the mode, under the
// guard, without any fault: what the suites' scenarios without a fault claim.
// That it is refuted under a fault says nothing about the fault.
func AnywayRefuted(in, guard string, p checker.Property) bool {
	d, known := mode.Mode(in).Describe()
	switch {
	case !known:
		return false
	case p == checker.Exclusivity:
		return !d.Apart()
	case p == checker.Effects:
		return !d.Apart() && !mode.Guard(guard).Refuses()
	case p == checker.Order:
		return !d.InOrder()
	}
	return false
}

// ViolatedBeforeFault reports whether a property that the scenario claims its fault to
// break, and that its mode keeps without one, was violated before any fault had
// begun: it is refuted as claimed, and not for the reason that is claimed. Bugs
// that were planted need no fault.
func (s Outcome) ViolatedBeforeFault(p checker.Property) bool {
	got := s.Properties[p]
	return s.Mutant == "" && got.Expected == checker.Refuted && got.Verdict == checker.Refuted &&
		len(got.Before) > 0 && len(got.Before) == len(s.Evidence.Faults) && !AnywayRefuted(s.Mode, s.Guard, p)
}

func (c *AimingCount) add(sc Outcome, claims []checker.Property) {
	if !sc.tried() {
		return
	}
	c.Runs++
	o := sc.Evidence.Opportunity
	if o.FaultsBegun > 0 && o.FaultsBitten == o.FaultsBegun {
		c.Bitten++
	}
	for _, p := range claims {
		if sc.Properties[p].Verdict != checker.Refuted {
			return
		}
	}
	c.Refuted++
}

// WriteAiming writes what aiming is worth as a Markdown table.
func WriteAiming(w io.Writer, rows []AimingRow) {
	var b strings.Builder
	b.WriteString("| mode | scenario | refuted as claimed | aimed: bitten | refuted | unaimed: refuted |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		var names []string
		for _, p := range r.Claims {
			names = append(names, string(p))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d of %d | %d of %d | %d of %d |\n", r.Mode, r.Name, strings.Join(names, ", "),
			r.Aimed.Bitten, r.Aimed.Runs, r.Aimed.Refuted, r.Aimed.Runs, r.Unaimed.Refuted, r.Unaimed.Runs)
	}
	_, _ = io.WriteString(Shown(w), b.String())
}
