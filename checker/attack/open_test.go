package attack

import (
	"encoding/json"
	"slices"
	"strconv"
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
	when    func(p checker.Property, before, after *forgery) bool // nil: always
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
		"a record in which nobody knows of an attempt is the record of a run without it", nothingWrittenOn},
	{append(slices.Clone(lost), "an attempt removed at its worker"), checker.Properties(),
		"an attempt of whose last steps nobody knows is one that was cut off before them", cutOff},
	{[]string{"an unanswered text removed at the gateway"}, byGateway,
		"a request that was lost on its way leaves the same record", nil},
	{append(slices.Clone(lost), "a commit removed, the log counted anew", "the log's last commits removed"), byStore,
		"a write that its worker did not know to have succeeded leaves, without its commit, the record of one that failed", writeUnknown},
	{lost, []checker.Property{checker.Progress},
		"a fault of which the harness tells nothing is none", faultUnknown},
	{lost, byGateway,
		"a run of which no worker recorded steps of a kind is the record of workers that never do", kindUnknown},
	{[]string{"an accepted text told as recognized"}, byGateway,
		"a gateway that recognizes texts without their keys is alone to know whether one went out again", recognizedWithoutKey},
	{[]string{"two ordinals of a user exchanged", "ordinals told in the order of effects"}, []checker.Property{checker.Order},
		"of calls that began at once their publisher alone knows which was first", begunAtOnce},
	{[]string{"a commit told twice, the log counted anew"}, []checker.Property{checker.Effects},
		"a run of which no worker recorded a write is the record of workers that never do, and may write twice", noWriteRecorded},
	{[]string{"an exit moved behind the next enter of its user"}, []checker.Property{checker.Exclusivity, checker.Progress},
		"when an attempt left its worker alone knows, up to what it recorded next", exitBeforeWhatFollows},
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
		if slices.Contains(x.of, name) && slices.Contains(x.touches, p) && (x.when == nil || x.when(p, before, after)) {
			return x.why
		}
	}
	return ""
}

// has reports whether an event of the record fits.
func (h *forgery) has(is ...where) bool {
	return slices.ContainsFunc(h.events, func(e history.Event) bool { return fits(&e, is) })
}

// gone are the lines that are in before and not in after.
func gone(before, after *forgery) (out []*history.Event) {
	of := func(e *history.Event) string {
		c := *e
		if c.Seq = 0; c.Kind == history.KindStateCommit {
			c.Ordinal = 0 // it may have been counted anew
		}
		b, _ := json.Marshal(c)
		return string(b)
	}
	left := map[string]int{}
	after.each(func(e *history.Event) { left[of(e)]++ })
	before.each(func(e *history.Event) {
		if k := of(e); left[k] > 0 {
			left[k]--
		} else {
			out = append(out, e)
		}
	}, not(kind(history.KindEnd)))
	return out
}

// cutOff: all that is gone, and that the property rests on, is of attempts, and
// what is left of each is what its worker had recorded up to some step, and what
// others know of it up to then. Steps that no worker records any more do not count.
func cutOff(p checker.Property, before, after *forgery) bool {
	before = &forgery{slices.Clone(before.events)}
	before.drop(byWorker, func(e *history.Event) bool { return !after.has(byWorker, kind(e.Kind)) })
	all := gone(before, after)
	all = slices.DeleteFunc(all, func(e *history.Event) bool {
		return p == checker.Exclusivity && !e.FromWorker() || p == checker.Duplicates && e.Text == ""
	})
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool { return e.Attempt == "" || !cutOffAt(e.Attempt, before, after) })
}

func cutOffAt(attempt string, before, after *forgery) bool {
	var did, tells []history.Kind
	before.each(func(e *history.Event) { did = append(did, e.Kind) }, byWorker, attemptIs(attempt))
	announced := map[string]bool{}
	after.each(func(e *history.Event) {
		tells = append(tells, e.Kind)
		announced[e.Text] = announced[e.Text] || e.Kind == history.KindSendCall
	}, byWorker, attemptIs(attempt))
	if len(tells) > len(did) || !slices.Equal(tells, did[:len(tells)]) {
		return false
	}
	next := append(slices.Clone(did), "")[len(tells)] // what it may have been at
	wrote := next == history.KindStateWrite || slices.Contains(tells, history.KindStateWrite)
	return !after.has(attemptIs(attempt), kind(history.KindSendCall, history.KindSendReturn), func(e *history.Event) bool { return !announced[e.Text] }) &&
		(wrote || !after.has(attemptIs(attempt), kind(history.KindStateCommit)))
}

