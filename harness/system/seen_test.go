package system

import (
	"strings"
	"testing"

	"turnstile/checker/history"
)

// aRun is what a system that is seen whole leaves on record of one event.
func aRun() []history.Event {
	wire := func(kind history.Kind, detail map[string]string) history.Event {
		return history.Event{Src: "link/w1", Worker: "w1", Kind: kind, Detail: detail}
	}
	given := wire(history.KindWireDelivered, map[string]string{"message": "1:1:-1:-1"})
	given.User, given.Event = "u1", "u1-1"
	return []history.Event{
		wire(history.KindWireSubscribe, map[string]string{"type": "Key_Shared"}),
		given,
		wire(history.KindWireCommand, map[string]string{"name": "get", "keys": "cust:u1:state", "access": "read"}),
		{Src: history.SrcGateway, Kind: history.KindSendCall, User: "u1", Event: "u1-1", Worker: "w1"},
		wire(history.KindWireCommand, map[string]string{"name": "set", "keys": "cust:u1:state", "access": "write"}),
		wire(history.KindWireAcknowledged, map[string]string{"message": "1:1:-1:-1"}),
		{Src: history.SrcHarness, Kind: history.KindPublish, User: "u1", Event: "u1-1", Outcome: history.OutcomeOK},
	}
}

func without(kinds ...history.Kind) []history.Event {
	var all []history.Event
	for _, e := range aRun() {
		gone := false
		for _, k := range kinds {
			gone = gone || e.Kind == k
		}
		if !gone {
			all = append(all, e)
		}
	}
	return all
}

func changed(kind history.Kind, change func(*history.Event)) []history.Event {
	all := aRun()
	for i := range all {
		if all[i].Kind == kind {
			change(&all[i])
		}
	}
	return all
}

func TestEachObserverOfASystemThatIsSeenWholeSeesIt(t *testing.T) {
	for _, l := range Seen(&history.History{Events: aRun()}, read(t, plain)) {
		if !l.Sees && !l.Optional {
			t.Errorf("it is not seen: %s", l)
		}
	}
}

func TestWhatAnObserverDoesNotSeeIsToldWithARemedy(t *testing.T) {
	for _, c := range []struct {
		name     string
		events   []history.Event
		observer string
		says     []string
	}{
		{"no subscribe", without(history.KindWireSubscribe), "subscription", []string{"no subscribe passed", "{{.pulsar}}"}},
		{"no delivery", without(history.KindWireDelivered), "deliveries", []string{"nothing was delivered", "{{.subscription}}"}},
		{"a delivery under another user", changed(history.KindWireDelivered, func(e *history.Event) { e.User = "u2" }), "deliveries", []string{"1 deliveries", "nobody's event"}},
		{"no acknowledgement", without(history.KindWireAcknowledged), "acknowledgements", []string{"0 messages", "let it acknowledge"}},
		{"no call", without(history.KindSendCall), "downstream", []string{"it called nobody", "{{.gateway}}"}},
		{"a call of nobody", changed(history.KindSendCall, func(e *history.Event) {
			*e = history.Event{Src: history.SrcGateway, Kind: history.KindNote, Detail: map[string]string{"nobody": "POST /x: nothing stands there"}}
		}), "downstream", []string{"1 calls are of nobody: POST /x", `"json /to"`}},
		{"a call for a stranger", changed(history.KindSendCall, func(e *history.Event) { e.User = "+49 151" }), "downstream", []string{`"+49 151", for whom nothing was published`}},
		{"no command", without(history.KindWireCommand), "redis", []string{"no command passed", "{{.redis}}"}},
		{"commands of other keys", changed(history.KindWireCommand, func(e *history.Event) { e.Detail["keys"] = "customer-u1" }), "redis", []string{`one is "customer-u1"`, "redis: state"}},
		{"a stranger's state", changed(history.KindWireCommand, func(e *history.Event) { e.Detail["keys"] = "cust:x:state" }), "redis", []string{`for whom nothing was published`}},
		{"what cannot be read", append(aRun(), history.Event{Kind: history.KindWireUndecoded, Worker: "w1", Detail: map[string]string{"opaque": "TLS"}}), "what passed", []string{"1 times", "TLS", "no TLS"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, l := range Seen(&history.History{Events: c.events}, read(t, plain)) {
				if l.Observer != c.observer {
					continue
				}
				if l.Sees {
					t.Fatalf("it is taken for seen: %s", l)
				}
				for _, want := range c.says {
					if !strings.Contains(l.String(), want) {
						t.Errorf("it says %q, and not %q", l, want)
					}
				}
				return
			}
			t.Fatal("there is no such observer")
		})
	}
}

