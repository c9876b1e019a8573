package levels

import (
	"strings"

	"turnstile/checker/history"
)

// transaction is what a worker sent to Redis between MULTI and EXEC. Redis carries it
// out as a whole, or nothing of it, so that its writes of a state are one write.
type transaction struct {
	commands []*command
	exec     *exchange
	nth      int // exec's place there
}

// gather puts a command into the transaction that is open on its connection, and
// opens and closes them.
func (r *redisReader) gather(e *history.Event, c *command, x *exchange) {
	on := connection(e)
	t := r.open[on]
	switch name := e.Detail["name"]; {
	case name == "multi":
		r.open[on] = &transaction{}
	case t == nil:
	case name == "exec":
		t.exec, t.nth = x, len(x.asked)-1
		r.transactions = append(r.transactions, t)
		delete(r.open, on)
	case name == "discard":
		delete(r.open, on)
	case c != nil:
		t.commands, c.of = append(t.commands, c), t
	}
}

// close says of each command that was only queued what became of it, and which event
// it is of, if any of the transaction's writes of that user's state names one.
func (t *transaction) close(m *compiled) {
	reply := t.exec.answerTo(t.nth)
	for _, c := range t.commands {
		if c.access != Writes || c.reply == nil || c.reply.Detail["text"] != "QUEUED" || c.done != perhaps {
			continue
		}
		of := askedBy(c.e)
		if _, by := m.access(of); reply != nil && by == "" && !isScript(of.name) {
			c.reply, c.done = reply, carriedOut(reply)
		}
		if c.event == "" {
			c.event = t.named(c.user)
		}
	}
}

// named is the one event that writes of a user's state name; empty if none does, or
// they name several.
func (t *transaction) named(user string) (event string) {
	for _, c := range t.commands {
		switch {
		case c.user != user || c.event == "" || c.event == event: // a read names none
		case event != "":
			return ""
		default:
			event = c.event
		}
	}
	return event
}

// carriedOut reports whether a transaction was, by the answer to EXEC. Where an error
// or a nil is among the answers, or not all are on record, some commands may not have
// been.
func carriedOut(reply *history.Event) certainty {
	text := reply.Detail["text"]
	switch kind := reply.Detail["reply"]; {
	case kind == "nil" || kind == "-" && strings.HasPrefix(text, "EXECABORT"):
		return no
	case kind != "*" || reply.Detail["cut"] != "":
		return perhaps
	}
	for _, answer := range strings.Fields(strings.NewReplacer("[", " ", "]", " ").Replace(text)) {
		if answer == "nil" || strings.HasPrefix(answer, "-") {
			return perhaps
		}
	}
	return yes
}
