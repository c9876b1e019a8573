// Package system reads manifests (turnstile.yaml): what Turnstile must know of an
// orchestrator that was not written for it, to run it as it is. How its
// containers are started and where their environment names the servers; what a
// message looks like that it understands; where in its calls and its keys a user
// stands. A manifest for a real system takes some thirty lines; [Values] are the
// words that its templates can use, and the schema beside this file is for
// editors.
package system

import (
	"maps"
	"slices"
	"strings"
	"time"

	"turnstile/checker/levels"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/orchestrator/mode"
)

// Manifest is a turnstile.yaml. Its fields' doc tags are their documentation,
// from which the schema is made.
type Manifest struct {
	Name         string                       `yaml:"name" doc:"what reports call the system"`
	Image        string                       `yaml:"image" doc:"the image of its containers; what build prints last if it is left out"`
	Build        string                       `yaml:"build" doc:"a command that makes the image, run by sh in the manifest's folder before the first run; it should take no time where nothing has changed, as docker build -q does not"`
	Command      []string                     `yaml:"command" doc:"what to run in place of the image's own command; templates"`
	Replicas     int                          `yaml:"replicas" doc:"how many containers of it there are; 3 if it is left out"`
	Modes        map[string]map[string]string `yaml:"modes" doc:"the ways in which it can coordinate its consumers, each with what is set in the environment for it; templates"`
	Environment  map[string]string            `yaml:"environment" doc:"its variables; templates"`
	Files        map[string]string            `yaml:"files" doc:"files that are put into its containers, by their paths; templates"`
	Subscription string                       `yaml:"subscription" doc:"the name of its subscription, where it cannot be told one"`
	Ready        Ready                        `yaml:"ready" doc:"when a container is ready; once its consumer is seen on the wire if nothing is said"`
	Message      Message                      `yaml:"message" doc:"the messages that it understands"`
	Downstream   Downstream                   `yaml:"downstream" doc:"how its calls over HTTP are read and answered"`
	Redis        Redis                        `yaml:"redis" doc:"where in its keys in Redis a user stands"`

	Marks    Marks    `yaml:"marks" doc:"calls at its downstream by which it says when a user's section begins, before it reads anything, and ends, after all that it does; it waits for the answer to each"`
	Promises Promises `yaml:"promises" doc:"what nobody can see from outside, and is believed of the system"`

	Folder string `yaml:"-"` // of the file that it was read from
}

// Ready says when a container is ready, beside that its consumer is connected.
type Ready struct {
	Log    string        `yaml:"log" doc:"a regular expression (RE2) that a line of its output matches"`
	Within time.Duration `yaml:"within" doc:"how long that may take, as in 90s; 60s if it is left out"`
}

// Message is what is published for it.
type Message struct {
	Key        string            `yaml:"key" doc:"of the message; a template; the user if it is left out"`
	Body       string            `yaml:"body" doc:"the payload; a template"`
	Properties map[string]string `yaml:"properties" doc:"beside the payload; templates"`
	Types      map[string]string `yaml:"types" doc:"its words for the kinds of events; kinds that are not named are not published, and all are by their own names if there is none"`
}

// Downstream is how calls are read: see [gateway.Calls].
type Downstream struct {
	User   gateway.Place `yaml:"user" doc:"where in a call its user stands: \"header NAME\", \"query NAME\", \"path /a/{}/b\" or \"json /a/b\""`
	Event  gateway.Place `yaml:"event" doc:"where its event stands, if it says which"`
	Text   gateway.Place `yaml:"text" doc:"where what is sent stands; the method and the path if it is left out"`
	Ignore []string      `yaml:"ignore" doc:"calls that do nothing to anybody, as in \"GET /health\""`
	Answer Answer        `yaml:"answer" doc:"what every call is answered with"`
}

// Answer is what calls are answered with: see [gateway.Answer].
type Answer struct {
	Status int    `yaml:"status" doc:"200 if it is left out"`
	Type   string `yaml:"type" doc:"of the body; application/json if it is left out"`
	Body   string `yaml:"body" doc:"a status of accepted, in JSON, if it is left out"`
}