// writeUnknown: all that is gone are commits of the log; no worker tells that one
// of them succeeded, and nobody that he read what it wrote, or wrote on it.
func writeUnknown(_ checker.Property, before, after *forgery) bool {
	known := map[string]bool{}
	seen := map[string]int64{} // the highest version, by user
	after.each(func(e *history.Event) { known[e.Attempt] = true }, byWorker, kind(history.KindStateWrite), outcome(history.OutcomeOK))
	after.each(func(e *history.Event) { seen[e.User] = max(seen[e.User], e.Version) }, kind(history.KindStateRead, history.KindStateCommit))
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return e.Kind != history.KindStateCommit || known[e.Attempt] || e.Version <= seen[e.User]
	})
}

// nothingWrittenOn: nobody tells that he read what is gone from the log, or wrote
// on it, but where another wrote the same version, or where it was the user's
// first, which may have been of before the run.
func nothingWrittenOn(_ checker.Property, before, after *forgery) bool {
	return !slices.ContainsFunc(gone(before, after), func(e *history.Event) bool {
		if e.Kind != history.KindStateCommit {
			return false
		}
		asked := after.has(kind(history.KindStateRead, history.KindStateCommit), userIs(e.User), func(o *history.Event) bool {
			return o.Kind == history.KindStateRead && o.Version == e.Version || o.Detail["read_version"] == strconv.FormatInt(e.Version, 10)
		})
		written := after.has(kind(history.KindStateCommit), userIs(e.User), func(o *history.Event) bool { return o.Version == e.Version })
		lower := after.has(kind(history.KindStateCommit), userIs(e.User), func(o *history.Event) bool { return o.Version < e.Version })
		return asked && !written && lower
	})
}

func noWriteRecorded(_ checker.Property, _, after *forgery) bool {
	return !after.has(byWorker, kind(history.KindStateWrite))
}

// exitBeforeWhatFollows: what the worker recorded after the exit that was moved,
// and stamped as it wrote it, is not before it; nor did an ack of the attempt
// begin before.
func exitBeforeWhatFollows(_ checker.Property, before, after *forgery) bool {
	moved := gone(after, before)
	if len(moved) != 1 || moved[0].Kind != history.KindExit {
		return false
	}
	x := moved[0]
	return !after.has(func(e *history.Event) bool {
		switch {
		case e.Src != x.Src || e.Seq <= x.Seq:
			return false
		case e.Kind == history.KindAck && e.Attempt == x.Attempt:
			return e.From < x.T
		case e.Kind == history.KindDeliver || e.Kind == history.KindEnter || e.Kind == history.KindSendCall || e.Kind == history.KindNack || e.Kind == history.KindWorkerStop:
			return e.T < x.T
		}
		return false
	})
}

// begunAtOnce: of a user's events, none has a lower ordinal than one whose first
// call began before.
func begunAtOnce(_ checker.Property, _, after *forgery) bool {
	first := map[string]*history.Event{}
	after.each(func(e *history.Event) {
		if o := first[e.Event]; o == nil || e.From < o.From {
			first[e.Event] = e
		}
	}, kind(history.KindPublish))
	for _, x := range first {
		for _, y := range first {
			if x.User == y.User && x.From < y.From && x.Ordinal > y.Ordinal {
				return false
			}
		}
	}
	return true
}

// faultUnknown: all that is gone is of faults, and nothing is left of those.
func faultUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return e.Fault == "" || after.has(func(o *history.Event) bool { return o.Fault == e.Fault })
	})
}

// recognizedWithoutKey: some text that had been accepted is recognized now, and
// bears no key.
func recognizedWithoutKey(_ checker.Property, before, after *forgery) bool {
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
func kindUnknown(_ checker.Property, before, after *forgery) bool {
	for _, k := range []history.Kind{history.KindSendCall, history.KindSendReturn, history.KindStateWrite} {
		if before.has(byWorker, kind(k)) && !after.has(byWorker, kind(k)) {
			return true
		}
	}
	return false
}

// enterRestamped: some enter has another stamp, and all else is as it was.
func enterRestamped(_ checker.Property, before, after *forgery) bool {
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
