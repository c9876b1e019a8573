package fault

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// planKeys are a plan's own keys, beside its settings.
var planKeys = []string{"mode", "guard", "seed", "faults"}

func (r *planReader) planField(p *Plan, settings []Setting, key, value *yaml.Node) {
	switch key.Value {
	case "mode":
		r.decode(value, "mode", &p.Mode)
		return
	case "guard":
		r.decode(value, "guard", &p.Guard)
		return
	case "seed":
		r.decode(value, "seed", &p.Seed)
		return
	case "faults":
		p.Faults = r.steps(value)
		return
	}
	known := slices.Clone(planKeys)
	for _, s := range settings {
		if s.Name == key.Value {
			r.setting(s, value)
			return
		}
		known = append(known, s.Name)
	}
	slices.Sort(known)
	r.bad(key.Line, "there is no setting %q here: there are %s", key.Value, strings.Join(known, ", "))
}

// setting reads a setting's value. One that is zero is looked at here: later it
// is taken for one that was left out.
func (r *planReader) setting(s Setting, value *yaml.Node) {
	if of, ok := s.at.(*map[string]string); ok {
		r.words(s.Name, value, of)
		return
	}
	before := len(r.wrong)
	r.decode(value, s.Name, s.at)
	if len(r.wrong) == before && s.zero() && !s.within() {
		r.bad(value.Line, "%s is %s: give %s, or leave it out", s.Name, s.text(), s.Range)
	}
}

// words reads a mapping of names to plain values, which are taken as they stand:
// "yes" is no truth value and 0.10 is not 0.1.
func (r *planReader) words(name string, value *yaml.Node, into *map[string]string) {
	if value.Kind != yaml.MappingNode {
		r.bad(value.Line, "%s is no mapping: give names and values, as in {maxUnackedMessagesPerConsumer: 10}", name)
		return
	}
	r.refuseTwice(value)
	for k, v := range pairs(value) {
		if tag := v.ShortTag(); k.Kind != yaml.ScalarNode || v.Kind != yaml.ScalarNode || tag == "!!null" || tag == "!!binary" {
			r.bad(k.Line, "%s: %s has no plain value: give a number, a word, or true or false", name, k.Value)
			continue
		}
		if *into == nil {
			*into = map[string]string{}
		}
		(*into)[k.Value] = v.Value
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
