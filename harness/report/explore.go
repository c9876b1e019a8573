package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
)

// Exploration is what came of schedules that were drawn.
type Exploration struct {
	Seed        uint64       `json:"seed"`
	WallS       float64      `json:"wall_s"`
	Rows        []ExploreRow `json:"rows"`
	Refutations []Refutation `json:"refutations"`
	Failed      []FailedRun  `json:"failed"` // as runs, or with what they left behind
	Faults      []FaultCount `json:"faults"`
	Leaks       *Leaks       `json:"leaks,omitempty"`
}

// ExploreRow counts the schedules of one mode with one guard.
type ExploreRow struct {
	Mode        string                                       `json:"mode"`
	Guard       string                                       `json:"guard"`
	Schedules   int                                          `json:"schedules"`
	Failed      int                                          `json:"failed"`      // as runs
	Vacuous     int                                          `json:"vacuous"`     // some property's verdict is
	Unexplained int                                          `json:"unexplained"` // refutations that no known way explains
	Verdicts    map[checker.Property]map[checker.Verdict]int `json:"verdicts"`
}

// Refutation is one property that one schedule refuted.
type Refutation struct {
	Mode     string           `json:"mode"`
	Guard    string           `json:"guard"`
	Property checker.Property `json:"property"`
	Seed     uint64           `json:"seed"` // that the schedule was drawn from
	Faults   string           `json:"faults"`
	Known    string           `json:"known,omitempty"` // the way that explains it; empty: unexplained
	Folder   string           `json:"folder"`
}

// FailedRun is a run that failed as one.
type FailedRun struct {
	Name   string `json:"name"`
	Mode   string `json:"mode"`
	Seed   uint64 `json:"seed"`
	Folder string `json:"folder"`
	Error  string `json:"error"`
}

// FaultCount says how often faults of a kind were injected, and came to what.
type FaultCount struct {
	Kind     string `json:"kind"`
	Injected int    `json:"injected"`
	Bitten   int    `json:"bitten"`
	Missed   int    `json:"missed"`     // nobody came to where it waited: not injected
	Unhealed int    `json:"not_healed"` // by its own record
}

// Explored counts the drawn schedules of a session, or is nil if there are none.
func Explored(s *Summary) *Exploration {
	x := &Exploration{Seed: s.Seed, WallS: s.WallS, Leaks: s.Leaks, Refutations: []Refutation{}, Failed: []FailedRun{}, Faults: []FaultCount{}}
	for _, sc := range s.Scenarios {
		if sc.Drawn != nil {
			x.add(sc)
		}
	}
	if len(x.Rows) == 0 && s.Leaks == nil {
		return nil
	}
	slices.SortStableFunc(x.Rows, func(a, b ExploreRow) int {
		return cmp.Or(compareModes(a.Mode, b.Mode), compareGuards(a.Guard, b.Guard))
	})
	// What nobody can explain first: it is what the exploration is for.
	slices.SortStableFunc(x.Refutations, func(a, b Refutation) int {
		return cmp.Or(knownRank(a)-knownRank(b), compareModes(a.Mode, b.Mode), compareGuards(a.Guard, b.Guard), cmp.Compare(a.Seed, b.Seed))
	})
	slices.SortFunc(x.Faults, func(a, b FaultCount) int { return cmp.Compare(a.Kind, b.Kind) })
	return x
}

func knownRank(r Refutation) int { return min(len(r.Known), 1) }

// OnlyExplored reports whether nothing but drawn schedules was run.
func (s *Summary) OnlyExplored() bool {
	return len(s.Scenarios) > 0 && !slices.ContainsFunc(s.Scenarios, func(sc Outcome) bool { return sc.Drawn == nil })
}

func (x *Exploration) add(sc Outcome) {
	row := x.row(sc.Mode, sc.Guard)
	row.Schedules++
	if sc.Error != "" {
		row.Failed++
		x.Failed = append(x.Failed, FailedRun{sc.Name, sc.Mode, sc.Drawn.Seed, sc.Folder, sc.Error})
	}
	vacuous := false
	for _, p := range checker.Properties() {
		got := sc.Properties[p]
		if row.Verdicts[p] == nil {
			row.Verdicts[p] = map[checker.Verdict]int{}
		}
		row.Verdicts[p][got.Verdict]++
		vacuous = vacuous || got.Verdict == checker.Vacuous
		if got.Verdict == checker.Refuted {
			x.Refutations = append(x.Refutations, Refutation{sc.Mode, sc.Guard, p, sc.Drawn.Seed, sc.Fault, got.Known, sc.Folder})
			if got.Known == "" {
				row.Unexplained++
			}
		}
	}
	if vacuous {
		row.Vacuous++
	}
	for _, f := range sc.Evidence.Faults {
		x.count(f)
	}
}

func (x *Exploration) row(mode, guard string) *ExploreRow {
	for i := range x.Rows {
		if x.Rows[i].Mode == mode && x.Rows[i].Guard == guard {
			return &x.Rows[i]
		}
	}
	x.Rows = append(x.Rows, ExploreRow{Mode: mode, Guard: guard, Verdicts: map[checker.Property]map[checker.Verdict]int{}})
	return &x.Rows[len(x.Rows)-1]
}

func (x *Exploration) count(f checker.FaultEvidence) {
	kind := fault.KindOf(f.Fault)
	i := slices.IndexFunc(x.Faults, func(c FaultCount) bool { return c.Kind == kind })
	if i < 0 {
		i = len(x.Faults)
		x.Faults = append(x.Faults, FaultCount{Kind: kind})
	}
	c := &x.Faults[i]
	if len(f.Evidence) > 0 && f.Evidence[0].Name == fault.MissedEvidence {
		c.Missed++
		return
	}
	c.Injected++
	if f.Bitten {
		c.Bitten++
	}
	if !f.Ended || !f.Healed {
		c.Unhealed++
	}
}

