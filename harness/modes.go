package harness

import (
	"turnstile/fault"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mode"
)

type (
	// Mode is how workers are coordinated: package [mode] describes all of them.
	Mode = mode.Mode
	// Guard is what protects the effect itself, see there.
	Guard = mode.Guard
)

// The modes and guards that scenarios name most.
const (
	Shared    = mode.Shared
	Lock      = mode.Lock
	Failover  = mode.Failover
	KeyShared = mode.KeyShared

	GuardNone   = mode.Unguarded
	GuardFenced = mode.Fenced
)

// Modes lists all modes in the order of reports.
func Modes() []Mode { return mode.Modes() }

// Guards lists all guards.
func Guards() []Guard { return mode.Guards() }

// ToFaults tells of a mode what faults ask about.
func ToFaults(m Mode) fault.Traits {
	d, ok := m.Describe()
	if !ok {
		return fault.Traits{}
	}
	return fault.Traits{
		Name: string(m), Locks: d.Locks, Partitioned: d.Partitions > 0,
		Drains: d.Keeps == mode.KeepsConnected, Places: d.Keeps == mode.KeepsPlace,
	}
}

// Terms are the modes, guards and locks that a plan may name.
func Terms() fault.Terms {
	t := fault.Terms{CheckLock: func(lock, guard string) error { return orchestrator.CheckLock(lock, mode.Guard(guard)) }}
	for _, m := range Modes() {
		t.Modes = append(t.Modes, ToFaults(m))
	}
	for _, g := range Guards() {
		t.Guards = append(t.Guards, string(g))
	}
	return t
}

// LocksFor lists the locks that go with the mode and the guard: none where
// workers take no locks.
func LocksFor(m Mode, g Guard) (names []string) {
	if !m.Locks() {
		return nil
	}
	for _, f := range orchestrator.LockFlavours() {
		if orchestrator.CheckLock(f.Name, g) == nil {
			names = append(names, f.Name)
		}
	}
	return names
}

// mode is all that there is to know of the scenario's mode.
func (s Scenario) mode() mode.Description { d, _ := s.Mode.Describe(); return d }
