package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"turnstile/checker/history"
)

// tamperings are all kinds, by whose record they forge.
var tamperings = []tampering{
	// A worker's.
	{name: "a worker's stamps shifted by up to a second", do: shiftWorker},
	{name: "a worker's file removed", do: removeWorker},
	{name: "a worker's file and its death removed", do: removeWorkerWhole},
	{name: "an attempt removed at its worker", do: dropAttemptAt(byWorker)},
	{name: "an enter and its exit removed", do: dropBounds},
	{name: "an exit moved behind the next enter of its user", do: exitLater},
	{name: "an exit moved before its attempt's last step", do: exitEarlier},
	{name: "an exit removed", do: dropOne(byWorker, kind(history.KindExit))},
	{name: "an exit told as sent that failed", do: setOutcome(history.OutcomeSent, byWorker, kind(history.KindExit), outcome(history.OutcomeFailed))},
	{name: "a write told as failed that was done", do: setOutcome(history.OutcomeFailed, byWorker, kind(history.KindStateWrite), outcome(history.OutcomeOK))},
	{name: "a write told as done that failed", do: setOutcome(history.OutcomeOK, byWorker, kind(history.KindStateWrite), not(outcome(history.OutcomeOK)))},
	{name: "a text's answer told as a refusal that was none", do: setOutcome(history.OutcomeFailed, byWorker, kind(history.KindSendReturn), outcome(history.OutcomeOK))},
	{name: "a read's version told higher", do: readHigher},
	{name: "a worker's user renamed in its own record", do: renameUserAt(byWorker)},
	{name: "two workers' names exchanged in their own records", do: exchangeWorkers},
	{name: "a delivery told twice", do: deliverTwice},
	{name: "a write that was made for another not told by who made it", do: dropOne(byWorker, kind(history.KindStateComplete))},
	{name: "a write that was made for another told as failed by who made it", do: setOutcome(history.OutcomeFailed, byWorker, kind(history.KindStateComplete), outcome(history.OutcomeOK))},
	{name: "a dead letter forged of an event that took effect", do: forgeDeadLetter},
	// The gateway's.
	{name: "an answered attempt removed at the gateway", do: dropAnswered},
	{name: "an accepted text told as refused", do: setOutcome(history.OutcomeFailed, from(history.SrcGateway), kind(history.KindSendCall), outcome(""))},
	{name: "an accepted text told as recognized", do: setOutcome(history.OutcomeDeduplicated, from(history.SrcGateway), kind(history.KindSendCall), outcome(""))},
	{name: "a text told as another", do: otherText(from(history.SrcGateway), kind(history.KindSendCall))},
	{name: "a text told twice", do: doubleSend},
	{name: "the gateway's stamps shifted by up to a second", do: shiftGateway},
	{name: "the gateway's user renamed in its own record", do: renameUserAt(from(history.SrcGateway))},
	{name: "the gateway's end removed", do: dropOne(from(history.SrcGateway), kind(history.KindObserverStop))},
	// The store's.
	{name: "a commit removed, the log counted anew", do: dropCommit},
	{name: "the log's last commits removed", do: dropLastCommits},
	{name: "two commits of a user exchanged in the log", do: exchangeCommits},
	{name: "a commit given to another attempt", do: commitOfAnother},
	{name: "the log's versions told as a whole chain", do: mendChain},
	{name: "a commit's text told as another", do: otherText(from(history.SrcStore), kind(history.KindStateCommit))},
	{name: "the store's user renamed in its own record", do: renameUserAt(from(history.SrcStore))},
	{name: "a commit told twice, the log counted anew", do: doubleCommit},
	{name: "a write that was made for another told as made by whose it is", do: madeBy(func(*rand.Rand, *forgery, *history.Event) string { return "" })},
	{name: "a write that was made for another told as made by a third", do: madeBy(func(draw *rand.Rand, h *forgery, c *history.Event) string {
		i := h.of(draw, byWorker, kind(history.KindEnter), userIs(c.User), not(attemptIs(c.By)), not(attemptIs(c.Attempt)))
		if i < 0 {
			return c.By
		}
		return h.events[i].Attempt
	})},
	// The harness's.
	{name: "a publish removed", do: dropOne(kind(history.KindPublish))},
	{name: "a publish told as failed", do: setOutcome(history.OutcomeFailed, kind(history.KindPublish), outcome(history.OutcomeOK))},
	{name: "two ordinals of a user exchanged", do: exchangeOrdinals},
	{name: "ordinals told in the order of effects", do: ordinalsByEffect},
	{name: "an event's type told as another", do: otherType},
	{name: "a death told by a second earlier", do: deathEarlier},
	{name: "a death removed", do: dropOne(kind(history.KindWorkerDead))},
	{name: "a death by a kill told as of its own will", do: deathOfOwnWill},
	{name: "the quiet told before the last publishes", do: quietEarlier},
	{name: "a fault's end removed", do: dropOne(kind(history.KindFaultEnd))},
	{name: "a fault told of another worker", do: faultElsewhere},
	// Everybody's at once, in step.
	{name: "two users told as one by everybody", do: mergeUsers},
	{name: "a run appended to another", do: appendRun},
	{name: "an attempt removed by everybody", do: dropEverywhere},
	{name: "an unanswered text removed at the gateway", do: dropUnanswered},
	{name: "a fault's evidence told as seen", do: evidenceSeen},
	{name: "the scenario asks for less", do: requireLess},
	{name: "an unquiet end told as quiet", do: setOutcome(history.OutcomeOK, kind(history.KindQuiet), not(outcome(history.OutcomeOK)))},
	{name: "an unquiet end told as quiet, and nothing of what was left", do: quietWithoutBacklog},
	{name: "a silent attempt squeezed by its worker", do: squeeze},
}

