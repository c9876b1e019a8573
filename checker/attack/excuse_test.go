package attack

import (
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
)

// excused returns the reason why nobody can tell, or nothing. A record that is told as
// a note is one that is lost.
//
// Of lines that are lost each may have its own. With R0 the record, and S1 ... Sn a
// partition of the lines that are gone, let Ri be R(i-1) without Si. If each Ri has an
// excuse before R(i-1), then each is what another run's honest record would be, as R0
// is, and so is Rn, which is what is left.
func excused(name string, p checker.Property, before, after *forgery) (why string) {
	if was, now := restated(before, after); slices.Contains(bent, name) && len(now) == 1 && now[0].Kind == history.KindNote && was[0].Kind != history.KindNote {
		return excused(lost[0], p, before, after.without(now))
	}
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
// that nobody was given, the begins and ends of one worker, or each by itself.
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
		case e.Kind == history.KindWorkerStart, e.Kind == history.KindWorkerStop, e.Kind == history.KindWorkerDead:
			k = "lives of " + e.Worker
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
	left := parts(gone(before, after))
	var why []string
	for now := before; len(left) > 0; {
		i := slices.IndexFunc(left, func(part []*history.Event) bool {
			next := now.without(part)
			x := slices.IndexFunc(of, func(x excuse) bool { return x.when(p, now, next) })
			if x < 0 {
				return false
			}
			if now = next; !slices.Contains(why, of[x].why) {
				why = append(why, of[x].why)
			}
			return true
		})
		if i < 0 {
			return ""
		}
		left = slices.Delete(left, i, i+1)
	}
	return strings.Join(why, "; ")
}

// without is the record without some of its lines.
func (h *forgery) without(lines []*history.Event) *forgery {
	return &forgery{slices.DeleteFunc(slices.Clone(h.events), func(e history.Event) bool {
		return slices.ContainsFunc(lines, func(g *history.Event) bool { return g.Src == e.Src && g.Seq == e.Seq })
	})}
}
