package levels

import (
	"strings"
	"testing"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
)

func TestWhatACommandDoesIsSaidByTheFirstEntryThatFits(t *testing.T) {
	m := compile(Mapping{State: []string{"s:{user}"}, Commands: []Command{
		{Names: "eval evalsha", Key: "*log", Access: Writes, Done: "0"}, {Names: "eval", Access: Reads}, {Key: "t:*", Access: Writes, Done: "1"},
	}})
	for _, c := range []struct {
		name, byName string
		keys         []string
		access       Access
		done         string
	}{
		{"eval", "unknown", []string{"s:u1", "a:log"}, Writes, "0"},
		{"evalsha", "unknown", []string{"a:log"}, Writes, "0"},
		{"eval", "unknown", []string{"s:u1"}, Reads, ""},
		{"evalsha", "unknown", []string{"s:u1"}, "", ""},
		{"get", "read", []string{"a:log"}, Reads, ""},
		{"get", "read", []string{"t:1"}, Writes, "1"},
		{"set", "write", []string{"s:u1"}, Writes, ""},
		{"ping", "none", nil, "", ""},
	} {
		if access, done := m.access(asked{name: c.name, byName: c.byName, keys: c.keys}); access != c.access || done != c.done {
			t.Errorf("%s %v: %q with %q, want %q with %q", c.name, c.keys, access, done, c.access, c.done)
		}
	}
}

func TestWhetherAWriteWasDoneIsSaidByItsAnswer(t *testing.T) {
	m := compile(Mapping{Commands: []Command{{Names: "eval", Access: Writes, Done: "0"}}})
	for _, c := range []struct {
		name, kind, text string
		want             certainty
	}{
		{"set", "+", "OK", yes},
		{"set", "nil", "", no},
		{"set", "-", "READONLY You can't write against a read only replica.", no},
		{"set", "-", "\"-MOVED 1 a:1", no},
		{"set", "-", "ERR something", perhaps},
		{"set", "+", "QUEUED", perhaps},
		{"eval", ":", "0", yes},
		{"eval", ":", "1", no},
		{"eval", "nil", "", no},
	} {
		command := &command{e: &history.Event{Detail: map[string]string{"name": c.name, "access": "write"}}}
		if got := m.did(command, &history.Event{Detail: map[string]string{"reply": c.kind, "text": c.text}}); got != c.want {
			t.Errorf("%s answered with %s %s: %d, want %d", c.name, c.kind, c.text, got, c.want)
		}
	}
}

// asks is a command and replies an answer that have a number in common with others:
// the history does not say which link they passed.
func (s *story) asks(words, key, access string, t int64) *story {
	return s.link("w1", t, history.Event{Kind: history.KindWireCommand, Detail: map[string]string{"conn": "9", "request": "1", "name": "x", "words": words, "keys": key, "access": access}})
}

func (s *story) replies(t int64) *story {
	return s.link("w1", t, history.Event{Kind: history.KindWireReply, Detail: map[string]string{"conn": "9", "request": "1", "name": "x", "reply": "+", "text": "OK"}})
}

