package levels

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
)

// judged is a level's answer for a property by itself, before what was found amiss
// and the opportunity have their say.
type judged struct {
	verdict checker.Verdict
	reason  string
	counts  map[string]int64
	witness *checker.Witness
	nothing string // if holds: why there was nothing to judge
	absence bool   // refuted by what is not on record
	would   Level  // unknown: the level that would decide; none: no level would
}

const none Level = -1

func unknown(would Level, format string, args ...any) judged {
	return judged{verdict: checker.Unknown, reason: fmt.Sprintf(format, args...), would: would}
}

func (s *seen) exclusivity(l Level) judged {
	inner := s.inner(l)
	counts := map[string]int64{}
	var found []pair
	users := 0
	for _, user := range slices.Sorted(maps.Keys(inner)) {
		counts["inner"] += int64(len(inner[user]))
		of := pairs(inner[user], distinct)
		if len(of) > 0 {
			users++
		}
		found = append(found, of...)
	}
	counts["overlapping_pairs"], counts["overlapping_users"] = int64(len(found)), int64(users)
	if len(found) > 0 {
		w := s.overlap(found, users)
		return judged{verdict: checker.Refuted, reason: w.Summary, counts: counts, witness: w, would: none}
	}
	j := s.apart(l, counts)
	j.counts = counts
	return j
}

// apart decides whether all outer bounds are disjoint, so that sections are.
func (s *seen) apart(l Level, counts map[string]int64) judged {
	switch {
	case l < Broker:
		return unknown(Broker, "no two sections are seen to overlap, and %s does not see how long they may have lasted", l)
	case l == Broker && len(s.given) == 0:
		return unknown(Broker, "no delivery is on record of a link to Pulsar")
	case l == Marks && len(s.marks) == 0:
		return unknown(Marks, "the system marked no section")
	}
	outer := s.outer(l)
	var across, within int
	var example pair
	total := 0
	for _, user := range slices.Sorted(maps.Keys(outer)) {
		total += len(outer[user])
		for _, p := range pairs(outer[user], func(*bound, *bound) bool { return true }) {
			if p.a.worker == p.b.worker && l < Marks {
				if within++; s.m.OneAtATime {
					continue
				}
			} else {
				across++
			}
			if example.a == nil || example.a.worker == example.b.worker && p.a.worker != p.b.worker {
				example = p
			}
		}
	}
	counts["outer"], counts["outer_across_workers"], counts["outer_within_worker"] = int64(total), int64(across), int64(within)
	if example.a != nil {
		would := none
		if l < Marks {
			would = Marks
		}
		said := "two workers' never do, and what one does with two at once no link shows"
		if across > 0 {
			said = fmt.Sprintf("%s of two workers", many(across, "pair"))
		}
		return unknown(would, "no two sections are seen to overlap; %s may have, by the bounds around them: %s (event %s at %s and event %s at %s)",
			many(across+within, "pair"), said, example.a.event, example.a.worker, example.b.event, example.b.worker)
	}
	if stray := s.stray(l, outer); stray != "" {
		would := none
		if l < Marks {
			would = Marks
		}
		return unknown(would, "what bounds the sections does not: %s", stray)
	}
	j := judged{verdict: checker.Holds, would: none, reason: fmt.Sprintf("%s of %s, one after the other for each", many(total, map[bool]string{true: "marked section", false: "acknowledged message"}[l == Marks]), many(len(outer), "user"))}
	if within > 0 {
		j.reason += fmt.Sprintf(", by the mapping's word that a worker handles one user's messages one at a time (%d pairs at one worker overlap)", within)
	}
	if total == 0 {
		j.nothing = "nothing was delivered"
	}
	return j
}

// stray tells of a call or a command outside all bounds in which its section can
// have been: then sections do not lie within them.
func (s *seen) stray(l Level, outer map[string][]*bound) string {
	covered := func(b *bound) bool {
		return slices.ContainsFunc(outer[b.user], func(o *bound) bool {
			return o.start <= b.start && b.end <= o.end &&
				(b.worker == "" || o.worker == b.worker) && (b.event == "" || o.event == b.event)
		})
	}
	for _, c := range s.calls {
		if b := s.ofCall(c, l); !covered(b) {
			return fmt.Sprintf("a send of event %s of user %s by %q (line %d of %s) lies in none", c.event, c.user, c.worker, c.e.Seq, c.e.Src)
		}
	}
	for _, m := range s.marks {
		if l >= Marks && !m.backed {
			return fmt.Sprintf("a marked section of event %s of user %s (line %d of %s) lasted when, by its link, %s had not been given the event, or had acknowledged it", m.event, m.user, m.enter.Seq, m.enter.Src, m.worker)
		}
	}
	for _, c := range s.commands {
		b := &bound{user: c.user, event: c.event, worker: c.worker, start: c.start, end: c.start}
		if c.bounded {
			b.end = c.end
		}
		if !covered(b) {
			return fmt.Sprintf("a command to the state of user %s by %s (line %d of %s) lies in none", c.user, c.worker, c.e.Seq, c.e.Src)
		}
	}
	return ""
}

// overlap is the witness of the pair that overlaps for longest.
func (s *seen) overlap(found []pair, users int) *checker.Witness {
	best := slices.MaxFunc(found, func(a, b pair) int { return cmp.Compare(a.length(), b.length()) })
	w := &checker.Witness{Property: checker.Exclusivity, User: best.a.user, OverlapNS: best.length(), Minimal: true, Total: len(found), Users: users}
	for _, b := range []*bound{best.a, best.b} {
		w.Attempts = append(w.Attempts, checker.WitnessAttempt{Attempt: b.lines[0].Attempt, Event: b.event, Worker: b.worker, Domain: s.frame, Enter: b.start, End: b.end, EndedBy: b.by})
		if b.event != "" && !slices.Contains(w.Events, b.event) {
			w.Events = append(w.Events, b.event)
		}
		w.Timeline = append(w.Timeline, eventsOf(b.lines)...)
	}
	slices.SortStableFunc(w.Timeline, func(a, b history.Event) int { return cmp.Compare(a.T, b.T) })
	w.Summary = fmt.Sprintf("user %s: %s and %s were inside at once, for %s by the clocks; %s of %s in all",
		best.a.user, inWords(best.a), inWords(best.b), inMS(best.length()), many(len(found), "overlapping pair"), many(users, "user"))
	return w
}

func eventsOf(lines []*history.Event) (out []history.Event) {
	for _, e := range lines {
		out = append(out, *e)
	}
	return out
}

// inWords names a bound with the lines that show it.
func inWords(b *bound) string {
	var at []string
	for _, e := range b.lines {
		at = append(at, fmt.Sprintf("%s line %d", e.Src, e.Seq))
	}
	of := ""
	if b.event != "" {
		of = " for event " + b.event
	}
	if b.worker != "" {
		of += " at " + b.worker
	}
	return fmt.Sprintf("%s%s (%s)", b.what, of, some(at))
}
