package fault

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A move makes a plan smaller in one way. Moves are known by their words, which
// name steps and settings and no places, so that a move is the same one after
// another has changed the plan.
type move struct {
	what string
	make func(*Plan)
}

// shortest is what no duration of a fault is made shorter than by halving.
const shortest = 100 * time.Millisecond

// moves lists the ways to make a plan smaller, those first that may take most
// away. Each takes a step or a setting away, or makes a number smaller and adds
// none, so that there is an end to them. The plan is [Plan.written].
func moves(p Plan) (all []move) {
	all = append(all, fewerSteps(p.Faults)...)
	for i, st := range p.Faults {
		all = append(all, simplerStep(i, st)...)
		all = append(all, simplerFault(i, st)...)
	}
	return append(all, plainerSettings(p)...)
}

// fewerSteps takes halves away, and then single steps.
func fewerSteps(s Schedule) (all []move) {
	without := func(what string, gone ...string) {
		all = append(all, move{"without " + what, func(p *Plan) { p.Faults = p.Faults.without(gone) }})
	}
	if names := s.names(); len(s) > 3 {
		half := len(s) / 2
		without("the first half: "+strings.Join(names[:half], ", "), names[:half]...)
		without("the second half: "+strings.Join(names[half:], ", "), names[half:]...)
	}
	if len(s) > 1 {
		for _, name := range s.names() {
			without(name, name)
		}
	}
	return all
}

func (s Schedule) names() (names []string) {
	for _, st := range s {
		names = append(names, st.Name)
	}
	return names
}

// without takes steps away. Who came after one of them comes after what that one
// came after.
func (s Schedule) without(gone []string) (left Schedule) {
	for _, st := range s {
		if slices.Contains(gone, st.Name) {
			continue
		}
		for slices.Contains(gone, st.After) {
			st.After = s[s.find(st.After)].After
		}
		left = append(left, st)
	}
	return left
}

// simplerStep takes a step's own settings away.
func simplerStep(i int, st Step) (all []move) {
	add := func(differs bool, what string, change func(*Step)) {
		if differs {
			all = append(all, move{st.Name + ": " + what, func(p *Plan) { change(&p.Faults[i]) }})
		}
	}
	add(st.Times > 1, "once", func(st *Step) { st.Times, st.Every = 0, 0 })
	add(st.When != nil, "without when", func(st *Step) { st.When = nil })
	add(st.After != "", "without after", func(st *Step) { st.After = "" })
	add(st.Delay > 0, "without delay", func(st *Step) { st.Delay = 0 })
	add(half(st.Delay) < st.Delay, fmt.Sprintf("delay %s", half(st.Delay)), func(st *Step) { st.Delay = half(st.Delay) })
	return all
}

// simplerFault leaves a fault's settings out, or halves them.
func simplerFault(i int, st Step) (all []move) {
	v := reflect.ValueOf(st.Fault)
	from := reflect.ValueOf(descriptors[st.Fault.Spec().kind].From)
	for k := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(k).Tag.Get("yaml"), ",")
		if tag == "" || tag == "-" {
			continue
		}
		add := func(what string, value reflect.Value) {
			all = append(all, move{st.Name + ": " + what, func(p *Plan) {
				f := reflect.New(v.Type()).Elem()
				f.Set(reflect.ValueOf(p.Faults[i].Fault))
				f.Field(k).Set(value)
				p.Faults[i].Fault = f.Interface().(Fault)
			}})
		}
		if !reflect.DeepEqual(v.Field(k).Interface(), from.Field(k).Interface()) {
			add("without "+tag, from.Field(k))
		}
		switch now := v.Field(k).Interface().(type) {
		case time.Duration:
			if h := half(now); h < now {
				add(fmt.Sprintf("%s %s", tag, h), reflect.ValueOf(h))
			}
		case int:
			if now > 1 {
				add(fmt.Sprintf("%s %d", tag, now/2), reflect.ValueOf(now/2))
			}
		}
	}
	return all
}

// half is half a duration in tenths of a second, and the duration itself if that
// would be too short.
func half(d time.Duration) time.Duration {
	if h := (d / 2).Round(shortest); shortest <= h && h < d {
		return h
	}
	return d
}

// written is a copy of the plan, which shares nothing with it, with its steps
// named and what there is many of written out.
func (p Plan) written() Plan {
	if p.Load == (Load{}) {
		p.Load = DefaultLoadUnderFault()
	}
	if p.Workers == 0 {
		p.Workers = DefaultWorkers
	}
	p.Faults = p.Faults.named()
	for i, st := range p.Faults {
		if st.When != nil {
			when := *st.When
			p.Faults[i].When = &when
		}
	}
	p.Broker = maps.Clone(p.Broker)
	return p
}
