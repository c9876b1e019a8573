package levels

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"turnstile/checker/history"
)

// Mapping says how a system uses what its links show. Where user and event stand
// in a message and in a call to the downstream is settled when these are
// recorded: a history's wire_delivered and send_call name both. A command to
// Redis is recorded as it is.
//
// The zero value is a mapping of a system of which nothing is known but its
// messages and calls.
type Mapping struct {
	// State is the keys under which a user's state is kept, as patterns: {user}
	// stands for the user, * for any text.
	State []string `json:"state,omitempty"`
	// Others is the patterns of all other keys that the system may use: locks,
	// counters, what belongs to nobody.
	Others []string `json:"others,omitempty"`
	// Commands says what commands do whose name does not tell, the first that fits.
	Commands []Command `json:"commands,omitempty"`
	// ReadsFirst: a section reads its user's state over its link before it writes
	// it, and keeps no copy of an earlier one.
	ReadsFirst bool `json:"reads_first,omitempty"`
	// NamesEvent: a write of a user's state has the id of its section's event among
	// its words. Not so where a section may make a write that another left undone.
	NamesEvent bool `json:"names_event,omitempty"`
	// OneAtATime: a worker handles the messages of one user one after the other.
	// What it does with them in its own process no link shows, so without this word
	// there is no "holds" for a worker that is given two at once.
	OneAtATime bool `json:"one_at_a_time,omitempty"`
	// Marked: the system marks its sections, so that a run without marks is no whole one.
	Marked bool `json:"marked,omitempty"`
	// AnswersAfter is the least time that the downstream takes to answer a send that
	// it accepts. It counts where the downstream did not record when it began to
	// answer.
	AnswersAfter time.Duration `json:"answers_after_ns,omitempty"`
	// GivesUpAfter is how long the system waits for an answer of Redis, if it then
	// goes on without closing the connection. 0: it closes it.
	GivesUpAfter time.Duration `json:"gives_up_after_ns,omitempty"`
	// Probe is the event that every observer must have seen, see [Calibrated].
	// Empty: the first whose publish was acknowledged.
	Probe string `json:"probe,omitempty"`
}

// Command is what some commands do to the state of the user whose key they name.
type Command struct {
	// Names of the commands in lower case, with spaces between; empty: any.
	Names string `json:"names,omitempty"`
	// Script is how the SHA-1 of a script begins, or the name of a function, that a
	// command carries out; empty: any.
	Script string `json:"script,omitempty"`
	// Key is the pattern of a key that the command must have; empty: any.
	Key    string `json:"key,omitempty"`
	Access Access `json:"access"`
	// Done is the answer that says that a write happened; empty: any that is no
	// error and no nil, but of a script OK and 1, while all else may be either.
	Done string `json:"done,omitempty"`
}

// Access is what a command does to a state.
type Access string

// What a command does to a state.
const (
	Reads   Access = "read"
	Writes  Access = "write"
	Nothing Access = "nothing" // nor is any of its keys one
)

// Accesses lists them.
func Accesses() []Access { return []Access{Reads, Writes, Nothing} }

// DoneAny and DoneNil are answers of writes that have no text of their own.
const (
	DoneAny = "any" // whatever is no error
	DoneNil = "nil"
)

// Scripts are the commands that carry out a script or a function: what it does, and what
// its answer says, is known to whoever wrote it.
const Scripts = WritingScripts + " eval_ro evalsha_ro fcall_ro"

// WritingScripts are those of them whose script or function may write.
const WritingScripts = "eval evalsha fcall"

func isScript(name string) bool { return slices.Contains(strings.Fields(Scripts), name) }

// guardIntended is the guard with which an attempt makes the write that another one
// left undone, and the write names that one's event.
const guardIntended = "intended"

// Reference is the mapping of the orchestrator that is part of this project, in
// the run that the history tells of.
func Reference(h *history.History) Mapping {
	m := Mapping{
		State:      []string{"*state:{user}"},
		Others:     []string{"*fence:{user}", "*lock:{user}", "*epoch:{user}", "*intent:{user}", "*log"},
		Commands:   []Command{{Names: "eval evalsha", Key: "*log", Access: Writes, Done: "0"}, {Names: "eval evalsha", Access: Reads}},
		ReadsFirst: true, NamesEvent: true,
	}
	if s := h.Scenario(); s != nil {
		m.NamesEvent = s.Guard != guardIntended
		least, _, _ := strings.Cut(s.Settings["gateway.latency"], " ")
		m.AnswersAfter, _ = time.ParseDuration(least)
	}
	return m
}

// ReadMapping reads a mapping from JSON: one object with the keys of [Mapping] and no
// others, that [Mapping.Validate] takes.
func ReadMapping(r io.Reader) (m Mapping, err error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("this is not the JSON object of a mapping: %w; its keys are state, others, commands, reads_first, names_event, one_at_a_time, marked, answers_after_ns, gives_up_after_ns and probe", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return m, errors.New("after the JSON object of the mapping there is something more: leave one object")
	}
	return m, m.Validate()
}

