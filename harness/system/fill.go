package system

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
)

// Container is how to start one of the system's containers.
type Container struct {
	Image       string
	Command     []string
	Environment map[string]string
	Files       map[string]string // content by path
}

// Container fills the manifest's templates with the values of one container.
func (m Manifest) Container(of mode.Mode, with map[string]string) (Container, error) {
	c := Container{Image: m.Image, Files: map[string]string{}}
	for _, text := range m.Command {
		word, err := fill(text, with)
		if err != nil {
			return c, fmt.Errorf("command: %w", err)
		}
		c.Command = append(c.Command, word)
	}
	var err error
	if c.Environment, err = fillAll("environment", m.Variables(of), with); err != nil {
		return c, err
	}
	c.Files, err = fillAll("files", m.Files, with)
	return c, err
}

func fillAll(what string, texts, with map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		text, err := fill(texts[name], with)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", what, name, err)
		}
		out[name] = text
	}
	return out, nil
}

// Published is a message as the system understands it.
type Published struct {
	Key, Body  string
	Properties map[string]string
}

// Word is the manifest's word for a kind of event; ok is false if such events
// are not published.
func (m Message) Word(of journey.Type) (word string, ok bool) {
	if len(m.Types) == 0 {
		return string(of), true
	}
	word, ok = m.Types[string(of)]
	return word, ok
}

// Publish makes the message of an event, which is the user's ordinal-th.
func (m Message) Publish(e journey.Event, ordinal int64) (p Published, err error) {
	word, _ := m.Word(e.Type)
	with := map[string]string{
		"user": e.User, "event": e.ID, "type": word, "ordinal": fmt.Sprint(ordinal),
		"at": fmt.Sprint(e.At), "tz_minutes": fmt.Sprint(e.TZMinutes),
	}
	if p.Key, err = fill(m.Key, with); err != nil {
		return p, fmt.Errorf("message: key: %w", err)
	}
	if p.Body, err = fill(m.Body, with); err != nil {
		return p, fmt.Errorf("message: body: %w", err)
	}
	p.Properties, err = fillAll("message: properties", m.Properties, with)
	return p, err
}

// Uses reports whether containers are told a value in a mode, by its name or by
// its host's.
func (m Manifest) Uses(of mode.Mode, name string) bool { return uses(m.texts(of), name) }

// Settings are what the record of a run says of the system, so that who judges it
// knows whose a key is.
func (m Manifest) Settings() map[string]string {
	s := map[string]string{"system.name": m.Name, "system.image": m.Image}
	for name, keys := range map[string][]string{SettingStateKeys: m.Redis.State, SettingLockKeys: m.Redis.Lock} {
		if len(keys) > 0 {
			s[name] = strings.Join(keys, " ")
		}
	}
	return s
}

// The settings that say where a user stands in keys, with spaces between the
// patterns.
const (
	SettingStateKeys = "system.state_keys"
	SettingLockKeys  = "system.lock_keys"
)