func dropOne(is ...where) func(*rand.Rand, *forgery) string {
	return func(draw *rand.Rand, h *forgery) string {
		i := h.of(draw, is...)
		if i < 0 {
			return ""
		}
		did := says(h.events[i])
		h.events = slices.Delete(h.events, i, i+1)
		return did
	}
}

// madeBy has the log tell that a write which was made for another was made by
// somebody else.
func madeBy(who func(*rand.Rand, *forgery, *history.Event) string) func(*rand.Rand, *forgery) string {
	return func(draw *rand.Rand, h *forgery) string {
		i := h.of(draw, kind(history.KindStateCommit), func(e *history.Event) bool { return e.By != "" })
		if i < 0 {
			return ""
		}
		c := &h.events[i]
		by := who(draw, h, c)
		if by == c.By {
			return ""
		}
		did := fmt.Sprintf("%s, made by %s, told as by %q", says(*c), c.By, by)
		c.By = by
		return did
	}
}

func setOutcome(to string, is ...where) func(*rand.Rand, *forgery) string {
	return func(draw *rand.Rand, h *forgery) string {
		i := h.of(draw, is...)
		if i < 0 {
			return ""
		}
		did := says(h.events[i])
		h.events[i].Outcome = to
		return did
	}
}

func dropAttemptAt(src where) func(*rand.Rand, *forgery) string {
	return func(draw *rand.Rand, h *forgery) string {
		i := h.of(draw, src, kind(history.KindSendCall))
		if i < 0 {
			return ""
		}
		id := h.events[i].Attempt
		return fmt.Sprintf("attempt %s, %d records", id, h.drop(src, attemptIs(id)))
	}
}

// dropAnswered is for those whose worker knows the gateway's answer; of others
// see [dropUnanswered].
func dropAnswered(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindSendReturn), outcome(history.OutcomeOK))
	if i < 0 {
		return ""
	}
	id := h.events[i].Attempt
	return fmt.Sprintf("attempt %s, %d records", id, h.drop(from(history.SrcGateway), attemptIs(id)))
}

func renameUserAt(src where) func(*rand.Rand, *forgery) string {
	return func(draw *rand.Rand, h *forgery) string {
		i := h.of(draw, src, not(userIs("")))
		if i < 0 {
			return ""
		}
		user, file := h.events[i].User, h.events[i].Src
		n := h.each(func(e *history.Event) { e.User = "somebody" }, from(file), userIs(user))
		return fmt.Sprintf("%s in %d records of %s", user, n, file)
	}
}

func otherText(is ...where) func(*rand.Rand, *forgery) string {
	return func(draw *rand.Rand, h *forgery) string {
		i := h.of(draw, append(is, func(e *history.Event) bool { return e.Text != "" })...)
		if i < 0 {
			return ""
		}
		did := says(h.events[i]) + " " + h.events[i].Text
		h.events[i].Text = map[bool]string{true: "receipt", false: "welcome"}[h.events[i].Text != "receipt"]
		return did
	}
}

