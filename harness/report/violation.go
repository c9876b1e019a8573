package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
)

// Bounds on what a violation carries: it is to be read.
const (
	maxMoments = 60 // lines of its timeline
	maxColumns = 4  // attempts with a column of their own
	maxNames   = 20 // ids in a list
)

// WriteViolation writes the text for a bug report on a scenario's refuted
// properties, in Markdown, for readers who have never heard of this project.
func WriteViolation(w io.Writer, s Outcome, r *checker.Result) error {
	m := &markdown{}
	var refuted []checker.PropertyVerdict
	if r != nil {
		for _, p := range checker.Properties() {
			if v := r.Of(p); v.Verdict == checker.Refuted {
				refuted = append(refuted, v)
			}
		}
	}
	names := make([]string, len(refuted))
	for i, v := range refuted {
		names[i] = string(v.Property)
	}
	if len(refuted) == 0 {
		m.para("# No violation: %s / %s", inert(s.Mode), inert(s.Name))
		m.para("No property was refuted in this run.")
	} else {
		m.para("# %s refuted: %s / %s", title(strings.Join(names, ", ")), inert(s.Mode), inert(s.Name))
		m.para("A message orchestrator handled user events from Apache Pulsar with %s in the mode %s%s. It did not keep %s. "+
			"Everything below is from the recorded history of that one run.",
			count(s.Workers, "worker", "workers"), code(s.Mode), faultWords(s), promises(len(refuted)))
		m.short(s, r, refuted)
	}
	if s.Error != "" {
		m.para("> The run itself did not end well: %s", inert(s.Error))
	}
	m.setting(s, r)
	told := map[string]checker.Property{} // by the attempts involved
	for _, v := range refuted {
		m.section(s, r, v, told)
	}
	m.reproduce(s)
	m.files(s, refuted)
	_, err := io.WriteString(Shown(w), m.String())
	return err
}

func faultWords(s Outcome) string {
	if !hasFault(s) {
		return ", undisturbed by any fault"
	}
	return ", while the fault " + code(s.Fault) + " was injected"
}

func promises(n int) string {
	if n == 1 {
		return "one of its promises"
	}
	return fmt.Sprintf("%d of its promises", n)
}

// setting says what was run, in a table.
func (m *markdown) setting(s Outcome, r *checker.Result) {
	m.head("", "")
	m.row("Mode", code(s.Mode)+": "+inert(cmp.Or(mode.Mode(s.Mode).Meaning(), "–")))
	m.row("Guard of the effect", code(s.Guard)+explained(mode.Guard(s.Guard).Meaning()))
	m.row("Fault", code(s.Fault)+explained(fault.Meaning(s.Fault)))
	m.row("Load", fmt.Sprintf("%d events for %d users, handled in %d attempts by %d workers", s.Events, s.Users, s.Attempts, s.Workers))
	if s.Settings != "" {
		m.row("Settings", code(s.Settings))
	}
	m.row("Seed", code(fmt.Sprint(s.Seed)))
	for _, p := range checker.Properties() {
		v := verdictOf(s, p)
		if r != nil {
			v.Verdict = r.Of(p).Verdict
		}
		claim := ", as the scenario claims"
		switch {
		case v.SeenAt != "":
			claim = ", seen at " + v.SeenAt
		case v.Would != "":
			claim = "; " + v.Would + " would decide"
		case v.Expected == "": // judged from a history alone
			claim = "; what the scenario claims is not known here"
		case v.Expected == Open || v.Expected == Any:
			claim = "; the scenario makes no claim about it"
		case v.Expected != v.Verdict:
			claim = ", although the scenario claims " + bold(string(v.Expected))
		}
		m.row(title(string(p)), bold(string(v.Verdict))+claim)
	}
	m.line("")
}

func explained(s string) string {
	if s == "" {
		return ""
	}
	return ": " + inert(s)
}

