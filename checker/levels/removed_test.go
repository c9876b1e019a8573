package levels

import (
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// ofRedis are the kinds that only a link to Redis records.
var ofRedis = []history.Kind{history.KindWireCommand, history.KindWireReply, history.KindWirePush}

// ofPulsar are kinds that only a link to Pulsar records.
var ofPulsar = []history.Kind{
	history.KindWireLookup, history.KindWireSubscribe, history.KindWireDelivered, history.KindWireAcknowledged, history.KindWireRedeliveryAsked,
	history.KindWirePermits, history.KindWireActive, history.KindWireAnswer, history.KindWireClose,
}

// removed is a run in which an observer was never there: nothing of it is on record,
// and no line is missing.
func removed(h *history.History, of func(e *history.Event) bool) *history.History {
	out, seq := &history.History{}, map[string]uint64{}
	for _, e := range h.Events {
		if of(&e) {
			continue
		}
		seq[e.Src]++
		e.Seq = seq[e.Src]
		out.Events = append(out.Events, e)
	}
	return out
}

// link are the records of one kind of link, of all workers or of one: of its begin
// and its end by where it leads to.
func linkTo(to string, kinds []history.Kind, worker string) func(e *history.Event) bool {
	peers := map[string]bool{}
	return func(e *history.Event) bool {
		if !strings.HasPrefix(e.Src, history.SrcLinkPrefix) || worker != "" && e.Worker != worker {
			return false
		}
		if e.Kind == history.KindLinkStart && e.Detail["type"] == to {
			peers[e.Src+e.Peer] = true
		}
		return peers[e.Src+e.Peer] || slices.Contains(kinds, e.Kind)
	}
}

func bySource(prefix string) func(e *history.Event) bool {
	return func(e *history.Event) bool { return strings.HasPrefix(e.Src, prefix) }
}

// TestAnObserverThatIsRemovedByHandIsMissed takes observers away from a real run in
// which all holds.
func TestAnObserverThatIsRemovedByHandIsMissed(t *testing.T) {
	whole := recorded(t, "keyshared-undisturbed")
	m := Reference(whole)
	m.Marked = true
	before := Check(whole, m, Marks)
	seen := []checker.Property{checker.Exclusivity, checker.Duplicates, checker.Delivery, checker.Order, checker.Progress}
	for _, c := range []struct {
		name  string
		of    func(e *history.Event) bool
		says  string             // the calibration
		needs []checker.Property // unknown without it
	}{
		{"the downstream", bySource(history.SrcGateway), "the downstream did not see", seen},
		{"the links", bySource(history.SrcLinkPrefix), "no link to Pulsar saw", seen},
		{"the links to Redis", linkTo(toRedis, ofRedis, ""), "no link to Redis saw", seen},
		{"the links to Pulsar", linkTo(toPulsar, ofPulsar, ""), "no link to Pulsar saw", []checker.Property{checker.Exclusivity, checker.Progress}},
		{"the link of one worker to Redis", linkTo(toRedis, ofRedis, "w2"), "", seen},
		{"the link of one worker to Pulsar", linkTo(toPulsar, ofPulsar, "w2"), "", []checker.Property{checker.Exclusivity, checker.Progress}},
		{"marks", bySource(history.SrcWorkerPrefix), "nobody marked a section", []checker.Property{checker.Exclusivity}},
		{"the marks of one worker", bySource(history.WorkerSrc("w2")), "", []checker.Property{checker.Exclusivity}},
	} {
		t.Run(c.name, func(t *testing.T) {
			less := removed(whole, c.of)
			if len(less.Events) == len(whole.Events) {
				t.Fatal("nothing was taken away")
			}
			if missed := strings.Join(Calibrated(less, m), "; "); c.says != "" && !strings.Contains(missed, c.says) {
				t.Errorf("it is taken for calibrated: %q, want %q", missed, c.says)
			}
			r := Check(less, m, Marks)
			for _, p := range seen {
				v, was := r.Of(p), before.Of(p)
				if slices.Contains(c.needs, p) && v.Verdict != checker.Unknown || v.Decided() && v.Verdict != was.Verdict {
					t.Errorf("%s is %s at %s (%s), and was %s", p, v.Verdict, v.Level, v.Reason, was.Verdict)
				}
			}
		})
	}
	if missed := Calibrated(whole, m); len(missed) > 0 {
		t.Errorf("with all of them it is not calibrated: %q", missed)
	}
}

// TestTheControlFailsWithoutWhoSawIt takes from a control that only one observer
// sees that one away, and one that does not.
func TestTheControlFailsWithoutWhoSawIt(t *testing.T) {
	story := func() *story { return newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2") }
	sends := story().call("w1", "e1", 100, 200, history.OutcomeOK).call("w2", "e1", 150, 250, history.OutcomeOK).history()
	writes := story().reads("w1", 100).reads("w2", 110).writes("w1", "e1", 120).writes("w2", "e1", 130).history()
	marked := had(story()).marks("w1", "e1", 100, 190).marks("w2", "e2", 150, 180).history()
	downstream, redis, pulsar, marks := bySource(history.SrcGateway), linkTo(toRedis, ofRedis, ""), linkTo(toPulsar, ofPulsar, ""), bySource(history.SrcWorkerPrefix)
	for _, c := range []struct {
		name  string
		h     *history.History
		of    func(e *history.Event) bool
		fails bool
	}{
		{"sends overlap", sends, func(*history.Event) bool { return false }, false},
		{"sends overlap, and no downstream", sends, downstream, true},
		{"sends overlap, and no link to Redis", sends, redis, false},
		{"reads and writes overlap, and no link to Redis", writes, redis, true},
		{"reads and writes overlap, and no downstream", writes, downstream, false},
		{"marks overlap, and there are none", marked, marks, true},
		{"marks overlap, and no link to Pulsar backs them", marked, pulsar, true},
		{"marks overlap", marked, func(*history.Event) bool { return false }, false},
	} {
		if why := Control(Check(removed(c.h, c.of), storyMapping, Marks)); (why != "") != c.fails {
			t.Errorf("%s: it says %q", c.name, why)
		}
	}
}

// TestAMessageThatNamesNoUserTakesNoRefutationAway: nothing holds beside it, and
// what overlaps overlaps all the same.
func TestAMessageThatNamesNoUserTakesNoRefutationAway(t *testing.T) {
	s := newStory("w1", "w2").publishes(0, 1, "e1").publishes(1, 2, "e2").
		call("w1", "e1", 100, 200, history.OutcomeOK).call("w2", "e2", 150, 250, history.OutcomeOK).
		link("w2", 300, history.Event{Kind: history.KindWireDelivered, Event: "e1", Detail: map[string]string{"conn": "1", "message": "9:9:-1:-1"}})
	if v := says(t, s, storyMapping, Broker, checker.Exclusivity); v.Verdict != checker.Refuted {
		t.Errorf("%s: %s", v.Verdict, v.Reason)
	}
}
