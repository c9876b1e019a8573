package harness

import (
	"slices"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
	"turnstile/harness/report"
)

// Explore makes a scenario of a plan that somebody wrote or a seed drew. It
// claims nothing of a property that the plan's faults are known to break, and
// of the others that they are not refuted (see [Known]).
func Explore(p fault.Plan) (Scenario, error) {
	s := Scenario{
		Name: "schedule " + p.Faults.Spec().Kind(), Mode: mode.Mode(p.Mode), Guard: mode.Guard(p.Guard), Workers: p.Workers,
		Settings: p.Settings, Load: p.Load,
		Require: history.Require{Attempts: 50, Contended: 20},
		Expect:  All(report.Unrefuted),
		Fault:   p.Faults, Plan: &p, Cluster: pulsar.Shape{Brokers: p.Brokers, Bookies: p.Bookies},
	}
	if s.Guard == "" {
		s.Guard = mode.Unguarded
	}
	for _, property := range checker.Properties() {
		if Known(s.Mode, s.Guard, fault.Harms(p.Faults), property) != "" {
			s.Expect = s.Expect.But(report.Any, property)
		}
	}
	return s, s.Check()
}

// Known says, in words, by which known way a property can be refuted under
// harms of that kind; it is empty if no such way is known. The ways are those
// that the suite's scenarios claim and confirm; a refutation that none of them
// explains is news, and fails an exploration.
func Known(m mode.Mode, g mode.Guard, harms []fault.Harm, p checker.Property) string {
	has := func(some ...fault.Harm) bool {
		return slices.ContainsFunc(some, func(h fault.Harm) bool { return slices.Contains(harms, h) })
	}
	d, _ := m.Describe()
	overlap := ""
	switch {
	case !d.Apart():
		overlap = "a SHARED subscription gives a user's events to anyone"
	case d.Locks && has(fault.NoLock, fault.Late):
		overlap = "a section that outlives its lock, or loses it, goes on"
	case d.Keeps == mode.KeepsPartition && has(fault.Moved, fault.CutOff):
		overlap = "a consumer that loses a partition goes on with what it has"
	case d.Keeps == mode.KeepsPlace && has(fault.Replaced):
		overlap = "a worker that lives on when it is replaced goes on with what it has"
	case d.Keeps == mode.KeepsConnected && has(fault.CutOff):
		overlap = "a consumer that is cut off goes on with what it has"
	}
	fenced := g.Refuses()
	completes := g.Intends() && !has(fault.Lost) // what is lost nobody comes to complete
	switch p {
	case checker.Exclusivity:
		return overlap
	case checker.Effects, checker.Rules: // who decides on what is no longer so may break any rule
		switch {
		case completes:
			return ""
		case fenced && d.InOrder() && d.Keeps != mode.KeepsPartition && !has(fault.Doubt, fault.Lost):
			return ""
		case overlap != "":
			return overlap
		case has(fault.Death, fault.Doubt):
			return "who died may have sent its text and not written it down"
		}
	case checker.Order:
		switch {
		case !d.InOrder():
			return "neither a SHARED subscription nor a lock knows of the order of events"
		case d.Keeps == mode.KeepsPartition && has(fault.Moved, fault.CutOff):
			return "when a partition moves, what comes later may be delivered before the broker rewinds"
		case has(fault.Lost):
			return "what is lost is overtaken"
		}
	case checker.Delivery:
		if has(fault.Lost) {
			return "messages were taken from the subscription"
		}
	case checker.Progress:
		// Seen once in some ten skips that bit: the broker had 31 messages on its
		// books as given to a consumer with a queue of 16 that had acknowledged all
		// it ever got, and gave that consumer's users nothing more. That a move of
		// the mark-delete position drops what is pending and not its count is
		// https://github.com/apache/pulsar/pull/25581, after 4.0.8.
		if d.Keeps == mode.KeepsConnected && has(fault.Books) {
			return "of what was taken from under it the KEY_SHARED dispatcher may keep count as given out"
		}
	case checker.Duplicates:
		switch {
		case fenced:
			return ""
		case overlap != "" && len(harms) > 0:
			return overlap
		case has(fault.Death, fault.Doubt):
			return "who died may have sent its text and not written it down"
		}
	}
	return ""
}
