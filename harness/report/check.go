package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
)

// reasonWidth is that of the column of reasons, so that a line of verdicts fits
// where the matrix does.
const reasonWidth = textWidth - len("exclusivity  refuted  ")

// WriteCheck writes for the terminal what a check of a history found: each
// verdict with its reason, what they rest on, and of each witness who was
// inside when. Its times are milliseconds since the history's first event, as
// those of [WriteTimeline].
func WriteCheck(w io.Writer, h *history.History, r *checker.Result) error {
	c := &checkText{r: r, paint: painterFor(w)}
	if len(h.Events) > 0 {
		c.domain, c.origin = h.Events[0].Domain, h.Events[0].T
	}
	c.verdicts()
	c.opportunity()
	c.faults()
	c.findings()
	for _, v := range r.Verdicts {
		if v.Witness != nil {
			c.witness(v.Witness)
		}
	}
	_, err := io.WriteString(Shown(w), c.String())
	return err
}

// checkText collects the text of a check.
type checkText struct {
	strings.Builder
	r      *checker.Result
	paint  painter
	domain string
	origin int64
}

func (c *checkText) section(name string) {
	if c.Len() > 0 {
		c.WriteByte('\n')
	}
	c.WriteString(c.paint.strong(name) + "\n")
}

func (c *checkText) verdicts() {
	c.section("verdicts")
	t := newTable()
	for _, v := range c.r.Verdicts {
		how := c.paint.bad
		if v.Verdict == checker.Holds {
			how = c.paint.good
		}
		t.add(plain(string(v.Property)), painted(how, string(v.Verdict)), plain(wrap(v.Reason, reasonWidth)...))
	}
	c.WriteString(t.String())
}

func (c *checkText) opportunity() {
	o := c.r.Opportunity
	c.section("opportunity")
	t := newTable(1)
	for _, line := range []struct {
		n    int
		what string
	}{
		{o.Attempts, "critical sections entered"},
		{o.Workers, "workers that entered one"},
		{o.Users, "users with one"},
		{o.Contended, "sections during which the user's next event was waiting"},
		{o.Handovers, "times a user went from one worker to another"},
		{o.Redeliveries, "events delivered more than once"},
		{o.Sends, "texts that the gateway accepted"},
		{o.LockContended, "times a worker found a lock taken"},
	} {
		t.add(plain(fmt.Sprint(line.n)), plain(line.what))
	}
	c.WriteString(t.String())
}

func (c *checkText) faults() {
	c.section("faults")
	if len(c.r.Faults) == 0 {
		c.WriteString("none was begun\n")
	}
	for _, f := range c.r.Faults {
		word := c.paint.good("bit")
		if !f.Bitten {
			word = c.paint.bad("DID NOT BITE")
		}
		c.WriteString(visible(f.Fault) + " " + word + ": ")
		c.text(c.course(f), "\n  ")
		t := newTable(3)
		for _, ev := range f.Evidence {
			seen, at := plain("  seen by"), ""
			if !ev.Seen {
				seen = painted(c.paint.bad, "  NOT seen by")
			}
			if ev.T != 0 {
				at = c.time(f.Domain, ev.T)
			}
			what := ev.Name
			if ev.Detail != "" {
				what += " (" + ev.Detail + ")"
			}
			t.add(seen, plain(ev.Observer), plain(at), plain(wrap(what, reasonWidth-10)...))
		}
		if len(f.Evidence) > 0 {
			c.WriteString(t.String())
		}
		for _, m := range f.Missing {
			fmt.Fprintf(c, "  %s %s\n", c.paint.bad("missing:"), visible(m))
		}
	}
}

// course says when a fault was, and what it was aimed at.
func (c *checkText) course(f checker.FaultEvidence) string {
	s := fmt.Sprintf("from %s ms", c.time(f.Domain, f.Begin))
	switch {
	case !f.Ended:
		s += ", never ended"
	case f.Healed:
		s += ", healed after " + millis(f.End-f.Begin)
	default:
		s += fmt.Sprintf(", over after %s (%s)", millis(f.End-f.Begin), cmp.Or(f.Outcome, "whether healed is not on record"))
	}
	if f.Aimed {
		s += fmt.Sprintf("; begun while %s was inside a section of user %s (attempt %s)", f.Worker, f.User, f.Attempt)
	}
	if r := recovered(f.Recovery); r != "" {
		s += "; " + r
	}
	return s
}

// recovered says in words what came after a fault's end, or nothing.
func recovered(r *checker.Recovery) string {
	if r == nil {
		return ""
	}
	var parts []string
	for _, p := range []struct {
		ns   *int64
		what string
	}{
		{r.FirstEffectNS, "the next event took effect"},
		{r.WaitedNS, "all that had waited had taken effect"},
		{r.FullRateNS, "events took effect at the rate of before"},
	} {
		if p.ns != nil {
			parts = append(parts, fmt.Sprintf("%s %s after its end", p.what, millis(*p.ns)))
		}
	}
	return strings.Join(parts, ", ")
}

func (c *checkText) findings() {
	c.section("findings of the self-check")
	if len(c.r.Findings) == 0 {
		c.WriteString("none\n")
	}
	for _, f := range c.r.Findings {
		text := f.Name + ": " + f.Detail
		if len(f.Properties) > 0 {
			text += "; so these cannot hold: " + listed(f.Properties)
		}
		if len(f.Breaks) > 0 {
			text += "; nor can a refutation be trusted of: " + listed(f.Breaks)
		}
		c.text(text, "\n  ")
	}
}

func (c *checkText) text(s, newline string) {
	c.WriteString(strings.Join(wrap(visible(s), textWidth), newline) + "\n")
}

func listed(ps []checker.Property) string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

func (c *checkText) witness(w *checker.Witness) {
	c.section("witness against " + string(w.Property))
	c.text(w.Summary, "\n")
	if len(w.Attempts) == 0 {
		return
	}
	t := newTable(4, 5, 6)
	t.add(plain("worker"), plain("event"), plain("attempt"), plain("inside from (ms)"), plain("until (ms)"), plain("for"), plain("its end is bounded by"))
	for _, a := range w.Attempts {
		t.add(plain(a.Worker), plain(a.Event), plain(a.Attempt), plain(c.time(a.Domain, a.Enter)), plain(c.time(a.Domain, a.End)),
			plain(millis(a.End-a.Enter)), plain(cmp.Or(a.EndedBy, "–")))
	}
	c.WriteString(t.String())
}

// time is in milliseconds since the history's first event.
func (c *checkText) time(domain string, t int64) string {
	if domain != c.domain {
		return "on another clock"
	}
	return sinceFirst(t - c.origin)
}

// sinceFirst writes a time relative to a history's first event.
func sinceFirst(ns int64) string { return fmt.Sprintf("%.3f", float64(ns)/1e6) }
