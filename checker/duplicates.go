package checker

import (
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// judgeDuplicates decides whether each text of each event reached the gateway
// at most once, by the gateway's own record. A send that it refused (outcome
// failed) or recognized by its idempotency key (outcome deduplicated) is none;
// one with an unclear outcome may be.
func judgeDuplicates(r *record) judgement {
	type key struct{ event, text string }
	accepted := map[key][]*history.Event{}
	unsure := map[key]int{}
	var order []key // keys of accepted and unsure, in the gateway's order
	var sends, unclear, refused, deduplicated int
	for _, e := range r.sends {
		if r.publishes[e.Event] == nil { // not an event of this run: the self-check's business
			continue
		}
		k := key{e.Event, e.Text}
		if len(accepted[k])+unsure[k] == 0 && e.Outcome != history.OutcomeFailed && e.Outcome != history.OutcomeDeduplicated {
			order = append(order, k)
		}
		switch e.Outcome {
		case history.OutcomeFailed:
			refused++
		case history.OutcomeDeduplicated:
			deduplicated++
		case history.OutcomeUnclear:
			unsure[k]++
			unclear++
		default:
			accepted[k] = append(accepted[k], e)
			sends++
		}
	}
	var worst key
	var duplicated, maybe int
	users := map[string]bool{}
	var j judgement
	for _, k := range order {
		switch n := len(accepted[k]); {
		case n > 1:
			if duplicated == 0 || r.nearFault(accepted[k][0].Attempt) && !r.nearFault(accepted[worst][0].Attempt) {
				worst = k
			}
			duplicated++
			j.violatedBefore = r.violatedAt(j.violatedBefore, accepted[k][1].Domain, accepted[k][1].T)
			users[r.publishes[k.event].user] = true
		case n+unsure[k] > 1:
			maybe++
		}
	}
	j.counts = map[string]int64{
		"sends": int64(sends), "texts": int64(len(order)), "refused": int64(refused), "deduplicated": int64(deduplicated), "unclear": int64(unclear), "duplicated": int64(duplicated),
	}
	switch {
	case len(r.sends) == 0 && !observed(r.h, history.SrcGateway):
		j.verdict, j.reason = Unknown, "nothing of the gateway is on record, so what reached it was not observed"
	case duplicated > 0:
		twice := accepted[worst]
		user := r.publishes[worst.event].user
		j.verdict = Refuted
		j.witness = effectWitness(r, Duplicates, user, twice, []string{worst.event})
		j.witness.Minimal = true // two sends refute, and one does not
		for i := range j.witness.Attempts {
			j.witness.Attempts[i].Beside = !slices.Contains(attemptsOf(twice[:2]), j.witness.Attempts[i].Attempt)
		}
		j.witness.Text, j.witness.Total, j.witness.Users = worst.text, duplicated, len(users)
		j.witness.Summary = fmt.Sprintf("user %s: text %q of event %s reached the gateway %d times, by attempts %s; %s for %s in all",
			user, worst.text, worst.event, len(twice), some(attemptsOf(twice)), many(duplicated, "text"), many(len(users), "user"))
		j.reason = j.witness.Summary
	case maybe > 0:
		j.verdict = Unknown
		j.reason = fmt.Sprintf("%s may have reached the gateway more than once: it recorded sends with an unclear outcome", many(maybe, "text"))
	default:
		j.verdict = Holds
		j.reason = fmt.Sprintf("%s reached the gateway, each once", many(len(order), "text"))
		if sends == 0 {
			j.nothing = "no text was sent"
		}
	}
	return j
}

func attemptsOf(events []*history.Event) []string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = e.Attempt
	}
	return out
}
