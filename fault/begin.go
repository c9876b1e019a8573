package fault

import (
	"context"
	"fmt"
	"slices"

	"turnstile/checker/history"
)

// begin records that the fault is about to be injected, at the first target. The
// stamp is taken before the injection.
func (i *injection) begin(ctx context.Context) error {
	if len(i.targets) == 0 || i.spec.aim.recorded != "" {
		return i.beginAt(i.spec.aim.recordedFor(i.users))
	}
	last, err := i.scene.lastSend(ctx)
	if err != nil {
		return err
	}
	for _, t := range i.targets {
		t.after = last
	}
	at := i.first()
	e := history.Event{Kind: history.KindFaultBegin, Worker: at.Worker, Detail: map[string]string{}}
	if why := i.haltsWhom(); why != "" {
		e.Detail[history.DetailHalts] = why
	}
	switch {
	case !at.aimed():
		e.Detail["aim"] = "none"
	case at.point.InSection():
		e.User, e.Attempt, e.Event = at.User, at.Attempt, at.Event
		fallthrough
	default:
		// Outside of the section the worker is not inside, and is not said to be.
		e.Detail["aim"] = fmt.Sprintf("%s at the point %s for %s (event %s)", at.Worker, at.point, at.User, at.Event)
	}
	return i.recordBegin(e)
}

// haltsWhom says why nobody can get on until the fault's end; "" if they can.
func (i *injection) haltsWhom() string {
	if i.spec.aim.ends && slices.Equal(i.scene.Workers.Names(), []string{i.worker()}) {
		return "no other worker is there"
	}
	return i.spec.halts
}

// beginAt is begin of a fault that is aimed at no worker; aim says at what.
func (i *injection) beginAt(aim string) error {
	return i.recordBegin(history.Event{Kind: history.KindFaultBegin, Detail: map[string]string{"aim": aim}})
}

func (i *injection) recordBegin(e history.Event) error {
	i.number = i.scene.nextNumber()
	i.id = fmt.Sprintf("%s-%d", i.spec.kind, i.number)
	e.Fault = i.id
	return i.scene.Record(e)
}
