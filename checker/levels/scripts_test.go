package levels

import (
	"fmt"
	"slices"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// runs is a script of a worker with its keys, answered 2 ns later.
func (s *story) runs(worker string, t int64, words, keys, kind, text string) *story {
	n := fmt.Sprint(len(s.events))
	d := map[string]string{"conn": "1", "link": "state", "request": n, "name": "evalsha", "words": "evalsha " + words, "access": "unknown"}
	if keys != "" {
		d["keys"] = keys
	}
	s.link(worker, t, history.Event{Kind: history.KindWireCommand, Detail: d})
	return s.link(worker, t+2, history.Event{Kind: history.KindWireReply, Detail: map[string]string{"conn": "1", "link": "state", "request": n, "name": "evalsha", "reply": kind, "text": text}})
}

// scripted is the mapping of stories with what it says of scripts, and what is assumed
// of all others.
func scripted(of ...Command) Mapping {
	m := storyMapping
	m.Commands = append(slices.Clone(of), Command{Names: WritingScripts, Access: Writes})
	return m
}

// saved is all that a worker does with e2, which it saves by a script.
func saved(kind, text string) *story {
	return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w1", "e1", 100).
		delivered("w2", "e2", 300).reads("w2", 310).call("w2", "e2", 320, 340, history.OutcomeOK).
		runs("w2", 360, "abcd 1 state:u1 e2", "state:u1", kind, text).acked("w2", "e2", 400)
}

func TestWhetherAScriptHasWrittenIsSaidByTheMappingOrByAnAnswerThatLeavesNoDoubt(t *testing.T) {
	const holds, unknown, refuted = checker.Holds, checker.Unknown, checker.Refuted
	does := func(done string) Command { return Command{Names: Scripts, Script: "ab", Access: Writes, Done: done} }
	for _, c := range []struct {
		name, kind, text string
		of               []Command
		delivery         checker.Verdict
	}{
		{"OK", "+", "OK", nil, holds},
		{"1", ":", "1", nil, holds},
		{"0, which may be either", ":", "0", nil, unknown},
		{"nothing, as of a script without return", "nil", "", nil, unknown},
		{"a word of its own", "$", "stale", nil, unknown},
		{"its error", "-", "ERR user_script: attempt to index", nil, unknown},
		{"that it is not there", "-", "NOSCRIPT No matching script.", nil, refuted},
		{"the word that the mapping names", "$", "saved", []Command{does("saved")}, holds},
		{"another word", "$", "stale", []Command{does("saved")}, refuted},
		{"nothing, where the mapping names that", "nil", "", []Command{does(DoneNil)}, holds},
		{"something, where the mapping names nothing", ":", "1", []Command{does(DoneNil)}, refuted},
		{"whatever, where the mapping names that", ":", "0", []Command{does(DoneAny)}, holds},
		{"nothing, which is whatever, too", "nil", "", []Command{does(DoneAny)}, holds},
		{"a word that the mapping names of another script", "$", "saved", []Command{{Names: Scripts, Script: "bcd", Access: Writes, Done: "saved"}}, unknown},
	} {
		if v := says(t, saved(c.kind, c.text), scripted(c.of...), Broker, checker.Delivery); v.Verdict != c.delivery {
			t.Errorf("it answers %s: delivery is %s (%s), want %s", c.name, v.Verdict, v.Reason, c.delivery)
		}
	}
}

func TestAScriptThatGivesALockBackIsOfNoState(t *testing.T) {
	s := func(words, keys string) *story { return twoApart().runs("w2", 390, words, keys, ":", "1") }
	none := Command{Names: Scripts, Script: "ff", Access: Nothing}
	for _, c := range []struct {
		name        string
		words, keys string
		of          []Command
		found       bool
	}{
		{"by its key", "abcd 1 lock:u1 token", "lock:u1", nil, false},
		{"with no key", "abcd 0 u1", "", nil, true},
		{"with no key, and the mapping says that it does nothing", "ff01 0 u1", "", []Command{none}, false},
		{"with a key that nobody speaks of, and the mapping says that it does nothing", "ff01 1 channel:u1", "channel:u1", []Command{none}, false},
		{"with a key that nobody speaks of", "abcd 1 channel:u1", "channel:u1", []Command{none}, true},
	} {
		r := Check(s(c.words, c.keys).history(), scripted(c.of...), Broker)
		if found := foundIn(r, "traffic-of-nobody"); found != c.found {
			t.Errorf("%s: traffic of nobody is found: %t, want %t: %+v", c.name, found, c.found, r.Findings)
		}
		if v := r.Of(checker.Exclusivity); (v.Verdict == checker.Holds) == c.found {
			t.Errorf("%s: exclusivity is %s (%s)", c.name, v.Verdict, v.Reason)
		}
	}
}

func TestAScriptThatReadsIsNoWriteWithoutARead(t *testing.T) {
	s := func() *story {
		return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").
			runs("w1", 100, "abcd 1 state:u1", "state:u1", "$", "v").writes("w1", "e1", 140).
			runs("w2", 110, "abcd 1 state:u1", "state:u1", "$", "v").writes("w2", "e2", 150)
	}
	if v := says(t, s(), scripted(Command{Names: Scripts, Script: "abcd", Access: Reads}), Store, checker.Exclusivity); v.Verdict != checker.Refuted {
		t.Errorf("from a read by a script to the write both are inside: %s (%s)", v.Verdict, v.Reason)
	}
	if v := says(t, s(), scripted(), Store, checker.Exclusivity); v.Verdict == checker.Refuted {
		t.Errorf("a script that may write is taken for a read: %s", v.Reason)
	}
}

func TestAScriptInATransactionIsDoneByNoAnswerToTheWholeOfIt(t *testing.T) {
	s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").handled("w1", "e1", 100).bought("w2", "e2", 300, "*", "[0]", "set state:u1 e2")
	for i := range s.events {
		switch e := &s.events[i]; {
		case e.Detail["words"] == "set state:u1 e2":
			e.Detail["name"], e.Detail["words"], e.Detail["access"] = "evalsha", "evalsha abcd 1 state:u1 e2", "unknown"
		case e.Detail["text"] == "QUEUED":
			e.Detail["name"] = "evalsha"
		}
	}
	if v := says(t, s, scripted(), Broker, checker.Delivery); v.Verdict != checker.Unknown {
		t.Errorf("delivery is %s (%s)", v.Verdict, v.Reason)
	}
}

func TestACommandsUseIsToldByItsScript(t *testing.T) {
	uses := scripted(Command{Names: Scripts, Script: "save", Access: Writes, Done: "0"}).Uses()
	command := func(name, words, access string) Use {
		return uses(&history.Event{Detail: map[string]string{"name": name, "words": words, "access": access, "keys": "state:u1"}})
	}
	for _, c := range []struct {
		got, want Use
	}{
		{command("fcall", "FCALL save_state 1 state:u1", "unknown"), Use{Writes, "0", "save_state", 0}},
		{command("evalsha", "evalsha abcd 1 state:u1", "unknown"), Use{Writes, "", "abcd", 1}},
		{command("evalsha_ro", "evalsha_ro abcd 1 state:u1", "read"), Use{Reads, "", "abcd", -1}},
		{command("get", "get save_state", "read"), Use{Reads, "", "", -1}},
		{command("eval", "eval", "unknown"), Use{Writes, "", "", 1}},
	} {
		if c.got != c.want {
			t.Errorf("it is %+v, want %+v", c.got, c.want)
		}
	}
}
