package fault

import (
	"context"
	"fmt"
	"time"

	"turnstile/checker/history"
)

// What becomes of a cut of the link to the lock server.

// answerLost reports whether the worker's requests reach the lock server, and
// the answers do not reach the worker.
func (c LinkCut) answerLost() bool { return c.Of == ToLocks && c.Direction == FromServer && !c.Brief }

// asksFirst reports whether the worker that is struck has still to ask for its
// lock.
func (c LinkCut) asksFirst() bool { return c.At == PointDelivered }

// checkLocks refuses points at which there is nothing that a cut of the link to
// the lock server could show.
func (c LinkCut) checkLocks() error {
	switch {
	case c.At == PointAck:
		return fmt.Errorf("at the point %q the worker has given its lock back, and asks for nothing until its next event: give the point %s, %s, %s or %s, or %s with the direction %s",
			PointAck, PointLocked, PointRead, PointSend, PointWritten, PointDelivered, FromServer)
	case c.asksFirst() && c.Direction != FromServer:
		return fmt.Errorf("at the point %q the worker has no lock that could stay behind a cut link: give a later point, or the direction %s, so that a lock is granted and the answer is lost", PointDelivered, FromServer)
	}
	return nil
}

func (c LinkCut) refuses(on Stage) error {
	if c.Of == ToLocks && !c.Brief && !c.answerLost() && on.LockTTL > 0 && on.LockTTL <= 2*lockOutlives {
		return fmt.Errorf("a lock lives for %s, and is seen to stay behind its holder's section only after %s: let locks live for longer", on.LockTTL, lockOutlives)
	}
	return nil
}

// lockStays lets the worker end its section behind the cut link, and sees that
// its lock outlives it.
func (c LinkCut) lockStays(ctx context.Context, i *injection) error {
	token, err := i.scene.Locks.Owner(ctx, i.first().User)
	if err == nil {
		err = letGo(ctx, i)
	}
	if err != nil {
		return err
	}
	return steps{lockStays(token), await(takenOverEvidence, "gateway", takeoverLimit, i.first().hasMoved)}.do(ctx, i)
}

// Limits on a lost answer. A client that has no connection left which it has used
// introduces itself on a new one, and waits for an answer to that before it asks:
// then the lock server was never asked, and another cut is needed. The other
// lanes may use them up in the moment between the cut and the request.
const (
	losingTries = 4
	losingLimit = 5 * time.Second
)

// loseAnswers lets the worker ask its lock server behind a link through which
// nothing comes back, and sees that the server did what it was asked.
func (c LinkCut) loseAnswers(ctx context.Context, i *injection) error {
	user, worker := i.first().User, i.worker()
	last, err := i.scene.lastSend(ctx)
	if err != nil {
		return err
	}
	at := i.first()
	for n := 1; ; n++ {
		i.note("cuts", n)
		done, proofs, err := c.loseOnce(ctx, i, at)
		if err != nil || i.unhealed != nil {
			return err
		}
		if done.Seen || !at.aimed() || n == losingTries || ctx.Err() != nil {
			i.evidence = append(i.evidence, proofs...)
			if !at.aimed() {
				i.note("lock", "not looked for: nobody was aimed at")
				return nil
			}
			i.evidence = append(i.evidence, done)
			break
		}
		if at, err = i.catch(ctx, user, worker, c.At.orSend()); err != nil {
			return err
		}
		if ev := i.watch(ctx, "", "gateway", aimLimit, at.isCaught); !ev.Seen {
			i.unseen("the worker came to where it was struck before", "gateway", ev.Detail)
			return nil
		}
	}
	i.await(ctx, "the user was served again", "gateway", takeoverLimit, servedSince(last))
	return nil
}

// loseOnce cuts the link, lets the worker go at once, and heals the link,
// whatever came of it. It returns the evidence that the server did what it was
// asked, and that the link was cut.
func (c LinkCut) loseOnce(ctx context.Context, i *injection, at *target) (done history.Evidence, proofs []history.Evidence, err error) {
	started := time.Now()
	look, what := grantedUnseen(), "a lock was granted and its owner does not know"
	if c.asksFirst() {
		i.awaitFree(ctx, at.User)
	} else if at.aimed() {
		before, err := i.scene.Locks.Lock(ctx, at.User)
		if err != nil {
			return done, nil, err
		}
		i.note("lock_before", before)
		look, what = givenBack(before), "the lock was given back and its owner does not know"
	}
	defer func() {
		hctx, cancel := healing(ctx, 0)
		defer cancel()
		i.failsToHeal(renewLink(c.Of)(hctx, i)) // by then both ends have given up what was cut
	}()
	if err = i.scene.Links.Cut(ctx, i.link(c.Of), c.Direction); err == nil {
		err = release(ctx, []*target{at})
	}
	if err != nil {
		return done, nil, err
	}
	if at.aimed() {
		done = i.watch(ctx, what, "locks", losingLimit, look)
	}
	proofs = []history.Evidence{
		i.watch(ctx, "the proxy lists the trouble on the worker's link", "links", engineLimit, troubled(c.Of)),
		i.watch(ctx, "no answer comes through the worker's link", "links", engineLimit, silent(c.Of, time.Second)),
	}
	sleep(ctx, c.For-time.Since(started))
	i.noteTime("cut_for", started)
	return done, proofs, nil
}

// awaitFree waits, within limits, until nobody has the user's lock: whoever asks
// for it then is given it.
func (i *injection) awaitFree(ctx context.Context, user string) {
	ctx, cancel := context.WithTimeout(ctx, aimPause)
	defer cancel()
	for {
		if now, err := i.scene.Locks.Owner(ctx, user); err == nil && now == "" {
			return
		}
		const soon = 5 * time.Millisecond
		if !sleep(ctx, soon) {
			return
		}
	}
}
