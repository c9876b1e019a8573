package checker

import (
	"strings"
	"testing"

	"turnstile/checker/history"
)

// heldBack is a publish of u1 whose call is over as soon as it has begun, and which
// is to be held back that long.
func (s *story) heldBack(event string, ordinal, t, delay int64, outcome string) *story {
	return s.harness(history.Event{Kind: history.KindPublish, T: t, From: t, Event: event, User: "u1", Ordinal: ordinal, DelayNS: delay, Outcome: outcome})
}

func TestAnEventThatWasToBeHeldBackIsNotTooLate(t *testing.T) {
	const ok, unclear = history.OutcomeOK, history.OutcomeUnclear
	for _, c := range []struct {
		name    string
		publish func(s *story)
		effects []string
		want    Verdict
	}{
		{"after one that was published before it was due", func(s *story) {
			s.heldBack("e1", 1, 10, 50, ok).heldBack("e2", 2, 20, 0, ok).heldBack("e3", 3, 30, 0, ok)
		}, []string{"e2", "e3", "e1"}, Holds},
		{"after one that was published as it was due", func(s *story) {
			s.heldBack("e1", 1, 10, 10, ok).heldBack("e2", 2, 20, 0, ok).heldBack("e3", 3, 20, 0, ok)
		}, []string{"e2", "e3", "e1"}, Holds},
		{"after one that was published later than it was due", func(s *story) { s.heldBack("e1", 1, 10, 9, ok).heldBack("e2", 2, 20, 0, ok) }, []string{"e2", "e1"}, Unknown},
		{"after several, the last of which was published later than it was due", func(s *story) {
			s.heldBack("e1", 1, 10, 15, ok).heldBack("e2", 2, 20, 0, ok).heldBack("e3", 3, 30, 0, ok)
		}, []string{"e2", "e3", "e1"}, Unknown},
		{"with an unclear publish", func(s *story) {
			s.heldBack("e1", 1, 10, 50, unclear).heldBack("e2", 2, 20, 0, ok).heldBack("e3", 3, 30, 0, ok)
		}, []string{"e2", "e3", "e1"}, Holds},
		{"too early, it has been before one that was not to be held back", func(s *story) { s.heldBack("e1", 1, 10, 0, ok).heldBack("e2", 2, 20, 50, ok) }, []string{"e2", "e1"}, Refuted},
		{"alone among those that can be late, it shows nothing", func(s *story) { s.heldBack("e1", 1, 10, 50, ok).heldBack("e2", 2, 20, 0, ok) }, []string{"e2", "e1"}, Vacuous},
		{"in its turn before others, it shows nothing", func(s *story) { s.heldBack("e1", 1, 10, 50, ok).heldBack("e2", 2, 20, 0, ok) }, []string{"e1", "e2"}, Vacuous},
		{"in its turn after one that was not, it could have been before that one", func(s *story) { s.heldBack("e1", 1, 10, 0, ok).heldBack("e2", 2, 20, 50, ok) }, []string{"e1", "e2"}, Holds},
		{"others are still too late", func(s *story) {
			s.heldBack("e1", 1, 10, 50, ok).heldBack("e2", 2, 20, 0, ok).heldBack("e3", 3, 30, 0, ok)
		}, []string{"e3", "e2", "e1"}, Refuted},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory()
			c.publish(s)
			for i, e := range c.effects {
				s.handle("w1", "a-"+e, e, "u1", int64(100*(i+1)), int64(100*(i+1)+50))
			}
			mustBe(t, Check(s.tell(t)), Order, c.want)
		})
	}
}

func TestADelayThatWasToldOfALaterTryCounts(t *testing.T) {
	for _, outcome := range []string{history.OutcomeFailed, history.OutcomeUnclear} {
		r := newRecord(newStory().heldBack("e1", 1, 10, 0, outcome).heldBack("e1", 1, 20, 30, history.OutcomeOK).history())
		if due := r.publishes["e1"].due(); due != 50 {
			t.Errorf("after a try that was %s it is due at %d", outcome, due)
		}
	}
}

func TestWhatWasAcknowledgedAndNeverHandledIsNamed(t *testing.T) {
	ack := func(outcome string) history.Event {
		return history.Event{Kind: history.KindAck, T: 700, Event: "e4", User: "u1", Attempt: "w1-9", Outcome: outcome}
	}
	unquiet := func(s *story) {
		s.without(func(e history.Event) bool { return e.Kind == history.KindQuiet && e.T != 800 })
		s.harness(history.Event{Kind: history.KindQuiet, T: 800, Outcome: history.OutcomeFailed})
	}
	const says = "a worker acknowledged 1 event and nobody handled it: e4"
	for _, c := range []struct {
		name string
		edit func(s *story)
		want Verdict
		says bool
	}{
		{"a worker acknowledged it", func(s *story) { s.worker("w1", ack(history.OutcomeOK)) }, Refuted, true},
		{"the same, and the broker had something left", func(s *story) { unquiet(s.worker("w1", ack(history.OutcomeOK))) }, Unknown, true},
		{"nobody did", func(*story) {}, Refuted, false},
		{"the broker did not answer", func(s *story) { s.worker("w1", ack(history.OutcomeUnclear)) }, Refuted, false},
		{"it was parked before", func(s *story) {
			s.worker("w1", history.Event{Kind: history.KindDeadLetter, T: 690, Event: "e4", User: "u1", Attempt: "w1-9"}).worker("w1", ack(history.OutcomeOK))
		}, Refuted, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := takeTurns().publish("e4", "u1", 4, 40, history.OutcomeOK)
			c.edit(s)
			v := mustBe(t, Check(s.tell(t)), Delivery, c.want)
			if got := strings.Contains(v.Reason, says); got != c.says {
				t.Errorf("that is said: %t: %s", got, v.Reason)
			}
		})
	}
}
