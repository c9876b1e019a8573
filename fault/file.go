package fault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"turnstile/checker/history/openfile"
	"turnstile/fault/yamlfile"
)

// Plan is a schedule with what it is to be run in, as a file holds it (YAML,
// or JSON, which is YAML too):
//
//	mode: keyshared        # one of the terms' modes
//	guard: none            # optional: one of their guards
//	seed: 7                # optional
//	lanes: 2               # optional, as all settings (see [AllSettings])
//	broker:                # and any of Pulsar's own
//	  maxUnackedMessagesPerConsumer: 10
//	faults:
//	  - fault: freeze      # a name of Names
//	    name: gc           # optional, for others to come after
//	    point: read        # and other settings of that fault
//	    for: 6s
//	  - fault: kill
//	    after: gc          # begins when gc is healed,
//	    delay: 500ms       # and that much later
//	    times: 2           # and again
//	    every: 1s          # that much after it was healed
//	    when: {seen: drain}  # and not before that is seen in the broker's statistics
type Plan struct {
	Mode    string
	Guard   string
	Seed    uint64
	Workers int
	Brokers int // of a cluster; 0: a standalone broker
	Bookies int
	Settings
	Load   Load // zero: [DefaultLoadUnderFault]
	Faults Schedule
}

// ReadPlanFile reads a plan from a file, in those terms.
func ReadPlanFile(path string, terms Terms) (Plan, error) {
	f, err := openfile.Open(path)
	if err != nil {
		return Plan{}, fmt.Errorf("the schedule: %w", err)
	}
	defer f.Close()
	return ReadPlan(f, path, terms)
}

// ReadPlan reads and checks a plan. Its error tells all that is wrong, each
// with the name of the source and the line.
func ReadPlan(r io.Reader, name string, terms Terms) (Plan, error) {
	f, err := yamlfile.Read(r, name, planKind)
	if err != nil {
		return Plan{}, err
	}
	rd := &planReader{File: f, terms: terms}
	p := rd.read()
	if f.Wrong() == 0 {
		rd.checked(p.Faults.Spec().Check())
	}
	if f.Wrong() == 0 {
		rd.checkPlan(p)
	}
	if err := f.Err(); err != nil {
		return Plan{}, err
	}
	return p, nil
}

var planKind = yamlfile.Kind{Name: "schedule", Lines: `"mode: keyshared" and "faults:"`}

// checked notes what is wrong with the schedule, each at its step's line.
func (r *planReader) checked(err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			r.checked(e)
		}
		return
	}
	line := r.Line("faults")
	var step *stepError
	var setting *settingError
	switch {
	case errors.As(err, &step):
		line = r.Line(yamlfile.Item("faults", step.index))
	case errors.As(err, &setting):
		line = r.Line(setting.name)
	}
	if err != nil {
		r.Bad(line, "%w", err)
	}
}

// checkPlan refuses what the plan's parts ask of each other in vain.
func (r *planReader) checkPlan(p Plan) {
	mode, ok := r.terms.mode(p.Mode)
	if !ok {
		r.Bad(r.Line("mode"), "there is no mode %q: the modes are %s", p.Mode, r.terms.modes())
		return
	}
	if p.Guard != "" && !slices.Contains(r.terms.Guards, p.Guard) {
		r.Bad(r.Line("guard"), "there is no guard %q: the guards are %s", p.Guard, strings.Join(r.terms.Guards, ", "))
	}
	if err := p.CheckSettings(mode); err != nil {
		r.checked(err)
		return
	}
	if r.terms.CheckLock != nil && mode.Locks {
		if err := r.terms.CheckLock(p.WithDefaults().Lock, p.Guard); err != nil {
			at := "guard"
			if r.Has("lock") {
				at = "lock"
			}
			r.Bad(r.Line(at), "%w", err)
		}
	}
	n := p.Faults.Spec().Needs()
	if n.Brokers > max(1, p.Brokers) || n.Bookies > p.Bookies {
		r.Bad(r.Line("faults"), "its faults need %d brokers and %d bookies, and it has %s: set brokers and bookies", max(1, n.Brokers), n.Bookies, p.cluster())
	}
	r.checked(p.Faults.CheckOn(Stage{Mode: mode, Workers: p.WithDefaults().Workers, Pulsar: p.Pulsar, Classic: p.Classic}))
}

func (p Plan) cluster() string {
	if p.Brokers == 0 {
		return "a standalone broker"
	}
	return fmt.Sprintf("%d brokers and %d bookies", p.Brokers, p.Bookies)
}

type planReader struct {
	*yamlfile.File
	terms Terms
}

func (r *planReader) read() (p Plan) {
	p.Load = DefaultLoadUnderFault()
	settings := p.settings()
	for key, value := range r.Keys("", r.Root) {
		r.planField(&p, settings, key, value)
	}
	if p.Load == DefaultLoadUnderFault() {
		p.Load = Load{}
	}
	if p.Mode == "" {
		r.Bad(r.Line("mode"), "it names no mode: give one of %s", r.terms.modes())
	}
	return p
}

