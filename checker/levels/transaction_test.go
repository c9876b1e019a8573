package levels

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// transacts is a transaction of a worker with a command for each of the words, sent at
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
		word, access := strings.Fields(w), "write"
		if word[0] == "get" {
			access = "read"
		}
		sent = append(sent, send(word[0], w, word[1], access))
	}
	last := send("exec", "exec", "", "none")
	reply(sent[0], "multi", "+", "OK")
	for i, n := range sent[1:] {
		reply(n, strings.Fields(words[i])[0], "+", "QUEUED")
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
		{"a read comes before the write", "*", "[yes OK]", []string{"get state:u1", "set state:u1 e2"}, holds},
		{"no write names it", "*", "[OK 1]", []string{"set state:u1 yes", "set state:u1 no"}, unknown},
		{"it names two events", "*", "[OK]", []string{"set state:u1 e1 e2"}, unknown},
		{"what it watched had changed", "nil", "nil", []string{"set state:u1 e2"}, checker.Refuted},
		{"Redis gave it up", "-", "EXECABORT Transaction discarded because of previous errors.", []string{"set state:u1 e2"}, checker.Refuted},
		{"an error says nothing of whether it was carried out", "-", "ERR something", []string{"set state:u1 e2"}, unknown},
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

// TestEachWriteOfATransactionIsOfTheEventThatOneOfThemNames: beside a write of which
// nobody knows the event the order is not known.
func TestEachWriteOfATransactionIsOfTheEventThatOneOfThemNames(t *testing.T) {
	const holds, unknown = checker.Holds, checker.Unknown
	for _, c := range []struct {
		name  string
		words []string
		order checker.Verdict
	}{
		{"the second names it", []string{"set state:u1 yes", "set state:u1 e2"}, holds},
		{"the first names it", []string{"set state:u1 e2", "set state:u1 yes"}, holds},
		{"both name it, and the third does not", []string{"set state:u1 e2", "set state:u1 e2", "set state:u1 yes"}, holds},
		{"they name two", []string{"set state:u1 e2", "set state:u1 e1", "set state:u1 yes"}, unknown},
		{"those of another user name another", []string{"set state:u1 yes", "set state:u1 e2", "set state:u2 yes", "set state:u2 f1"}, holds},
		{"those of another user alone name one", []string{"set state:u1 yes", "set state:u2 f1"}, unknown},
	} {
		s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").publishes(2, 1, "f1").handled("w1", "e1", 100)
		s.events[3].User = "u2"
		s.bought("w2", "e2", 300, "*", "[OK OK OK OK]", c.words...)
		if v := says(t, s, storyMapping, Store, checker.Order); v.Verdict != c.order {
			t.Errorf("%s: order is %s (%s), want %s", c.name, v.Verdict, v.Reason, c.order)
		}
	}
}

// changes has something be otherwise in each record of a kind and of a command.
func (s *story) changes(kind history.Kind, name string, do func(e *history.Event)) *story {
	for i := range s.events {
		if e := &s.events[i]; e.Kind == kind && e.Detail["name"] == name {
			do(e)
		}
	}
	return s
}

func TestOfATransactionWhoseAnswersAreNotAllOnRecordItIsNotKnownWhetherItWasDone(t *testing.T) {
	const holds, unknown = checker.Holds, checker.Unknown
	for _, c := range []struct {
		name     string
		change   func(s *story)
		delivery checker.Verdict
	}{
		{"all are", func(*story) {}, holds},
		{"the answer to EXEC is cut", func(s *story) {
			s.changes(history.KindWireReply, "exec", func(e *history.Event) { e.Detail["cut"], e.Detail["text"] = "true", "[OK" })
		}, unknown},
		{"whether its write was queued, nobody answered", func(s *story) {
			s.events = slices.DeleteFunc(s.events, func(e history.Event) bool { return e.Detail["text"] == "QUEUED" })
		}, unknown},
		{"EXEC is answered again, and nobody else had asked", func(s *story) {
			i := slices.IndexFunc(s.events, func(e history.Event) bool { return e.Kind == history.KindWireReply && e.Detail["name"] == "exec" })
			s.events = append(s.events, s.events[i])
		}, holds},
	} {
		s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w1", "e1", 100).bought("w2", "e2", 300, "*", "[OK]", "set state:u1 e2")
		c.change(s)
		if v := says(t, s, storyMapping, Broker, checker.Delivery); v.Verdict != c.delivery {
			t.Errorf("%s: delivery is %s (%s), want %s", c.name, v.Verdict, v.Reason, c.delivery)
		}
	}
}

// TestOfTransactionsThatLookAlikeEachHasItsOwnAnswerWhereThatIsKnown has histories that do
// not number what is asked.
func TestOfTransactionsThatLookAlikeEachHasItsOwnAnswerWhereThatIsKnown(t *testing.T) {
	const write, other = "set state:u1 e2", "hset state:u1 x e1"
	two := func() *story {
		return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w1", "e1", 100).
			delivered("w2", "e2", 300).reads("w2", 310).call("w2", "e2", 320, 340, history.OutcomeOK).acked("w2", "e2", 400)
	}
	for _, c := range []struct {
		name     string
		story    *story
		delivery checker.Verdict
	}{
		{"the first was given up, and it was carried out again", two().transacts("w2", 350, "nil", "nil", write).transacts("w2", 360, "*", "[OK]", write), checker.Holds},
		{"both are out at once, and one was given up", two().transacts("w2", 350, "nil", "nil", write).transacts("w2", 351, "*", "[1]", other), checker.Unknown},
		{"one of them has no answer", two().transacts("w2", 350, "*", "[OK]", write).transacts("w2", 360, "", "", write), checker.Unknown},
	} {
		for _, e := range c.story.events {
			delete(e.Detail, "request")
		}
		if v := says(t, c.story, storyMapping, Broker, checker.Delivery); v.Verdict != c.delivery {
			t.Errorf("%s: delivery is %s (%s), want %s", c.name, v.Verdict, v.Reason, c.delivery)
		}
	}
}
