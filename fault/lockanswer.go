package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// LockAnswer holds the lock server's answer to a worker that asks for an aimed
// user's lock, or loses it. Only replies about that lock are touched.
//
// Of one that is lost the client hears nothing until its patience is over; then it
// asks again, and meets the lock that it was granted. One that is held beyond the
// lock's lifetime, and within the client's patience, makes it believe in a lock
// that is gone.
type LockAnswer struct {
	For  time.Duration `yaml:"for,omitempty"` // how long each is held
	Lose bool          `yaml:"lose,omitempty"`
	// Linger is how long at the most the section that rests on a lock which is gone
	// stays open for another worker to meet it. Not of an answer that is lost.
	Linger time.Duration `yaml:"linger,omitempty"`
}

var _ = describe(Descriptor{
	Name: "lock-answer-held", From: LockAnswer{}, AtOneWorker: true, where: withLocks, Harms: []Harm{Late, NoLock},
	Meaning: "the lock server's answer that grants a lock is on its way to the worker for longer than the lock lives",
	Undrawn: framesUndrawn,
}, Descriptor{
	Name: "lock-answer-lost", From: LockAnswer{Lose: true}, AtOneWorker: true, where: withLocks, Harms: []Harm{Late},
	Meaning: "the lock server's answer that grants a lock is lost, and the worker's client asks again and meets its own lock",
	Undrawn: framesUndrawn,
})

// Spec implements [Fault].
func (l LockAnswer) Spec() Spec {
	sp := Spec{
		kind: "lock-answer-held", needs: onFrames(ToLocks).And(PointLocked.needs()).And(Needs{Workers: 2}), aim: at(PointDelivered).claiming(itsLinks),
		wrong: errors.Join(bounded("for", l.For), notNegative("linger", l.Linger)),
		heal:  letFramesGo(ToLocks),
	}
	if l.Lose {
		sp.kind, sp.needs = "lock-answer-lost", onFrames(ToLocks)
		sp.wrong = errors.Join(ofOneThatIsHeld("for", l.For), ofOneThatIsHeld("linger", l.Linger))
		sp.strike = l.loses
		return sp
	}
	rule, id := FrameRule{On: FrameReply, Do: Hold, User: ofTheUser, Late: l.For}, new(string)
	sp.strike = func(ctx context.Context, i *injection) error { return ruled(ctx, i, ToLocks, rule, id) }
	sp.shows = steps{outlivesLock(l.Linger), ofAimed("", acted(ToLocks, rule, id))}
	sp.refuses = l.refuses
	return sp
}

// ofOneThatIsHeld refuses a setting of an answer that is lost.
func ofOneThatIsHeld(name string, d time.Duration) error {
	if d == 0 {
		return nil
	}
	return fmt.Errorf("%s is %s, and an answer that is lost is never there: give it to lock-answer-held, or leave it out", name, d)
}

func (l LockAnswer) refuses(on Stage) error {
	switch {
	case on.LockPatience > 0 && l.For >= on.LockPatience:
		return fmt.Errorf("for is %s: a worker waits %s for its lock server, so it would not wait for the answer: give less", l.For, on.LockPatience)
	case on.LockTTL > 0 && l.For < on.LockTTL:
		return fmt.Errorf("for is %s: the lock, which lives for %s, would not be gone when its owner learns of it: give more than that, where locks live for less than the %s that a worker waits for them", l.For, on.LockTTL, on.LockPatience)
	}
	return nil
}

// loses lets the worker ask for its lock and loses the answer, until a lock was
// granted of which its owner does not know: what is lost may be a refusal.
func (l LockAnswer) loses(ctx context.Context, i *injection) error {
	rule, id, at := FrameRule{On: FrameReply, Do: Lose, User: ofTheUser, Most: 1}, new(string), i.first()
	last, err := i.scene.lastSend(ctx)
	for n := 1; err == nil; n++ {
		i.note("answers_lost", n)
		i.awaitFree(ctx, at.User)
		if err = ruled(ctx, i, ToLocks, rule, id); err != nil {
			break
		}
		if err = release(ctx, []*target{at}); err != nil || !at.aimed() {
			break
		}
		done := i.watch(ctx, "a lock was granted and its owner does not know", "locks", losingLimit, grantedUnseen())
		if done.Seen || n == 2*losingTries || ctx.Err() != nil {
			err = steps{acted(ToLocks, rule, id)}.do(ctx, i)
			i.evidence = append(i.evidence, done)
			i.await(ctx, "the user was served again", "gateway", takeoverLimit, servedSince(last))
			break
		}
		if err = letFramesGo(ToLocks)(ctx, i); err != nil {
			break
		}
		if at, err = i.catch(ctx, at.User, i.worker(), PointDelivered); err != nil {
			break
		}
		if ev := i.watch(ctx, "", "gateway", aimLimit, at.isCaught); !ev.Seen {
			i.unseen("the worker came to where it was struck before", "gateway", ev.Detail)
			break
		}
	}
	return err
}
