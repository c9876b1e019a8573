package attack

import (
	"slices"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// excuse is a case in which a spoiled record cannot be told from that of another
// run, which was honest: one observer alone knows of what was changed, and what
// is left agrees. Then the answers are those on what is on record.
//
// The list says which damages and tamperings come to that, for which properties,
// and when. Whatever else a spoiled record is believed on fails the attack. One
// that comes right leaves the list.
type excuse struct {
	of      []string // damages and tamperings, by name
	touches []checker.Property
	why     string
	when    func(before, after *forgery) bool // nil: always
}

var (
	byStore   = []checker.Property{checker.Effects, checker.Order, checker.Delivery, checker.Progress, "rules"}
	byGateway = []checker.Property{checker.Effects, checker.Duplicates, "rules"}
	atTheEnd  = []checker.Property{checker.Delivery, checker.Progress}
)

// lost are the damages that take lines away and leave counts as they should be.
var lost = []string{
	"a line removed, renumbered", "a kind of one observer removed, renumbered",
	"a part lost in the middle, renumbered", "cut short, renumbered",
}

var excuses = []excuse{
	// What nobody knows of any more, or nobody but one observer ever did.
	{[]string{"an attempt removed by everybody"}, checker.Properties(),
		"a record in which nobody knows of an attempt is the record of a run without it", nil},
	{append(slices.Clone(lost), "an attempt removed at its worker"), checker.Properties(),
		"a record in which nobody knows of an attempt is the record of a run without it", attemptUnknown},
	{[]string{"an unanswered text removed at the gateway"}, byGateway,
		"a request that was lost on its way leaves the same record", nil},
	{lost, byGateway,
		"a text that its worker did not come to announce, or that was lost on its way, leaves the same record", textUnknown},
	{append(slices.Clone(lost), "a commit removed, the log counted anew", "the log's last commits removed"), byStore,
		"a write that its worker did not know to have succeeded leaves, without its commit, the record of one that failed", writeUnknown},
	{[]string{"an accepted text told as recognized"}, byGateway,
		"a gateway that recognizes texts without their keys is alone to know whether one went out again", recognizedWithoutKey},
	{lost, checker.Properties(),
		"a run of which no worker recorded steps of a kind is the record of workers that never do", kindUnknown},
	{[]string{"a silent attempt squeezed by its worker"}, []checker.Property{checker.Exclusivity, checker.Progress},
		"nobody else stamps anything of an attempt that sends nothing", nil},
	{[]string{"a number off", "a digit replaced", "one bit flipped", "one byte replaced"}, []checker.Property{checker.Progress},
		"of two that entered a user last and at once, the worker alone knows when it did", enterRestamped},

	// The harness's own word.
	{[]string{"a fault's evidence told as seen"}, checker.Properties(), "the harness alone knows what the engine told it", nil},
	{[]string{"the scenario asks for less"}, checker.Properties(), "what a scenario demands is its own word", nil},
	{[]string{"an unquiet end told as quiet"}, atTheEnd, "the harness alone asked the broker", nil},
}

// excused returns the reason why nobody can tell, or nothing.
func excused(name string, p checker.Property, before, after *forgery) (why string) {
	for _, x := range excuses {
		if slices.Contains(x.of, name) && slices.Contains(x.touches, p) && (x.when == nil || x.when(before, after)) {
			return x.why
		}
	}
	return ""
}

// has reports whether an event of the record fits.
func (h *forgery) has(is ...where) bool {
	return slices.ContainsFunc(h.events, func(e history.Event) bool { return fits(&e, is) })
}

// attemptUnknown: of some attempt that was on record nothing is left but at the
// most that it was delivered.
func attemptUnknown(before, after *forgery) bool {
	left := map[string]bool{}
	after.each(func(e *history.Event) { left[e.Attempt] = true }, not(kind(history.KindDeliver)))
	return before.has(not(kind(history.KindDeliver)), func(e *history.Event) bool { return e.Attempt != "" && !left[e.Attempt] })
}

// textUnknown: of some text that had come to the gateway, neither the gateway nor
// its worker tells, nor the log.
func textUnknown(before, after *forgery) bool {
	of := func(e *history.Event) [2]string { return [2]string{e.Attempt, e.Text} }
	left := map[[2]string]bool{}
	after.each(func(e *history.Event) { left[of(e)] = true }, func(e *history.Event) bool { return e.Text != "" })
	return before.has(from(history.SrcGateway), kind(history.KindSendCall), func(e *history.Event) bool { return !left[of(e)] })
}

// writeUnknown: some write is not in the log any more; its worker does not tell
// that it succeeded, and nobody that he read what it wrote, or wrote on it.
func writeUnknown(before, after *forgery) bool {
	known := map[string]bool{}
	seen := map[string]int64{} // the highest version, by user
	after.each(func(e *history.Event) { known[e.Attempt] = true }, kind(history.KindStateCommit))
	after.each(func(e *history.Event) { known[e.Attempt] = true }, byWorker, kind(history.KindStateWrite), outcome(history.OutcomeOK))
	after.each(func(e *history.Event) { seen[e.User] = max(seen[e.User], e.Version) }, kind(history.KindStateRead, history.KindStateCommit))
	return before.has(kind(history.KindStateCommit), func(e *history.Event) bool { return !known[e.Attempt] && e.Version > seen[e.User] })
}

// recognizedWithoutKey: some text that had been accepted is recognized now, and
// bears no key.
func recognizedWithoutKey(before, after *forgery) bool {
	for i := range before.events {
		was, is := &before.events[i], &after.events[i]
		if was.Outcome != is.Outcome && is.Outcome == history.OutcomeDeduplicated && is.Detail["idempotency_key"] == "" {
			return true
		}
	}
	return false
}

// kindUnknown: no worker tells any more of a step of some kind that makes known
// which steps workers record.
func kindUnknown(before, after *forgery) bool {
	for _, k := range []history.Kind{history.KindSendCall, history.KindSendReturn, history.KindStateWrite} {
		if before.has(byWorker, kind(k)) && !after.has(byWorker, kind(k)) {
			return true
		}
	}
	return false
}

// enterRestamped: some enter has another stamp, and all else is as it was.
func enterRestamped(before, after *forgery) bool {
	if len(before.events) != len(after.events) {
		return false
	}
	was, is := map[string]int64{}, map[string]int64{}
	before.each(func(e *history.Event) { was[e.Attempt] = e.T }, kind(history.KindEnter))
	after.each(func(e *history.Event) { is[e.Attempt] = e.T }, kind(history.KindEnter))
	n := 0
	for attempt, t := range is {
		if was[attempt] != t {
			n++
		}
	}
	return n == 1
}

// TestExcusesAreOfDamagesAndTamperings keeps the list from naming what is not.
func TestExcusesAreOfDamagesAndTamperings(t *testing.T) {
	known := map[string]bool{}
	for _, d := range damages {
		known[d.name] = true
	}
	for _, tp := range tamperings {
		known[tp.name] = true
	}
	for _, x := range excuses {
		for _, name := range x.of {
			if !known[name] {
				t.Errorf("nobody does this to a record: %s", name)
			}
		}
		if x.why == "" || len(x.touches) == 0 {
			t.Errorf("the excuse of %q says not for what, or not why", x.of)
		}
	}
}
