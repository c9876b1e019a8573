package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/decide"
)

// OddsOf adds up what a session measured of faults that were aimed at nobody, in
// the order of guards and modes. A run that failed as such says nothing. One of
// which the harm was foretold is there to check the others: alone it is no odds, and
// beside runs that are, its faults are more of the same. Its time without a fault is
// left out, since its users and its downstream are drawn.
func OddsOf(s *Summary) decide.Odds {
	all := decide.Odds{Source: decide.Source{Command: "make odds", Date: s.Started.UTC().Format("2006-01-02"), Pulsar: pulsarVersion(s.Versions)}}
	for _, sc := range s.Scenarios {
		if sc.Odds == nil || sc.Error != "" || sc.Foretold != nil && !measures(s, sc.Odds.Arm) {
			continue
		}
		k := slices.IndexFunc(all.Arms, func(o decide.OddsOf) bool { return o.Arm == sc.Odds.Arm })
		if k < 0 {
			k = len(all.Arms)
			all.Arms = append(all.Arms, decide.OddsOf{Arm: sc.Odds.Arm, Mode: sc.Mode, Guard: sc.Guard, Lanes: sc.Odds.Lanes})
		}
		if sc.Foretold == nil {
			all.Arms[k].Calm.Add(sc.Odds.Calm)
		} else {
			all.Command = "make odds, make decide-check"
		}
		for _, st := range sc.Odds.Struck {
			if sc.Odds.Lanes != all.Arms[k].Lanes {
				st.Lanes = sc.Odds.Lanes
			}
			all.Arms[k].Struck = append(all.Arms[k].Struck, st)
		}
	}
	slices.SortStableFunc(all.Arms, func(a, b decide.OddsOf) int {
		return cmp.Or(cmp.Compare(mode.Guard(a.Guard).Rank(), mode.Guard(b.Guard).Rank()), compareModes(a.Mode, b.Mode), cmp.Compare(a.Arm, b.Arm))
	})
	return all
}

// measures reports whether a run of the session was there to measure the arm.
func measures(s *Summary, arm string) bool {
	return slices.ContainsFunc(s.Scenarios, func(o Outcome) bool {
		return o.Odds != nil && o.Odds.Arm == arm && o.Foretold == nil && o.Error == ""
	})
}

// PricesOf is what a session measured of prices, for predictions: medians.
func PricesOf(s *Summary) decide.Prices {
	all := decide.Prices{Source: decide.Source{Command: "make compare", Date: s.Started.UTC().Format("2006-01-02"), Pulsar: pulsarVersion(s.Versions)}}
	for _, r := range PriceRows(s) {
		p := decide.Price{Arm: r.Arm, Repetitions: r.Repetitions, Saturated: fewDigits(r.Saturated.Median), RedisTrips: fewDigits(r.RedisTrips.Median), ProcessorUS: map[string]float64{}}
		for k, share := range r.Shares {
			p.Latencies = append(p.Latencies, decide.Latency{Share: share, P50: fewDigits(r.P50[k].Median), P99: fewDigits(r.P99[k].Median), P999: fewDigits(r.P999[k].Median)})
		}
		for who, spent := range r.ProcessorUS {
			p.ProcessorUS[who] = fewDigits(spent.Median)
		}
		all.Arms = append(all.Arms, p)
	}
	return all
}

// fewDigits keeps what was measured readable.
func fewDigits(v float64) float64 { return math.Round(100*v) / 100 }

// WriteOdds writes, as a Markdown table, what faults did to each mode and remedy that
// were aimed at nobody.
func WriteOdds(w io.Writer, o decide.Odds) {
	var b strings.Builder
	b.WriteString("| mode and remedy | fault | faults | sections at stake |")
	for _, h := range checker.HarmKinds() {
		fmt.Fprintf(&b, " %s |", decide.Words(h))
	}
	b.WriteString("\n| --- | --- | ---: | ---: |" + strings.Repeat(" --- |", len(checker.HarmKinds())) + "\n")
	for i := range o.Arms {
		arm := &o.Arms[i]
		fmt.Fprintf(&b, "| %s | none | | |", arm.Arm)
		for _, h := range checker.HarmKinds() {
			fmt.Fprintf(&b, " %d in %d sections |", arm.Calm.Harms[h], arm.Calm.Sections)
		}
		b.WriteString("\n")
		for _, f := range decide.Faults() {
			writeOddsOf(&b, arm, f)
		}
	}
	_, _ = io.WriteString(Shown(w), b.String())
}

func writeOddsOf(b *strings.Builder, arm *decide.OddsOf, f decide.Fault) {
	var cells string
	var sh decide.Share
	for _, h := range checker.HarmKinds() {
		var known bool
		if sh, known = arm.Of(f.Name, f.Reach, h); !known {
			return
		}
		cells += fmt.Sprintf(" %d: %.2f (%.2f to %.2f) |", sh.Harmful, sh.Value, sh.Low, sh.High)
	}
	fmt.Fprintf(b, "| %s | %s | %d | %.1f |%s\n", arm.Arm, f.Name, sh.Faults, sh.AtStake, cells)
}

func oddsTable(s *Summary) string {
	o := OddsOf(s)
	if len(o.Arms) == 0 {
		return ""
	}
	var b strings.Builder
	WriteOdds(&b, o)
	return b.String()
}

// ChecksOf sets what was foretold of a session's runs beside what was counted, the
// rows of all modes and remedies together last.
func ChecksOf(s *Summary) (rows []decide.Check) {
	var all decide.Checks
	for _, sc := range s.Scenarios {
		if sc.Foretold == nil || sc.Odds == nil || sc.Error != "" {
			continue
		}
		for _, h := range checker.HarmKinds() {
			counted := sc.Odds.Calm.Harms[h]
			for _, st := range sc.Odds.Struck {
				counted += st.Harms[h]
			}
			all.Add(sc.Odds.Arm, h, sc.Foretold[h], counted)
		}
	}
	return sorted(all)
}

func sorted(all decide.Checks) []decide.Check {
	slices.SortStableFunc(all, func(a, b decide.Check) int {
		switch {
		case a.Arm == "" && b.Arm != "":
			return 1
		case a.Arm != "" && b.Arm == "":
			return -1
		}
		return cmp.Or(cmp.Compare(a.Arm, b.Arm), cmp.Compare(slices.Index(checker.HarmKinds(), a.Harm), slices.Index(checker.HarmKinds(), b.Harm)))
	})
	return all
}

// WriteChecks writes the rows as a Markdown table.
func WriteChecks(w io.Writer, rows []decide.Check) {
	var b strings.Builder
	b.WriteString("| mode and remedy | harm | runs | predicted | counted | within a factor of two |\n| --- | --- | ---: | ---: | ---: | --- |\n")
	for _, c := range rows {
		arm := cmp.Or(c.Arm, "all together")
		verdict := "too few to say"
		if judged, right := c.Judged(); judged && right {
			verdict = "yes"
		} else if judged {
			verdict = bold("no")
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %.1f | %d | %s |\n", arm, decide.Words(c.Harm), c.Runs, c.Predicted, c.Counted, verdict)
	}
	_, _ = io.WriteString(Shown(w), b.String())
}

// decisionTable is of what is part of the program.
func decisionTable(*Summary) string {
	m, err := decide.Committed()
	if err != nil {
		return err.Error()
	}
	rates, err := decide.Example()
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	if err := decide.WriteNeeds(&b, m, rates); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s\n(odds: %s; prices: %s)\n", b.String(), m.Odds.Source, m.Prices.Source)
}
