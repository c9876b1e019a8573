package system

import (
	"strings"
	"testing"

	"turnstile/checker/history"
)

// carriedOut is a run in which a script was carried out, with its keys and its answer.
func carriedOut(keys, kind, text string) *history.History {
	wire := func(kind history.Kind, detail map[string]string) history.Event {
		return history.Event{Src: "link/w1", Worker: "w1", Kind: kind, Detail: detail}
	}
	return &history.History{Events: append(aRun(),
		wire(history.KindWireCommand, map[string]string{"conn": "1", "request": "7", "name": "evalsha", "words": "EVALSHA 0123456789abcdef 1 " + keys, "keys": keys, "access": "unknown"}),
		wire(history.KindWireReply, map[string]string{"conn": "1", "request": "7", "name": "evalsha", "reply": kind, "text": text}))}
}

func TestOfEachScriptIsToldWhatItIsTakenToDo(t *testing.T) {
	const state, lock = "cust:u1:state", "lock:u1"
	with := func(more string) string {
		return strings.Replace(plain, `["cust:{user}:state"]`, `["cust:{user}:state"], lock: ["lock:{user}"]`+more, 1)
	}
	for _, c := range []struct {
		name             string
		manifest         string
		keys, kind, text string
		mark             string
		says             []string
	}{
		{"a lock given back", with(""), lock, ":", "1", "✓", []string{"EVALSHA, 1 times, of lock:{user}: it has the key of no state", "as one that gives a lock back"}},
		{"a write", with(""), state + " " + lock, ":", "1", "✓", []string{"of cust:{user}:state and lock:{user}: it is taken to write the state", "if it only reads, say so under redis: scripts, as in {script: 01234567, does: read}"}},
		{"a write of which no answer speaks", with(""), state, ":", "0", "–", []string{"whether it did, its answers do not say (0)", "{script: 01234567, does: write, done: 0}"}},
		{"a write that answers nothing", with(""), state, "nil", "", "–", []string{"its answers do not say (nil)"}},
		{"a write whose answer is an error", with(""), state, "-", "NOSCRIPT No matching script.", "✓", []string{"it is taken to write the state"}},
		{"a write as the manifest says", with(", scripts: [{script: 0123, does: write, done: 0}]"), state, ":", "0", "✓", []string{"as the manifest says: write"}},
		{"of another script the manifest says", with(", scripts: [{script: 0124, does: write, done: 0}]"), state, ":", "0", "–", []string{"its answers do not say"}},
		{"of scripts of another key the manifest says", with(`, scripts: [{key: "lock:{user}", does: nothing}]`), state, ":", "0", "–", []string{"its answers do not say"}},
		{"of scripts of that key the manifest says", with(`, scripts: [{key: "lock:{user}", does: nothing}]`), lock, ":", "1", "✓", []string{"as the manifest says: nothing"}},
		{"no key", with(""), "", ":", "1", "✗", []string{"it was given no key", "if they are no user's, say so under redis: scripts, as in {script: 01234567, does: nothing}"}},
		{"no key as the manifest says", with(", scripts: [{script: 0123, does: nothing}]"), "", ":", "1", "✓", []string{"as the manifest says: nothing"}},
		{"a key that the manifest does not speak of", with(""), "other:u1", ":", "1", "✓", []string{"of other:u1: it has the key of no state"}},
	} {
		found := false
		for _, l := range Seen(carriedOut(c.keys, c.kind, c.text), read(t, c.manifest)) {
			if l.Observer != "script 01234567" {
				continue
			}
			found = true
			for _, want := range append(c.says, c.mark+" script") {
				if !strings.Contains(l.String(), want) {
					t.Errorf("%s: it says %q, and not %q", c.name, l, want)
				}
			}
		}
		if !found {
			t.Errorf("%s: nothing is told of the script", c.name)
		}
	}
}

func TestAScriptThatWritesCountsAmongThoseThatWrote(t *testing.T) {
	h := carriedOut("cust:u2:state", ":", "1")
	h.Events = append(h.Events, history.Event{Src: history.SrcHarness, Kind: history.KindPublish, User: "u2", Event: "u2-1", Outcome: history.OutcomeOK})
	for _, l := range Seen(h, read(t, plain)) {
		if l.Observer == "redis" && !strings.Contains(l.What, "the state of 1 users was read, of 2 written") {
			t.Errorf("it says %q", l.What)
		}
	}
}
