package system

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Value is a word that templates can use, as in "{{.pulsar}}".
type Value struct {
	Name, Meaning, Sample string
}

// Values are those of a container: command, environment, files.
var Values = []Value{
	{"pulsar", "the service URL of Pulsar, as this container reaches it", "pulsar://tap:20001"},
	{"pulsar_host", "of that, the host", "tap"},
	{"pulsar_port", "of that, the port", "20001"},
	{"topic", "the topic with the events, with its namespace", "persistent://public/r1/events"},
	{"subscription", "the name that its subscription is to have", "orchestrator"},
	{"dead_letters", "a topic for what is given up", "persistent://public/r1/events-dead"},
	{"token", "where the cluster asks who comes, the token to say so (run it with --token-file); empty elsewhere", "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmVk"},
	{"token_file", "of that, the path of a file with it in this container; empty elsewhere", "/turnstile-token"},
	{"redis", "host:port of a Redis server for state and locks", "tap:20002"},
	{"redis_host", "of that, the host", "tap"},
	{"redis_port", "of that, the port", "20002"},
	{"gateway", "the base URL of whoever it calls over HTTP", "http://gateway:20003"},
	{"gateway_host", "of that, the host", "gateway"},
	{"gateway_port", "of that, the port", "20003"},
	{"worker", "this container's name among the others", "w1"},
	{"replica", "this container's number among the others", "1"},
}

// MessageValues are those of a message: key, body, properties.
var MessageValues = []Value{
	{"user", "whose event it is", "u17"},
	{"event", "the event's id", "u17-4"},
	{"type", "what happened, in the manifest's own words", "purchased"},
	{"at", "when it happened, in milliseconds since 1970", "1767225600000"},
	{"tz_minutes", "how far the user's clock is from UTC, in minutes", "-300"},
	{"ordinal", "which of the user's events it is: 1, 2, 3", "4"},
}

// word is a template's place for a value, or what looks like one.
var word = regexp.MustCompile(`\{\{[^{}]*(\}\})?`)

// named is a place for a value.
var named = regexp.MustCompile(`^\{\{ *\.([a-z_]+) *\}\}$`)

// fill puts values into a template: a text with places like {{.name}}, and nothing
// else that a template may have elsewhere.
func fill(text string, with map[string]string) (out string, err error) {
	out = word.ReplaceAllStringFunc(text, func(place string) string {
		name := named.FindStringSubmatch(place)
		value, ok := "", false
		if name != nil {
			value, ok = with[name[1]]
		}
		if !ok && err == nil {
			err = fmt.Errorf("%q is no place for a value: there are {{.%s}}", place, strings.Join(slices.Sorted(maps.Keys(with)), "}}, {{."))
		}
		return value
	})
	return out, err
}

func samples(of []Value) map[string]string {
	all := map[string]string{}
	for _, v := range of {
		all[v.Name] = v.Sample
	}
	return all
}

// uses reports whether any of the texts uses the value, or its host.
func uses(texts []string, name string) bool {
	const mark = "\x00used\x00"
	with := samples(Values)
	for _, n := range []string{name, name + "_host"} {
		if _, ok := with[n]; ok {
			with[n] = mark
		}
	}
	for _, text := range texts {
		if out, err := fill(text, with); err == nil && strings.Contains(out, mark) {
			return true
		}
	}
	return false
}
