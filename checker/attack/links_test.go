package attack

import (
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// linked opens the worker's link, where links are observers. They stand beside the
// tap, all on the one clock of that.
func (l *life) linked() {
	w := l.w
	if !w.linked || w.links[l.name] != nil {
		return
	}
	w.links[l.name] = &observer{src: history.LinkSrc(l.name), domain: "d"}
	for _, to := range []string{"pulsar", "redis"} {
		l.link(history.Event{Kind: history.KindLinkStart, Peer: to, Detail: map[string]string{"type": to}})
	}
}

func (l *life) link(e history.Event) {
	e.Worker = l.name
	l.w.links[l.name].note(l.w.now, 0, e)
}

// linkNote records that a frame of a message passes at this instant.
func (l *life) linkNote(kind history.Kind, m *message, more func(*history.Event)) {
	w := l.w
	if !w.linked {
		return
	}
	e := history.Event{Kind: kind, User: m.p.user, Detail: map[string]string{
		"link": "broker", "conn": fmt.Sprint(1 + slices.Index(w.lives, l)), "message": fmt.Sprintf("0:%d:-1:-1", slices.Index(w.broker.messages, m)),
	}}
	if more != nil {
		more(&e)
	}
	l.link(e)
}

// passage is a call on its way through a link. One that records nothing passes none.
type passage struct {
	l       *life
	asked   func() // what the link records of it
	replied func(answer any)
	over    func(well bool) // when the caller is done with it
}

// asks lets the call pass the link before it arrives, or where it never does (below
// 0), perhaps.
func (p *passage) asks(arrives int64) {
	if p.asked == nil {
		return
	}
	w := p.l.w
	switch {
	case arrives < 0 && w.rare(1):
	case arrives < 0 || w.rare(1):
		w.after(min(w.between(0, milli), max(arrives, 0)), p.asked)
	default: // it comes late to the link, too: perhaps when nobody waits any more
		w.after(arrives, p.asked)
	}
}

// answers lets the answer pass the link before it comes to the caller, or where it
// never does (below 0), perhaps.
func (p *passage) answers(takes int64, answer any) {
	if p.replied == nil || takes < 0 && p.l.w.rare(1) {
		return
	}
	w := p.l.w
	if takes < 0 {
		takes = int64(milli)
	}
	w.after(min(w.between(0, milli), takes), func() { p.replied(answer) })
}

// acknowledgement is one that passes the link.
func (l *life) acknowledgement(m *message) *passage {
	if !l.w.linked {
		return silent
	}
	return &passage{l: l, asked: func() { l.linkNote(history.KindWireAcknowledged, m, nil) }, over: func(bool) {}}
}

var silent = &passage{over: func(bool) {}}

// redis is a command to the user's state that passes the link, by a connection that
// is free or a new one. Who gives up on an answer closes the connection.
func (l *life) redis(a *attempt, name string) *passage {
	w := l.w
	if !w.linked {
		return silent
	}
	if len(l.idle) == 0 {
		w.conns++
		l.idle = append(l.idle, &connection{n: w.conns})
	}
	c := l.idle[len(l.idle)-1]
	l.idle = l.idle[:len(l.idle)-1]
	detail := func() map[string]string {
		return map[string]string{"link": "state", "conn": fmt.Sprint(c.n), "request": fmt.Sprint(c.requests), "name": name}
	}
	c.requests++
	command, reply := detail(), detail()
	command["access"] = map[string]string{"get": "read", "set": "write"}[name]
	command["keys"] = "state:" + a.p.user
	command["words"] = name + " state:" + a.p.user + " " + a.p.id
	return &passage{
		l:     l,
		asked: func() { l.link(history.Event{Kind: history.KindWireCommand, Detail: command}) },
		replied: func(answer any) {
			reply["reply"], reply["text"] = "+", "refused"
			if answer == true {
				reply["text"] = "OK"
			}
			l.link(history.Event{Kind: history.KindWireReply, Detail: reply})
		},
		over: func(well bool) {
			if well {
				l.idle = append(l.idle, c)
			}
		},
	}
}

// connection is one of a process to the store.
type connection struct{ n, requests int }

// watched is what all observers together have on record, the links with them.
func (w *world) watched() *history.History {
	parts := [][]history.Event{w.history().Events}
	for _, name := range sorted(w.links) {
		o := w.links[name]
		for _, to := range []string{"pulsar", "redis"} {
			o.note(w.logRead, 0, history.Event{Kind: history.KindLinkStop, Worker: name, Peer: to})
		}
		parts = append(parts, o.events)
	}
	return &history.History{Events: history.Merge(parts...)}
}
