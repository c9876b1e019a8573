package checker

import "slices"

// Property is something that a history is judged by.
type Property string

// The properties.
const (
	Exclusivity Property = "exclusivity"
	Effects     Property = "effects"
	Order       Property = "order"
	Delivery    Property = "delivery"
	Duplicates  Property = "duplicates"
	Progress    Property = "progress"
	Rules       Property = "rules"
)

// PropertyDescription is all that there is to know of a property, but for how it
// is decided: that stands in its own file.
type PropertyDescription struct {
	Property Property
	Says     string // in a clause
	Promise  string // in whole sentences, to somebody who meets it for the first time
	// AtTheEnd: it is violated when the run stops waiting, and at no moment before.
	AtTheEnd bool
	// rests are the records that its answer rests on: who finds them amiss leaves
	// it without one (see [findingKind]).
	rests []ground
}

// ground is a sort of records that answers rest on.
type ground int

const (
	onSections ground = iota // when attempts were inside
	onStore                  // the store's log
	onGateway                // what reached the gateway
	onEvents                 // which event is whose, and was published
	onTypes                  // the types of events
	onOwnTimes               // when events themselves happened
	onTimes                  // stamps
	onOrdinals               // the order of a user's publishes
	onEnd                    // what comes once every fault is healed
)

var properties = []PropertyDescription{
	{
		Property: Exclusivity,
		Says:     "per user, critical sections (from before the state is read to after the last effect) do not overlap",
		Promise:  "One user's events are handled one at a time. The critical section of an attempt lasts from before it reads the user's state to after its last effect; while one attempt is inside for a user, no other may be.",
		rests:    []ground{onSections, onTimes},
	},
	{
		Property: Effects,
		Says:     "per user, attempts take effect as wholes, one after the other: each decides on the state that the one before it wrote, and no text goes out without its state",
		Promise:  "Each attempt on a user's event takes effect as a whole or not at all: it decides on the state that the attempt before it wrote, and what it sends and what it writes belong together. No order of attempts explains two that decided on the same state, or a text that went out without its state.",
		rests:    []ground{onSections, onStore, onGateway, onEvents, onTypes, onTimes},
	},
	{
		Property: Order,
		Says:     "a user's events first take effect in the order in which they were published",
		Promise:  "One user's events first take effect in the order in which they were published.",
		rests:    []ground{onStore, onEvents, onTimes, onOrdinals},
	},
	{
		Property: Delivery,
		Says:     "every acknowledged publish takes effect, once the fault is healed and the broker is quiet",
		Promise:  "Every event whose publish the broker acknowledged takes effect, at the latest when every fault is healed and the broker has nothing left to deliver.",
		AtTheEnd: true,
		rests:    []ground{onStore, onEvents, onEnd},
	},
	{
		Property: Duplicates,
		Says:     "a text of an event reaches the gateway at most once",
		Promise:  "Each text of an event reaches the downstream gateway at most once.",
		rests:    []ground{onGateway},
	},
	{
		Property: Progress,
		Says:     "work goes on for users whom a fault does not touch, what has waited is taken up again after it, and no consumer keeps hold of messages that it does nothing with",
		Promise:  "Work goes on. While a fault lasts, the users whom it does not touch are served; once it is healed, what has waited takes effect; and no consumer keeps hold of messages that it does nothing with.",
		AtTheEnd: true,
		rests:    []ground{onSections, onStore, onEvents, onTimes, onEnd},
	},
	{
		Property: Rules,
		Says:     "each user gets the texts that the journey's rules owe and none that they forbid: a frequency cap, quiet hours where the user is, no cart reminder after a purchase, nothing after STOP, one welcome",
		Promise:  "Each user gets the texts that the journey's rules owe, and none that they forbid: no more marketing than the cap allows, none in quiet hours where the user is, no cart reminder soon after a purchase, nothing after STOP, one welcome.",
		rests:    []ground{onStore, onGateway, onEvents, onTypes, onOwnTimes, onTimes},
	},
}

// judge decides a property by itself.
func judge(r *record, p Property, cfg config) judgement {
	switch p {
	case Exclusivity:
		return judgeExclusivity(r, cfg)
	case Effects:
		return judgeEffects(r, cfg)
	case Order:
		return judgeOrder(r)
	case Delivery:
		return judgeDelivery(r)
	case Duplicates:
		return judgeDuplicates(r)
	case Progress:
		return judgeProgress(r)
	case Rules:
		return judgeRules(r)
	}
	return judgement{verdict: Unknown, reason: "this checker does not judge the property " + string(p) + ": it is decided in judge, in checker/properties.go, or nowhere"}
}

// DescribeProperties describes every property that [Check] judges, in the order
// of [Result.Verdicts].
func DescribeProperties() []PropertyDescription { return slices.Clone(properties) }

// Properties names them, in the same order.
func Properties() []Property {
	return where(func(PropertyDescription) bool { return true })
}

// Describe is all that there is to know of the property; empty of one that
// [Check] does not judge.
func (p Property) Describe() PropertyDescription {
	if i := slices.IndexFunc(properties, func(d PropertyDescription) bool { return d.Property == p }); i >= 0 {
		return properties[i]
	}
	return PropertyDescription{}
}

// restOn are the properties that rest on those records.
func restOn(g ground) []Property {
	return where(func(d PropertyDescription) bool { return slices.Contains(d.rests, g) })
}

func where(so func(PropertyDescription) bool) (names []Property) {
	for _, d := range properties {
		if so(d) {
			names = append(names, d.Property)
		}
	}
	return names
}
