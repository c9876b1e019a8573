package attack

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"

	"turnstile/checker/history"
)

func dropCommit(draw *rand.Rand, h *forgery) string {
	did := dropOne(kind(history.KindStateCommit))(draw, h)
	h.positions()
	return did
}

func dropLastCommits(draw *rand.Rand, h *forgery) string {
	all := h.each(func(*history.Event) {}, kind(history.KindStateCommit))
	if all < 3 {
		return ""
	}
	keep := int64(all - 1 - draw.IntN(min(5, all-2)))
	n := h.drop(kind(history.KindStateCommit), func(e *history.Event) bool { return e.Ordinal > keep })
	return fmt.Sprintf("%d commits", n)
}

func exchangeCommits(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindStateCommit))
	if i < 0 {
		return ""
	}
	k := h.of(draw, kind(history.KindStateCommit), userIs(h.events[i].User))
	if i == k {
		return ""
	}
	a, b := &h.events[i], &h.events[k]
	did := says(*a) + " and " + says(*b)
	a.Ordinal, b.Ordinal = b.Ordinal, a.Ordinal
	return did
}

func commitOfAnother(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindStateCommit))
	if i < 0 {
		return ""
	}
	k := h.of(draw, kind(history.KindEnter), userIs(h.events[i].User), not(attemptIs(h.events[i].Attempt)))
	if k < 0 {
		return ""
	}
	did := says(h.events[i]) + " to " + h.events[k].Attempt
	h.events[i].Attempt, h.events[i].Worker = h.events[k].Attempt, h.events[k].Worker
	return did
}

// mendChain tells of every write that it was decided on what it replaced.
func mendChain(_ *rand.Rand, h *forgery) string {
	last := map[string]int64{}
	n := 0
	h.each(func(e *history.Event) {
		if v, ok := last[e.User]; ok && atoi(e.Detail["read_version"]) != v {
			n++
			e.Detail = maps.Clone(e.Detail)
			e.Detail["read_version"] = strconv.FormatInt(v, 10)
			e.Version = v + 1
		}
		last[e.User] = e.Version
	}, kind(history.KindStateCommit))
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d commits", n)
}

func doubleCommit(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindStateCommit))
	if i < 0 {
		return ""
	}
	did := says(h.events[i])
	h.events = slices.Insert(h.events, i, h.events[i])
	h.positions()
	return did
}

func exchangeOrdinals(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindPublish))
	if i < 0 {
		return ""
	}
	k := h.of(draw, kind(history.KindPublish), userIs(h.events[i].User))
	a, b := &h.events[i], &h.events[k]
	if a.Event == b.Event {
		return ""
	}
	did := says(*a) + " and " + says(*b)
	a.Ordinal, b.Ordinal = b.Ordinal, a.Ordinal
	return did
}

// ordinalsByEffect tells that everything was published in the order in which it
// took effect.
func ordinalsByEffect(_ *rand.Rand, h *forgery) string {
	next := map[string]int64{}
	place := map[string]int64{}
	h.each(func(e *history.Event) {
		if place[e.Event] == 0 {
			next[e.User]++
			place[e.Event] = next[e.User]
		}
	}, kind(history.KindStateCommit))
	n := 0
	h.each(func(e *history.Event) {
		if place[e.Event] == 0 {
			next[e.User]++
			place[e.Event] = next[e.User]
		}
		if e.Ordinal != place[e.Event] {
			n++
			e.Ordinal = place[e.Event]
		}
	}, kind(history.KindPublish))
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d publishes", n)
}

func otherType(draw *rand.Rand, h *forgery) string {
	delivered := map[string]bool{} // with their types: of another event nobody else tells it
	h.each(func(e *history.Event) { delivered[e.Event] = e.Type != "" }, kind(history.KindDeliver))
	i := h.of(draw, kind(history.KindPublish), func(e *history.Event) bool { return e.Type != "" && delivered[e.Event] })
	if i < 0 {
		return ""
	}
	did := says(h.events[i]) + " " + h.events[i].Type
	h.events[i].Type = map[bool]string{true: "purchased", false: "replied_stop"}[h.events[i].Type == "replied_stop"]
	return did
}

func deathEarlier(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindWorkerDead))
	if i < 0 {
		return ""
	}
	did := says(h.events[i]) + h.events[i].Worker
	shift(&h.events[i], -1e9)
	return did
}

