package fault

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// othersPatience is how long the others may take to come: a few of their events'
// distances.
const othersPatience = 600 * time.Millisecond

// keepOthers keeps whoever comes for the other aimed users where the first target is:
// all of them, or as many as come in time. They are let go with the first target, and
// at the injection's end at the latest.
func keepOthers(ctx context.Context, i *injection) error {
	others := slices.DeleteFunc(slices.Clone(i.scene.Users), func(u string) bool { return u == i.first().User })
	if !i.first().aimed() || len(others) == 0 {
		return nil
	}
	more, _, err := i.scene.tryToCatch(ctx, i.first().point, others, time.Now().Add(othersPatience))
	i.finally(func(ctx context.Context) error { return release(ctx, more) })
	i.targets = append(i.targets, more...)
	if err != nil {
		return err
	}
	last, err := i.scene.lastSend(ctx)
	var kept []string
	for _, t := range more {
		if t.after = last; t.Worker != "" {
			kept = append(kept, t.User+" at "+t.Worker)
		}
	}
	i.note("kept", strings.Join(kept, ", "))
	return err
}

// keptAtMost is how long a call is kept waiting, whether the newcomers are there by
// then or not. Many a client asks for a message again that is not acknowledged for five
// seconds, and that its user is then with two workers is not the newcomers' doing.
const keptAtMost = 4500 * time.Millisecond

// keepNoLonger lets everybody go when that time is over, until it is stopped.
func keepNoLonger(over **time.Timer) step {
	return do(func(ctx context.Context, i *injection) error {
		targets := slices.Clone(i.targets)
		timer := time.AfterFunc(keptAtMost-time.Since(i.struck), func() {
			hctx, cancel := healing(ctx, 0)
			defer cancel()
			_ = release(hctx, targets) // whoever stops it lets go, too, and tells what went wrong
		})
		i.finally(func(context.Context) error { timer.Stop(); return nil })
		*over = timer
		return nil
	})
}

// noLonger stops that timer.
func noLonger(over **time.Timer) step {
	return do(func(_ context.Context, i *injection) error {
		if !(*over).Stop() {
			i.note("kept_for", keptAtMost)
		}
		return nil
	})
}

// untilServed waits for a newcomer to have sent for somebody, and half a second more:
// whoever deals the users out has done so by then. It waits for so long at the most, and
// for as long as calls may be kept.
func untilServed(limit time.Duration) step {
	return do(func(ctx context.Context, i *injection) error {
		left := max(0, keptAtMost-time.Since(i.struck))
		i.note("served", i.watch(ctx, newcomerGiven, "gateway", min(limit, left), newcomerSends).Detail)
		sleep(ctx, min(limit, 500*time.Millisecond, max(0, keptAtMost-time.Since(i.struck))))
		return nil
	})
}

// hands are, by user, the workers that have messages of hers in hand.
type hands map[string][]string

func (i *injection) hands(ctx context.Context, but []string) (hands, error) {
	all := hands{}
	for _, worker := range i.scene.Workers.Names() {
		if slices.Contains(but, worker) {
			continue
		}
		n, err := i.scene.Frames.InHand(ctx, worker)
		if err != nil {
			return nil, err
		}
		for user := range n {
			all[user] = append(all[user], worker)
		}
	}
	return all, nil
}

// noteHands notes what everybody but the newcomers has in hand.
func noteHands(into *hands) step {
	return do(func(ctx context.Context, i *injection) (err error) {
		*into, err = i.hands(ctx, i.newcomers())
		return err
	})
}

// handedOver: of a user of whom a worker had messages in hand, another has some now,
// or has sent for her. So whoever deals them out had to wait for the first one, or
// not to care. That an aimed user moves is none of it where the newcomers came when
// nobody was kept any more.
func handedOver(before *hands) step {
	return await("a user of whom one worker had messages in hand was given to another", "links", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		for _, t := range i.targets {
			if !slices.Contains((*before)[t.User], t.Worker) {
				continue
			}
			if what, moved, err := t.movedOn(ctx); err != nil || moved {
				return what, moved, err
			}
		}
		now, err := i.hands(ctx, nil)
		for user, had := range *before {
			for _, worker := range now[user] {
				if !slices.Contains(had, worker) {
					return fmt.Sprintf("%s had messages of %s in hand, and %s was given some", had[0], user, worker), true, err
				}
			}
		}
		return fmt.Sprintf("each of %d users is where messages of hers were in hand", len(*before)), false, err
	})
}
