package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/fault"
)

// FaultRow says what became of one kind of fault in all runs of a session.
type FaultRow struct {
	Kind     string   `json:"kind"`
	Modes    []string `json:"modes"`    // in which it was injected
	Injected int      `json:"injected"` // how often, in all runs
	Bitten   int      `json:"bitten"`   // all of its evidence was seen
	Healed   int      `json:"healed"`
	// Evidence is what was looked for and by whom, each with how often it was
	// seen, in the order of its first appearance.
	Evidence []EvidenceCount `json:"evidence"`
	// Medians of what was observed after the end, in seconds, see
	// [checker.Recovery]; nil if none was.
	FirstEffectS *float64 `json:"first_effect_s,omitempty"`
	WaitedS      *float64 `json:"waited_s,omitempty"`
	FullRateS    *float64 `json:"full_rate_s,omitempty"`
}

// EvidenceCount is one piece of evidence of a kind of fault.
type EvidenceCount struct {
	Name     string `json:"name"`
	Observer string `json:"observer"`
	Looked   int    `json:"looked"` // injections in which it was looked for
	Seen     int    `json:"seen"`   // and in which it was seen
}

// FaultRows counts what became of each kind of fault that was aimed, in the
// order of kinds. Planted bugs say nothing about recovery, and what was struck
// unaimed is another measure (see [AimingRows]).
func FaultRows(s *Summary) []FaultRow {
	rows := map[string]*FaultRow{}
	recoveries := map[string][]*checker.Recovery{}
	for _, sc := range s.Scenarios {
		if sc.planted() || sc.AimedAs != "" {
			continue
		}
		for _, f := range sc.Evidence.Faults {
			kind := fault.KindOf(f.Fault)
			r := rows[kind]
			if r == nil {
				r = &FaultRow{Kind: kind}
				rows[kind] = r
			}
			r.add(sc.Mode, f)
			if f.Recovery != nil {
				recoveries[kind] = append(recoveries[kind], f.Recovery)
			}
		}
	}
	var out []FaultRow
	for kind, r := range rows {
		slices.SortFunc(r.Modes, compareModes)
		r.FirstEffectS = medianOf(recoveries[kind], func(r *checker.Recovery) *int64 { return r.FirstEffectNS })
		r.WaitedS = medianOf(recoveries[kind], func(r *checker.Recovery) *int64 { return r.WaitedNS })
		r.FullRateS = medianOf(recoveries[kind], func(r *checker.Recovery) *int64 { return r.FullRateNS })
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b FaultRow) int { return cmp.Compare(a.Kind, b.Kind) })
	return out
}

func (r *FaultRow) add(mode string, f checker.FaultEvidence) {
	if !slices.Contains(r.Modes, mode) {
		r.Modes = append(r.Modes, mode)
	}
	r.Injected++
	if f.Bitten {
		r.Bitten++
	}
	if f.Healed {
		r.Healed++
	}
	once := map[EvidenceCount]bool{} // whether all of the fault's own were seen: a broker that pauses five times is looked at five times
	var order []EvidenceCount
	for _, ev := range f.Evidence {
		key := EvidenceCount{Name: ev.Name, Observer: ev.Observer}
		seen, again := once[key]
		if !again {
			order = append(order, key)
		}
		once[key] = ev.Seen && (seen || !again)
	}
	for _, key := range order {
		k := slices.IndexFunc(r.Evidence, func(e EvidenceCount) bool { return e.Name == key.Name && e.Observer == key.Observer })
		if k < 0 {
			k = len(r.Evidence)
			r.Evidence = append(r.Evidence, key)
		}
		r.Evidence[k].Looked++
		if once[key] {
			r.Evidence[k].Seen++
		}
	}
}

func medianOf(all []*checker.Recovery, what func(*checker.Recovery) *int64) *float64 {
	var of []float64
	for _, r := range all {
		if ns := what(r); ns != nil {
			of = append(of, float64(*ns)/1e9)
		}
	}
	if len(of) == 0 {
		return nil
	}
	m := median(of)
	return &m
}

// WriteFaults writes the table of faults as Markdown.
func WriteFaults(w io.Writer, rows []FaultRow) {
	var b strings.Builder
	b.WriteString("| fault | modes | injected | evidence seen | bitten | healed | first effect | what waited | full rate |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		var seen []string
		for _, e := range r.Evidence {
			text := e.Name + " (" + e.Observer + ")"
			switch {
			case e.Seen < e.Looked:
				text += fmt.Sprintf(" in %d of %d", e.Seen, e.Looked)
			case e.Looked < r.Injected:
				text += fmt.Sprintf(" in %d", e.Looked)
			}
			seen = append(seen, text)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %d | %s | %d | %d | %s | %s | %s |\n", r.Kind, strings.Join(r.Modes, ", "), r.Injected,
			strings.ReplaceAll(strings.Join(seen, "; "), "|", "\\|"), r.Bitten, r.Healed, seconds(r.FirstEffectS), seconds(r.WaitedS), seconds(r.FullRateS))
	}
	b.WriteString("\nThe last three are medians of the times from the end of the fault: until the next event took effect, until the last of what had waited did, and until as many took effect in a second as before (–: not seen).\n")
	_, _ = io.WriteString(Shown(w), b.String())
}

func seconds(s *float64) string {
	if s == nil {
		return "–"
	}
	return fmt.Sprintf("%.1f s", *s)
}
