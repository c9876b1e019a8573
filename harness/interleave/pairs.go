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
// deliveries workers then have at the same time. Of [Trios] there are three.
type Pair struct {
	Name    string
	Meaning string // as a clause
	before  []journey.Type
	each    []journey.Type // of the deliveries, of which each worker has one
	twice   bool           // the second worker has the first's event, delivered again
}

// pairs are all there are. What the two do differs: whether both send, one, or
// none by what the other wrote.
var pairs = []Pair{
	{Name: "two-events", Meaning: "a receipt and a campaign", before: []journey.Type{journey.Subscribed},
		each: []journey.Type{journey.Purchased, journey.Campaign}},
	{Name: "same-text", Meaning: "two receipts", before: []journey.Type{journey.Subscribed},
		each: []journey.Type{journey.Purchased, journey.Purchased}},
	{Name: "stop", Meaning: "a campaign and the user's STOP", before: []journey.Type{journey.Subscribed},
		each: []journey.Type{journey.Campaign, journey.RepliedStop}},
	{Name: "start", Meaning: "a campaign for a user who has stopped, and the START, to which nothing is sent", before: []journey.Type{journey.RepliedStop},
		each: []journey.Type{journey.Campaign, journey.RepliedStart}},
	{Name: "cap", Meaning: "two campaigns of which the cap allows one", before: []journey.Type{journey.Campaign, journey.Campaign},
		each: []journey.Type{journey.Campaign, journey.Campaign}},
	{Name: "first-events", Meaning: "a user's first two events: a START, to which nothing is sent, and a receipt",
		each: []journey.Type{journey.RepliedStart, journey.Purchased}},
	{Name: "redelivery", Meaning: "one event, delivered twice", before: []journey.Type{journey.Subscribed},
		each: []journey.Type{journey.Purchased}, twice: true},
	{Name: "retry", Meaning: "an attempt and its own retry, with a call of the first on its way", before: []journey.Type{journey.Subscribed},
		each: []journey.Type{journey.Purchased}},
}

// trios are all there are of three.
var trios = []Pair{
	{Name: "three-events", Meaning: "a receipt, a campaign and another receipt", before: []journey.Type{journey.Subscribed},
		each: []journey.Type{journey.Purchased, journey.Campaign, journey.Purchased}},
	{Name: "stop-and-start", Meaning: "a campaign, the user's STOP and the START", before: []journey.Type{journey.Subscribed},
		each: []journey.Type{journey.Campaign, journey.RepliedStop, journey.RepliedStart}},
}

// Trios lists those of three, whose merges are too many to drive: see [Explorer.Draw].
func Trios() []Pair { return slices.Clone(trios) }

// Pairs lists them.
func Pairs() []Pair { return slices.Clone(pairs) }

// noon is when the events happen: a time at which no hour is a quiet one.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// events are the user's: those before, and what each worker then has.
func (p Pair) events(user string) (before []journey.Event, each []*journey.Event) {
	n := 0
	event := func(t journey.Type) *journey.Event {
		n++
		return &journey.Event{ID: user + "-" + string(rune('0'+n)), User: user, Type: t, At: noon.Add(time.Duration(n) * time.Minute).UnixMilli()}
	}
	for _, t := range p.before {
		before = append(before, *event(t))
	}
	for _, t := range p.each {
		each = append(each, event(t))
	}
	if p.twice {
		each = append(each, each[0])
	}
	return before, each
}

// Three reports whether there are three deliveries at once.
func (p Pair) Three() bool { return len(p.each) > 2 }

// workers is how many consume: two also where one has nothing, or has died and
// there is somebody to go on.
func (p Pair) workers() int { return max(2, len(p.each)) }

// retries reports that the second attempt is the first one's retry.
func (p Pair) retries() bool { return len(p.each) == 1 && !p.twice }
