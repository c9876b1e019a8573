package harness

import (
	"slices"
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
)

func TestEveryPointThatAttemptsComeByIsDrivenInEveryMode(t *testing.T) {
	for _, m := range mode.Modes() {
		points := DangerPoints(m)
		if slices.Contains(points, fault.PointLocked) != m.Locks() || !slices.Contains(points, fault.PointSend) {
			t.Errorf("%s: the points are %v", m, points)
		}
		for _, kind := range DangerFaults() {
			for _, p := range points {
				if sc, err := Danger(m, kind, p); err != nil || sc.FaultKind() != kind {
					t.Errorf("%s, %s at %s: %v", m, kind, p, err)
				}
			}
		}
	}
}

func TestEveryPointIsKnownByWhatIsRecordedThere(t *testing.T) {
	for _, p := range fault.Points() {
		if pointKinds[p] == "" {
			t.Errorf("it is not said what is recorded at the point %s: say so in harness/danger.go", p)
		}
	}
}

func TestAStepIsAsLongAsItIsBetweenTwoRecordsOfAnAttempt(t *testing.T) {
	at := func(ms int64, worker, attempt string, kind history.Kind) history.Event {
		return history.Event{T: ms * int64(time.Millisecond), Src: history.SrcWorkerPrefix + worker, Worker: worker, Attempt: attempt, Kind: kind}
	}
	gateway := at(12, "w1", "a", history.KindSendReturn)
	gateway.Src = history.SrcGateway
	events := []history.Event{
		at(10, "w1", "a", history.KindSendCall), gateway, at(11, "w2", "b", history.KindSendCall),
		at(30, "w1", "a", history.KindSendReturn), at(60, "w2", "b", history.KindSendReturn), at(61, "w2", "b", history.KindExit),
		at(70, "w2", "c", history.KindSendCall), at(71, "w2", "c", history.KindSendReturn),
	}
	for p, want := range map[fault.Point]time.Duration{
		fault.PointSend: 20 * time.Millisecond, // of 20, 49 and 1
		fault.PointRead: 0,                     // nobody came by
		fault.PointAck:  0,                     // nothing came after it
	} {
		if got := stepLength(events, p); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
}
