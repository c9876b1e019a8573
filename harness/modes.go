package harness

import (
	"turnstile/fault"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mode"
)

// ToFaults tells of a mode what faults ask about.
func ToFaults(m mode.Mode) fault.Traits {
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
	for _, m := range mode.Modes() {
		t.Modes = append(t.Modes, ToFaults(m))
	}
	for _, g := range mode.Guards() {
		t.Guards = append(t.Guards, string(g))
	}
	return t
}

// LocksFor lists the locks that go with the mode and the guard: none where
// workers take no locks. A lock on several servers is left out: most faults on a
// lock server are on one that has the lock to itself.
func LocksFor(m mode.Mode, g mode.Guard) (names []string) {
	if !m.Locks() {
		return nil
	}
	for _, f := range orchestrator.LockFlavours() {
		if f.Servers == 1 && orchestrator.CheckLock(f.Name, g) == nil {
			names = append(names, f.Name)
		}
	}
	return names
}

// mode is all that there is to know of the scenario's mode.
func (s Scenario) mode() mode.Description { d, _ := s.Mode.Describe(); return d }