func shift(e *history.Event, by int64) {
	e.T += by
	if e.From != 0 {
		e.From += by
	}
}

func drawShift(draw *rand.Rand) int64 {
	by := 1e6 + draw.Int64N(1e9)
	if draw.IntN(2) == 0 {
		return -by
	}
	return by
}

func shiftWorker(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindEnter))
	if i < 0 {
		return ""
	}
	src, by := h.events[i].Src, drawShift(draw)
	h.each(func(e *history.Event) { shift(e, by) }, from(src))
	return fmt.Sprintf("%s by %d ns", src, by)
}

func shiftGateway(draw *rand.Rand, h *forgery) string {
	by := drawShift(draw)
	if h.each(func(e *history.Event) { shift(e, by) }, from(history.SrcGateway)) == 0 {
		return ""
	}
	return fmt.Sprintf("by %d ns", by)
}

func removeWorker(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindEnter))
	if i < 0 {
		return ""
	}
	src := h.events[i].Src
	h.drop(from(src))
	return src
}

func removeWorkerWhole(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindEnter))
	if i < 0 {
		return ""
	}
	src, name := h.events[i].Src, h.events[i].Worker
	h.drop(from(src))
	h.drop(kind(history.KindWorkerDead), func(e *history.Event) bool { return e.Worker == name })
	return src
}

func dropBounds(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindStateWrite))
	if i < 0 {
		return ""
	}
	id := h.events[i].Attempt
	h.drop(byWorker, attemptIs(id), kind(history.KindEnter, history.KindExit))
	return id
}

// exitLater makes two sections overlap that did not.
func exitLater(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindExit))
	if i < 0 {
		return ""
	}
	x := &h.events[i]
	for k := range h.events {
		if e := &h.events[k]; e.Kind == history.KindEnter && e.User == x.User && e.Src != x.Src && e.Domain == x.Domain && e.T > x.T {
			did := fmt.Sprintf("%s from %d to %d", says(*x), x.T, e.T+2e6)
			x.T = e.T + 2e6
			return did
		}
	}
	return ""
}

func exitEarlier(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindExit))
	if i < 0 {
		return ""
	}
	x := &h.events[i]
	for k := range h.events {
		if e := &h.events[k]; e.Kind == history.KindEnter && e.Attempt == x.Attempt {
			did := fmt.Sprintf("%s from %d to %d", says(*x), x.T, e.T+1)
			x.T = e.T + 1
			return did
		}
	}
	return ""
}

func readHigher(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindStateRead))
	if i < 0 {
		return ""
	}
	did := says(h.events[i])
	h.events[i].Version++
	return did
}

func exchangeWorkers(draw *rand.Rand, h *forgery) string {
	i, k := h.of(draw, byWorker, kind(history.KindEnter)), h.of(draw, byWorker, kind(history.KindEnter))
	if i < 0 || h.events[i].Src == h.events[k].Src {
		return ""
	}
	a, b := h.events[i], h.events[k]
	h.each(func(e *history.Event) {
		if e.Src == a.Src {
			e.Src, e.Worker = b.Src, b.Worker
		} else {
			e.Src, e.Worker = a.Src, a.Worker
		}
	}, byWorker, func(e *history.Event) bool { return e.Src == a.Src || e.Src == b.Src })
	return a.Src + " and " + b.Src
}

func deliverTwice(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindDeliver))
	if i < 0 {
		return ""
	}
	did := says(h.events[i])
	h.events = slices.Insert(h.events, i, h.events[i])
	return did
}

func forgeDeadLetter(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, byWorker, kind(history.KindExit), outcome(history.OutcomeSent))
	if i < 0 {
		return ""
	}
	e := h.events[i]
	e.Kind, e.Outcome, e.Detail = history.KindDeadLetter, "", map[string]string{"reason": "attempts_exhausted"}
	h.events = slices.Insert(h.events, i+1, e)
	return says(e)
}

func doubleSend(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, from(history.SrcGateway), kind(history.KindSendCall), outcome(""))
	if i < 0 {
		return ""
	}
	e := h.events[i]
	e.T++
	h.events = slices.Insert(h.events, i+1, e)
	return says(e)
}

func atoi(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
