package report

import (
	"strings"
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

func TestWhatOnlyLinksSawOfAWorkerTheyTell(t *testing.T) {
	frame := func(kind history.Kind, event string, again int64) history.Event {
		return history.Event{Kind: kind, Worker: "w3", User: "u1", Event: event, Redelivery: again, Detail: map[string]string{"message": "4:7:-1:-1"}}
	}
	records := []history.Event{
		frame(history.KindWireDelivered, "u1-4", 0), frame(history.KindWireRedeliveryAsked, "", 0),
		frame(history.KindWireDelivered, "u1-4", 1), frame(history.KindWireAcknowledged, "", 0),
	}
	tell := func(records []history.Event) string {
		var all []string
		for _, m := range (&scene{records: records}).story() {
			all = append(all, m.who+" "+m.what)
		}
		return strings.Join(all, "; ")
	}
	if got, want := tell(records), "w3 is given event u1-4; w3 asks for event u1-4 again; w3 is given event u1-4 (redelivery 1); w3 acknowledges event u1-4"; got != want {
		t.Errorf("it tells %q, want %q", got, want)
	}
	own := history.Event{Kind: history.KindDeliver, Src: history.WorkerSrc("w3"), Worker: "w3", Event: "u1-4"}
	if got, want := tell(append(records, own)), "w3 receives event u1-4"; got != want {
		t.Errorf("of a worker that records itself it tells %q, want %q", got, want)
	}
}
