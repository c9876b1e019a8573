package history

import (
	"maps"
	"slices"
	"strings"
)

// Trim keeps of a history what concerns some of its users, and what concerns
// nobody in particular: the scenario, workers, faults, the broker. A user at
// whom a fault was aimed is kept, too, since the fault's evidence is judged by
// that user's sections. It returns the users kept, sorted.
//
// A verdict on the rest is one on those users alone. Sequence numbers are counted
// anew, and so are the positions of a store's log that is whole and in order; the
// least opportunity that the scenario requires is lowered by as much as the
// attempts became fewer; the scenario's setting "trimmed to" says what was done.
// h itself is left as it is.
func Trim(h *History, users []string) (trimmed *History, kept []string) {
	keep := map[string]bool{}
	for _, u := range users {
		keep[u] = true
	}
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == KindFaultBegin && e.User != "" {
			keep[e.User] = true
		}
	}
	kept = slices.Sorted(maps.Keys(keep))
	trimmed = &History{}
	whose := userOfEvents(h)
	seqs, commits := map[string]uint64{}, int64(0)
	anew := gapless(h)
	var before, after int64 // attempts
	for _, e := range h.Events {
		if e.Kind == KindEnter {
			before++
		}
		user := e.User
		if user == "" {
			user = whose[e.Event]
		}
		if user != "" && !keep[user] {
			continue
		}
		if e.Kind == KindEnter {
			after++
		}
		if e.Kind == KindStateCommit {
			if commits++; anew {
				e.Ordinal = commits
			}
		}
		seqs[e.Src]++
		e.Seq = seqs[e.Src]
		trimmed.Events = append(trimmed.Events, e)
	}
	for i := range trimmed.Events {
		if e := &trimmed.Events[i]; e.Scenario != nil {
			s := *e.Scenario
			s.Settings = maps.Clone(s.Settings)
			if s.Settings == nil {
				s.Settings = map[string]string{}
			}
			s.Settings["trimmed to"] = strings.Join(kept, " ")
			for _, n := range []*int{&s.Require.Attempts, &s.Require.Contended, &s.Require.Handovers, &s.Require.Redeliveries} {
				*n = share(*n, after, before)
			}
			e.Scenario = &s
		}
	}
	return trimmed, kept
}

// gapless reports whether the store's log is whole and in its order. The
// positions of any other stay as they are, so that what is amiss with them still
// shows.
func gapless(h *History) bool {
	commits := int64(0)
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == KindStateCommit {
			if commits++; e.Ordinal != commits {
				return false
			}
		}
	}
	return true
}

// share is n times part of whole, and no less than 1 if n is.
func share(n int, part, whole int64) int {
	if n <= 0 || whole == 0 {
		return n
	}
	return max(1, int(int64(n)*part/whole))
}

// userOfEvents tells of each event whose it is; records of it may leave that
// out.
func userOfEvents(h *History) map[string]string {
	out := map[string]string{}
	for i := range h.Events {
		if e := &h.Events[i]; e.Event != "" && e.User != "" {
			out[e.Event] = e.User
		}
	}
	return out
}
