package harness

import (
	"slices"
	"testing"

	"turnstile/checker/history"
)

func TestAUserWaitsFromTheStrikeOrFromItsNextEvent(t *testing.T) {
	const s = int64(1e9)
	publish := func(user, event string, t int64) history.Event {
		return history.Event{Kind: history.KindPublish, Src: history.SrcHarness, User: user, Event: event, T: t, Outcome: history.OutcomeOK}
	}
	enter := func(worker, user string, t int64) history.Event {
		return history.Event{Kind: history.KindEnter, Src: history.WorkerSrc(worker), Worker: worker, User: user, T: t}
	}
	write := func(worker, user, event string, t int64) history.Event {
		return history.Event{Kind: history.KindStateWrite, Src: history.WorkerSrc(worker), Worker: worker, User: user, Event: event, T: t, Outcome: history.OutcomeOK}
	}
	elsewhere := publish("waiting", "waiting-0", 1*s)
	elsewhere.Domain = "another clock"
	refused := write("w2", "waiting", "waiting-1", 12*s)
	refused.Outcome = history.OutcomeFailed
	h := &history.History{Events: []history.Event{
		elsewhere,
		publish("waiting", "waiting-1", 2*s), enter("w1", "waiting", 3*s),
		publish("idle", "idle-1", 2*s), enter("w1", "idle", 3*s), write("w1", "idle", "idle-1", 4*s),
		publish("moved", "moved-1", 2*s), enter("w1", "moved", 3*s), write("w1", "moved", "moved-1", 4*s), publish("moved", "moved-2", 5*s), enter("w2", "moved", 6*s),
		publish("forgotten", "forgotten-1", 2*s), enter("w1", "forgotten", 3*s),
		publish("aimed", "aimed-1", 2*s), enter("w1", "aimed", 3*s),
		publish("quiet", "quiet-1", 2*s), write("w2", "quiet", "quiet-1", 4*s),
		{Kind: history.KindFaultBegin, Src: history.SrcHarness, Worker: "w1", User: "aimed", Fault: "kill-1", T: 10 * s},
		write("w2", "moved", "moved-2", 11*s),
		publish("idle", "idle-2", 12*s),
		refused,
		write("w2", "waiting", "waiting-1", 13*s),
		write("w2", "idle", "idle-2", 13*s),
		publish("quiet", "quiet-2", 16*s), // too late to say anything of the fault
		write("w2", "quiet", "quiet-2", 20*s),
	}}
	all := servedAgain(h)
	if len(all) != 1 || all[0].Fault != "kill-1" {
		t.Fatalf("got %v, want what kill-1 came to", all)
	}
	if got := all[0].Struck; !slices.Equal(got.WaitedS, []float64{1, 3}) || got.Never != 1 {
		t.Errorf("of the worker that was struck: %v, want an idle one 1 s, a waiting one 3 s, and one never", got)
	}
	if got := all[0].Others; !slices.Equal(got.WaitedS, []float64{1}) || got.Never != 0 {
		t.Errorf("of the others: %v, want the one that had moved, 1 s", got)
	}
}
