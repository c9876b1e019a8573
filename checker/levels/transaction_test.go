package levels

import (
	"fmt"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// transacts is a transaction of a worker with a write for each of the words, sent at
// once and answered 2 ns later; kind and text are what EXEC was answered with, no kind
// if nobody answered.
func (s *story) transacts(worker string, t int64, kind, text string, words ...string) *story {
	send := func(name, said, key, access string) string {
		n := fmt.Sprint(len(s.events))
		d := map[string]string{"conn": "1", "link": "state", "request": n, "name": name, "words": said, "access": access}
		if key != "" {
			d["keys"] = key
		}
		s.link(worker, t, history.Event{Kind: history.KindWireCommand, Detail: d})
		return n
	}
	reply := func(n, name, kind, text string) {
		s.link(worker, t+2, history.Event{Kind: history.KindWireReply, Detail: map[string]string{"conn": "1", "link": "state", "request": n, "name": name, "reply": kind, "text": text}})
	}
	sent := []string{send("multi", "multi", "", "none")}
	for _, w := range words {
		sent = append(sent, send("set", w, "state:u1", "write"))
	}
	last := send("exec", "exec", "", "none")
	reply(sent[0], "multi", "+", "OK")
	for _, n := range sent[1:] {
		reply(n, "set", "+", "QUEUED")
	}
	if kind != "" {
		reply(last, "exec", kind, text)
	}
	return s
}

// bought is all that a worker does with an event, with what it writes in one transaction.
func (s *story) bought(worker, event string, t int64, kind, text string, words ...string) *story {
	return s.delivered(worker, event, t).reads(worker, t+10).call(worker, event, t+20, t+40, history.OutcomeOK).
		transacts(worker, t+60, kind, text, words...).acked(worker, event, t+100)
}

func TestATransactionIsOneWriteThatIsDoneWhenItIsCarriedOut(t *testing.T) {
	const holds, unknown = checker.Holds, checker.Unknown
	for _, c := range []struct {
		name, kind, text string
		words            []string
		delivery         checker.Verdict
	}{
		{"one of two writes names the event", "*", "[OK 1]", []string{"set state:u1 yes", "set state:u1 e2"}, holds},
		{"no write names it", "*", "[OK 1]", []string{"set state:u1 yes", "set state:u1 no"}, unknown},
		{"it names two events", "*", "[OK]", []string{"set state:u1 e1 e2"}, unknown},
		{"what it watched had changed", "nil", "nil", []string{"set state:u1 e2"}, checker.Refuted},
		{"Redis gave it up", "-", "EXECABORT Transaction discarded because of previous errors.", []string{"set state:u1 e2"}, checker.Refuted},
		{"one of its commands failed", "*", "[OK -WRONGTYPE Operation against a key]", []string{"set state:u1 yes", "set state:u1 e2"}, unknown},
		{"one of its commands did nothing", "*", "[nil]", []string{"set state:u1 e2"}, unknown},
		{"nobody answered", "", "", []string{"set state:u1 e2"}, unknown},
	} {
		s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w1", "e1", 100).bought("w2", "e2", 300, c.kind, c.text, c.words...)
		if v := says(t, s, storyMapping, Broker, checker.Delivery); v.Verdict != c.delivery {
			t.Errorf("%s: delivery is %s (%s), want %s", c.name, v.Verdict, v.Reason, c.delivery)
		}
	}
}

func TestATransactionIsReadForOnceHoweverManyWritesItHas(t *testing.T) {
	both := func(second ...string) *story {
		s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").reads("w1", 100).reads("w2", 110)
		return s.transacts("w1", 120, "*", "[OK OK]", "set state:u1 e1", "set state:u1 yes").transacts("w2", 130, "*", "[OK]", second...)
	}
	if v := says(t, both("set state:u1 e2"), storyMapping, Store, checker.Exclusivity); v.Verdict != checker.Refuted {
		t.Errorf("from read to write both are inside: %s (%s)", v.Verdict, v.Reason)
	}
	again := both("set state:u1 e2").transacts("w2", 140, "*", "[OK]", "set state:u1 e2") // of what it kept
	if v := says(t, again, storyMapping, Store, checker.Exclusivity); v.Verdict != checker.Unknown {
		t.Errorf("a worker writes what it has not read: %s (%s)", v.Verdict, v.Reason)
	}
}
