package checker

import (
	"testing"
	"time"

	"turnstile/checker/history"
)

// TestATextThatWasConfirmedLaterWentOutWhenItWasAccepted: a purchase's receipt is
// accepted after STOP, by an attempt whose write fails. After START, its next
// attempt is told that the text is out, and writes.
func TestATextThatWasConfirmedLaterWentOutWhenItWasAccepted(t *testing.T) {
	for _, c := range []struct {
		name     string
		accepted int64
		want     Verdict
	}{
		{"accepted before the STOP was known to be written", 25, Holds},
		{"accepted between STOP and START", 50, Refuted},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory()
			for i, typ := range []string{"purchased", "replied_stop", "replied_start"} {
				s.harness(history.Event{Kind: history.KindPublish, T: int64(i + 1), From: int64(i + 1), Event: typ, User: "u", Ordinal: int64(i + 1), Type: typ, Outcome: history.OutcomeOK})
			}
			attempt := func(w, id, event string, enter, exit, version int64, write, left string) {
				of := history.Event{Event: event, User: "u", Attempt: id}
				own := func(kind history.Kind, from, at, version int64, outcome string) {
					e := of
					e.Kind, e.From, e.T, e.Version, e.Outcome = kind, from, at, version, outcome
					s.worker(w, e)
				}
				own(history.KindEnter, 0, enter, 0, "")
				own(history.KindStateRead, enter+1, enter+2, version, history.OutcomeOK)
				own(history.KindStateWrite, exit-2, exit-1, version+1, write)
				own(history.KindExit, 0, exit, 0, left)
			}
			send := func(w, id string, at int64, outcome string) {
				s.gateway(history.Event{Kind: history.KindSendCall, T: at, Attempt: id, Worker: w, User: "u", Event: "purchased", Text: "receipt", Outcome: outcome,
					Detail: map[string]string{"idempotency_key": "purchased/receipt"}})
			}
			attempt("w1", "a1", "purchased", 10, 60, 0, history.OutcomeFailed, history.OutcomeFailed)
			send("w1", "a1", c.accepted, "")
			attempt("w2", "a2", "replied_stop", 20, 30, 0, history.OutcomeOK, history.OutcomeSkipped)
			attempt("w2", "a3", "replied_start", 70, 80, 1, history.OutcomeOK, history.OutcomeSkipped)
			attempt("w1", "a4", "purchased", 90, 99, 2, history.OutcomeOK, history.OutcomeSent)
			send("w1", "a4", 94, history.OutcomeDeduplicated)
			s.commitOn("replied_stop", "u", "a2", 0, "").commitOn("replied_start", "u", "a3", 1, "").commitOn("purchased", "u", "a4", 2, "receipt")
			if j := judgeEffects(newRecord(s.tell(t)), config{timeout: time.Minute, explain: explain, reach: usualReach}); j.verdict != c.want {
				t.Errorf("effects %s, want %s: %s", j.verdict, c.want, j.reason)
			}
		})
	}
}
