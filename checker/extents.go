package checker

import "turnstile/checker/history"

// Extents tells of each attempt at a user's events, in the history's order, from when to when
// the records prove it inside the user's critical section. They are the times
// that [Check] judges by; who shows sections shows these.
func Extents(h *history.History, user string) []WitnessAttempt {
	r := newRecord(h)
	var out []WitnessAttempt
	for _, s := range r.byUser[user] {
		out = append(out, s.witness())
	}
	return out
}

// witness tells of the section.
func (s *section) witness() WitnessAttempt {
	return WitnessAttempt{
		Attempt: s.attempt, Event: s.event, Worker: s.worker, Domain: s.domain, Enter: s.enter, End: s.end, EndedBy: s.endedBy, Exited: s.exited,
	}
}
