package system

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What each observer saw, and what would make it see more.

func (s *sights) subscribed() Line {
	l := Line{Observer: "subscription", Sees: len(s.types) > 0, What: "no subscribe passed a link"}
	if l.Sees {
		l.What = "its consumers subscribe as " + strings.Join(slices.Sorted(maps.Keys(s.types)), ", ")
		if as := s.mode.Subscription(); as != "" && (len(s.types) > 1 || !s.types[as]) {
			l.What += fmt.Sprintf(", and the mode %s is %s", s.mode, s.mode.Meaning())
			l.More = "see whether it takes the type from where the manifest's modes put it; what is claimed of the mode is not of this"
		}
	} else {
		l.More = "give it {{.pulsar}} as its only address of Pulsar, without TLS"
	}
	return l
}

func (s *sights) deliveries() Line {
	l := Line{Observer: "deliveries", Sees: len(s.delivered) > 0 && s.strange == 0}
	l.What = fmt.Sprintf("%d of %d events that were published were delivered over its links, each under its user", len(s.delivered), len(s.published))
	switch {
	case len(s.delivered) == 0 && s.strange == 0:
		l.What, l.More = "nothing was delivered over its links", "let it subscribe to {{.topic}} by the name {{.subscription}}"
	case s.strange > 0:
		l.What = fmt.Sprintf("%d deliveries over its links are of nobody's event", s.strange)
		l.More = "let it consume nothing but {{.topic}}, and publish nothing there"
	}
	return l
}

func (s *sights) acknowledgements() Line {
	l := Line{Observer: "acknowledgements", Sees: len(s.acked) > 0, What: fmt.Sprintf("%d messages were acknowledged over its links", len(s.acked))}
	if !l.Sees {
		l.More = "let it acknowledge what it has handled: without that nobody can tell from outside when it is done"
	}
	return l
}

func (s *sights) calls() Line {
	l := Line{Observer: "downstream", Sees: s.nCalls > 0 && s.nobody == 0}
	switch {
	case s.nobody > 0:
		l.What = fmt.Sprintf("%d calls are of nobody: %s", s.nobody, s.whyNobody)
		l.More = fmt.Sprintf("say in the manifest's downstream where their user stands (now %q), or list them under ignore", string(s.manifest.Downstream.User))
	case s.nCalls == 0:
		l.What = "it called nobody"
		l.More = "give it {{.gateway}} as the base URL of whoever it calls, and publish events that lead to a call (message: types)"
	case s.stranger(s.called) != "":
		l.Sees = false
		l.What = fmt.Sprintf("%d calls, one of them for %q, for whom nothing was published", s.nCalls, s.stranger(s.called))
		l.More = fmt.Sprintf("see whether a user stands at %q", string(s.manifest.Downstream.User))
	case s.named == 0:
		l.What = fmt.Sprintf("%d calls, each under its user; none names its event", s.nCalls)
		l.More = "say where the event stands (downstream: event), if the call has it: without that nobody can tell a duplicate, or that an event took effect"
	default:
		l.What = fmt.Sprintf("%d calls, each under its user; %d of them name their event", s.nCalls, s.named)
	}
	return l
}

func (s *sights) redis() Line {
	l := Line{Observer: "redis", Optional: s.commands == 0, Sees: len(s.state) > 0}
	patterns := strings.Join(s.manifest.Redis.State, ", ")
	switch {
	case s.commands == 0:
		l.What = "no command passed its links"
		l.More = "give it {{.redis}} as its Redis, if it has its state there: without that a section is seen only while a call is out"
	case len(s.manifest.Redis.State) == 0:
		l.What = fmt.Sprintf("%d commands, and the manifest says of no key whose it is (one is %q)", s.commands, s.unknownKey)
		l.More = "say under redis: state what a user's keys look like, as in state:{user}"
	case !l.Sees:
		l.What = fmt.Sprintf("%d commands, and no key is of %s (one is %q)", s.commands, patterns, s.unknownKey)
		l.More = "say under redis: state what a user's keys look like"
	case s.stranger(s.state["read"]) != "" || s.stranger(s.state["write"]) != "":
		l.Sees = false
		l.What = fmt.Sprintf("keys of %s are of %q, for whom nothing was published", patterns, s.stranger(s.state["read"])+s.stranger(s.state["write"]))
		l.More = "see whether a user stands in the keys where the manifest says"
	default:
		l.What = fmt.Sprintf("%d of %d commands are of a user's state (%s)", s.ofState, s.commands, patterns)
		if s.keyless > 0 {
			l.What += fmt.Sprintf(", %d have no key", s.keyless)
		}
		l.What += fmt.Sprintf(": the state of %d users was read, of %d written", len(s.state["read"]), len(s.state["write"]))
		if s.unknownKey != "" {
			l.More = fmt.Sprintf("the manifest speaks of no key like %q: name it under redis (state, lock or other)", s.unknownKey)
		}
	}
	return l
}

func (s *sights) unread() Line {
	l := Line{Observer: "what passed", Sees: s.undecoded == 0, What: "all that passed its links could be read"}
	if !l.Sees {
		l.What = fmt.Sprintf("%d times what passed a link could not be read: %s", s.undecoded, s.whyUndecoded)
		l.More = "no TLS and no encryption of payloads between it and what it is given: what cannot be read, nobody has seen"
	}
	return l
}

func (s *sights) marks() Line {
	l := Line{Observer: "marks", Optional: !s.manifest.Marked(), Sees: s.begun > 0 && s.strangeMarks == 0}
	switch {
	case !s.manifest.Marked():
		l.What = "it says itself neither when a section begins nor when it ends"
		l.More = "nothing has to: where it calls its downstream for that (marks), more can be said of it; without, sections are told by what passes"
	case s.begun == 0:
		l.What = "it marked no section"
		l.More = fmt.Sprintf("let it call %q as a section begins and %q as it ends, or leave marks out", s.manifest.Marks.Begin, s.manifest.Marks.End)
	case s.strangeMarks > 0:
		l.What = fmt.Sprintf("%d of %d marked sections are of nobody's event", s.strangeMarks, s.begun)
		l.More = fmt.Sprintf("see whether a user stands at %q in a mark, and its event at %q", string(s.manifest.Marks.User), string(s.manifest.Marks.Event))
	default:
		l.What = fmt.Sprintf("%d sections were marked as begun and %d as ended, each under its user", s.begun, s.ended)
	}
	return l
}