// Validate is an error that names what in a mapping means nothing.
func (m Mapping) Validate() error {
	for _, p := range m.State {
		if strings.Count(p, userPlace) != 1 {
			return fmt.Errorf("the key pattern %q of a user's state has no %s, or several: it must say once where the user stands", p, userPlace)
		}
	}
	for _, p := range m.Others {
		if strings.Count(p, userPlace) > 1 {
			return fmt.Errorf("the key pattern %q has %s more than once", p, userPlace)
		}
	}
	for _, c := range m.Commands {
		if !c.Access.Valid() {
			return fmt.Errorf("the access %q of the commands %q is none: say %q, %q or %q", c.Access, c.Names, Reads, Writes, Nothing)
		}
	}
	if m.AnswersAfter < 0 || m.GivesUpAfter < 0 {
		return fmt.Errorf("a time below 0: answers after %s, gives up after %s", m.AnswersAfter, m.GivesUpAfter)
	}
	return nil
}

// Valid reports whether it is one of those that there are.
func (a Access) Valid() bool { return slices.Contains(Accesses(), a) }

const userPlace = "{user}"

// compiled is a mapping made ready to be asked.
type compiled struct {
	Mapping
	state, others []*regexp.Regexp
	commands      []*regexp.Regexp // of the keys of Commands; nil: any
}

func compile(m Mapping) *compiled {
	c := &compiled{Mapping: m, state: patterns(m.State), others: patterns(m.Others)}
	for _, cmd := range m.Commands {
		var key *regexp.Regexp
		if cmd.Key != "" {
			key = pattern(cmd.Key)
		}
		c.commands = append(c.commands, key)
	}
	return c
}

func patterns(of []string) []*regexp.Regexp {
	out := make([]*regexp.Regexp, len(of))
	for i, p := range of {
		out[i] = pattern(p)
	}
	return out
}

func pattern(p string) *regexp.Regexp {
	q := regexp.QuoteMeta(p)
	q = strings.ReplaceAll(q, regexp.QuoteMeta("*"), ".*?")
	return regexp.MustCompile("^(?s:" + strings.ReplaceAll(q, regexp.QuoteMeta(userPlace), "(.+)") + ")$")
}

// userOf is whose state a key is.
func (m *compiled) userOf(key string) (user string, ok bool) {
	for _, p := range m.state {
		if found := p.FindStringSubmatch(key); found != nil {
			return found[1], true
		}
	}
	return "", false
}

// known reports whether a key is one that the mapping speaks of.
func (m *compiled) known(key string) bool {
	if _, ok := m.userOf(key); ok {
		return true
	}
	return slices.ContainsFunc(m.others, func(p *regexp.Regexp) bool { return p.MatchString(key) })
}

// asked is what a command says of itself, and what its link read of it by its name.
type asked struct {
	name, byName, script string
	keys                 []string
}

func askedBy(e *history.Event) asked {
	a := asked{name: e.Detail["name"], byName: e.Detail["access"], keys: strings.Fields(e.Detail["keys"])}
	if words := strings.Fields(e.Detail["words"]); isScript(a.name) && len(words) > 1 {
		a.script = words[1]
	}
	return a
}

// by is the first of Commands that speaks of a command; -1: none does.
func (m *compiled) by(of asked) int {
	for i, cmd := range m.Commands {
		if cmd.Names != "" && !slices.Contains(strings.Fields(cmd.Names), of.name) || cmd.Script != "" && (of.script == "" || !strings.HasPrefix(of.script, cmd.Script)) {
			continue
		}
		if p := m.commands[i]; p == nil || slices.ContainsFunc(of.keys, p.MatchString) {
			return i
		}
	}
	return -1
}

// access is what a command does to the state of its user, by the mapping or, where
// that is silent, by its name as the link read it.
func (m *compiled) access(of asked) (a Access, done string) {
	if i := m.by(of); i >= 0 {
		return m.Commands[i].Access, m.Commands[i].Done
	}
	switch of.byName {
	case "read":
		return Reads, ""
	case "write":
		return Writes, ""
	}
	return "", ""
}

// Use is what a command does to the state whose key it is given, by a mapping.
type Use struct {
	Access Access
	Done   string // as in [Command]
	Script string // that it carries out: the SHA-1, or a function's name; empty: none
	By     int    // which of [Mapping.Commands] says so; -1: none, but its own name
}

// Uses tells it of commands, as they are recorded.
func (m Mapping) Uses() func(*history.Event) Use {
	c := compile(m)
	return func(e *history.Event) Use {
		of := askedBy(e)
		access, done := c.access(of)
		return Use{access, done, of.script, c.by(of)}
	}
}
