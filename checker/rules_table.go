package checker

import (
	"slices"
	"time"
)

// The names that a history of the reference journey carries. The checker knows
// nothing of the orchestrator but these.
const (
	typeSubscribed = "subscribed"
	typePurchased  = "purchased"
	typeCart       = "cart_abandoned"
	typeCampaign   = "campaign"
	typeStop       = "replied_stop"
	typeStart      = "replied_start"

	textWelcome  = "welcome"
	textReceipt  = "receipt"
	textCart     = "cart_reminder"
	textCampaign = "campaign"
	textStopped  = "stop_confirmation"
)

var textsOfMarketing = []string{textCart, textCampaign}

// rulebook is all that [Rules] judges by. Another team's rules are another one.
type rulebook struct {
	// answers says which text an event of a type is answered by, unless one of the
	// rules holds it back.
	answers map[string]string
	// others are the further types that are known. An event of any other type may
	// have been anything: a name that nobody knows may be a damaged one.
	others []string
	rules  []rule
}

// knows reports whether a type of event is one of the book's.
func (b *rulebook) knows(typ string) bool {
	return b.answers[typ] != "" || slices.Contains(b.others, typ)
}

// names reports whether a text is one of the book's. One of any other name may be a
// damaged one's.
func (b *rulebook) names(text string) bool {
	for _, answer := range b.answers {
		if answer == text {
			return true
		}
	}
	return slices.ContainsFunc(b.rules, func(r rule) bool { return slices.Contains(r.about, text) })
}

// rule is one entry of a rulebook: what it promises to a user, about which
// texts, and how it holds them back.
type rule struct {
	name  string // as a count: held_back_by_<name>, with underscores
	says  string // its meaning, in a sentence
	about []string
	limit restraint
}

// restraint is how a rule holds texts back: one of [atMost], [quietHours],
// [pauseAfter] and [silence].
type restraint interface {
	// breaches finds the texts that went out and that the rule surely forbids.
	breaches(l *userLife, r *rule) []breach
	// excuses reports whether the rule may have held back the answer to an event
	// at the place where it took effect.
	excuses(l *userLife, r *rule, s *ruleStep) bool
	// timed reports whether it takes the events' own times to judge it.
	timed() bool
}

// journeyRules are the rules of the reference journey.
//
// A cart reminder or campaign for an event that is more than the cap's window
// older than the newest text of marketing is not owed: how many there were in
// that long gone window is no longer known. It is not forbidden, either.
var journeyRules = rulebook{
	answers: map[string]string{
		typeSubscribed: textWelcome,
		typePurchased:  textReceipt,
		typeCart:       textCart,
		typeCampaign:   textCampaign,
		typeStop:       textStopped,
	},
	others: []string{typeStart},
	rules: []rule{
		{"one welcome", "a welcome goes out once in a user's life", []string{textWelcome}, atMost{texts: 1}},
		{"silence after STOP", "after STOP nothing goes out until START, but for the confirmation of that STOP", nil,
			silence{from: typeStop, until: typeStart}},
		{"frequency cap", "no more than 3 texts of marketing in any 24 hours", textsOfMarketing, atMost{texts: 3, within: 24 * time.Hour}},
		{"quiet hours", "no marketing from 21:00 to 09:00 where the user is", textsOfMarketing, quietHours{from: 21, until: 9}},
		{"pause after a purchase", "no cart reminder for a cart that was abandoned before a purchase, or less than 7 days after it", []string{textCart},
			pauseAfter{event: typePurchased, pause: 7 * 24 * time.Hour}},
	},
}