func TestOfCommandsThatAreOutAtOnceEachHasTheFirstAnswerAfterIt(t *testing.T) {
	const r, u = checker.Refuted, checker.Unknown
	next := func(s *story, t int64) *story { // who asks again had heard
		s.asks("get", "state:u1", "read", t)
		s.events[len(s.events)-1].Detail["request"] = "2"
		return s
	}
	later := func(s *story) *story { return next(s, 900) }
	lost := func(s *story) *story {
		s.events[len(s.events)-1].Outcome = history.OutcomeLost
		return s
	}
	for _, c := range []struct {
		name  string
		story *story
		other int64 // when another worker's call is out, for 10 ns
		want  checker.Verdict
	}{
		{"during the first's, before any answer", later(twoEvents().asks("get", "state:u1", "read", 100).asks("get", "state:u1", "read", 150).replies(200).replies(300)), 120, r},
		{"after the first answer", later(twoEvents().asks("get", "state:u1", "read", 100).asks("get", "state:u1", "read", 150).replies(200).replies(300)), 220, u},
		{"during the second's, that came after the first answer", later(twoEvents().asks("get", "state:u1", "read", 100).asks("get", "lock:u1", "read", 110).asks("get", "state:u1", "read", 150).replies(140).replies(200).replies(300)), 170, r},
		{"one of them has no answer", later(twoEvents().asks("get", "state:u1", "read", 100).asks("get", "state:u1", "read", 150).replies(200)), 120, u},
		{"one of them has no answer, before the clock began", later(twoEvents().asks("get", "state:u1", "read", -400).asks("get", "state:u1", "read", -300).replies(-200)), -250, u},
		{"it has two answers", later(twoEvents().asks("get", "state:u1", "read", 100).replies(200).replies(210)), 120, r},
		{"its answer was lost", later(lost(twoEvents().asks("get", "state:u1", "read", 100).replies(200))), 120, u},
		{"the next is asked for as the answer comes", next(twoEvents().asks("get", "state:u1", "read", 100).replies(200), 200), 120, u},
		{"the next is asked for after that", next(twoEvents().asks("get", "state:u1", "read", 100).replies(200), 201), 120, r},
		{"the next is nobody's, and no link is named", twoEvents().asks("get", "state:u1", "read", 100).replies(200).asks("ping", "lock:u1", "none", 900).replies(902), 120, u},
		{"one after the other", later(twoEvents().asks("get", "lock:u1", "read", 90).replies(95).asks("get", "state:u1", "read", 100).replies(200)), 120, r},
		{"one after the other, between them", later(twoEvents().asks("get", "state:u1", "read", 90).replies(95).asks("get", "state:u1", "read", 150).replies(200)), 120, u},
	} {
		if v := says(t, c.story.call("w2", "e2", c.other, c.other+10, history.OutcomeOK), storyMapping, Store, checker.Exclusivity); v.Verdict != c.want {
			t.Errorf("%s: %s: %s, want %s", c.name, v.Verdict, v.Reason, c.want)
		}
	}
}

func TestACommandOfTwoUsersIsNobodys(t *testing.T) {
	s := func(keys string) *Result {
		return Check(twoApart().redis("w2", "mget", keys, "read", 310).history(), storyMapping, Broker)
	}
	if r := s("state:u1 state:u2"); !foundIn(r, "traffic-of-nobody") || r.Of(checker.Exclusivity).Verdict != checker.Unknown {
		t.Errorf("of two users: %+v", r.Findings)
	}
	if r := s("state:u1 lock:u1 state:u1"); len(r.Findings) > 0 || r.Of(checker.Exclusivity).Verdict != checker.Holds {
		t.Errorf("of one user, who is named twice: %+v", r.Findings)
	}
}

func TestWhoGivesUpAnAnswerIsInsideUntilThen(t *testing.T) {
	for limit, want := range map[time.Duration]checker.Verdict{0: checker.Refuted, 21: checker.Refuted, 20: checker.Unknown} {
		m := storyMapping
		m.GivesUpAfter = limit
		s := twoEvents().asks("get", "state:u1", "read", 100).replies(200).asks("get", "state:u1", "read", 900).replies(902).call("w2", "e2", 120, 130, history.OutcomeOK)
		if v := says(t, s, m, Store, checker.Exclusivity); v.Verdict != want {
			t.Errorf("after %s: %s: %s, want %s", limit, v.Verdict, v.Reason, want)
		}
	}
}

func TestAMappingIsReadFromOneObjectOfItsKeys(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{`{"state": ["s:{user}"], "reads_first": true}`, ""},
		{`{"state": ["s"]}`, "has no {user}"},
		{`{"stat": []}`, "unknown field"},
		{`{} {}`, "there is something more"},
		{``, "this is not the JSON object"},
	} {
		m, err := ReadMapping(strings.NewReader(c.text))
		if c.says == "" && (err != nil || !m.ReadsFirst || len(m.State) != 1) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %+v, %v", c.text, m, err)
		}
	}
}
