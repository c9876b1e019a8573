package system

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"turnstile/checker/history"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/orchestrator/mode"
)

// Line is what one observer saw of the system, or did not see.
type Line struct {
	Observer string
	Sees     bool
	What     string
	// More is what would make it see what it does not, or see more; empty: there
	// is nothing to be done.
	More string
	// Optional: much can be said without.
	Optional bool
}

func (l Line) String() string {
	mark := "✓"
	switch {
	case !l.Sees && l.Optional:
		mark = "–"
	case !l.Sees:
		mark = "✗"
	}
	s := fmt.Sprintf("%s %-16s %s", mark, l.Observer, l.What)
	if l.More != "" {
		s += "\n" + strings.Repeat(" ", 19) + "→ " + l.More
	}
	return s
}

// Seen says, observer by observer, what a recorded run shows of the system: the
// calibration, without which nothing that is seen of a run can be believed.
func Seen(h *history.History, m Manifest) []Line {
	s := &sights{manifest: m, mode: modeOf(h), published: map[string]string{}, delivered: map[string]bool{}, acked: map[string]bool{}, types: map[string]bool{}, state: map[string]map[string]bool{}, called: map[string]bool{}, scripts: newScripts(m.Redis)}
	for i := range h.Events { // a publish is on record once it was acknowledged, which may be after its delivery
		if e := &h.Events[i]; e.Kind == history.KindPublish {
			s.published[e.Event] = e.User
		}
	}
	for i := range h.Events {
		s.see(&h.Events[i])
	}
	all := []Line{s.subscribed(), s.deliveries(), s.acknowledgements(), s.calls(), s.redis()}
	return append(append(all, s.scripts.lines()...), s.unread(), s.marks())
}

// modeOf is the mode that a run was in; empty if its record does not say.
func modeOf(h *history.History) mode.Mode {
	if sc := h.Scenario(); sc != nil {
		return mode.Mode(sc.Mode)
	}
	return ""
}

// sights is what was counted of a run.
type sights struct {
	manifest  Manifest
	mode      mode.Mode
	published map[string]string // the user, by event

	types                 map[string]bool // of subscriptions
	delivered             map[string]bool // events
	acked                 map[string]bool // messages
	strange               int             // deliveries of what nobody published, or under another user
	commands, ofState     int
	keyless               int                        // commands that touch no key, such as MULTI
	state                 map[string]map[string]bool // users whose state was touched, by access
	unknownKey            string
	scripts               *scripts
	nCalls, named, nobody int
	called                map[string]bool // users
	whyNobody             string
	begun, ended          int // marks
	strangeMarks          int // of what nobody published, or under another user
	undecoded             int
	whyUndecoded          string
}

func (s *sights) see(e *history.Event) {
	switch e.Kind {
	case history.KindWireSubscribe:
		s.types[strings.ToLower(e.Detail["type"])] = true
	case history.KindWireDelivered:
		if user, ok := s.published[e.Event]; !ok || user != e.User {
			s.strange++
		} else {
			s.delivered[e.Event] = true
		}
	case history.KindWireAcknowledged:
		s.acked[e.Detail["message"]] = true
	case history.KindWireCommand:
		s.command(e)
	case history.KindWireReply:
		s.scripts.answered(e)
	case history.KindWireUndecoded:
		s.undecoded++
		s.whyUndecoded = strings.TrimSpace(e.Detail["opaque"] + " " + e.Detail["way"] + " of " + e.Worker)
	case history.KindSendCall:
		s.nCalls++
		s.called[e.User] = true
		if e.Event != gateway.NoEvent {
			s.named++
		}
	case history.KindEnter:
		s.begun++
		if user, ok := s.published[e.Event]; !ok || user != e.User {
			s.strangeMarks++
		}
	case history.KindExit:
		s.ended++
	case history.KindNote:
		if why := e.Detail[gateway.DetailNobody]; why != "" {
			s.nobody++
			s.whyNobody = why
		}
	}
}

func (s *sights) command(e *history.Event) {
	s.commands++
	access := string(s.scripts.asked(e).Access)
	if e.Detail["keys"] == "" && e.Detail["access"] == "none" {
		s.keyless++
	}
	for _, key := range strings.Fields(e.Detail["keys"]) {
		for _, pattern := range s.manifest.Redis.State {
			if user := UserOf(pattern, key); user != "" {
				s.ofState++
				if s.state[access] == nil {
					s.state[access] = map[string]bool{}
				}
				s.state[access][user] = true
				return
			}
		}
		if !s.mapped(key) {
			s.unknownKey = key
		}
	}
}

// mapped reports whether the manifest speaks of a key that is no user's state.
func (s *sights) mapped(key string) bool {
	return slices.ContainsFunc(s.manifest.Redis.Lock, func(p string) bool { return UserOf(p, key) != "" }) ||
		slices.ContainsFunc(s.manifest.Redis.Other, func(p string) bool { return like(p, key) })
}

// like matches a pattern with * for any text.
func like(pattern, key string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == key
	}
	if !strings.HasPrefix(key, parts[0]) {
		return false
	}
	key = key[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(key, p)
		if i < 0 {
			return false
		}
		key = key[i+len(p):]
	}
	return strings.HasSuffix(key, parts[len(parts)-1])
}

// stranger is a user in a set for whom nothing was published; empty: there is none.
func (s *sights) stranger(seen map[string]bool) string {
	known := map[string]bool{}
	for _, user := range s.published {
		known[user] = true
	}
	for _, user := range slices.Sorted(maps.Keys(seen)) {
		if !known[user] {
			return user
		}
	}
	return ""
}
