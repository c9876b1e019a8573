package fault

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// views is a topic whose statistics are given, one look after the other; the
// last one stays.
type views struct {
	Topic
	looks []Statistics
	err   error
	n     int
}

func (v *views) Statistics(context.Context) (Statistics, error) {
	if v.err != nil {
		return Statistics{}, v.err
	}
	at := min(v.n, len(v.looks)-1)
	v.n++
	return v.looks[at], nil
}

func consumers(cs ...Consumer) Statistics { return Statistics{Consumers: cs} }

func TestACondition(t *testing.T) {
	w1, w2 := Consumer{Partition: "p0", Name: "w1", Active: true}, Consumer{Partition: "p0", Name: "w2"}
	w1idle, w2active := w1, w2
	w1idle.Active, w2active.Active = false, true
	for _, c := range []struct {
		name  string
		seen  Metric
		least int
		looks []Statistics
		says  string // of what was seen, or of the error if it is not to be seen
		met   bool
	}{
		{"drain is met once some consumer drains", MetricDrain, 0, []Statistics{consumers(w1), consumers(Consumer{Name: "w3", Draining: 2})}, "at w3", true},
		{"drain is not met by fewer hashes than asked for", MetricDrain, 3, []Statistics{consumers(Consumer{Name: "w3", Draining: 2})}, "drain (at least 3)", false},
		{"owner-changed is met when a partition's active consumer is another", MetricOwner, 0, []Statistics{consumers(w1, w2), consumers(w1idle, w2active)}, "from w1 to w2", true},
		{"owner-changed is not met while the owner stays", MetricOwner, 0, []Statistics{consumers(w1, w2), consumers(w1)}, "owner-changed", false},
		{"owner-changed is not met by a partition that had no owner", MetricOwner, 0, []Statistics{consumers(w1idle), consumers(w2active)}, "owner-changed", false},
		{"joined is met by a name that was not there", MetricJoined, 0, []Statistics{consumers(w1), consumers(w1, w2)}, "w2 has joined", true},
		{"joined counts a name on many partitions once", MetricJoined, 2, []Statistics{consumers(w1), consumers(w1, w2, Consumer{Partition: "p1", Name: "w2"})}, "joined", false},
		{"left is met by a name that is gone", MetricLeft, 0, []Statistics{consumers(w1, w2), consumers(w2)}, "w1 has left", true},
		{"backlog is met by that many messages", MetricBacklog, 10, []Statistics{{Backlog: 9}, {Backlog: 10}}, "10 messages", true},
		{"blocked is met by a consumer that is given nothing", MetricBlocked, 0, []Statistics{consumers(Consumer{Name: "w9", Blocked: true})}, "w9", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				saw, err := Condition{Seen: c.seen, AtLeast: c.least, Within: 4 * pollEvery}.wait(t.Context(), &views{looks: c.looks})
				got := saw
				if err != nil {
					got = err.Error()
				}
				if (err == nil) != c.met || !strings.Contains(got, c.says) {
					t.Errorf("saw %q, err %v; want met=%t and the words %q", saw, err, c.met, c.says)
				}
			})
		})
	}
}

func TestAConditionThatIsNotSeenNamesWhatWasSeenInstead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := Condition{Seen: MetricDrain, Within: 2 * pollEvery}.wait(t.Context(), &views{err: errors.New("the broker is away")})
		if err == nil || !strings.Contains(err.Error(), "drain") || !strings.Contains(err.Error(), "the broker is away") {
			t.Errorf("got %v, want the condition and the observer's own error", err)
		}
		if _, err = (Condition{Seen: MetricDrain}).wait(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "statistics") {
			t.Errorf("without a topic: got %v", err)
		}
	})
}

func TestAConditionThatMakesNoSenseIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		when   Condition
		reason string
	}{
		{"of an unknown metric", Condition{Seen: "moon"}, `no condition "moon": the conditions are drain`},
		{"of fewer than none", Condition{Seen: MetricDrain, AtLeast: -1}, "at_least is -1"},
		{"that lasts longer than a run", Condition{Seen: MetricDrain, Within: time.Hour}, "within is 1h"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Schedule{{Name: "x", Fault: told{kind: "k"}, When: &c.when}}.Spec().Check()
			if err == nil || !strings.Contains(err.Error(), "the step x") || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("got %v, want an error with %q", err, c.reason)
			}
		})
	}
}

func TestAStepStrikesOnceItsConditionIsSeenAndNotBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{users: map[string]string{}}
		v := &views{looks: []Statistics{{}, {}, {Backlog: 5}}}
		var noted []history.Event
		scene := &Scene{Topic: v, Record: func(e history.Event) error { noted = append(noted, e); return nil }}
		step := Schedule{{Name: "x", Fault: told{kind: "k", do: func(e string, s *Scene) {
			if v.n < 3 {
				t.Errorf("it struck after %d looks, and the third was the first to show a backlog", v.n)
			}
			d.of("x")(e, s)
		}}, When: &Condition{Seen: MetricBacklog}}}
		if err := step.Spec().Inject(t.Context(), scene); err != nil {
			t.Fatal(err)
		}
		if len(d.lines) != 2 || len(noted) != 1 || noted[0].Kind != history.KindNote || noted[0].Detail["step"] != "x" {
			t.Errorf("struck %v, noted %+v: want one strike and a note of what was seen", d.lines, noted)
		}
		v.looks, v.n = []Statistics{{}}, 0
		step[0].When.Within = 2 * pollEvery
		step[0].Fault = told{kind: "k", do: d.of("never")}
		if err := step.Spec().Inject(t.Context(), scene); err == nil || !strings.Contains(err.Error(), "the step x") || !strings.Contains(err.Error(), "backlog") {
			t.Errorf("got %v, want an error that names the step and the condition", err)
		}
		v.n, noted, scene.NoteMisses = 0, nil, true
		if err := step.Spec().Inject(t.Context(), scene); err != nil {
			t.Errorf("where misses are noted: %v", err)
		}
		if end := noted[len(noted)-1]; end.Kind != history.KindFaultEnd || len(end.Evidence) != 1 || end.Evidence[0].Seen || end.Evidence[0].Name != MissedEvidence || end.Evidence[0].Observer != "broker" {
			t.Errorf("noted %+v, want a fault that ended without having bitten", noted)
		}
		if _, struck := d.users["never"]; struck {
			t.Error("the step struck although its condition was never seen")
		}
	})
}
