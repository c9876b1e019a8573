package levels

import (
	"slices"
	"testing"

	"turnstile/checker/history"
)

// ofMessage is what passed a link of a message.
func ofMessage(message string, more ...string) *history.Event {
	e := &history.Event{Src: "link/w1", User: "u1", Event: "e" + message, Detail: map[string]string{"message": message}}
	for i := 0; i < len(more); i += 2 {
		e.Detail[more[i]] = more[i+1]
	}
	return e
}

// over are a worker's deliveries that an acknowledgement has ended.
func (p *pulsarReader) over(worker string) (all string) {
	for _, g := range p.s.given {
		if g.ack != nil && g.worker == worker {
			all += " " + g.message
		}
	}
	return all
}

func TestOfABatchOnlyWhatIsNoLongerOwedIsOver(t *testing.T) {
	p, of := newPulsarReader(see(&history.History{}, Mapping{})), ofMessage
	for _, m := range []string{"1:2:-1:0", "1:2:-1:1", "1:2:-1:2", "1:3:-1:0", "7:1:4:0", "7:2:4:0", "7:3:4:0", "8:1:-1:0", "8:1:-1:1", "8:1:-1:64", "8:2:-1:0", "8:2:-1:1"} {
		p.delivered("w1", of(m))
	}
	for _, c := range []struct {
		ack  *history.Event
		over string
	}{
		{of("1:2:-1:-1", "owed", "7"), ""},
		{of("1:2:-1:-1", "owed", "6"), " 1:2:-1:0"},
		{of("1:2:-1:-1", "owed", "nonsense"), " 1:2:-1:0"},
		{of("1:2:-1:2"), " 1:2:-1:0 1:2:-1:2"},
		{of("1:2:-1:-1"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2"},
		{of("9:9:0:0", "cumulative", "true"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2"}, // of another partition
		{of("1:3:-1:0", "cumulative", "true"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0"},
		// The client in C++ acknowledges without the partition.
		{of("7:1:-1:-1"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0 7:1:4:0"},
		{of("7:3:-1:-1", "cumulative", "true"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0 7:1:4:0 7:2:4:0 7:3:4:0"},
		{of("8:1:-1:0"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0 7:1:4:0 7:2:4:0 7:3:4:0 8:1:-1:0"},
		{of("8:1:-1:-1", "owed", "2"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0 7:1:4:0 7:2:4:0 7:3:4:0 8:1:-1:0 8:1:-1:64"}, // of what the words are too short for nothing is owed
		{of("8:2:-1:0", "cumulative", "true"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0 7:1:4:0 7:2:4:0 7:3:4:0 8:1:-1:0 8:1:-1:1 8:1:-1:64 8:2:-1:0"},
	} {
		if p.acknowledged("w1", c.ack); p.over("w1") != c.over {
			t.Errorf("after %v:%s, want%s", c.ack.Detail, p.over("w1"), c.over)
		}
	}
}

// A broker that takes no acknowledgements within batches gives a batch whole again
// until all of it is acknowledged, also what a client has said to have done.
func TestABatchThatComesBackWholeIsOverForEachWorkerByItself(t *testing.T) {
	p := newPulsarReader(see(&history.History{}, Mapping{}))
	give := func(worker string) {
		for _, m := range []string{"1:2:-1:0", "1:2:-1:1", "1:2:-1:2"} {
			p.delivered(worker, ofMessage(m))
		}
	}
	give("w1")
	p.acknowledged("w1", ofMessage("1:2:-1:-1", "owed", "6")) // the first; then it dies
	give("w2")
	if got := p.over("w1") + ";" + p.over("w2"); got != " 1:2:-1:0;" {
		t.Errorf("over are%s", got)
	}
	if g := p.s.given[3]; !g.again || g.message != "1:2:-1:0" {
		t.Errorf("what was acknowledged and came back is not taken for a message that was given before: %+v", g)
	}
	p.acknowledged("w2", ofMessage("1:2:-1:-1"))
	if got := p.over("w1") + ";" + p.over("w2"); got != " 1:2:-1:0; 1:2:-1:0 1:2:-1:1 1:2:-1:2" {
		t.Errorf("over are%s", got)
	}
}

// Back at the same worker, what it had acknowledged is in its hands once, and what
// it had not is there twice: one acknowledgement may be of either.
func TestABatchThatComesBackToTheSameWorkerIsOverWhereItWasAcknowledged(t *testing.T) {
	p := newPulsarReader(see(&history.History{}, Mapping{}))
	for range 2 {
		p.delivered("w1", ofMessage("1:2:-1:0"))
		p.delivered("w1", ofMessage("1:2:-1:1"))
		p.acknowledged("w1", ofMessage("1:2:-1:-1", "owed", "2"))
	}
	p.acknowledged("w1", ofMessage("1:2:-1:-1"))
	if got := p.over("w1"); got != " 1:2:-1:0 1:2:-1:0" {
		t.Errorf("over are%s", got)
	}
}

func TestWhatIsHandedBackIsWhatTheWorkerNames(t *testing.T) {
	for _, c := range []struct{ name, message, back string }{
		{"all of it", "", " 1:2:-1:0 1:2:-1:1 1:3:-1:-1"},
		{"a batch", "1:2:-1:-1", " 1:2:-1:0 1:2:-1:1"},
		{"the first of a batch", "1:2:-1:0", " 1:2:-1:0"},
		{"the second of a batch", "1:2:-1:1", " 1:2:-1:1"},
		{"one of none", "1:3:-1:-1", " 1:3:-1:-1"},
		{"what it has not", "1:4:-1:-1", ""},
	} {
		p := newPulsarReader(see(&history.History{}, Mapping{}))
		for _, m := range []string{"1:2:-1:0", "1:2:-1:1", "1:3:-1:-1"} {
			p.delivered("w1", ofMessage(m))
			p.delivered("w2", ofMessage(m))
		}
		p.handedBack("w1", ofMessage(c.message))
		back := ""
		for _, g := range p.s.given {
			if g.back {
				back += " " + g.message
			}
			if g.back && g.worker != "w1" {
				t.Errorf("%s: another worker's is", c.name)
			}
		}
		if back != c.back {
			t.Errorf("%s: handed back are%s, want%s", c.name, back, c.back)
		}
	}
}

func TestAnEntryStandsBeforeAnotherByItsNumbers(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1:2", "1:3", true}, {"1:3", "1:2", false}, {"1:2", "1:2", false}, {"9:1", "10:0", true}, {"10:0", "9:1", false}, {"2:1", "3:0", true},
		{"1", "1:2", false}, {"1:2", "3", false}, {"a:1", "2:1", false}, {"1:a", "2:1", false}, {"1:1", "b:1", false}, {"1:1", "2:b", false}, {"1:1:1", "2:2", false},
	} {
		if got := before(c.a, c.b); got != c.want {
			t.Errorf("%s before %s: %t", c.a, c.b, got)
		}
	}
}

func TestAnIDThatIsNoneIsTakenAsItStands(t *testing.T) {
	for _, c := range []struct {
		id, entry, partition string
		index                int
	}{
		{"1:2:3:4", "1:2", "3", 4}, {"1:2:-1:-1", "1:2", "-1", -1}, {"1:2:3", "1:2:3", "", -1}, {"1:2:3:x", "1:2:3:x", "", -1}, {"", "", "", -1},
	} {
		if entry, partition, index := idOf(c.id); entry != c.entry || partition != c.partition || index != c.index {
			t.Errorf("%q is entry %q of partition %q, number %d", c.id, entry, partition, index)
		}
	}
}

func TestADeliveryOnAClockThatNobodyKnowsMayHaveComeAtAnyTime(t *testing.T) {
	p := newPulsarReader(see(&history.History{}, Mapping{}))
	e := ofMessage("1:2:-1:-1")
	e.Domain = "other"
	if p.delivered("w1", e); p.s.given[0].start != -unbounded {
		t.Errorf("it came at %d", p.s.given[0].start)
	}
}

func TestWhatDoesNotComeToTheWorkerIsNotGiven(t *testing.T) {
	for _, c := range []struct {
		name  string
		given bool
		of    func(e *history.Event)
		found bool
	}{
		{"it comes", true, func(*history.Event) {}, false},
		{"it is held", false, func(e *history.Event) { e.Outcome = history.OutcomeHeld }, false},
		{"it is lost", false, func(e *history.Event) { e.Outcome = history.OutcomeLost }, false},
		{"the client has done with it before", false, func(e *history.Event) { e.Detail["settled"] = "true" }, false},
		{"it names no user", true, func(e *history.Event) { e.User = "" }, true},
		{"it names no event", true, func(e *history.Event) { e.Event = "" }, true},
		{"it cannot be read", true, func(e *history.Event) { e.Detail["opaque"] = "sealed" }, true},
	} {
		p := newPulsarReader(see(&history.History{}, Mapping{}))
		e := ofMessage("1:2:-1:-1")
		c.of(e)
		p.delivered("w1", e)
		found := slices.ContainsFunc(p.s.findings, func(f *finding) bool { return f.name == "traffic-of-nobody" })
		if (len(p.s.given) == 1) != c.given || found != c.found {
			t.Errorf("%s: %d given, found: %t", c.name, len(p.s.given), found)
		}
	}
}