// WriteExplored writes explore.json and explore.md into the folder.
func WriteExplored(folder string, x *Exploration) error {
	b, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the exploration: %w", err)
	}
	if err := WriteFile(filepath.Join(folder, "explore.json"), []byte(history.VisibleText(string(b))+"\n")); err != nil {
		return err
	}
	var md strings.Builder
	WriteExploration(&md, x)
	return WriteFile(filepath.Join(folder, "explore.md"), []byte(history.VisibleText(md.String())))
}

// WriteExploration writes an exploration as Markdown tables.
func WriteExploration(w io.Writer, x *Exploration) {
	var b strings.Builder
	runs, vacuous, unexplained := 0, 0, 0
	for _, r := range x.Rows {
		runs, vacuous, unexplained = runs+r.Schedules, vacuous+r.Vacuous, unexplained+r.Unexplained
	}
	fmt.Fprintf(&b, "# Exploration\n\n%s in %s, seed %d: %s (%d unexplained), %s as runs, %d vacuous in some property.\n\n",
		count(runs, "schedule", "schedules"), wall(x.WallS), x.Seed, count(len(x.Refutations), "refutation", "refutations"), unexplained,
		count(len(x.Failed), "failed", "failed"), vacuous)
	x.writeRows(&b)
	x.writeRefutations(&b)
	x.writeFailed(&b)
	x.writeFaults(&b)
	x.writeLeaks(&b)
	_, _ = io.WriteString(Shown(w), b.String())
}

func (x *Exploration) writeRows(b *strings.Builder) {
	b.WriteString("| mode | guard | schedules | failed |")
	for _, p := range checker.Properties() {
		fmt.Fprintf(b, " %s |", p)
	}
	b.WriteString("\n| --- | --- | --- | --- |" + strings.Repeat(" --- |", len(checker.Properties())) + "\n")
	for _, r := range x.Rows {
		fmt.Fprintf(b, "| %s | %s | %d | %d |", r.Mode, r.Guard, r.Schedules, r.Failed)
		for _, p := range checker.Properties() {
			var parts []string
			for _, v := range []checker.Verdict{checker.Holds, checker.Refuted, checker.Unknown, checker.Vacuous} {
				if n := r.Verdicts[p][v]; n > 0 {
					parts = append(parts, fmt.Sprintf("%d %s", n, v))
				}
			}
			fmt.Fprintf(b, " %s |", strings.Join(parts, ", "))
		}
		b.WriteString("\n")
	}
}

func (x *Exploration) writeRefutations(b *strings.Builder) {
	if len(x.Refutations) == 0 {
		return
	}
	b.WriteString("\n| refuted | mode | guard | seed | faults | explained by | run |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range x.Refutations {
		fmt.Fprintf(b, "| %s | %s | %s | %d | %s | %s | %s |\n", r.Property, r.Mode, r.Guard, r.Seed, r.Faults, cmp.Or(r.Known, "**unexplained**"), r.Folder)
	}
}

func (x *Exploration) writeFailed(b *strings.Builder) {
	for _, f := range x.Failed {
		fmt.Fprintf(b, "\nfailed as a run: %s %s (seed %d, %s):\n\n    %s\n", f.Mode, f.Name, f.Seed, f.Folder, strings.ReplaceAll(shortened(f.Error), "\n", "\n    "))
	}
}

// shortened is an error that says what went wrong, without the logs and traces
// that come with it: those are in summary.json and in the run's folder.
func shortened(text string) string {
	const mostLines, mostRunes = 10, 300
	lines := strings.Split(text, "\n")
	if more := len(lines) - mostLines; more > 0 {
		lines = append(lines[:mostLines], fmt.Sprintf("… and %s in summary.json", count(more, "more line", "more lines")))
	}
	for i, l := range lines {
		if r := []rune(l); len(r) > mostRunes {
			lines[i] = string(r[:mostRunes]) + "…"
		}
	}
	return strings.Join(lines, "\n")
}

func (x *Exploration) writeFaults(b *strings.Builder) {
	if len(x.Faults) == 0 {
		return
	}
	b.WriteString("\n| fault | injected | bitten | missed | not healed |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range x.Faults {
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d |\n", f.Kind, f.Injected, f.Bitten, f.Missed, f.Unhealed)
	}
}

func (x *Exploration) writeLeaks(b *strings.Builder) {
	if x.Leaks == nil {
		return
	}
	if rows := x.Leaks.figures(); len(rows) > 0 {
		b.WriteString("\n| left behind | first | highest | last |\n| --- | --- | --- | --- |\n")
		for _, r := range rows {
			fmt.Fprintf(b, "| %s |\n", strings.Join(r[:], " | "))
		}
	}
	if x.Leaks.Unmeasured != "" {
		fmt.Fprintf(b, "\nGoroutines were not compared: %s.\n", x.Leaks.Unmeasured)
	}
	for _, n := range x.Leaks.Stuck {
		fmt.Fprintf(b, "\nThe engine counts something in a network in which it knows of nothing, and so refuses to remove it until it is restarted (moby/moby#42119): %s\n", n)
	}
	problems := x.Leaks.Problems()
	for _, p := range problems {
		fmt.Fprintf(b, "\nleft behind: %s\n", p)
	}
	switch {
	case len(problems) > 0:
	case x.Leaks.Unmeasured != "":
		b.WriteString("\nNo container or network was left behind.\n")
	default:
		b.WriteString("\nNo container, network or goroutine was left behind.\n")
	}
}
