package report

import (
	"testing"

	"turnstile/checker/history"
)

func TestAStoryTellsWhatALinkDidToFrames(t *testing.T) {
	message := map[string]string{"message": "4:7:-1:-1"}
	for _, c := range []struct {
		name string
		e    history.Event
		what string // empty: nothing
	}{
		{"a delivery that passed", history.Event{Kind: history.KindWireDelivered, Event: "u1-4"}, ""},
		{"a delivery that was held", history.Event{Kind: history.KindWireDelivered, Event: "u1-4", Outcome: history.OutcomeHeld}, "holds back the delivery of event u1-4 to w3"},
		{"and let go", history.Event{Kind: history.KindWireDelivered, Event: "u1-4", Outcome: history.OutcomeReleased}, "passes on late the delivery of event u1-4 to w3"},
		{"one that was given twice", history.Event{Kind: history.KindWireDelivered, Event: "u1-4", Outcome: history.OutcomeTwice}, "passes on once more the delivery of event u1-4 to w3"},
		{"an acknowledgement that was lost", history.Event{Kind: history.KindWireAcknowledged, Detail: message, Outcome: history.OutcomeLost}, "loses the acknowledgement of message 4:7:-1:-1 by w3"},
		{"a request that was lost", history.Event{Kind: history.KindWireRedeliveryAsked, Detail: message, Outcome: history.OutcomeLost}, "loses the request to redeliver message 4:7:-1:-1 by w3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.e.Worker = "w3"
			who, what := words(&c.e)
			if what != c.what || (who == "link") != (c.what != "") {
				t.Errorf("%s: %q, want %q", who, what, c.what)
			}
		})
	}
}
