package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Window is a part of a history, in nanoseconds since its first event.
type Window struct{ From, To int64 }

// Always is the window that leaves nothing out.
var Always = Window{math.MinInt64, math.MaxInt64}

func (w Window) has(t int64) bool { return w.From <= t && t <= w.To }

// WriteTimeline writes for the terminal what is on record of one user: who did
// what when, with who was inside at each step, and the faults and changes of
// the broker that came between.
func WriteTimeline(w io.Writer, h *history.History, user string, window Window) error {
	paint := painterFor(w)
	var b strings.Builder
	told := map[string]bool{} // attempts that were inside in the window
	shown := 0
	extents := checker.Extents(h, user)
	for i, f := range frames(h) {
		sc := userScene(h, user, extents, f)
		var story []moment
		for _, m := range sc.story() {
			if window.has(m.t) || m.times > 1 && m.t <= window.To && m.until >= window.From {
				story = append(story, m)
			}
		}
		for _, b := range sc.bars {
			if b.from <= window.To && window.From <= b.to {
				told[b.attempt] = true
			}
		}
		if len(story) == 0 {
			continue
		}
		shown += len(story)
		if i > 0 {
			b.WriteString("\nOn another clock, whose offset to the first is not on record; its times are relative to its own first event:\n\n")
		}
		b.WriteString(sc.table(story, paint))
		if f.doubt > 0 {
			fmt.Fprintf(&b, "\nRecords of several clocks are shown on one by measured offsets, exact to %s: near ones may stand in the wrong order.\n", millis(f.doubt))
		}
	}
	if shown == 0 {
		fmt.Fprintf(&b, "Of user %s nothing is on record in this window.\n", user)
	}
	b.WriteString(commitTable(h, user, told, paint))
	_, err := io.WriteString(Shown(w), b.String())
	return err
}

// userScene lays out all that a history has of one user, with the sections as
// the checker judges by them, the faults and what concerns everyone, as far as
// it is on the frame's clocks.
func userScene(h *history.History, user string, extents []checker.WitnessAttempt, f *frame) *scene {
	sc := &scene{user: user, origin: f.origin}
	for _, e := range h.Events {
		t, ok := f.since(e.Domain, e.T)
		// The store's records are stamped when its log is read: they have no
		// place in time.
		if !ok || e.Kind == history.KindStateCommit || e.User != user && !forEveryone(&e) {
			continue
		}
		e.T = t
		sc.records = append(sc.records, e)
		if e.Kind == history.KindFaultEnd {
			sc.bands = append(sc.bands, evidenceBand(&e, f))
		}
	}
	for _, a := range extents {
		from, ok := f.since(a.Domain, a.Enter)
		to, _ := f.since(a.Domain, a.End)
		if ok {
			sc.bars = append(sc.bars, bar{stretch: stretch{from, to}, worker: a.Worker, attempt: a.Attempt, event: a.Event, endedBy: a.EndedBy, exited: a.Exited})
		}
	}
	slices.SortStableFunc(sc.records, func(a, b history.Event) int { return cmp.Compare(a.T, b.T) })
	return sc
}

// forEveryone reports whether a record without a user belongs in each user's
// timeline.
func forEveryone(e *history.Event) bool {
	switch e.Kind {
	case history.KindFaultBegin, history.KindFaultEnd: // whoever it was aimed at
		return true
	}
	return e.User == ""
}

// evidenceBand is the fault as far as a timeline needs it: when what was seen
// of it.
func evidenceBand(end *history.Event, f *frame) band {
	b := band{fault: end.Fault}
	for _, ev := range end.Evidence {
		if ev.T == 0 {
			continue
		}
		ev.T, _ = f.since(end.Domain, ev.T)
		b.evidence = append(b.evidence, ev)
	}
	return b
}

func (sc *scene) table(story []moment, paint painter) string {
	t := newTable(1)
	t.add(painted(paint.strong, "ms"), painted(paint.strong, "inside"), painted(paint.strong, "who"), painted(paint.strong, "what"))
	for _, m := range story {
		inside := sc.inside(m.t)
		how := paint.faint
		if len(inside) > 1 {
			how = paint.bad // more than one
		}
		what := m.what
		if m.times > 1 {
			what += fmt.Sprintf(" (%d times, until %s)", m.times, sinceFirst(m.until))
		}
		t.add(plain(sinceFirst(m.t)), painted(how, strings.Join(inside, " + ")), plain(m.who), plain(what))
	}
	return t.String()
}

// inside lists who was certainly inside the user's section at a time.
func (sc *scene) inside(t int64) []string {
	var out []string
	for _, b := range sc.bars {
		if b.from <= t && t <= b.to {
			out = append(out, b.worker)
		}
	}
	return out
}

// commitTable is what the store's own log has of the attempts.
func commitTable(h *history.History, user string, attempts map[string]bool, paint painter) string {
	t := newTable(1, 5, 6)
	t.add(painted(paint.strong, "position"), painted(paint.strong, "event"), painted(paint.strong, "worker"),
		painted(paint.strong, "attempt"), painted(paint.strong, "wrote version"), painted(paint.strong, "decided on version"))
	rows := 0
	for i := range h.Events {
		e := &h.Events[i]
		if e.Kind != history.KindStateCommit || e.User != user || !attempts[e.Attempt] {
			continue
		}
		rows++
		t.add(plain(fmt.Sprint(e.Ordinal)), plain(e.Event), plain(e.Worker), plain(e.Attempt), plain(fmt.Sprint(e.Version)), plain(cmp.Or(e.Detail["read_version"], "–")))
	}
	if rows == 0 {
		return ""
	}
	return "\nThe state store's own log of these attempts, in its order:\n\n" + t.String()
}
