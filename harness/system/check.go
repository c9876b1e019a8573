package system

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
)

// longest is the longest that a system may take to be ready.
const longest = 10 * time.Minute

// maxReplicas is more than one machine runs of any system.
const maxReplicas = 32

var plainName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check refuses what could not work, before anything is started.
func (r *reader) check(m Manifest) {
	if !plainName.MatchString(m.Name) {
		r.at("name", "%q: give a short name of small letters, digits and dashes", m.Name)
	}
	if m.Image == "" && m.Build == "" {
		r.at("image", "it is missing: name the image of the system's containers, or the command that builds it and prints its name (build)")
	}
	if m.Replicas < 0 || m.Replicas > maxReplicas {
		r.at("replicas", "%d: give 1 to %d", m.Replicas, maxReplicas)
	}
	if _, err := regexp.Compile(m.Ready.Log); err != nil {
		r.at("ready.log", "%q is no regular expression: %w", m.Ready.Log, err)
	}
	if m.Ready.Within < 0 || m.Ready.Within > longest {
		r.at("ready.within", "%s: give up to %s", m.Ready.Within, longest)
	}
	r.checkModes(m)
	r.checkTemplates(m)
	r.checkMessage(m.Message)
	calls := m.Calls()
	if err := calls.Marks.Check(); err != nil {
		r.at("marks", "%w", err)
		calls.Marks = nil // it is told once
	}
	if err := calls.Check(); err != nil {
		r.at("downstream", "%w", err)
	}
	for name, keys := range map[string][]string{"redis.state": m.Redis.State, "redis.lock": m.Redis.Lock} {
		for _, k := range keys {
			if strings.Count(k, TheUser) != 1 {
				r.at(name, "%q: a user's key has %s where the user stands, once", k, TheUser)
			}
		}
	}
}

func (r *reader) checkModes(m Manifest) {
	if len(m.Modes) == 0 {
		r.at("modes", "it names none: say how its consumers are coordinated, as in %q (%s)", "modes: {keyshared: {}}", mode.Choice(mode.Modes()))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Modes)) {
		if _, known := mode.Mode(name).Describe(); !known {
			r.at("modes."+name, "there is no such mode: there are %s", mode.Choice(mode.Modes()))
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
func (r *reader) checkTemplates(m Manifest) {
	wrong := len(r.wrong)
	all := map[string]string{}
	for i, text := range m.Command {
		all[fmt.Sprintf("command.%d", i)] = text
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
			r.at(at, "%w", err)
		}
	}
	for name := range m.Files {
		if !path.IsAbs(name) || path.Clean(name) != name {
			r.at("files."+name, "give the file's whole path in the container, which begins with /")
		}
	}
	if len(r.wrong) > wrong {
		return
	}
	for _, of := range m.ModesInOrder() {
		for _, n := range needed {
			if !m.Uses(of, n.name) {
				r.at("environment", "in mode %s no variable, file or word of the command has {{.%s}}: %s", of, n.name, n.why)
			}
		}
		if m.Subscription == "" && !m.Uses(of, "subscription") {
			r.at("subscription", "in mode %s nothing has {{.subscription}}: pass it on, or name the system's own subscription here", of)
		}
	}
}

func (r *reader) checkMessage(m Message) {
	with := samples(MessageValues)
	for at, text := range map[string]string{"message.key": m.Key, "message.body": m.Body} {
		if _, err := fill(text, with); err != nil {
			r.at(at, "%w", err)
		}
	}
	if _, err := fillAll("properties", m.Properties, with); err != nil {
		r.at("message", "%w", err)
	}
	if m.Body == "" {
		r.at("message.body", "it is missing: write a payload that the system understands, as in %q", `{"id": "{{.event}}", "customer": "{{.user}}"}`)
	}
	if body, err := fill(m.Body, with); err == nil && strings.HasPrefix(strings.TrimSpace(body), "{") && !json.Valid([]byte(body)) {
		r.at("message.body", "with %v it makes no valid JSON: %s", with, body)
	}
	for _, kind := range slices.Sorted(maps.Keys(m.Types)) {
		if !slices.Contains(journey.Types(), journey.Type(kind)) {
			r.at("message.types."+kind, "there is no such kind of event: there are %v", journey.Types())
		}
	}
	if _, ok := m.Word(journey.Purchased); !ok {
		r.at("message.types", "it must have %s: a kind of event that always leads to a call", journey.Purchased)
	}
}
