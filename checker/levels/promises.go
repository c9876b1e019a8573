package levels

import "turnstile/checker/history"

// Kept is what a record shows of promises that a mapping may make, whether or not it
// makes them.
type Kept struct {
	// Writes of users' states, and how many of them name no event of that user's; Words
	// are those of one.
	Writes, Unnamed int
	Words           string
	// Copies: a write came without a read since the worker's last write of that state.
	Copies bool
}

// Promised looks at what a system wrote.
func Promised(h *history.History, m Mapping) (k Kept) {
	m.NamesEvent, m.ReadsFirst = true, true
	s := see(h, m)
	k.Copies = s.copies
	for _, c := range s.commands {
		if c.access != Writes || c.done == no {
			continue
		}
		if k.Writes++; c.event == "" {
			k.Unnamed++
			k.Words = c.e.Detail["words"]
		}
	}
	return k
}
