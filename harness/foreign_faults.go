package harness

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"turnstile/fault"
	"turnstile/harness/system"
)

// systemFaults are what a system is put through where nothing else is said: what
// takes nothing of it but that it calls its downstream.
var systemFaults = []fault.Fault{
	fault.Freeze{AtLeast: 5 * time.Second},
	fault.Kill{},
	fault.Leave{Hold: 500 * time.Millisecond},
	fault.Join{Hold: 3 * time.Second, Many: 2, Behind: true}, // whoever they take over: their names, and so their users, are the client's choice
	fault.Slow{By: time.Second, For: 3 * time.Second},
	fault.LinkReset{For: time.Second, Linger: 2 * time.Second},
	fault.LinkSlow{Latency: 150 * time.Millisecond, Jitter: 100 * time.Millisecond, For: 3 * time.Second},
	fault.Unload{Linger: 2 * time.Second},
	fault.DeliveryHeld{For: 2 * time.Second},
	fault.DeliveryTwice{Late: 2 * time.Second}, // by then what clients themselves know of what they acknowledged is gone
	fault.ActiveHeld{For: 2 * time.Second},
	fault.CloseLost{Linger: 3 * time.Second},
	fault.PermitsLost{For: 2 * time.Second},
	fault.Transfer{Linger: 2 * time.Second},
}

// Skipped is a fault that a system is not put through, though its mode has
// something for it, and why.
type Skipped struct{ Fault, Why string }

// SystemScenarios are what a system is put through in one of its modes: nothing,
// and each of the faults that are named, or that its mode has something for if
// none is named. On a cluster that was there already those are left out then, and
// told, that its owner did not allow. The base is what all have in common.
func SystemScenarios(m *system.Manifest, base Scenario, faults []string) (all []Scenario, skipped []Skipped, err error) {
	if len(faults) == 0 {
		all = append(all, SystemScenario(m, base, nil))
		for _, f := range systemFaults {
			sc := SystemScenario(m, base, f)
			var no notAllowedError
			switch err := sc.Check(); {
			case err == nil:
				all = append(all, sc)
			case errors.As(err, &no) && fault.CheckOn(f, fault.Stage{Mode: ToFaults(base.Mode)}) == nil:
				skipped = append(skipped, Skipped{sc.FaultKind(), err.Error()})
			}
		}
		return all, skipped, all[0].Check()
	}
	var errs []error
	for _, name := range faults {
		f, err := systemFault(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sc := SystemScenario(m, base, f)
		errs = append(errs, sc.Check())
		all = append(all, sc)
	}
	return all, nil, errors.Join(errs...)
}

// systemFault is the fault of a name, as systems are put through it; nil for
// "none".
func systemFault(name string) (fault.Fault, error) {
	if name == "none" {
		return nil, nil
	}
	for _, f := range systemFaults {
		if f.Spec().Kind() == name {
			return f, nil
		}
	}
	if fault.Meaning(name) != "" {
		return nil, fmt.Errorf("the fault %s is none that systems are put through by its name alone (these are: %s): write it into a schedule with its settings, and give that", name, strings.Join(SystemFaults(), ", "))
	}
	return nil, fmt.Errorf("there is no fault %q: by its name alone give none or one of %s", name, strings.Join(SystemFaults(), ", "))
}

// SystemFaults are the names of the faults that systems are put through by their
// names alone.
func SystemFaults() (names []string) {
	for _, f := range systemFaults {
		names = append(names, f.Spec().Kind())
	}
	return names
}

// SystemCalibration shows by which observers a system is seen: few events, of two
// users, each of which leads to a call.
func SystemCalibration(m *system.Manifest, base Scenario) Scenario {
	l := DefaultLoad()
	l.Aimed, l.Ordinary, l.Burst, l.Warmup, l.Tail = 2, 0, 1, time.Second, time.Second
	base.Name, base.Load = "calibration", l
	return SystemScenario(m, base, nil)
}

// SystemControl is the positive control: two replicas, each with a subscription and
// a Redis of its own, so that both are given every event, and neither knows of the
// other. Whoever sees nothing wrong in that
// sees nothing of the system.
func SystemControl(m *system.Manifest, base Scenario) Scenario {
	base.Name, base.Workers, base.Mutant, base.Twin = "two subscriptions", 2, SubscriptionApart, "control"
	base.Load = DefaultLoad()
	return SystemScenario(m, base, nil)
}
