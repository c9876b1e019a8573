package checker

import (
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
)

// TestEffectsOfWhatNoReaderLetsThrough judges records that are refused in a file.
func TestEffectsOfWhatNoReaderLetsThrough(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(s *story)
		want  Verdict
		says  string
	}{
		{"a text of which the gateway does not say whose it is leaves it open", func(s *story) {
			s.does(try{"w2", "b", "e2", 50, 60, 0, "receipt"}).arrives(try{"", "", "e1", 70, 80, 1, "welcome"}, 75, "")
		}, Unknown, "which attempt sent text \"welcome\" of event e1: the gateway's record does not say"},
		{"a refused send of which the gateway does not say whose it is is none", func(s *story) {
			s.does(try{"w2", "b", "e2", 50, 60, 0, "receipt"}).arrives(try{"", "", "e1", 70, 80, 1, "welcome"}, 75, history.OutcomeFailed)
		}, Holds, ""},
		{"what another than a worker says of a read is no matter", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).skips(try{"w2", "b", "e1", 30, 40, 1, ""})
			s.gateway(history.Event{Kind: history.KindStateRead, T: 35, Event: "e1", User: "u1", Attempt: "b", Version: 7})
		}, Holds, ""},
		{"a read that names no attempt is nobody's", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "c", "e2", 30, 40, 1, "receipt"})
			s.step(try{w: "w2", event: "e1"}, 25, history.Event{Kind: history.KindStateRead, Version: 7}).step(try{w: "w2", event: "e1"}, 26, history.Event{Kind: history.KindExit, Outcome: history.OutcomeSkipped})
		}, Holds, "2 operations"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := journeys()
			c.build(s)
			j := judgeEffects(newRecord(s.history()), config{timeout: time.Minute, linearize: linearize, explain: explain, reach: boundless})
			if j.verdict != c.want || !strings.Contains(j.reason, c.says) {
				t.Errorf("got %s (%s), want %s saying %q", j.verdict, j.reason, c.want, c.says)
			}
		})
	}
}