func deathOfOwnWill(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindWorkerDead), func(e *history.Event) bool { return e.Detail[history.DetailExitCode] == history.ExitCodeOfKill })
	if i < 0 {
		return ""
	}
	h.events[i].Detail = map[string]string{history.DetailExitCode: "0"}
	return says(h.events[i]) + h.events[i].Worker
}

func quietEarlier(draw *rand.Rand, h *forgery) string {
	q := h.of(draw, kind(history.KindQuiet))
	if q < 0 {
		return ""
	}
	i := h.of(draw, kind(history.KindPublish))
	if i < 0 {
		return ""
	}
	h.events[q].T = h.events[i].T - 1
	return fmt.Sprintf("before %s", says(h.events[i]))
}

func quietWithoutBacklog(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindQuiet), not(outcome(history.OutcomeOK)))
	if i < 0 {
		return ""
	}
	did := says(h.events[i])
	h.events[i].Outcome, h.events[i].Detail = history.OutcomeOK, nil
	return did
}

func faultElsewhere(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindFaultBegin), func(e *history.Event) bool { return e.Worker != "" && e.User != "" })
	k := h.of(draw, kind(history.KindEnter))
	if i < 0 || k < 0 || h.events[i].Worker == h.events[k].Worker {
		return ""
	}
	did := says(h.events[i]) + " of " + h.events[k].Worker
	h.events[i].Worker, h.events[i].User, h.events[i].Attempt, h.events[i].Event = h.events[k].Worker, h.events[k].User, h.events[k].Attempt, h.events[k].Event
	return did
}

func mergeUsers(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindPublish))
	if i < 0 {
		return ""
	}
	k := h.of(draw, kind(history.KindPublish), not(userIs(h.events[i].User)))
	if k < 0 {
		return ""
	}
	a, b := h.events[i].User, h.events[k].User
	h.each(func(e *history.Event) { e.User = a }, userIs(b))
	return a + " and " + b
}

func appendRun(_ *rand.Rand, h *forgery) string {
	h.events = append(slices.Clone(h.events), slices.Clone(h.events)...)
	return "the run itself again"
}

func dropEverywhere(draw *rand.Rand, h *forgery) string {
	i := h.of(draw, kind(history.KindEnter))
	if i < 0 {
		return ""
	}
	id := h.events[i].Attempt
	n := h.drop(attemptIs(id))
	h.positions()
	return fmt.Sprintf("%s, %d records", id, n)
}

func dropUnanswered(draw *rand.Rand, h *forgery) string {
	answered := map[string]bool{}
	h.each(func(e *history.Event) { answered[e.Attempt] = true }, byWorker, kind(history.KindSendReturn))
	i := h.of(draw, from(history.SrcGateway), kind(history.KindSendCall), func(e *history.Event) bool { return !answered[e.Attempt] })
	if i < 0 {
		return ""
	}
	id := h.events[i].Attempt
	return fmt.Sprintf("%s, %d records", id, h.drop(from(history.SrcGateway), attemptIs(id)))
}

func evidenceSeen(_ *rand.Rand, h *forgery) string {
	n := 0
	h.each(func(e *history.Event) {
		e.Evidence = slices.Clone(e.Evidence)
		for i := range e.Evidence {
			if !e.Evidence[i].Seen {
				n++
				e.Evidence[i].Seen = true
			}
		}
	}, kind(history.KindFaultEnd))
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d observations", n)
}

func requireLess(_ *rand.Rand, h *forgery) string {
	return fmt.Sprint(h.each(func(e *history.Event) {
		if e.Scenario == nil {
			return
		}
		s := *e.Scenario
		s.Require = history.Require{Attempts: 1}
		e.Scenario = &s
	}, kind(history.KindScenario)), " scenario")
}

// squeeze has an attempt that sent nothing be over as soon as it has begun.
func squeeze(draw *rand.Rand, h *forgery) string {
	sent := map[string]bool{}
	h.each(func(e *history.Event) { sent[e.Attempt] = true }, from(history.SrcGateway))
	i := h.of(draw, kind(history.KindEnter), func(e *history.Event) bool { return !sent[e.Attempt] })
	if i < 0 {
		return ""
	}
	id, at := h.events[i].Attempt, h.events[i].T
	h.each(func(e *history.Event) { e.T, e.From = at, 0 }, attemptIs(id), kind(history.KindStateRead, history.KindStateWrite, history.KindExit))
	return id
}
