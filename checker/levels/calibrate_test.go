package levels

import (
	"strings"
	"testing"

	"turnstile/checker/history"
)

func TestAnObserverThatDidNotSeeTheProbeIsNamed(t *testing.T) {
	const ok = history.OutcomeOK
	m := storyMapping
	wrongKeys, wrongName, second, marked, nothing := m, m, m, m, m
	marked.Marked = true
	wrongKeys.State = []string{"account:{user}"}
	wrongName.Probe = "e7"
	second.Probe = "e2"
	nothing.State = nil
	one := func() *story { return newStory("w1").publishes(0, 1, "e1") }
	of := func(s *story, kind history.Kind, user string) *story {
		for i := range s.events {
			if s.events[i].Kind == kind && s.events[i].Event == "e1" {
				s.events[i].User = user
			}
		}
		return s
	}
	for _, c := range []struct {
		name    string
		story   *story
		mapping Mapping
		missed  []string
	}{
		{"all saw it", twoApart(), m, nil},
		{"all saw another, which is the probe", twoApart(), second, nil},
		{"two were published at once, and the first was seen", newStory("w1").publishes(0, 1, "e1").publishes(0, 2, "e2").handled("w1", "e1", 100), m, nil},
		{"the first failed, and the second was seen", newStory("w1").tries(0, 1, "e1", history.OutcomeFailed).publishes(1, 2, "e2").handled("w1", "e2", 100), m, nil},
		{"the probe failed", newStory("w1").publishes(0, 1, "e1").tries(1, 2, "e2", history.OutcomeFailed).handled("w1", "e1", 100).handled("w1", "e2", 300), second, []string{`no acknowledged publish of a probe event "e2"`}},
		{"the downstream saw nothing", twoApart().without(history.SrcGateway), m, []string{"the downstream did not see event e1 of user u1 at all"}},
		{"the downstream saw another user's", of(twoApart(), history.KindSendCall, "u9"), m, []string{`the downstream did not see event e1 of user u1, but under user "u9"`}},
		{"the link saw nothing", one().call("w1", "e1", 100, 110, ok), m, []string{"no link to Pulsar saw event e1 of user u1 delivered at all", "no link to Redis saw a command to the state of user u1"}},
		{"the link saw another user's", of(twoApart(), history.KindWireDelivered, "u9"), m, []string{`delivered, but under user "u9"`}},
		{"only another was acknowledged", twoEvents().delivered("w1", "e1", 100).reads("w1", 105).call("w1", "e1", 110, 120, ok).writes("w1", "e1", 130).handled("w2", "e2", 300), m, []string{"no link to Pulsar saw event e1 acknowledged"}},
		{"the key is another", twoApart(), wrongKeys, []string{"is its key one of account:{user}?"}},
		{"no key is a state", twoApart(), nothing, []string{"the mapping says of no key of Redis"}},
		{"the probe is another", twoApart(), wrongName, []string{`no acknowledged publish of a probe event "e7"`}},
		{"it marked nothing, and is to", twoApart(), marked, []string{"nobody marked a section of event e1 of user u1 at all"}},
		{"it marked the other", twoApart().marks("w2", "e2", 305, 390), m, []string{"nobody marked a section of event e1"}},
		{"it marked it", twoApart().marks("w1", "e1", 105, 190), marked, nil},
		{"nothing writes", one().delivered("w1", "e1", 50).reads("w1", 60).call("w1", "e1", 100, 110, ok).acked("w1", "e1", 120), m, []string{"a command that writes the state of user u1", "no write of the state of user u1 names event e1"}},
		{"nothing reads", one().delivered("w1", "e1", 50).call("w1", "e1", 100, 110, ok).writes("w1", "e1", 115).acked("w1", "e1", 120), m, []string{"a command that reads the state of user u1"}},
		{"a write names no event", one().delivered("w1", "e1", 50).reads("w1", 60).call("w1", "e1", 100, 110, ok).redis("w1", "set state:u1", "state:u1", "write", 115).acked("w1", "e1", 120), m, []string{"no write of the state of user u1 names event e1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			missed := Calibrated(c.story.history(), c.mapping)
			if len(missed) != len(c.missed) {
				t.Fatalf("%d sentences, want %d: %q", len(missed), len(c.missed), missed)
			}
			for i, want := range c.missed {
				if !strings.Contains(missed[i], want) {
					t.Errorf("said %q, want %q", missed[i], want)
				}
			}
		})
	}
}
