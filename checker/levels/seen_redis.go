package levels

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"turnstile/checker/history"
)

// command is one that touches the state of a user.
type command struct {
	e, reply            *history.Event // reply nil: none was passed on, or which is its own is not known
	shown               *history.Event // the answer that bounds it, its own or an earlier one
	worker, user, event string         // event: that it names, if it names one
	access              Access         // empty: not known
	// Its worker waited for the answer from start until end. bounded is false
	// where that is not sure.
	start, end int64
	bounded    bool
	done       certainty    // of a write: that it took effect
	cut        bool         // not all of its words are on record
	of         *transaction // nil: it stands alone
}

// certainty is what is known of whether something happened.
type certainty int

const (
	no certainty = iota
	perhaps
	yes
)

// redisReader puts commands and their answers together.
type redisReader struct {
	s *seen
	// of are commands and answers by what they have in common, in their order. Where
	// a history does not say by which of a worker's links a connection goes, two may
	// have it in common.
	of    map[string]*exchange
	last  map[string]int64 // by connection: when its last command passed
	order []*command

	open         map[string]*transaction // by connection
	transactions []*transaction
}

type exchange struct {
	commands []*command // nil for one that touches nothing
	asked    []*history.Event
	replies  []*history.Event
	swapped  bool // an answer came while two were out
}

// answerTo is the nth command's own answer; nil: none, or which it is is not known.
func (x *exchange) answerTo(n int) *history.Event {
	if x.swapped || len(x.asked) > 1 && len(x.asked) != len(x.replies) {
		return nil
	}
	return x.replyTo(n)
}

// replyTo is the answer to the nth command. Where two were out at once, it is the
// first that came after it, which is no later than its own.
func (x *exchange) replyTo(n int) *history.Event {
	if !x.swapped {
		if n < len(x.replies) {
			return x.replies[n]
		}
		return nil
	}
	for _, reply := range x.replies {
		if reply.Seq > x.asked[n].Seq {
			return reply
		}
	}
	return nil
}

func newRedisReader(s *seen) *redisReader {
	return &redisReader{s: s, of: map[string]*exchange{}, last: map[string]int64{}, open: map[string]*transaction{}}
}

func (r *redisReader) exchange(e *history.Event) *exchange {
	k := connection(e) + "\x00" + e.Detail["request"] + "\x00" + e.Detail["name"]
	x := r.of[k]
	if x == nil {
		x = &exchange{}
		r.of[k] = x
	}
	return x
}

func (r *redisReader) command(worker string, e *history.Event) {
	s := r.s
	if e.Outcome == history.OutcomeHeld {
		return // what became of it is told again
	}
	c := r.read(worker, e)
	_, hi, ok := s.at(e, e.T)
	if ok && (c != nil || e.Detail[history.DetailLink] != "") {
		r.last[connection(e)] = max(r.last[connection(e)], hi)
	}
	x := r.exchange(e)
	x.asked, x.commands = append(x.asked, e), append(x.commands, c)
	r.gather(e, c, x)
	if c != nil {
		c.start, c.bounded = hi, ok
		r.order = append(r.order, c)
	}
}

// read is whose state a command touches, and what it does; nil: nobody's.
func (r *redisReader) read(worker string, e *history.Event) *command {
	s := r.s
	of := askedBy(e)
	keys, name := of.keys, of.name
	access, _ := s.m.access(of)
	if access == Nothing {
		return nil
	}
	if e.Detail["access"] == "unknown" && len(keys) == 0 || e.Detail["base64"] != "" {
		s.found("traffic-of-nobody", Store, fmt.Sprintf("worker %s sent a command %q to Redis whose keys are not known (line %d)", worker, name, e.Seq))
		return nil
	}
	var c *command
	for _, k := range keys {
		user, ok := s.m.userOf(k)
		switch {
		case !ok && !s.m.known(k):
			s.found("traffic-of-nobody", Store, fmt.Sprintf("worker %s sent a command %q to Redis with a key that the mapping does not speak of: %q", worker, name, k))
		case !ok:
		case c != nil && c.user != user:
			s.found("traffic-of-nobody", Store, fmt.Sprintf("worker %s sent a command %q to Redis that is of two users, %s and %s", worker, name, c.user, user))
		case c == nil:
			c = &command{e: e, worker: worker, user: user, access: access, cut: e.Detail["cut"] != ""}
		}
	}
	if c == nil {
		return nil
	}
	if c.access == "" {
		s.found("traffic-of-nobody", Store, fmt.Sprintf("whether the command %q reads or writes the state of user %s, the mapping does not say", name, c.user))
	}
	if c.access == Writes && s.m.NamesEvent && !c.cut {
		c.event = s.namedIn(e.Detail["words"], c.user)
	}
	c.done = perhaps
	if e.Outcome == history.OutcomeLost {
		c.done = no
	}
	return c
}