// Marks are how it says itself when sections begin and end: see [gateway.Marks].
type Marks struct {
	Begin string        `yaml:"begin" doc:"the method and the path, as in \"POST /sections/begin\""`
	End   string        `yaml:"end" doc:"the method and the path, as in \"POST /sections/end\""`
	User  gateway.Place `yaml:"user" doc:"where in both the section's user stands, as in downstream"`
	Event gateway.Place `yaml:"event" doc:"where in both its event stands"`
}

// Redis is where a user stands in keys.
type Redis struct {
	State   []string `yaml:"state" doc:"keys of a user's state, as in state:{user}"`
	Lock    []string `yaml:"lock" doc:"keys of a user's lock"`
	Other   []string `yaml:"other" doc:"all other keys; * stands for any text"`
	Scripts []Script `yaml:"scripts" doc:"what scripts do to a user's state (EVAL, EVALSHA, FCALL), the first that fits; of one that is not here: it writes the state whose key it is given, and with no such key, as one that gives a lock back, it does nothing to any"`
}

// Script is what a script does to a user's state: see [levels.Command].
type Script struct {
	Script string        `yaml:"script" doc:"how its SHA-1 begins, which doctor tells, or the name of a function; any if it is left out"`
	Key    string        `yaml:"key" doc:"a key that it is given, as in lock:{user}; any if it is left out"`
	Does   levels.Access `yaml:"does" doc:"to the state: read, write or nothing"`
	Done   string        `yaml:"done" doc:"what it answers when it has written; nil for none, any for whatever is no error; OK and 1 if it is left out, and after all else nobody knows"`
}

// Promises are believed, and said with every verdict that rests on them.
type Promises struct {
	OneAtATime bool          `yaml:"one_at_a_time" doc:"a container handles the messages of one user one after the other"`
	ReadsFirst bool          `yaml:"reads_first" doc:"it reads a user's state from Redis before it writes it, in one command or one transaction, and keeps no copy"`
	NamesEvent bool          `yaml:"names_event" doc:"what it writes to a user's state has the id of the event that it handles in it, in the same command or the same transaction; leave it out if it may finish another's write"`
	GivesUp    time.Duration `yaml:"gives_up_after" doc:"for how long it waits for an answer of Redis, if it then goes on with the same connection"`
}

// The defaults.
const (
	defaultReplicas = 3
	defaultWithin   = time.Minute
)

// TheUser stands for a user in the pattern of a key.
const TheUser = "{user}"

// ModesInOrder are the modes that the manifest names, in the order of reports.
func (m Manifest) ModesInOrder() (all []mode.Mode) {
	for _, one := range mode.Modes() {
		if _, ok := m.Modes[string(one)]; ok {
			all = append(all, one)
		}
	}
	return all
}

// Calls are the gateway's rules.
func (m Manifest) Calls() gateway.Calls {
	d := m.Downstream
	c := gateway.Calls{User: d.User, Event: d.Event, Text: d.Text, Ignore: d.Ignore, Answer: gateway.Answer(d.Answer)}
	if m.Marked() {
		marks := gateway.Marks(m.Marks)
		c.Marks = &marks
	}
	return c
}

// Marked reports whether the system says itself when sections begin and end.
func (m Manifest) Marked() bool { return m.Marks != Marks{} }

// Variables are the environment in a mode.
func (m Manifest) Variables(of mode.Mode) map[string]string {
	all := maps.Clone(m.Environment)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, m.Modes[string(of)])
	return all
}

// UserOf is whose key it is by a pattern; empty: it is not of the pattern.
func UserOf(pattern, key string) string {
	before, after, ok := strings.Cut(pattern, TheUser)
	if !ok || len(key) <= len(before)+len(after) || !strings.HasPrefix(key, before) || !strings.HasSuffix(key, after) {
		return ""
	}
	return key[len(before) : len(key)-len(after)]
}

// texts are all templates of a mode that make up its containers.
func (m Manifest) texts(of mode.Mode) []string {
	env := m.Variables(of)
	return slices.Concat(m.Command, slices.Collect(maps.Values(env)), slices.Collect(maps.Values(m.Files)))
}
