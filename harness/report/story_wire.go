package report

import "turnstile/checker/history"

// deeds are what a link does to a frame that it does not just pass on.
var deeds = map[string]string{
	history.OutcomeHeld: "holds back", history.OutcomeReleased: "passes on late",
	history.OutcomeLost: "loses", history.OutcomeTwice: "passes on once more",
}

// wireWords says what a worker's link did to a frame of the user's; nothing of one
// that it passed on as it came, for that is the worker's to tell.
func wireWords(e *history.Event) (who, what string) {
	deed := deeds[e.Outcome]
	if deed == "" {
		return "", ""
	}
	frame := "the acknowledgement of message " + e.Detail["message"]
	switch e.Kind {
	case history.KindWireDelivered:
		frame = "the delivery of event " + e.Event
	case history.KindWireRedeliveryAsked:
		frame = "the request to redeliver message " + e.Detail["message"]
	}
	return "link", deed + " " + frame + of(e.Kind) + e.Worker
}

// of joins a frame to the worker whose it is.
func of(k history.Kind) string {
	if k == history.KindWireDelivered {
		return " to "
	}
	return " by "
}
