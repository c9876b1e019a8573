package levels

import (
	"fmt"
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
)

// duplicates is decided by the downstream alone, which knows what it accepted.
func (s *seen) duplicates(Level) judged {
	type key struct{ event, text string }
	accepted, unsure := map[key][]*call{}, map[key]int{}
	var order []key
	sends := 0
	for _, c := range s.calls {
		if !c.accepted() {
			continue
		}
		k := key{c.event, c.text}
		if len(accepted[k])+unsure[k] == 0 {
			order = append(order, k)
		}
		if c.e.Outcome == history.OutcomeUnclear {
			unsure[k]++
			continue
		}
		sends++
		accepted[k] = append(accepted[k], c)
	}
	j := judged{would: none, counts: map[string]int64{"sends": int64(sends), "texts": int64(len(order))}}
	users := map[string]bool{}
	var worst *key
	for _, k := range order {
		if len(accepted[k]) < 2 {
			continue
		}
		j.counts["duplicated"]++
		users[accepted[k][0].user] = true
		if worst == nil {
			worst = &k
		}
	}
	maybe := slices.ContainsFunc(order, func(k key) bool { return len(accepted[k])+unsure[k] > 1 })
	switch {
	case worst != nil:
		twice := accepted[*worst][:2]
		w := &checker.Witness{Property: checker.Duplicates, User: twice[0].user, Events: []string{worst.event}, Text: worst.text, Minimal: true, Total: int(j.counts["duplicated"]), Users: len(users)}
		for _, c := range twice {
			w.Timeline = append(w.Timeline, *c.e)
			w.Attempts = append(w.Attempts, s.witness(c))
		}
		w.Summary = fmt.Sprintf("user %s: text %q of event %s was accepted %d times by the downstream (lines %d and %d); %s for %s in all",
			twice[0].user, worst.text, worst.event, len(accepted[*worst]), twice[0].e.Seq, twice[1].e.Seq, many(w.Total, "text"), many(w.Users, "user"))
		j.verdict, j.reason, j.witness = checker.Refuted, w.Summary, w
	case maybe:
		j.verdict, j.reason = checker.Unknown, "a text may have been accepted more than once: the downstream recorded calls with an unclear outcome"
	default:
		j.verdict, j.reason = checker.Holds, fmt.Sprintf("%s reached the downstream, each once", many(len(order), "text"))
		if sends == 0 {
			j.nothing = "no text was sent"
		}
	}
	return j
}