func TestMarksAreAskedForWhereTheManifestSpeaksOfThem(t *testing.T) {
	const marking = plain + `marks: {begin: "POST /begin", end: "POST /end", user: json /who, event: json /id}` + "\n"
	begun := history.Event{Src: history.WorkerSrc("w1"), Worker: "w1", Kind: history.KindEnter, User: "u1", Event: "u1-1"}
	strange := begun
	strange.User = "u2"
	for _, c := range []struct {
		name, manifest string
		events         []history.Event
		sees, optional bool
		says           string
	}{
		{"none, and none are spoken of", plain, aRun(), false, true, "more can be said of it"},
		{"none", marking, aRun(), false, false, `let it call "POST /begin"`},
		{"one", marking, append(aRun(), begun), true, false, "1 sections were marked as begun and 0 as ended"},
		{"one of another user", marking, append(aRun(), strange), false, false, `see whether a user stands at "json /who"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, l := range Seen(&history.History{Events: c.events}, read(t, c.manifest)) {
				if l.Observer == "marks" && (l.Sees != c.sees || l.Optional != c.optional || !strings.Contains(l.String(), c.says)) {
					t.Errorf("it says %s (%+v), want %q", l, l, c.says)
				}
			}
		})
	}
}

func TestASubscriptionOfAnotherTypeThanItsModesIsSeenWithAWordOfThat(t *testing.T) {
	for as, warned := range map[string]bool{"key_shared": false, "shared": true} {
		events := changed(history.KindWireSubscribe, func(e *history.Event) { e.Detail["type"] = as })
		events = append(events, history.Event{Src: history.SrcHarness, Kind: history.KindScenario, Scenario: &history.Setup{Mode: "keyshared"}})
		if l := Seen(&history.History{Events: events}, read(t, plain))[0]; !l.Sees || warned != strings.Contains(l.String(), "and the mode keyshared is a KEY_SHARED subscription") || warned != (l.More != "") {
			t.Errorf("of a subscription as %s it says %s", as, l)
		}
	}
}

func TestACallThatNamesNoEventIsSeenWithAWordOfWhatIsMissed(t *testing.T) {
	events := changed(history.KindSendCall, func(e *history.Event) { e.Event = "-" })
	for _, l := range Seen(&history.History{Events: events}, read(t, plain)) {
		if l.Observer == "downstream" && (!l.Sees || !strings.Contains(l.More, "downstream: event")) {
			t.Errorf("it says %s", l)
		}
	}
}

func TestKeysThatAPatternWithAnyTextIsLike(t *testing.T) {
	for _, c := range []struct {
		pattern, key string
		like         bool
	}{
		{"jobs", "jobs", true}, {"jobs", "jobs2", false}, {"jobs*", "jobs2", true}, {"*jobs", "my-jobs", true},
		{"a*b*c", "a-b-c", true}, {"a*b*c", "a-c-b", false}, {"a*a", "a", false}, {"*", "anything", true},
	} {
		if got := like(c.pattern, c.key); got != c.like {
			t.Errorf("%q is like %q: %v", c.key, c.pattern, got)
		}
	}
}
