package levels

import (
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
	for _, m := range []string{"1:2:-1:0", "1:2:-1:1", "1:2:-1:2", "1:3:-1:0", "7:1:4:0", "7:2:4:0", "7:3:4:0"} {
		p.delivered("w1", of(m))
	}
	for _, c := range []struct {
		ack  *history.Event
		over string
	}{
		{of("1:2:-1:-1", "owed", "6"), " 1:2:-1:0"},
		{of("1:2:-1:-1", "owed", "nonsense"), " 1:2:-1:0"},
		{of("1:2:-1:2"), " 1:2:-1:0 1:2:-1:2"},
		{of("1:2:-1:-1"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2"},
		{of("9:9:0:0", "cumulative", "true"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2"}, // of another partition
		{of("1:3:-1:0", "cumulative", "true"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0"},
		// The client in C++ acknowledges without the partition.
		{of("7:1:-1:-1"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0 7:1:4:0"},
		{of("7:3:-1:-1", "cumulative", "true"), " 1:2:-1:0 1:2:-1:1 1:2:-1:2 1:3:-1:0 7:1:4:0 7:2:4:0 7:3:4:0"},
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
