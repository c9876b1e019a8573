package fault

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"turnstile/fault/yamlfile"
)

// planKeys are a plan's own keys, beside its settings.
var planKeys = []string{"mode", "guard", "seed", "faults"}

func (r *planReader) planField(p *Plan, settings []Setting, key yamlfile.Key, value *yaml.Node) {
	switch key.Name {
	case "mode":
		r.Value("mode", value, &p.Mode)
		return
	case "guard":
		r.Value("guard", value, &p.Guard)
		return
	case "seed":
		r.Value("seed", value, &p.Seed)
		return
	case "faults":
		p.Faults = r.steps(value)
		return
	}
	known := slices.Clone(planKeys)
	for _, s := range settings {
		if s.Name == key.Name {
			r.setting(s, value)
			return
		}
		known = append(known, s.Name)
	}
	slices.Sort(known)
	r.Bad(key.Line, "there is no setting %q here: there are %s", key.Name, strings.Join(known, ", "))
}

// setting reads a setting's value. One that is zero is looked at here: later it
// is taken for one that was left out.
func (r *planReader) setting(s Setting, value *yaml.Node) {
	if of, ok := s.at.(*map[string]string); ok {
		r.words(s.Name, value, of)
		return
	}
	before := r.Wrong()
	r.Value(s.Name, value, s.at)
	if r.Wrong() == before && s.zero() && !s.within() {
		r.Bad(value.Line, "%s is %s: give %s, or leave it out", s.Name, s.text(), s.Range)
	}
}

// words reads a mapping of names to plain values, which are taken as they stand:
// "yes" is no truth value and 0.10 is not 0.1.
func (r *planReader) words(name string, value *yaml.Node, into *map[string]string) {
	if value.Kind != yaml.MappingNode {
		r.Bad(value.Line, "%s is no mapping: give names and values, as in {maxUnackedMessagesPerConsumer: 10}", name)
		return
	}
	for k, v := range r.Keys(name, value) {
		if tag := v.ShortTag(); v.Kind != yaml.ScalarNode || tag == "!!null" || tag == "!!binary" {
			r.Bad(k.Line, "%s: %s has no plain value: give a number, a word, or true or false", name, k.Name)
			continue
		}
		if *into == nil {
			*into = map[string]string{}
		}
		(*into)[k.Name] = v.Value
	}
}

// MarshalYAML writes the keys in the order of the documentation, and of the
// settings those that are set.
func (p Plan) MarshalYAML() (any, error) {
	out := yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, value any) error {
		var v yaml.Node
		err := v.Encode(value)
		out.Content = append(out.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, &v)
		return err
	}
	errs := []error{add("mode", p.Mode)}
	if p.Guard != "" {
		errs = append(errs, add("guard", p.Guard))
	}
	if p.Seed != 0 {
		errs = append(errs, add("seed", p.Seed))
	}
	for _, s := range p.settings() {
		if p.has(s) && !(s.ofLoad && s.text() == s.Default) {
			errs = append(errs, add(s.Name, s.at))
		}
	}
	return &out, errors.Join(append(errs, add("faults", p.Faults))...)
}
