package attack

import (
	"slices"
	"strings"
	"time"

	"turnstile/checker/history"
)

// message is one copy of an event at the broker.
type message struct {
	p           *publish
	to          *life // who has it, unacknowledged; nil: nobody
	acked       bool
	ackedAt     int64
	redelivered int64
	notBefore   int64
}

// broker is the topic with its subscription. Users are its partitions, and
// each mode says who gets a user's messages.
type broker struct {
	w         *world
	messages  []*message
	consumers []*life
	holder    map[string]*life // failover: who is active for a user; keyshared: whose key it is
	halted    bool
	due       bool
}

func (b *broker) arrive(p *publish) {
	p.arrivals = append(p.arrivals, b.w.now)
	b.messages = append(b.messages, &message{p: p})
	b.soon()
}

func (b *broker) join(l *life) {
	b.consumers = append(b.consumers, l)
	slices.SortStableFunc(b.consumers, func(x, y *life) int { return strings.Compare(x.name, y.name) })
	b.soon()
}

// leave takes back what a consumer has and has not acknowledged.
func (b *broker) leave(l *life) {
	i := slices.Index(b.consumers, l)
	if i < 0 {
		return
	}
	b.consumers = slices.Delete(b.consumers, i, i+1)
	for _, m := range b.messages {
		if m.to == l && !m.acked {
			b.back(m, 0)
		}
	}
	b.soon()
}

func (b *broker) back(m *message, after int64) {
	m.to = nil
	m.redelivered++
	m.notBefore = b.w.now + after
	b.soon()
	if after > 0 {
		b.w.after(after, b.soon)
	}
}

func (b *broker) empty() bool {
	return !slices.ContainsFunc(b.messages, func(m *message) bool { return !m.acked })
}

func (b *broker) halt(on bool) {
	b.halted = on
	b.soon()
}

// soon dispatches what can be, once for all that happens at this instant.
func (b *broker) soon() {
	if b.due {
		return
	}
	b.due = true
	b.w.after(b.w.between(0, 2*milli), func() {
		b.due = false
		b.dispatch()
	})
}

func (b *broker) dispatch() {
	if b.halted || len(b.consumers) == 0 {
		return
	}
	blocked := map[string]bool{} // users with an earlier message that has to wait
	for _, m := range b.messages {
		if m.acked || m.to != nil || b.w.now < m.notBefore {
			if b.ordered() && !m.acked && m.to == nil {
				blocked[m.p.user] = true
			}
			continue
		}
		if blocked[m.p.user] {
			continue
		}
		to := b.consumerOf(m.p.user)
		if to == nil || b.has(to) >= to.permits {
			if b.ordered() {
				blocked[m.p.user] = true
			}
			continue
		}
		m.to = to
		copied := m
		again := m.redelivered
		to.linkNote(history.KindWireDelivered, m, func(e *history.Event) { e.Event, e.Redelivery = m.p.id, again })
		b.w.after(b.w.between(0, 3*milli), func() { to.receive(copied, again) })
	}
}

func (b *broker) ordered() bool { return b.w.mode == "failover" || b.w.mode == "keyshared" }

func (b *broker) has(l *life) (n int) {
	for _, m := range b.messages {
		if m.to == l && !m.acked {
			n++
		}
	}
	return n
}

func (b *broker) consumerOf(user string) *life {
	switch b.w.mode {
	case "shared", "lock":
		return b.consumers[b.w.index(len(b.consumers))]
	case "failover":
		first := b.consumers[int(user[len(user)-1])%min(2, len(b.consumers))]
		if old := b.holder[user]; old != nil && old != first {
			// A switch: everything unacknowledged goes to the new one, and nobody waits
			// for the old.
			for _, m := range b.messages {
				if m.p.user == user && m.to == old && !m.acked {
					m.to = nil
					m.redelivered++
				}
			}
			b.holder[user] = first
			b.w.after(int64(time.Millisecond), b.soon)
			return nil
		}
		b.holder[user] = first
		return first
	}
	to := b.consumers[int(user[len(user)-1])%len(b.consumers)]
	if b.w.bugs.drainless {
		return to
	}
	for _, m := range b.messages {
		if m.p.user == user && m.to != nil && m.to != to && !m.acked {
			return nil // it drains
		}
	}
	return to
}
