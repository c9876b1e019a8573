package interleave

import (
	"slices"
	"time"

	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
)

// Subject is what is put to every merge.
type Subject struct {
	Mode   mode.Mode  `json:"mode"`
	Guard  mode.Guard `json:"guard"`
	Lock   string     `json:"lock"`             // in a mode that takes locks
	Mutant string     `json:"mutant,omitempty"` // a planted bug
}

// Pair is whose steps are merged: what happened to the user before, and which
// deliveries two workers then have at the same time.
type Pair struct {
	Name    string
	Meaning string // as a clause
	before  []journey.Type
	first   journey.Type
	second  journey.Type // empty: the second worker has nothing
	twice   bool         // the second worker has the first's event, delivered again
}

// pairs are all there are. What the two do differs: whether both send, one, or
// none by what the other wrote.
var pairs = []Pair{
	{Name: "two-events", Meaning: "a receipt and a campaign", before: []journey.Type{journey.Subscribed},
		first: journey.Purchased, second: journey.Campaign},
	{Name: "same-text", Meaning: "two receipts", before: []journey.Type{journey.Subscribed},
		first: journey.Purchased, second: journey.Purchased},
	{Name: "stop", Meaning: "a campaign and the user's STOP", before: []journey.Type{journey.Subscribed},
		first: journey.Campaign, second: journey.RepliedStop},
	{Name: "start", Meaning: "a campaign for a user who has stopped, and the START, to which nothing is sent", before: []journey.Type{journey.RepliedStop},
		first: journey.Campaign, second: journey.RepliedStart},
	{Name: "cap", Meaning: "two campaigns of which the cap allows one", before: []journey.Type{journey.Campaign, journey.Campaign},
		first: journey.Campaign, second: journey.Campaign},
	{Name: "first-events", Meaning: "a user's first two events: a START, to which nothing is sent, and a receipt",
		first: journey.RepliedStart, second: journey.Purchased},
	{Name: "redelivery", Meaning: "one event, delivered twice", before: []journey.Type{journey.Subscribed},
		first: journey.Purchased, twice: true},
	{Name: "retry", Meaning: "an attempt and its own retry, with a call of the first on its way", before: []journey.Type{journey.Subscribed},
		first: journey.Purchased},
}

// Pairs lists them.
func Pairs() []Pair { return slices.Clone(pairs) }

// noon is when the events happen: a time at which no hour is a quiet one.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// events are the user's, those before first.
func (p Pair) events(user string) (before []journey.Event, pair [2]*journey.Event) {
	n := 0
	event := func(t journey.Type) journey.Event {
		n++
		return journey.Event{ID: user + "-" + string(rune('0'+n)), User: user, Type: t, At: noon.Add(time.Duration(n) * time.Minute).UnixMilli()}
	}
	for _, t := range p.before {
		before = append(before, event(t))
	}
	first := event(p.first)
	pair[0] = &first
	switch {
	case p.twice:
		pair[1] = &first
	case p.second != "":
		second := event(p.second)
		pair[1] = &second
	}
	return before, pair
}
