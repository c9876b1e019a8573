package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"turnstile/checker/history"
)

// This file has what becomes of a cut of the link to the lock server.

// lockOutlives is how long a lock is looked at that nobody uses. A section
// without a fault is over many times in so long.
const lockOutlives = time.Second

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

// losing is one cut behind which the worker is to ask its lock server.
type losing struct {
	listed, silent, done history.Evidence
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
func (c LinkCut) loseAnswers(ctx context.Context, i *injection, f *flight, link Link) (err, healErr error) {
	s := i.scene
	_, last, err := s.Downstream.Sends(ctx, "", 0, 0)
	if err != nil {
		return fmt.Errorf("asking the downstream for its sends: %w", err), nil
	}
	for n := 1; ; n++ {
		i.detail["cuts"] = strconv.Itoa(n)
		l, err, healErr := c.loseOnce(ctx, i, f, link)
		if err != nil || healErr != nil {
			return err, healErr
		}
		if l.done.Seen || f.hold == "" || n == losingTries || ctx.Err() != nil {
			i.evidence = append(i.evidence, l.listed, l.silent)
			if f.hold == "" {
				i.detail["lock"] = "not looked for: nobody was aimed at"
				return nil, nil
			}
			i.evidence = append(i.evidence, l.done)
			break
		}
		if f, err = s.catch(ctx, f, c.At.orSend()); err != nil {
			return err, nil
		}
		again := f
		defer func() {
			hctx, cancel := healing(ctx)
			defer cancel()
			err = errors.Join(err, release(hctx, []*flight{again}))
		}()
		if ev := watch(ctx, "", "gateway", aimLimit, f.caught); !ev.Seen {
			i.unseen("the worker came to where it was struck before", "gateway", ev.Detail)
			return nil, nil
		}
	}
	i.await(ctx, "the user was served again", "gateway", takeoverLimit, s.servedSince(f.User, last))
	return nil, nil
}

// loseOnce cuts the link, lets the worker go at once, and heals the link,
// whatever came of it.
func (c LinkCut) loseOnce(ctx context.Context, i *injection, f *flight, link Link) (l losing, err, healErr error) {
	s, started := i.scene, time.Now()
	look, what := grantedUnseen(s, f), "a lock was granted and its owner does not know"
	if c.asksFirst() {
		s.awaitFree(ctx, f.User)
	} else if f.hold != "" {
		before, err := s.Locks.Lock(ctx, f.User)
		if err != nil {
			return l, err, nil
		}
		i.detail["lock_before"] = before.String()
		look, what = givenBack(s.Locks, f.User, before, time.Now()), "the lock was given back and its owner does not know"
	}
	if err = s.Links.Cut(ctx, link, c.Direction); err == nil {
		err = release(ctx, []*flight{f})
	}
	if err == nil {
		if f.hold != "" {
			l.done = watch(ctx, what, "locks", losingLimit, look)
		}
		l.listed = watch(ctx, listedTrouble, "links", engineLimit, s.isListed(link))
		l.silent = watch(ctx, "no answer comes through the worker's link", "links", engineLimit, silent(s.Links, link, time.Second))
		sleep(ctx, c.For-time.Since(started))
		i.detail["cut_for"] = time.Since(started).Round(time.Millisecond).String()
	}
	hctx, cancel := healing(ctx)
	defer cancel()
	return l, err, s.Links.Renew(hctx, link) // by then both ends have given up what was cut
}

// awaitFree waits, within limits, until nobody has the user's lock: whoever asks
// for it then is given it.
func (s *Scene) awaitFree(ctx context.Context, user string) {
	ctx, cancel := context.WithTimeout(ctx, aimPause)
	defer cancel()
	for {
		if now, err := s.Locks.Owner(ctx, user); err == nil && now == "" {
			return
		}
		const soon = 5 * time.Millisecond
		if !sleep(ctx, soon) {
			return
		}
	}
}

// grantedUnseen looks for a lock of the flight's user that stays as it is for
// longer than a section takes, while nobody sends for the user: whoever is
// granted a lock and knows goes into the section.
func grantedUnseen(s *Scene, f *flight) looker {
	token, since, sent := "", time.Time{}, uint64(0)
	return func(ctx context.Context) (string, bool, error) {
		now, err := s.Locks.Lock(ctx, f.User)
		if err != nil {
			return "", false, err
		}
		sends, last, err := s.Downstream.Sends(ctx, f.User, sent, 0)
		if err != nil {
			return "", false, err
		}
		if now.Token != token || len(sends) > 0 {
			token, since, sent = now.Token, time.Now(), last
		}
		held := time.Since(since)
		return fmt.Sprintf("%s's lock is %s, for %s without a send for the user", f.User, now, held.Round(time.Millisecond)), token != "" && held >= lockOutlives, nil
	}
}

// givenBack looks for a lock that is no longer its owner's before it could have
// run out.
func givenBack(l Locks, user string, before LockState, asked time.Time) looker {
	return func(ctx context.Context) (string, bool, error) {
		now, err := l.Lock(ctx, user)
		if err != nil {
			return "", false, err
		}
		since := time.Since(asked)
		return fmt.Sprintf("%s's lock: before %s; %s after the owner could go on %s", user, before, since.Round(time.Millisecond), now),
			before.Token != "" && now.Token != before.Token && since < before.Left, nil
	}
}
