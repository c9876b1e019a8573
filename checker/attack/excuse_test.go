package attack

import (
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
)

// excused returns the reason why nobody can tell, or nothing.
//
// Of lines that are lost each may have its own: with S the lines that are gone,
// an excuse of S is a partition of S of which each part, were it alone in being
// gone from what is left and itself, has an excuse. What is left is then what
// another run's honest record would be, whichever part went first.
func excused(name string, p checker.Property, before, after *forgery) (why string) {
	of := slices.DeleteFunc(slices.Clone(excuses), func(x excuse) bool {
		return !slices.Contains(x.of, name) || !slices.Contains(x.touches, p)
	})
	for _, x := range of {
		if x.when(p, before, after) {
			return x.why
		}
	}
	if !slices.Contains(lost, name) {
		return ""
	}
	return excusedInParts(of, p, before, after)
}

// parts are by what lines are lost together: of one fault, one attempt, one event
// that nobody was given, or each by itself.
func parts(lines []*history.Event) (out [][]*history.Event) {
	of := map[string]int{}
	for _, e := range lines {
		k := ""
		switch {
		case e.Fault != "":
			k = "fault " + e.Fault
		case e.Attempt != "":
			k = "attempt " + e.Attempt
		case e.Kind == history.KindPublish:
			k = "event " + e.Event
		}
		if i, known := of[k]; known && k != "" {
			out[i] = append(out[i], e)
			continue
		}
		of[k] = len(out)
		out = append(out, []*history.Event{e})
	}
	return out
}

func excusedInParts(of []excuse, p checker.Property, before, after *forgery) string {
	all := gone(before, after)
	var why []string
	for _, part := range parts(all) {
		with := &forgery{slices.DeleteFunc(slices.Clone(before.events), func(e history.Event) bool {
			return slices.ContainsFunc(all, func(g *history.Event) bool { return g.Src == e.Src && g.Seq == e.Seq && !slices.Contains(part, g) })
		})}
		i := slices.IndexFunc(of, func(x excuse) bool { return x.when(p, with, after) })
		if i < 0 {
			return ""
		}
		if !slices.Contains(why, of[i].why) {
			why = append(why, of[i].why)
		}
	}
	return strings.Join(why, "; ")
}
