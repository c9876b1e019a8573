package fault

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// fakeFrames is a link's rules, of which it is known what they have done.
type fakeFrames struct {
	state RuleState
	wrong error
	asked []FrameRule
}

func (f *fakeFrames) Rule(_ context.Context, _ Link, r FrameRule) (string, error) {
	f.asked = append(f.asked, r)
	return "r1", nil
}
func (f *fakeFrames) Watch(context.Context, string, time.Duration) (RuleState, error) {
	return f.state, f.wrong
}
func (f *fakeFrames) InHand(context.Context, string) (map[string]int, error) { return nil, nil }
func (f *fakeFrames) LetGo(context.Context, Link) error                      { return nil }

func TestALinkMustSayThatItActed(t *testing.T) {
	for _, c := range []struct {
		name   string
		frames fakeFrames
		seen   bool
	}{
		{"a frame that was caught", fakeFrames{state: RuleState{Caught: 1}}, true},
		{"a frame that never came", fakeFrames{}, false},
		{"a tap that does not answer", fakeFrames{state: RuleState{Caught: 1}, wrong: errors.New("no answer")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := &injection{scene: &Scene{Frames: &c.frames}, targets: []*target{{Send: Send{Worker: "w1"}}}}
			id := "r1"
			if ev := lookedFor(t, i, acted(ToBroker, FrameRule{On: FrameAck, Do: Lose}, &id)); ev.Seen != c.seen {
				t.Errorf("%+v, want seen=%t", ev, c.seen)
			}
		})
	}
}

func TestARuleIsOfTheUserThatTheFaultIsAimedAt(t *testing.T) {
	for name, c := range map[string]struct {
		rule   string
		target target
		want   string
	}{
		"of the aimed user":                      {ofTheUser, target{Send: Send{User: "u7", Worker: "w1"}, hold: "h"}, "u7"},
		"of anybody, where the worker was drawn": {ofTheUser, target{Send: Send{Worker: "w1"}}, ""},
		"of anybody":                             {"", target{Send: Send{User: "u7", Worker: "w1"}, hold: "h"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			frames, id := &fakeFrames{}, ""
			i := &injection{scene: &Scene{Frames: frames}, targets: []*target{&c.target}}
			if err := ruled(t.Context(), i, ToBroker, FrameRule{On: FramePermits, Do: Lose, User: c.rule}, &id); err != nil || id != "r1" {
				t.Fatal(id, err)
			}
			if got := frames.asked[0].User; got != c.want {
				t.Errorf("the rule is on frames of %q, want %q", got, c.want)
			}
		})
	}
}

func TestFaultsAtFramesThatMakeNoSenseAreRefused(t *testing.T) {
	const s = time.Second
	locks := Stage{Mode: Traits{Name: "lock", Locks: true}, Workers: 4, Users: 4, LockTTL: s, LockPatience: 2 * s}
	for _, c := range []struct {
		name  string
		fault Fault
		says  string // empty: accepted
	}{
		{"an acknowledgement that is held", AckHeld{For: s}, ""},
		{"an acknowledgement that is held for no time", AckHeld{}, "for is 0s"},
		{"an answer to one that is lost", AckUnanswered{For: s, Lose: true}, ""},
		{"a delivery that is held for no time", DeliveryHeld{}, "for is 0s"},
		{"a second delivery before the first", DeliveryTwice{Late: -s}, "late is -1s"},
		{"permits that are lost for no time", PermitsLost{}, "for is 0s"},
		{"a grant that is late beyond the lock's life", LockAnswer{For: 3 * s / 2}, ""},
		{"a grant that comes in time", LockAnswer{For: s / 2}, "would not be gone"},
		{"a grant that nobody waits for", LockAnswer{For: 2 * s}, "a worker waits 2s"},
		{"a lost grant that is late", LockAnswer{Lose: true, For: s}, "give it to lock-answer-held"},
		{"a lost grant whose section stays open", LockAnswer{Lose: true, Linger: s}, "give it to lock-answer-held"},
		{"a lost grant", LockAnswer{Lose: true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := errors.Join(c.fault.Spec().Check(), CheckOn(c.fault, locks))
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error that says %q", err, c.says)
			}
			if n := c.fault.Spec().Needs(); !n.Frames || !n.Links {
				t.Errorf("it does not say that it needs links that understand what passes: %+v", n)
			}
		})
	}
}
