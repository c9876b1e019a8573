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
		for _, p := range promises(k, m) {
			all = append(all, p.line())
		}
	}
	if !m.Promises.OneAtATime && !m.Marked() {
		all = append(all, system.Line{Observer: "one_at_a_time", Optional: true, What: "not promised",
			More: "promise it if a container handles the messages of a user one after the other: where one is given two of them at once, exclusivity is unknown without"})
	}
	return all
}

// promise is one that every write of a user's state shows to be kept, or one does not.
type promise struct {
	name             string
	made, broken     bool
	kept             string // what is seen of one that is kept
	against, without string // what is seen against one that is not, and what follows
	ask              string // what makes more be seen, of one that is not made
}

func promises(k levels.Kept, m *system.Manifest) []promise {
	return []promise{{
		name: "names_event", made: m.Promises.NamesEvent, broken: k.Unnamed > 0,
		kept:    fmt.Sprintf("each of %d writes of a user's state names its event", k.Writes),
		against: fmt.Sprintf("%d of %d writes of a user's state name no event (one is %.80q)", k.Unnamed, k.Writes, k.Words),
		without: "without it order, delivery and progress are unknown: what it writes must have the event's id in it, in the same command or the same transaction",
		ask:     "promise it: without it order, delivery and progress are unknown",
	}, {
		name: "reads_first", made: m.Promises.ReadsFirst, broken: k.Copies,
		kept:    fmt.Sprintf("a read of the user's state came before each of %d writes", k.Writes),
		against: "a user's state was written without a read of it since the same container's last write",
		without: "so no section is taken to last from a read to a write: let it keep no copy, and write once, in one command or one transaction",
		ask:     "promise it, if it keeps no copy: then sections that overlap between a read and a write are seen, too",
	}}
}

func (p promise) line() system.Line {
	l := system.Line{Observer: p.name, Optional: true, Sees: p.made && !p.broken}
	switch {
	case p.broken:
		l.What, l.More = p.against, p.without
	case p.made:
		l.What = p.kept
	default:
		l.What, l.More = "not promised, and "+p.kept, p.ask
	}
	return l
}
