package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// LinkSlow delays what a worker sends to a server and what it is sent, from
// while it is inside an aimed user's section on.
//
// With PastLifetime, which is for the link to the lock server alone, the worker
// is struck before it asks for the aimed user's lock, and is caught again when it
// has been given it: the answer took longer than the lock lives, so the worker
// goes into the section with what is gone.
type LinkSlow struct {
	At      Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send, or delivered with PastLifetime
	Of      LinkEnd       `yaml:"of,omitempty"`    // empty: the broker
	Latency time.Duration `yaml:"latency,omitempty"`
	Jitter  time.Duration `yaml:"jitter,omitempty"` // the latency varies by so much, more or less
	For     time.Duration `yaml:"for,omitempty"`    // at least
	// PastLifetime says that the latency is beyond the locks' lifetime.
	PastLifetime bool `yaml:"past_lifetime,omitempty"`
	// Linger is how long at the most that section stays open for another worker to
	// meet it. Not where a guard refuses the worker before it sends: it would not
	// be found there. Only with PastLifetime.
	Linger time.Duration `yaml:"linger,omitempty"`
}

var _ = describe(Descriptor{
	Name: "link-slow", From: LinkSlow{}, AtOneWorker: true, Harms: []Harm{Late},
	Meaning: "whatever goes between the worker and a server of it takes longer, each way",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return LinkSlow{At: drawPoint(r), Latency: drawDuration(r, 100*time.Millisecond, 400*time.Millisecond), Jitter: drawDuration(r, 0, 80*time.Millisecond), For: drawDuration(r, 2*time.Second, 6*time.Second)}
	},
})

// Spec implements [Fault].
func (l LinkSlow) Spec() Spec {
	sp := Spec{
		kind: "link-slow", needs: onLink(l.Of), wrong: l.wrong(), aim: at(l.at()).claiming(itsLinks),
		strike: func(ctx context.Context, i *injection) error {
			return i.scene.Links.Slow(ctx, i.link(l.Of), l.Latency, l.Jitter)
		},
		heal:    clearLink(l.Of),
		onStage: onStage{refuses: l.refuses},
	}
	trip := 2 * (l.Latency - l.Jitter) // a question and its answer
	sp.shows = steps{listed(l.Of), takesItsTime(l.Of, 1, trip), wentOn, lasting(l.For, "slow_for")}
	if l.PastLifetime {
		sp.needs = sp.needs.And(PointLocked.needs()).And(Needs{Workers: 2})
		sp.shows[2] = outlivesLock(l.Linger)
	}
	return sp
}

func (l LinkSlow) at() Point {
	if l.At == "" && l.PastLifetime {
		return PointDelivered
	}
	return l.At
}

func (l LinkSlow) wrong() error {
	errs := []error{l.Of.check(), bounded("latency", l.Latency), notNegative("jitter", l.Jitter), bounded("for", l.For), notNegative("linger", l.Linger)}
	if l.Linger > 0 && !l.PastLifetime {
		errs = append(errs, errors.New("linger is for past_lifetime"))
	}
	if l.Jitter >= l.Latency && l.Jitter > 0 {
		errs = append(errs, fmt.Errorf("jitter is %s and latency %s: what may take no time at all cannot be told from a link that is not slow", l.Jitter, l.Latency))
	}
	if l.PastLifetime && (l.Of != ToLocks || l.at() != PointDelivered) {
		errs = append(errs, fmt.Errorf("past_lifetime is of the link to the locks, at the point %q: there the worker has still to ask for its lock", PointDelivered))
	}
	return errors.Join(errs...)
}

// refuses what takes longer than a worker waits for its lock server, and what
// cannot outlast a lock.
func (l LinkSlow) refuses(on Stage) error {
	trip := 2 * (l.Latency - l.Jitter)
	if l.Of == ToLocks && on.LockPatience > 0 && trip >= on.LockPatience {
		return fmt.Errorf("latency is %s: a question and its answer would take %s and more, and a worker waits %s for its lock server, so it would get no lock: give less", l.Latency, trip, on.LockPatience)
	}
	if l.PastLifetime && on.LockTTL > 0 && l.Latency+l.Jitter < on.LockTTL {
		return fmt.Errorf("latency is %s: the lock, which lives for %s, would not be gone when its owner learns of it: give more than that, where locks live for less than the %s that a worker waits for them, or leave out past_lifetime", l.Latency, on.LockTTL, on.LockPatience)
	}
	return nil
}
