package report

import (
	"fmt"
	"io"
	"strings"

	"turnstile/checker"
	"turnstile/checker/levels"
)

// WriteLevels writes, for a terminal, what each level says of each property, and
// for the highest why.
func WriteLevels(w io.Writer, r *levels.Result) error {
	paint := painterFor(w)
	how := func(v checker.Verdict) func(string) string {
		switch v {
		case checker.Holds:
			return paint.good
		case checker.Refuted:
			return paint.bad
		}
		return nil
	}
	var b strings.Builder
	t := newTable()
	head := []cell{plain("")}
	for _, a := range r.Levels {
		head = append(head, plain(fmt.Sprintf("level %d", a.Level)))
	}
	t.add(head...)
	for _, p := range checker.Properties() {
		row := []cell{plain(string(p))}
		for _, a := range r.Levels {
			v := a.Of(p)
			row = append(row, painted(how(v.Verdict), string(v.Verdict)))
		}
		t.add(row...)
	}
	b.WriteString(paint.strong("what each level says") + "\n" + t.String())
	t = newTable()
	for _, v := range r.Verdicts {
		by := fmt.Sprintf("level %d", v.Level)
		switch {
		case v.Decided():
		case v.Would != nil:
			by = fmt.Sprintf("level %d would", *v.Would)
		default:
			by = "no level would"
		}
		t.add(plain(string(v.Property)), painted(how(v.Verdict), string(v.Verdict)), plain(by), plain(wrap(v.Reason, reasonWidth)...))
	}
	b.WriteString("\n" + paint.strong("why") + "\n" + t.String())
	b.WriteString("\n" + paint.strong("what was seen amiss") + "\n")
	if len(r.Findings) == 0 {
		b.WriteString("nothing\n")
	}
	t = newTable()
	for _, f := range r.Findings {
		t.add(plain(f.Name), plain(wrap(f.Detail, reasonWidth)...))
	}
	if len(r.Findings) > 0 {
		b.WriteString(t.String())
	}
	for _, d := range levels.Describe() {
		if d.Level == levels.Downstream {
			b.WriteString("\n" + paint.strong("the levels") + "\n")
		}
		fmt.Fprintf(&b, "%d  %s\n", d.Level, d.Observer)
	}
	_, err := io.WriteString(Shown(w), b.String())
	return err
}