// namedIn is the event of a user that words name; empty if none, or several.
func (s *seen) namedIn(words, user string) (event string) {
	for _, w := range strings.Fields(words) {
		p := s.publishes[w]
		switch {
		case p == nil || p.user != user || w == event:
		case event != "":
			return ""
		default:
			event = w
		}
	}
	return event
}

func (r *redisReader) reply(e *history.Event) {
	if e.Outcome == history.OutcomeHeld {
		return
	}
	x := r.exchange(e)
	x.swapped = x.swapped || len(x.asked)-len(x.replies) > 1
	x.replies = append(x.replies, e)
}

// finish gives each command its answer, and says for how long its worker waited.
func (r *redisReader) finish() {
	for _, x := range r.of {
		r.settle(x)
	}
	for _, t := range r.transactions {
		t.close(r.s.m)
	}
	slices.SortStableFunc(r.order, func(a, b *command) int { return cmp.Compare(a.e.T, b.e.T) })
	r.s.commands = r.order
	if r.s.m.ReadsFirst {
		r.s.copies = keepsCopies(r.order)
	}
}

func (r *redisReader) settle(x *exchange) {
	// Which of several has no answer is not known.
	unsure := len(x.asked) > 1 && len(x.asked) != len(x.replies)
	for i, c := range x.commands {
		if c == nil {
			continue
		}
		reply := x.replyTo(i)
		if unsure || reply == nil {
			c.bounded = false
			continue
		}
		r.answered(c, reply, x.swapped)
	}
}

func (r *redisReader) answered(c *command, reply *history.Event, swapped bool) {
	lo, _, ok := r.s.at(reply, reply.T)
	// Whoever gives up on an answer sends no more over its connection: what comes
	// after the answer shows that somebody was there for it.
	heard := ok && reply.Outcome != history.OutcomeLost && r.last[connection(c.e)] > lo
	if c.bounded = c.bounded && heard; c.bounded {
		c.end, c.shown = lo, reply
		if limit := int64(r.s.m.GivesUpAfter); limit > 0 {
			c.end = min(c.end, c.start+limit)
		}
	}
	if swapped {
		return // it may be another's answer, and no later than its own
	}
	c.reply = reply
	if c.access == Writes && c.done != no {
		c.done = r.s.m.did(c, reply)
	}
}

// did reports whether a write took effect, by its answer.
func (m *compiled) did(c *command, reply *history.Event) certainty {
	of := askedBy(c.e)
	_, done := m.access(of)
	kind, text := reply.Detail["reply"], reply.Detail["text"]
	switch {
	case kind == "-" && refusedBefore(text):
		return no
	case kind == "-" || text == "QUEUED":
		return perhaps
	case done == DoneAny || done == DoneNil && kind == "nil":
		return yes
	case done != "":
		return sure(text == done)
	case isScript(of.name):
		return max(perhaps, sure(text == "OK" || text == "1"))
	}
	return sure(kind != "nil")
}

func sure(that bool) certainty {
	if that {
		return yes
	}
	return no
}

// refusedBefore is of errors with which Redis says that it did nothing.
func refusedBefore(text string) bool {
	text = strings.TrimLeft(text, "-\"")
	return slices.ContainsFunc([]string{"NOSCRIPT", "READONLY", "LOADING", "MOVED", "ASK", "CLUSTERDOWN", "MASTERDOWN", "NOAUTH", "NOPERM", "OOM", "BUSY", "TRYAGAIN"},
		func(p string) bool { return strings.HasPrefix(text, p) })
}

// written is a write of a user's state, with the worker's last read of that state since
// its last write of it; nil: there is none, and the worker had it from somewhere else.
type written struct{ read, write *command }

// writes are all that may have been done. Of one transaction one write is enough, and
// what is not done may be tried again on what was read.
func writes(commands []*command) (all []written) {
	reads, of := map[[2]string]*command{}, map[[2]string]*transaction{}
	for _, c := range commands {
		k := [2]string{c.worker, c.user}
		switch {
		case c.access == Reads:
			reads[k] = c
		case c.access != Writes || c.of != nil && c.of == of[k]:
		default:
			all = append(all, written{reads[k], c})
			if of[k] = c.of; c.done != no {
				delete(reads, k)
			}
		}
	}
	return all
}

// keepsCopies reports whether some write came without a read.
func keepsCopies(commands []*command) bool {
	return slices.ContainsFunc(writes(commands), func(w written) bool { return w.read == nil })
}
