package report

import (
	"fmt"

	"turnstile/checker/history"
)

// deeds are what a link does to a frame that it does not just pass on.
var deeds = map[string]string{
	history.OutcomeHeld: "holds back", history.OutcomeReleased: "passes on late",
	history.OutcomeLost: "loses", history.OutcomeTwice: "passes on once more",
}

// passed says what a frame that its link just passed on tells of the worker: of one
// that records nothing itself, nobody else does. Where workers tell, it says nothing.
func (sc *scene) passed() func(e *history.Event) (what string) {
	events := map[[2]string]string{}
	for i := range sc.records {
		e := &sc.records[i]
		switch e.Kind {
		case history.KindDeliver, history.KindAck, history.KindNack:
			return func(*history.Event) string { return "" }
		case history.KindWireDelivered:
			events[[2]string{e.Worker, e.Detail["message"]}] = e.Event
		}
	}
	return func(e *history.Event) string {
		event := events[[2]string{e.Worker, e.Detail["message"]}]
		switch {
		case e.Outcome != "" || event == "": // it is another user's
			return ""
		case e.Kind == history.KindWireDelivered && e.Redelivery > 0:
			return fmt.Sprintf("is given event %s (redelivery %d)", e.Event, e.Redelivery)
		case e.Kind == history.KindWireDelivered:
			return "is given event " + e.Event
		case e.Kind == history.KindWireAcknowledged:
			return "acknowledges event " + event
		case e.Kind == history.KindWireRedeliveryAsked:
			return "asks for event " + event + " again"
		}
		return ""
	}
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
