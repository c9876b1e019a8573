package system

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"turnstile/fault/yamlfile"
)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// checkSilent refuses what would be taken in silence for something else: a value
// that is the same as none, and a word that a container or a record cannot have.
func (m Manifest) checkSilent(f *yamlfile.File) {
	for at, none := range map[string]bool{"replicas": m.Replicas == 0, "ready.within": m.Ready.Within == 0} {
		if none && f.Has(at) {
			f.BadAt(at, "it is 0: give more, or leave it out")
		}
	}
	if m.Promises.GivesUp < 0 {
		f.BadAt("promises.gives_up_after", "%s: give 0s or more", m.Promises.GivesUp)
	}
	if len(m.Command) > 0 && m.Command[0] == "" {
		f.BadAt("command", "its first word is empty: name a program, or leave the command out")
	}
	variables := map[string]map[string]string{"environment": m.Environment}
	for name, set := range m.Modes {
		variables["modes."+name] = set
	}
	for _, of := range slices.Sorted(maps.Keys(variables)) {
		for _, name := range slices.Sorted(maps.Keys(variables[of])) {
			if !variable.MatchString(name) {
				f.Bad(f.Line(of+"."+name), "%s: %q is no name of a variable: give letters, digits and any of _.-, with no digit first", of, name)
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(m.Message.Types)) {
		if m.Message.Types[kind] == "" {
			f.BadAt("message.types."+kind, "it is empty: give the system's word for it, or leave the kind out")
		}
	}
	m.Redis.checkSilent(f)
}

// checkSilent refuses patterns of keys that the record cannot keep apart, and the
// second of two that are one.
func (r Redis) checkSilent(f *yamlfile.File) {
	seen := map[string]string{}
	for _, of := range []struct {
		at   string
		keys []string
	}{{"redis.state", r.State}, {"redis.lock", r.Lock}, {"redis.other", r.Other}} {
		for _, k := range of.keys {
			first, twice := seen[k]
			switch {
			case k == "":
				f.BadAt(of.at, "one is empty: name a key, or leave it out")
			case strings.ContainsAny(k, " \t\r\n"):
				f.BadAt(of.at, "%q: a key has no space in it", k)
			case twice:
				f.BadAt(of.at, "%q is under %s already: leave one out", k, first)
			}
			seen[k] = of.at
		}
	}
}

// wholePath reports whether it names a file in a container, in the one way.
func wholePath(name string) bool {
	return path.IsAbs(name) && path.Clean(name) == name && name != "/"
}
