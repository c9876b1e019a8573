package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"turnstile/checker"
)

// The matrix fits into pageWidth as long as labels may be squeezed no further
// than to leastLabel.
const (
	mostLabel     = 48
	leastLabel    = 16
	textWidth     = 108
	besideVerdict = 50 // columns of a label, the fault, its evidence and the result
	ofVerdict     = 10 // columns of one property
)

// pageWidth is how many columns the matrix may take: it grows with the properties.
func pageWidth() int { return besideVerdict + ofVerdict*len(checker.Properties()) }

// WriteMatrix writes the verdict matrix for a terminal, and below it what was
// not as expected and how to repeat it.
func WriteMatrix(w io.Writer, s *Summary) {
	paint := painterFor(w)
	gs := groups(s)
	t := total(gs)
	var b strings.Builder
	if t.Scenarios > 0 {
		m := matrix(gs, paint, mostLabel)
		for label := mostLabel; m.width() > pageWidth() && label > leastLabel; label-- {
			m = matrix(gs, paint, label-1)
		}
		b.WriteString(m.String() + "\n")
		for _, line := range wrap(legend(t), pageWidth()-2) {
			b.WriteString(paint.faint(line) + "\n")
		}
	}
	line := paint.good(t.String())
	if t.Failed > 0 || t.Scenarios == 0 {
		line = paint.bad(t.String())
	}
	fmt.Fprintf(&b, "%s   (%s, seed %d)\n", line, wall(s.WallS), s.Seed)
	if helped := unserved(s); helped != "" {
		b.WriteString(strings.Join(wrap(helped, pageWidth()-2), "\n") + "\n")
	}
	for _, f := range failures(gs) {
		b.WriteString("\n" + failure(f, paint))
	}
	_, _ = io.WriteString(Shown(w), b.String())
}

func legend(t totals) string {
	l := "≠ not the expected verdict · evidence: a attempts (critical sections entered), h handovers between workers, " +
		"r redelivered events, c contended attempts (the user's next event was already waiting)"
	if t.Runs > t.Scenarios {
		l += "; of several runs the least, seconds their mean"
	}
	return l
}

// unserved tells which runs had to be helped to their start, or nothing.
func unserved(s *Summary) string {
	var runs []string
	for _, sc := range s.Scenarios {
		if sc.Unserved != "" {
			runs = append(runs, fmt.Sprintf("%s / %s (%s)", sc.Mode, sc.Name, sc.Unserved))
		}
	}
	if len(runs) == 0 {
		return ""
	}
	return "Before the load the broker read nothing of a partition, though its active consumer asked, and the partition was unloaded: " +
		strings.Join(runs, "; ")
}

// headOf is a property's name in two lines, since a column need be no wider than
// a verdict.
func headOf(p checker.Property) []string {
	const widest = len("progress")
	name := string(p)
	if len(name) <= widest {
		return []string{"", name}
	}
	cut := 5 // exclu-sivity, dupli-cates
	return []string{name[:cut] + "-", name[cut:]}
}

func matrix(gs []group, paint painter, labelWidth int) terminalTable {
	heads := []cell{plain("", "scenario")}
	for _, p := range checker.Properties() {
		heads = append(heads, plain(headOf(p)...))
	}
	for _, name := range []string{"fault", "evidence", "s", "result"} {
		heads = append(heads, plain("", name))
	}
	t := newTable(len(heads) - 1) // the seconds
	for _, h := range heads {
		for i := range h {
			h[i].paint = paint.strong
		}
	}
	t.add(heads...)
	for _, g := range gs {
		t.add(painted(paint.strong, g.Mode))
		for _, r := range g.Rows {
			lines := wrap(r.Label, labelWidth-2)
			for i := range lines {
				lines[i] = "  " + lines[i]
			}
			cells := []cell{plain(lines...)}
			for _, p := range checker.Properties() {
				cells = append(cells, verdictCell(r.verdicts(p), paint))
			}
			t.add(append(cells, faultCell(r, paint), evidence(r.least()),
				plain(fmt.Sprintf("%.1f", r.meanWall())), resultCell(r, paint))...)
		}
	}
	return t
}

// verdictCell is the verdict, and below it the expected one where they differ.
// Of runs that do not agree it gives each verdict with how many gave it.
func verdictCell(vs []verdictCount, paint painter) cell {
	var c cell
	for _, v := range vs {
		word := string(v.Verdict)
		if len(vs) > 1 {
			word = fmt.Sprintf("%d %s", v.Runs, v.Verdict)
		}
		if !v.unexpected() {
			c = append(c, span{text: word})
			continue
		}
		c = append(c, painted(paint.bad, word)...)
		if v.Expected != "" {
			c = append(c, painted(paint.bad, "≠ "+string(v.Expected))...)
		}
	}
	return c
}

func faultCell(r row, paint painter) cell {
	missed := r.missed()
	switch {
	case missed == len(r.Runs):
		return painted(paint.bad, "MISSED")
	case missed > 0:
		return painted(paint.bad, "MISSED", fmt.Sprintf("%d of %d", missed, len(r.Runs)))
	case slices.ContainsFunc(r.Runs, hasFault):
		return plain("bitten")
	}
	return plain("–")
}

// evidence takes two lines, for want of room in one.
func evidence(o checker.Opportunity) cell {
	return plain(fmt.Sprintf("%da %dh", o.Attempts, o.Handovers), fmt.Sprintf("%dr %dc", o.Redeliveries, o.Contended))
}

func resultCell(r row, paint painter) cell {
	passed, runs := r.passed(), len(r.Runs)
	word, how := "pass", paint.good
	if passed < runs {
		word, how = "FAIL", paint.bad
	}
	if runs > 1 {
		word = fmt.Sprintf("%s %d/%d", word, passed, runs)
	}
	return painted(how, word)
}

// failure tells one run that was not as expected.
func failure(s Outcome, paint painter) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s / %s\n", paint.bad("FAIL"), visible(s.Mode), visible(s.Name))
	for _, d := range differences(s) {
		for i, line := range wrap(d.Short+": "+d.Why, textWidth) {
			indent := "      "
			if i > 0 {
				indent += "  "
			}
			b.WriteString(indent + line + "\n")
		}
	}
	if s.Folder != "" {
		b.WriteString("      folder:  " + s.Folder + "\n")
	}
	if s.Command != "" {
		b.WriteString("      repeat:  " + s.Command + "\n")
	}
	return b.String()
}
