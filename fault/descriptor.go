package fault

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Descriptor is what people know a fault by. Every list, table and help text
// tells of faults by their descriptors, each of which stands in its fault's file.
type Descriptor struct {
	Name    string // in schedules, histories, reports and tables alike
	Meaning string // what it does, as a clause
	// AtOneWorker: it strikes the worker that it names. The others strike servers,
	// or everybody, and name the worker by whose section they were timed.
	AtOneWorker bool
	Harms       []Harm
	// Weight is how often a random schedule draws it, against the others; 0: never,
	// for the reason that Undrawn gives, as a clause.
	Weight  int
	Undrawn string
	Draw    func(*rand.Rand) Fault
	// From is what a schedule's settings of it start from: they are the fields of
	// its struct, by their yaml tags.
	From Fault

	where    *ground // it can strike; nil: in every mode
	formerly string  // what schedules called it before it had one name
}

var descriptors = map[string]Descriptor{}

// describe adds what a fault's file says of it.
func describe(all ...Descriptor) bool { //nolint:unparam // var _ asks for a value
	for _, d := range all {
		descriptors[d.Name] = d
	}
	return true
}

// Names lists the faults.
func Names() []string { return slices.Sorted(maps.Keys(descriptors)) }

// Descriptors lists what there is to know of all faults, by their names.
func Descriptors() []Descriptor {
	var all []Descriptor
	for _, name := range Names() {
		all = append(all, descriptors[name])
	}
	return all
}

// Meaning says what a fault of a name does, as a clause; "" of no fault there is.
func Meaning(name string) string { return descriptors[name].Meaning }

// AtOneWorker reports whether a fault of a name strikes the worker that it
// names.
func AtOneWorker(name string) bool { return descriptors[name].AtOneWorker }