func (r *planReader) steps(list *yaml.Node) (s Schedule) {
	if list.Kind != yaml.SequenceNode {
		r.Bad(list.Line, `"faults" is no list: each fault begins with a dash, as in "- fault: kill"`)
		return nil
	}
	for i, n := range list.Content {
		at := yamlfile.Item("faults", i)
		r.Note(at, n.Line)
		if st, ok := r.step(at, n); ok {
			s = append(s, st)
		}
	}
	return s
}

// step reads a step. Whatever key is not the step's own is a setting of its fault.
func (r *planReader) step(at string, n *yaml.Node) (st Step, ok bool) {
	if n.Kind != yaml.MappingNode {
		r.Bad(n.Line, `a step is lines like "fault: kill" and "after: freeze-1"`)
		return st, false
	}
	var d Descriptor
	for key, value := range pairs(n) {
		if key.Value == "fault" {
			if d, ok = named(value.Value); !ok {
				r.Bad(value.Line, "there is no fault %q: the faults are %s", value.Value, strings.Join(Names(), ", "))
				return st, false
			}
		}
	}
	if !ok {
		r.Bad(n.Line, `the step names no fault: give "fault:" with one of %s`, strings.Join(Names(), ", "))
		return st, false
	}
	before := r.Wrong()
	f := reflect.New(reflect.TypeOf(d.From))
	f.Elem().Set(reflect.ValueOf(d.From))
	for key, value := range r.Keys(at, n) {
		switch target := r.stepField(&st, key.Name); {
		case key.Name == "fault":
		case key.Name == "when" && value.Kind == yaml.MappingNode:
			st.When = &Condition{}
			for k, v := range r.Keys(key.Path, value) {
				r.into(st.When, k, v)
			}
		case target != nil:
			r.Value(key.Name, value, target)
		default:
			r.into(f.Interface(), key, value)
		}
	}
	st.Fault = f.Elem().Interface().(Fault)
	if sp := st.Fault.Spec(); d.Name != "" && sp.kind != d.Name && sp.Check() == nil && r.Wrong() == before {
		r.Bad(n.Line, "by its settings this is no %s, but %s: write %s, or leave out the settings that make it that", d.Name, sp.kind, sp.kind)
	}
	return st, r.Wrong() == before
}

// stepKeys are a step's own settings; no fault may have one of that name.
var stepKeys = []string{"fault", "name", "after", "delay", "times", "every", "when"}

func (r *planReader) stepField(st *Step, key string) any {
	switch key {
	case "name":
		return &st.Name
	case "after":
		return &st.After
	case "delay":
		return &st.Delay
	case "times":
		return &st.Times
	case "every":
		return &st.Every
	case "when":
		return &st.When
	}
	return nil
}

// into decodes a value into the field of *target whose yaml tag is the key.
func (r *planReader) into(target any, key yamlfile.Key, value *yaml.Node) {
	v := reflect.ValueOf(target).Elem()
	var known []string
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if tag == key.Name && tag != "" {
			r.Value(tag, value, v.Field(i).Addr().Interface())
			return
		}
		known = append(known, tag)
	}
	if _, step := target.(Fault); step {
		known = append(known, stepKeys...)
	}
	slices.Sort(known)
	r.Bad(key.Line, "there is no setting %q here: there are %s", key.Name, strings.Join(known, ", "))
}

// pairs yields a mapping's keys and values in their order.
func pairs(n *yaml.Node) func(yield func(k, v *yaml.Node) bool) {
	return func(yield func(k, v *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// WritePlan writes a plan so that [ReadPlan] reads the same.
func WritePlan(w io.Writer, p Plan) error {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(p); err != nil {
		return fmt.Errorf("writing the schedule: %w", err)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// named is the fault of that name. By a name that schedules had for it before
// every fault had one, settings alone say what it is: its descriptor has no name.
func named(name string) (Descriptor, bool) {
	if d, ok := descriptors[name]; ok {
		return d, true
	}
	for _, d := range descriptors {
		if d.formerly == name && name != "" {
			return Descriptor{From: d.From}, true
		}
	}
	return Descriptor{}, false
}

// MarshalYAML puts a step's own settings and its fault's side by side. What the
// fault's name says is no setting.
func (st Step) MarshalYAML() (any, error) {
	d, ok := descriptors[st.Fault.Spec().kind]
	if !ok {
		return nil, fmt.Errorf("the fault %T has no name in schedules", st.Fault)
	}
	var own, settings, said yaml.Node
	err := own.Encode(struct {
		Fault string        `yaml:"fault"`
		Name  string        `yaml:"name,omitempty"`
		After string        `yaml:"after,omitempty"`
		Delay time.Duration `yaml:"delay,omitempty"`
		Times int           `yaml:"times,omitempty"`
		Every time.Duration `yaml:"every,omitempty"`
		When  *Condition    `yaml:"when,omitempty"`
	}{d.Name, st.Name, st.After, st.Delay, st.Times, st.Every, st.When})
	if err == nil {
		err = errors.Join(settings.Encode(st.Fault), said.Encode(d.From))
	}
	for key, value := range pairs(&settings) {
		implied := false
		for k, v := range pairs(&said) {
			implied = implied || k.Value == key.Value && v.Value == value.Value
		}
		if !implied {
			own.Content = append(own.Content, key, value)
		}
	}
	return &own, err
}
