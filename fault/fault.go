// Package fault breaks things on purpose, at the worst moment, and proves it.
//
// A fault is a declaration, its [Spec]: whom it aims at and where in that
// worker's handling, how it strikes, which evidence must be seen by whom, how it
// heals. One runner ([Spec.Inject]) carries every fault through its life: aim,
// begin, strike, await the evidence, last, heal, await the recovery, end. It
// writes the fault into the history as an interval (fault_begin, fault_end) with
// its evidence: what observers other than the injecting code saw. The checker
// counts a fault as bitten only if all of its evidence was seen, and says
// "vacuous" where a verdict would rest on one that was not.
//
// Faults act on the small interfaces of a [Scene], so that they can be aimed at
// anyone's orchestrator. To add a fault is to add a file: a type, its settings as
// its fields, its [Descriptor] and its Spec.
package fault

import (
	"context"
	"errors"
	"time"
)

// Fault is one way to break a running scenario, or a [Schedule] of several.
type Fault interface {
	Spec() Spec
}

// Spec declares a fault with its settings. It is good for one injection, and may
// carry what one step of that leaves for the next.
type Spec struct {
	kind  string // the fault's name
	needs Needs  // of the environment, beyond what its aim asks for
	wrong error  // why its settings make no sense, or would never heal
	acts  parts  // of the scene that it acts on, beyond what its aim and its needs imply
	owner bool   // the scene's broker is to be the one that serves the first aimed user
	aim   aim

	prepare act           // before it is aimed
	ready   act           // between the aim and the begin
	halts   string        // why nobody can be expected to get on until it ends; "": they can
	goesOn  time.Duration // how long the section goes on before the strike
	strike  act
	shows   steps         // what must come of it before it is healed
	heal    act           // whatever came of the strike, also when the scenario's own time is over
	healing time.Duration // how long that may take; 0: healLimit
	then    steps         // what must come of it once it is healed
	times   int           // it is repeated so often at the most, until another worker has an aimed user
	counted string        // the detail that says how often it was

	run func(context.Context, *Scene) error // what is no single injection; in place of all that is between aim and run

	harms []Harm // where its settings make them others than its descriptor's
	onStage
}

// onStage is what decides with whom a fault may share a schedule, and whether it
// can bite on a [Stage].
type onStage struct {
	standstill time.Duration     // for which nobody at all is given anything
	least      time.Duration     // that it takes; 0: what its settings add up to
	forGood    bool              // it ends a worker, and nobody comes in its place
	adds       bool              // it brings one more worker
	refuses    func(Stage) error // why it could not bite; nil: it can on any
}

// Kind is the fault's name in schedules, histories and reports, like "freeze".
func (sp Spec) Kind() string { return sp.kind }

// Needs is what the fault asks of its scenario's environment.
func (sp Spec) Needs() Needs { return sp.needs.And(sp.aim.at.needs()) }

// Check refuses settings that make no sense, or would never heal.
func (sp Spec) Check() error { return errors.Join(sp.aim.at.check(), sp.wrong) }
