package harness

import (
	"maps"
	"slices"
	"time"

	"turnstile/checker/history"
	"turnstile/harness/report"
)

// servedAgain tells for each fault how long users waited from when it struck until
// something was done for them again: from the strike, or from when the broker had
// the user's next event where nothing of it waited then, until the next write of a
// state of the user. What was under way counts, and a worker that goes on after it
// was frozen does, too.
//
// The users in the hands of the worker that was aimed at, which is the one that
// entered a section of theirs last, are told apart from the others. Not counted is
// the user at whose attempt the fault was aimed: the gateway itself kept it waiting.
// Stamps of two clocks are not held against each other.
func servedAgain(h *history.History) (all []report.Served) {
	for i := range h.Events {
		if strike := &h.Events[i]; strike.Kind == history.KindFaultBegin {
			all = append(all, servedSince(h.Events, strike))
		}
	}
	return all
}

// looked is for how long after a strike a user's next event may come to be counted.
const looked = 5 * time.Second

func servedSince(events []history.Event, strike *history.Event) report.Served {
	hands := map[string]string{}  // the worker that entered a user's section last
	came := map[string]int64{}    // when the broker had the user's first event that was not done
	done := map[string]int64{}    // when the user's next state was written
	writes := map[string]bool{}   // events whose effect was before
	entered := map[string]int64{} // when, of hands
	for i := range events {
		e := &events[i]
		if e.Domain != strike.Domain || e.Src == history.SrcGateway {
			continue
		}
		switch {
		case e.Kind == history.KindEnter && e.T < strike.T && e.T >= entered[e.User]:
			hands[e.User], entered[e.User] = e.Worker, e.T
		case e.Kind == history.KindStateWrite && e.Outcome == history.OutcomeOK && e.T < strike.T:
			writes[e.Event] = true
		case e.Kind == history.KindStateWrite && e.Outcome == history.OutcomeOK && (done[e.User] == 0 || e.T < done[e.User]):
			done[e.User] = e.T
		}
	}
	for i := range events {
		e := &events[i]
		if e.Kind == history.KindPublish && e.Outcome == history.OutcomeOK && e.Domain == strike.Domain && !writes[e.Event] &&
			e.T < strike.T+int64(looked) && (came[e.User] == 0 || e.T < came[e.User]) {
			came[e.User] = e.T
		}
	}
	delete(came, strike.User)
	s := report.Served{Fault: strike.Fault}
	for _, user := range slices.Sorted(maps.Keys(came)) {
		to := &s.Others
		if strike.Worker != "" && hands[user] == strike.Worker {
			to = &s.Struck
		}
		if done[user] == 0 {
			to.Never++
			continue
		}
		to.WaitedS = append(to.WaitedS, float64(max(0, done[user]-max(strike.T, came[user])))/1e9)
	}
	slices.Sort(s.Struck.WaitedS)
	slices.Sort(s.Others.WaitedS)
	return s
}