// section tells one refuted property. Where an earlier one was refuted by the
// same attempts, their story is not told again.
func (m *markdown) section(s Outcome, r *checker.Result, v checker.PropertyVerdict, told map[string]checker.Property) {
	m.para("## %s is refuted", title(string(v.Property)))
	m.para("**What it promises.** %s", v.Property.Describe().Promise)
	w := v.Witness
	if w == nil {
		m.para("**What happened.** %s", inert(v.Reason))
		return
	}
	m.para("**What happened.** %s", inert(w.Summary))
	if at := s.Properties[v.Property].SeenAt; at != "" {
		m.para("**Who saw it.** %s: the orchestrator itself recorded nothing.", title(at))
	}
	sc := newScene(w, r.Faults)
	if v.Property == checker.Exclusivity {
		m.overlap(s, sc, w)
	} else {
		m.events(w)
	}
	var names []string
	for _, a := range w.Attempts {
		names = append(names, a.Attempt)
	}
	slices.Sort(names)
	same := strings.Join(names, " ")
	if p, ok := told[same]; ok && len(names) > 0 {
		m.para("These are the attempts by which %s is refuted: fault and timeline are told there.", p)
	} else {
		told[same] = v.Property
		if v.Property != checker.Exclusivity {
			m.attempts(sc, w)
		}
		m.commits(w)
		m.faults(s, sc, w, r)
		m.timeline(sc)
	}
	if v.Property == checker.Exclusivity {
		m.suffered(sc, w, r)
	}
	if w.Total > 1 {
		m.para("In the whole run there were %d such violations, for %s; this is one of the clearest.", w.Total, count(w.Users, "user", "users"))
	}
}

// overlap says who was inside together with whom, for how long.
func (m *markdown) overlap(s Outcome, sc *scene, w *checker.Witness) {
	m.para("### Who overlapped with whom")
	m.attempts(sc, w)
	if sc.overlap != nil {
		m.para("Both were inside from %s ms to %s ms: %s.", since(sc.overlap.from), since(sc.overlap.to), bold(millis(w.OverlapNS)))
	} else {
		m.para("Both were provably inside for %s.", bold(millis(w.OverlapNS)))
	}
	if s.Outside {
		m.para("A worker that waits for the answer to a call or a command is inside a section all the while. " +
			"So what is recorded of a section lies inside the true one, and two that overlap on record did overlap (`go doc ./checker/levels` has the argument).")
		return
	}
	m.para("An enter is recorded after the critical section has begun, and an exit before it ends. " +
		"So a recorded section lies inside the true one, and two that overlap on record did overlap.")
}

// attempts lists a witness's attempts with their sections.
func (m *markdown) attempts(sc *scene, w *checker.Witness) {
	if len(w.Attempts) == 0 {
		return
	}
	m.head("worker", "event", "attempt", "inside from (ms):", "until (ms):", "for:", "its end is bounded by")
	for _, a := range w.Attempts {
		from, until := "on another clock", "on another clock"
		if a.Domain == sc.domain {
			from, until = since(a.Enter-sc.origin), since(a.End-sc.origin)
		}
		m.row(code(a.Worker), code(a.Event), code(a.Attempt), from, until, millis(a.End-a.Enter), inert(cmp.Or(a.EndedBy, "–")))
	}
	m.line("")
	m.minimal(w)
	m.para("Times are relative to the first of these enters, on the kernel's monotonic clock that the containers share.")
}

func (m *markdown) events(w *checker.Witness) {
	if len(w.Events) == 0 {
		return
	}
	ids := make([]string, 0, len(w.Events))
	for _, e := range w.Events[:min(len(w.Events), maxNames)] {
		ids = append(ids, code(e))
	}
	more := ""
	if n := max(len(w.Events), w.Total) - len(ids); n > 0 && w.Property == checker.Delivery {
		more = fmt.Sprintf(" and %d more", n)
	}
	m.para("Events concerned: %s%s.", strings.Join(ids, ", "), more)
}

