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
	when    func(p checker.Property, before, after *forgery) bool
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

// bent are the damages that change a value and leave all lines there.
var bent = []string{
	"a field removed", "a number off", "a digit replaced", "a value replaced by another of its field", "one bit flipped", "one byte replaced",
	"a field put in another line",
}

var excuses = []excuse{
	// What nobody knows of any more, or nobody but one observer ever did.
	{[]string{"an attempt removed by everybody"}, checker.Properties(),
		"a record in which nobody knows of an attempt is the record of a run without it", nothingWrittenOn},
	{append(slices.Clone(lost), "an attempt removed at its worker"), checker.Properties(),
		"an attempt of whose last steps nobody knows is one that was cut off before them", cutOff},
	{[]string{"a worker's file and its death removed"}, []checker.Property{checker.Exclusivity, checker.Progress},
		"a record in which nobody knows of a worker is the record of a run without it", workerUnknown},
	{lost, []checker.Property{checker.Exclusivity, checker.Progress},
		"a record in which nobody knows that a worker ended and began anew is that of a run in which it went on", restartUnknown},
	{[]string{"an unanswered text removed at the gateway"}, byGateway,
		"a request that was lost on its way leaves the same record", textUnanswered},
	{append(slices.Clone(lost), "a commit removed, the log counted anew", "the log's last commits removed"), byStore,
		"a write that its worker did not know to have succeeded leaves, without its commit, the record of one that failed", writeUnknown},
	{lost, byGateway,
		"a record in which nobody knows of a call to the gateway is the record of a run without it", callUnknown},
	{[]string{"a publish told as failed"}, []checker.Property{checker.Order, checker.Delivery, checker.Progress},
		"whether the broker refused an event that nobody was given its publisher alone knows", refusalUnknown},
	{lost, []checker.Property{checker.Progress},
		"a fault of which the harness tells nothing is none", faultUnknown},
	{append(slices.Clone(lost), "a publish removed"), []checker.Property{checker.Order, checker.Delivery, checker.Progress},
		"how often it was tried to publish an event its publisher alone knows", tryUnknown},
	{append(slices.Clone(lost), "a publish removed"), []checker.Property{checker.Order, checker.Delivery, checker.Progress},
		"a record in which nobody knows of a user's last events is the record of a run without them", lastUnknown},
	{[]string{"a part lost in the middle, renumbered"}, checker.Properties(),
		"a record in which nobody knows of users' last events, and whose worker recorded nothing any more, is that of a run without them in which the worker hung", hungUnknown},
	{append(slices.Clone(lost), "a death removed"), []checker.Property{checker.Progress},
		"a run of which no death is on record, or none of those at its end, is that of a harness that records none", deathsUnknown},
	{lost, []checker.Property{checker.Progress},
		"a worker that hung before it acknowledged or handed back, of which the broker had something left, leaves the same record", doneUnknown},
	{lost, byGateway,
		"a run of which no worker recorded steps of a kind is the record of workers that never do", kindUnknown},
	{lost, atTheEnd,
		"a run of which no worker recorded what it was given, or had done with, is the record of workers that never do", noHandsUnknown},
	{[]string{"an accepted text told as recognized"}, byGateway,
		"a gateway that recognizes texts without their keys, or by keys that are not a user's own, is alone to know whether one went out again", recognizedByWhat},
	{[]string{"two ordinals of a user exchanged", "ordinals told in the order of effects"}, []checker.Property{checker.Order},
		"of calls that began at once their publisher alone knows which was first", begunAtOnce},
	{[]string{"a commit told twice, the log counted anew"}, []checker.Property{checker.Effects},
		"a run of which no worker recorded a write is the record of workers that never do, and may write twice", noWriteRecorded},
	{[]string{"an exit moved behind the next enter of its user"}, []checker.Property{checker.Exclusivity, checker.Progress},
		"when an attempt left its worker alone knows, up to what it recorded next", exitBeforeWhatFollows},
	{bent, []checker.Property{checker.Exclusivity, checker.Progress},
		"when an attempt entered its worker alone knows, from when it was given the event up to what it did first", enterBeforeWhatFollows},
	{append(slices.Clone(bent), "an exit moved before its attempt's last step"), []checker.Property{checker.Exclusivity, checker.Progress},
		"when an attempt left its worker alone knows, from the last that anybody recorded of it on", exitAfterWhatIsKnown},
	{append(slices.Clone(bent), "a silent attempt squeezed by its worker"), []checker.Property{checker.Exclusivity, checker.Effects, checker.Progress, checker.Rules},
		"nobody else stamps anything of an attempt that sends nothing", unseenByOthers},
	{[]string{"a worker's stamps shifted by up to a second"}, []checker.Property{checker.Exclusivity, checker.Progress},
		"when a worker did what it did it alone knows, between what must have been before and after", stampsFit},
	{[]string{"a worker's stamps shifted by up to a second"}, []checker.Property{checker.Effects},
		"when an attempt read that neither sent nor wrote its worker alone knows, and a read of what was written over is one of a stale state", readBeforeByStamps},
	{bent, []checker.Property{checker.Progress},
		"of two that entered a user last and at once, the worker alone knows when it did", restamped(history.KindEnter)},
	{bent, []checker.Property{checker.Progress},
		"when a worker began it alone knows, before all that it recorded then", restamped(history.KindWorkerStart)},
	{bent, []checker.Property{checker.Effects},
		"what an attempt read that neither sent nor wrote, its worker alone knows", readRestated},

	{lost, []checker.Property{checker.Progress},
		"an orchestrator that acknowledges what it gives up, and parks nothing, leaves the same record", parkedUnknown},
	{bent, byGateway,
		"of a gateway that recognizes one text, it alone knows that it does", nothingRecognized},

	// The harness's own word.
	{[]string{"a fault's evidence told as seen"}, checker.Properties(), "the harness alone knows what the engine told it",
		only(func(e *history.Event) { e.Evidence = nil }, kind(history.KindFaultEnd))},
	{[]string{"the scenario asks for less"}, checker.Properties(), "what a scenario demands is its own word",
		only(func(e *history.Event) { e.Scenario = nil }, kind(history.KindScenario))},
	{lost, checker.Properties(), "what a scenario demands is its own word, and a run without one is held to the least", scenarioUnknown},
	{[]string{"an unquiet end told as quiet, and nothing of what was left"}, atTheEnd, "the harness alone asked the broker",
		only(func(e *history.Event) { e.Outcome, e.Detail = "", nil }, kind(history.KindQuiet))},
	{bent, []checker.Property{checker.Order, checker.Delivery, checker.Progress}, "whether the broker answered its last try to publish an event the publisher alone knows", answerToldOfLastTry},
	{bent, []checker.Property{checker.Progress}, "when it gave up waiting for the broker the harness alone knows, between what it did before and after",
		restampedByHarness(kind(history.KindQuiet), outcome(history.OutcomeFailed))},
	{bent, []checker.Property{checker.Progress}, "when a fault began and ended the harness alone knows, between what it did before and after",
		restampedByHarness(kind(history.KindFaultBegin, history.KindFaultEnd))},
	{bent, []checker.Property{checker.Progress}, "whether a fault stops everybody is the harness's own word",
		only(func(e *history.Event) { e.Detail = nil }, kind(history.KindFaultBegin))},
	{bent, []checker.Property{checker.Exclusivity, checker.Effects, checker.Progress}, "when a process was signalled the harness alone knows",
		only(func(e *history.Event) { e.From = 0 }, kind(history.KindWorkerDead))},
	{[]string{"a death told by a second earlier"}, []checker.Property{checker.Exclusivity, checker.Effects, checker.Progress},
		"when a process was signalled, and when it was dead, the harness alone knows, between what it did before and after",
		restampedByHarness(kind(history.KindWorkerDead))},
	{bent, []checker.Property{checker.Order, checker.Progress}, "how long the broker was to hold an event back its publisher alone knows",
		only(func(e *history.Event) { e.DelayNS = 0 }, kind(history.KindPublish))},
	{bent, []checker.Property{checker.Progress}, "whether a fault that is aimed at no user struck one worker or the broker is the harness's own word", struckNobody},
	{[]string{"a fault told of another worker"}, []checker.Property{checker.Progress}, "whom it struck the harness alone knows, of those who were inside then", struckInside},
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
		if x.why == "" || len(x.touches) == 0 || x.when == nil {
			t.Errorf("the excuse of %q says not for what, or not why, or not when", x.of)
		}
	}
}
