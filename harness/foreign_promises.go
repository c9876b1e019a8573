package harness

import (
	"fmt"

	"turnstile/checker/history"
	"turnstile/checker/levels"
	"turnstile/harness/system"
)

// Promises says of each promise that a manifest makes or could make whether it is
// kept by what was seen, and what hangs on it. Without any of them much can be said.
func Promises(h *history.History, m *system.Manifest) []system.Line {
	var all []system.Line
	if k := levels.Promised(h, Mapping(m)); k.Writes > 0 {
		all = append(all, namesEvent(k, m.Promises.NamesEvent), readsFirst(k, m.Promises.ReadsFirst))
	}
	if !m.Promises.OneAtATime && !m.Marked() {
		all = append(all, system.Line{Observer: "one_at_a_time", Optional: true, What: "not promised",
			More: "promise it if a container handles the messages of a user one after the other: where one is given two of them at once, exclusivity is unknown without"})
	}
	return all
}

func namesEvent(k levels.Kept, promised bool) system.Line {
	l := system.Line{Observer: "names_event", Optional: true, Sees: promised && k.Unnamed == 0}
	switch {
	case k.Unnamed > 0:
		l.What = fmt.Sprintf("%d of %d writes of a user's state name no event (one is %.80q)", k.Unnamed, k.Writes, k.Words)
		l.More = "without it order, delivery and progress are unknown: what it writes must have the event's id in it, in the same command or the same transaction"
	case promised:
		l.What = fmt.Sprintf("each of %d writes of a user's state names its event", k.Writes)
	default:
		l.What = fmt.Sprintf("not promised, and each of %d writes of a user's state names its event", k.Writes)
		l.More = "promise it: without it order, delivery and progress are unknown"
	}
	return l
}

func readsFirst(k levels.Kept, promised bool) system.Line {
	l := system.Line{Observer: "reads_first", Optional: true, Sees: promised && !k.Copies}
	switch {
	case k.Copies:
		l.What = "a user's state was written without a read of it since the same container's last write"
		l.More = "so no section is taken to last from a read to a write: let it keep no copy, and write once, in one command or one transaction"
	case promised:
		l.What = fmt.Sprintf("a read of the user's state came before each of %d writes", k.Writes)
	default:
		l.What = fmt.Sprintf("not promised, and a read of the user's state came before each of %d writes", k.Writes)
		l.More = "promise it, if it keeps no copy: then sections that overlap between a read and a write are seen, too"
	}
	return l
}
