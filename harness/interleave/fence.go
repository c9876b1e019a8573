package interleave

import (
	"fmt"
	"strconv"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Fence is what the guard itself promises, judged beside the checker's
// properties where a guard refuses: once an attempt has read the state, nothing is
// accepted any more of an attempt with a lower epoch, or with the same that is
// another's. It can break where no property does: what is accepted too much then
// happens to do no harm in this merge.
const Fence checker.Property = "fence"

// Properties are those of the checker, and the fence.
func Properties() []checker.Property { return append(checker.Properties(), Fence) }

// reader is an attempt that has read the state.
type reader struct {
	attempt string
	epoch   int64
	t       int64
}

// judgeFence holds each text that the gateway accepted, and each write that a
// worker knows to be made, against the reads before it. The steps of a merge do not
// overlap, so what came first is certain.
func judgeFence(h *history.History) checker.PropertyVerdict {
	v := checker.PropertyVerdict{Property: Fence, Verdict: checker.Holds, Counts: map[string]int64{}}
	var readers []reader
	epochs := map[string]int64{}
	for _, e := range h.Events {
		if epoch, err := strconv.ParseInt(e.Detail["epoch"], 10, 64); err == nil {
			epochs[e.Attempt] = epoch // also where a step of it does not show it
		}
	}
	for _, e := range h.Events {
		if e.Kind == history.KindStateRead && e.Outcome == history.OutcomeOK && epochs[e.Attempt] > 0 {
			readers = append(readers, reader{e.Attempt, epochs[e.Attempt], e.T})
		}
	}
	for _, e := range h.Events {
		switch {
		case e.Kind == history.KindSendCall && e.Src == history.SrcGateway && e.Outcome == "":
		case (e.Kind == history.KindStateWrite || e.Kind == history.KindStateComplete) && e.Outcome == history.OutcomeOK:
		default:
			continue
		}
		mine := epochs[e.Attempt]
		if mine == 0 {
			continue
		}
		v.Counts["accepted"]++
		for _, r := range readers {
			if r.t < e.T && r.attempt != e.Attempt && mine <= r.epoch {
				v.Verdict = checker.Refuted
				v.Reason = fmt.Sprintf("user %s: attempt %s, of epoch %d, had its %s accepted after attempt %s, of epoch %d, had read the state",
					e.User, e.Attempt, mine, stepOf(e), r.attempt, r.epoch)
				return v
			}
		}
	}
	v.Reason = fmt.Sprintf("%d texts and writes were accepted, none after a newer attempt had read the state", v.Counts["accepted"])
	return v
}

func stepOf(e history.Event) string {
	if e.Kind == history.KindSendCall {
		return "text " + e.Text
	}
	return "write of version " + strconv.FormatInt(e.Version, 10)
}
