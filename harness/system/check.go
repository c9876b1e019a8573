package system

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"turnstile/checker/levels"
	"turnstile/fault/yamlfile"
	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
)

// longest is the longest that a system may take to be ready.
const longest = 10 * time.Minute

// maxReplicas is more than one machine runs of any system.
const maxReplicas = 32

var plainName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check refuses what could not work, before anything is started.
func (m Manifest) check(f *yamlfile.File) {
	if !plainName.MatchString(m.Name) {
		f.BadAt("name", "%q: give a short name of small letters, digits and dashes", m.Name)
	}
	if m.Image == "" && m.Build == "" {
		f.BadAt("image", "it is missing: name the image of the system's containers, or the command that builds it and prints its name (build)")
	}
	if m.Replicas < 0 || m.Replicas > maxReplicas {
		f.BadAt("replicas", "%d: give 1 to %d", m.Replicas, maxReplicas)
	}
	if _, err := regexp.Compile(m.Ready.Log); err != nil {
		f.BadAt("ready.log", "%q is no regular expression: %w", m.Ready.Log, err)
	}
	if m.Ready.Within < 0 || m.Ready.Within > longest {
		f.BadAt("ready.within", "%s: give up to %s", m.Ready.Within, longest)
	}
	m.checkModes(f)
	m.checkSilent(f)
	m.checkTemplates(f)
	m.Message.check(f)
	calls := m.Calls()
	if err := calls.Marks.Check(); err != nil {
		f.BadAt("marks", "%s", inALine(err))
		calls.Marks = nil // it is told once
	}
	if err := calls.Check(); err != nil {
		f.BadAt("downstream", "%s", inALine(err))
	}
	for i, s := range m.Redis.Scripts {
		s.check(f, yamlfile.Item("redis.scripts", i))
	}
	for name, keys := range map[string][]string{"redis.state": m.Redis.State, "redis.lock": m.Redis.Lock} {
		for _, k := range keys {
			if strings.Count(k, TheUser) != 1 {
				f.BadAt(name, "%q: a user's key has %s where the user stands, once", k, TheUser)
			}
		}
	}
}

// check refuses what says nothing.
func (s Script) check(f *yamlfile.File, at string) {
	switch {
	case s.Does == "":
		f.BadAt(at+".does", "it is missing: say what the script does to the state whose key it is given: %s", mode.Choice(levels.Accesses()))
	case !s.Does.Valid():
		f.BadAt(at+".does", "%q: give %s", s.Does, mode.Choice(levels.Accesses()))
	case s.Done != "" && s.Does != levels.Writes:
		f.BadAt(at+".done", "it is of a script that writes, and this one does %s: leave it out", s.Does)
	}
	if strings.Count(s.Key, TheUser) > 1 {
		f.BadAt(at+".key", "%q: a key has %s once, where the user stands", s.Key, TheUser)
	}
}

// inALine are errors that were joined, one behind the other.
func inALine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

func (m Manifest) checkModes(f *yamlfile.File) {
	if len(m.Modes) == 0 {
		f.BadAt("modes", "it names none: say how its consumers are coordinated, as in %q (%s)", "modes: {keyshared: {}}", mode.Choice(mode.Modes()))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Modes)) {
		if _, known := mode.Mode(name).Describe(); !known {
			f.BadAt("modes."+name, "there is no such mode: there are %s", mode.Choice(mode.Modes()))
		}
	}
}

// needed are the values without which nothing could be seen of a system.
var needed = []struct{ name, why string }{
	{"pulsar", "without it the system does not consume what is published, or goes around its links"},
	{"topic", "each run has a topic of its own"},
	{"gateway", "what it calls is how a worker is caught inside a user's section"},
}

// checkTemplates fills everything with samples.
func (m Manifest) checkTemplates(f *yamlfile.File) {
	wrong := f.Wrong()
	all := map[string]string{}
	for i, text := range m.Command {
		all[yamlfile.Item("command", i)] = text
	}
	for of, texts := range map[string]map[string]string{"environment": m.Environment, "files": m.Files} {
		for name, text := range texts {
			all[of+"."+name] = text
		}
	}
	for of, texts := range m.Modes {
		for name, text := range texts {
			all["modes."+of+"."+name] = text
		}
	}
	for _, at := range slices.Sorted(maps.Keys(all)) {
		if _, err := fill(all[at], samples(Values)); err != nil {
			f.BadAt(at, "%w", err)
		}
	}
	for name := range m.Files {
		if !wholePath(name) {
			f.BadAt("files."+name, "give the file's whole path in the container, which begins with /")
		}
	}
	if f.Wrong() > wrong {
		return
	}
	for _, of := range m.ModesInOrder() {
		for _, n := range needed {
			if !m.Uses(of, n.name) {
				f.BadAt("environment", "in mode %s no variable, file or word of the command has {{.%s}}: %s", of, n.name, n.why)
			}
		}
		if m.Subscription == "" && !m.Uses(of, "subscription") {
			f.BadAt("subscription", "in mode %s nothing has {{.subscription}}: pass it on, or name the system's own subscription here", of)
		}
	}
}

func (m Message) check(f *yamlfile.File) {
	with := samples(MessageValues)
	for at, text := range map[string]string{"message.key": m.Key, "message.body": m.Body} {
		if _, err := fill(text, with); err != nil {
			f.BadAt(at, "%w", err)
		}
	}
	if _, err := fillAll("properties", m.Properties, with); err != nil {
		f.BadAt("message", "%w", err)
	}
	if m.Body == "" {
		f.BadAt("message.body", "it is missing: write a payload that the system understands, as in %q", `{"id": "{{.event}}", "customer": "{{.user}}"}`)
	}
	if body, err := fill(m.Body, with); err == nil && strings.HasPrefix(strings.TrimSpace(body), "{") && !json.Valid([]byte(body)) {
		f.BadAt("message.body", "with %v it makes no valid JSON: %s", with, body)
	}
	for _, kind := range slices.Sorted(maps.Keys(m.Types)) {
		if !slices.Contains(journey.Types(), journey.Type(kind)) {
			f.BadAt("message.types."+kind, "there is no such kind of event: there are %s", mode.Choice(journey.Types()))
		}
	}
	if _, ok := m.Word(journey.Purchased); !ok {
		f.BadAt("message.types", "it must have %s: a kind of event that always leads to a call", journey.Purchased)
	}
}