// commits lists what the store's own log says of the events, in its order.
func (m *markdown) commits(w *checker.Witness) {
	var rows []history.Event
	for _, e := range w.Timeline {
		if e.Kind == history.KindStateCommit {
			rows = append(rows, e)
		}
	}
	if len(rows) == 0 {
		return
	}
	slices.SortFunc(rows, func(a, b history.Event) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	m.para("The state store's own log, in its order:")
	m.head("position:", "event", "worker", "attempt", "wrote version:", "decided on version:")
	for _, e := range rows {
		m.row(fmt.Sprint(e.Ordinal), code(e.Event), code(e.Worker), code(e.Attempt), fmt.Sprint(e.Version), inert(cmp.Or(e.Detail["read_version"], "–")))
	}
	m.line("")
}

// timeline is the story in a table, with a column for each attempt that shows
// when it is inside.
func (m *markdown) timeline(sc *scene) {
	story := sc.story()
	if len(story) == 0 {
		return
	}
	m.para("### What happened when")
	columns := sc.bars
	if len(columns) > maxColumns {
		columns = nil
	}
	heads := []string{"ms:"}
	for _, b := range columns {
		heads = append(heads, "inside: "+code(b.worker))
	}
	m.head(append(heads, "who", "what")...)
	head, tail := len(story), len(story)
	if len(story) > maxMoments {
		head, tail = maxMoments*2/3, len(story)-maxMoments/3
	}
	for i, mo := range story {
		if i == head {
			m.row(append(make([]string, len(columns)+1), "…", fmt.Sprintf("%d lines are left out here; the history has them", tail-head))...)
		}
		if i >= head && i < tail {
			continue
		}
		cells := []string{since(mo.t)}
		for _, b := range columns {
			cells = append(cells, lane(b, mo))
		}
		what := inert(mo.what)
		if mo.opens || mo.closes {
			what = bold(what)
		}
		if mo.times > 1 {
			what += fmt.Sprintf(" (%d times, until %s)", mo.times, since(mo.until))
		}
		m.row(append(cells, code(mo.who), what)...)
	}
	m.line("")
	if sc.foreign > 0 {
		m.para("Left out: %s on another clock, whose place in this order is not exact.", count(sc.foreign, "record", "records"))
	}
}

// lane shows where a moment lies in an attempt's section.
func lane(b bar, mo moment) string {
	switch {
	case mo.attempt == b.attempt && mo.opens:
		return "┏ in"
	case mo.attempt == b.attempt && mo.closes && b.exited:
		return "┗ out"
	case mo.attempt == b.attempt && mo.closes:
		return "┇" // it may have been inside for longer
	case b.from <= mo.t && mo.t <= b.to:
		return "┃"
	}
	return ""
}

// suffered says what the overlap did to the user, and what else went wrong for
// the same user in the run.
func (m *markdown) suffered(sc *scene, w *checker.Witness, r *checker.Result) {
	m.para("### What user %s suffered", code(w.User))
	harm := sc.harm()
	if len(harm) == 0 {
		harm = []string{"These records show no text that went out twice and no lost write. That is luck: nothing kept the two attempts apart."}
	}
	for _, v := range r.Verdicts {
		if o := v.Witness; o != nil && v.Property != checker.Exclusivity && o.User == w.User {
			harm = append(harm, fmt.Sprintf("In the same run, %s: %s.", v.Property, o.Summary))
		}
	}
	for _, h := range harm {
		m.line("- %s", inert(h))
	}
	m.line("")
}

func (m *markdown) reproduce(s Outcome) {
	m.para("## Reproduce")
	if s.Command != "" {
		m.para("```sh\n%s\n```", strings.ReplaceAll(strings.Join(strings.Fields(s.Command), " "), "```", "'''"))
	}
	m.para("The seed (%d) draws the load and the fault's schedule, which makes the violation likely to happen again; the history is the record of what did happen.", s.Seed)
	if len(s.Versions) == 0 {
		m.para("The versions of everything involved are in `run.json`.")
		return
	}
	m.head("what", "version")
	for _, k := range slices.Sorted(maps.Keys(s.Versions)) {
		m.row(inert(k), code(s.Versions[k]))
	}
	m.line("")
}

func (m *markdown) files(s Outcome, refuted []checker.PropertyVerdict) {
	m.para("## Files")
	if s.Folder != "" {
		m.para("In the run's folder, %s:", code(s.Folder))
	}
	again := "check"
	if s.Outside {
		again = "levels"
	}
	m.line("- %s: all that was observed, a record a line; `turnstile %s <folder>` judges it again", code(cmp.Or(s.History, HistoryFile)), again)
	m.line("- `verdict.json`: what the checker found; `run.json`: scenario, seed and versions")
	for _, p := range Pictures() {
		if !s.Outside && slices.ContainsFunc(refuted, func(v checker.PropertyVerdict) bool { return v.Property == p.Property && v.Witness != nil }) {
			m.line("- [`%s`](%s): %s, and how far the linearizability checker could put them in an order", p.File, p.File, p.What)
		}
	}
	m.line("- `logs/`: what each process wrote")
}
