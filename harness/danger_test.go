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
		at(80, "w1", "d", history.KindStateWrite), at(80, "w1", "d", history.KindExit), at(87, "w1", "d", history.KindAck),
	}
	for p, want := range map[fault.Point]time.Duration{
		fault.PointSend:    20 * time.Millisecond, // of 20, 49 and 1
		fault.PointWritten: 7 * time.Millisecond,
		fault.PointRead:    0,                    // nobody came by
		fault.PointAck:     7 * time.Millisecond, // after the other nothing came
	} {
		if got := stepLength(events, p); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
}

func TestWhomTheFaultFoundAtThePointTheGatewayTells(t *testing.T) {
	at := func(t int64, src string, kind history.Kind, worker, user string) history.Event {
		return history.Event{T: t, Src: src, Kind: kind, Worker: worker, User: user}
	}
	const gateway, harness = history.SrcGateway, history.SrcHarness
	strike := at(50, harness, history.KindFaultBegin, "w1", "")
	for _, c := range []struct {
		name, want string
		events     []history.Event
	}{
		{"nobody was held", "", []history.Event{strike}},
		{"no fault", "", []history.Event{at(10, gateway, history.KindPointBegin, "w1", "u1")}},
		{"one is held at a point", "u1", []history.Event{strike, at(10, gateway, history.KindPointBegin, "w1", "u1"), at(90, gateway, history.KindPointEnd, "w1", "u1")}},
		{"one whose text is held", "u2", []history.Event{at(10, gateway, history.KindHoldBegin, "w1", "u2"), strike}},
		{"the one who is held still", "u2", []history.Event{
			at(10, gateway, history.KindPointBegin, "w1", "u1"), at(20, gateway, history.KindPointEnd, "w1", "u1"), at(30, gateway, history.KindPointBegin, "w1", "u2"), strike,
		}},
		{"another worker's", "", []history.Event{at(10, gateway, history.KindPointBegin, "w2", "u1"), strike}},
		{"who comes later", "", []history.Event{strike, at(60, gateway, history.KindPointBegin, "w1", "u1")}},
		{"the worker's own word is not asked", "", []history.Event{at(10, history.WorkerSrc("w1"), history.KindPointBegin, "w1", "u1"), strike}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := struckAt(c.events); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
