package fault

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// What the downstream says of sends, and of the workers that it keeps waiting.

// lastSend is the sequence number of the newest send.
func (s *Scene) lastSend(ctx context.Context) (uint64, error) {
	_, last, err := s.Downstream.Sends(ctx, "", 0, 0)
	if err != nil {
		return 0, fmt.Errorf("asking the downstream for its sends: %w", err)
	}
	return last, nil
}

// takenOver: another worker has sent for the aimed user since the fault began:
// it is, or was since, inside a section of that user.
var takenOver = ofAimed("takeover", await(takenOverEvidence, "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
	return i.first().takenOver(ctx)
}))

const takenOverEvidence = "another worker took the user over"

// takenOver looks for a send of the target's user by another worker.
func (t *target) takenOver(ctx context.Context) (string, bool, error) {
	sends, _, err := t.scene.Downstream.Sends(ctx, t.User, t.after, 0)
	if err != nil {
		return "", false, err
	}
	for _, s := range sends {
		if s.Worker != t.Worker {
			return fmt.Sprintf("%s sent for %s (event %s) while %s (event %s) was held at the point %s",
				s.Worker, t.User, s.Event, t.Worker, t.Event, t.point), true, nil
		}
	}
	return fmt.Sprintf("no other worker sent for %s", t.User), false, nil
}

// movedOn is takenOver where the answer may have been released meanwhile.
func (t *target) movedOn(ctx context.Context) (string, bool, error) {
	what, moved, err := t.takenOver(ctx)
	if moved {
		what = fmt.Sprintf("another worker than %s has sent for %s since", t.Worker, t.User)
	}
	return what, moved, err
}

// noteTakeover notes whether another worker has the aimed user by now.
var noteTakeover = ofAimed("", do(func(ctx context.Context, i *injection) error {
	if what, moved, err := i.first().movedOn(ctx); err == nil {
		i.note("taken_over", fmt.Sprintf("%t: %s", moved, what))
	}
	return nil
}))

// keptItsUser: nobody else has sent for the aimed user since the fault began.
var keptItsUser = do(func(ctx context.Context, i *injection) error {
	const kept = "nobody else had the user meanwhile"
	what, taken, err := i.first().takenOver(ctx)
	switch {
	case err == nil && taken:
		i.unseen(kept, "gateway", what)
	case err == nil:
		i.seen(kept, "gateway", what)
	}
	return err
})

// publishMore publishes so many events more of the aimed user.
func publishMore(into *[]string, n int) step {
	return ofAimed("", do(func(ctx context.Context, i *injection) (err error) {
		*into, err = i.scene.Publisher.Burst(ctx, i.first().User, n)
		return err
	}))
}

// waitedForTheWorker: each of the events led to a text, and it was the struck
// worker that sent it first.
func waitedForTheWorker(events *[]string) step {
	return ofAimed("", await("what was published for the user meanwhile waited for the worker", "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		t := i.first()
		sends, _, err := i.scene.Downstream.Sends(ctx, t.User, t.after, 0)
		own := 0
		for _, event := range *events {
			if k := slices.IndexFunc(sends, func(s Send) bool { return s.Event == event }); k >= 0 && sends[k].Worker == t.Worker {
				own++
			}
		}
		return fmt.Sprintf("%s sent for %d of %d events", t.Worker, own, len(*events)), own > 0 && own == len(*events), err
	}))
}

// movedToAnother: another worker than the target's has sent for its user.
var movedToAnother = await("another worker was given the user", "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
	return i.first().hasMoved(ctx, i)
})

// wentOnPrefetched: the struck worker is caught with another event of the user
// than the one that it was struck with.
func wentOnPrefetched(next **target) step {
	return await("cut off and healthy, the worker went on with an event that it had prefetched", "gateway", aimLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		t, before := i.first(), *next
		what, caught, err := before.caught(ctx)
		if err != nil || !caught || before.Event != t.Event {
			return what, caught, err
		}
		// A guard made it try the same event again. The next hold is armed before
		// this one lets go, so that nothing gets by.
		again, err := i.catch(ctx, t.User, t.Worker, PointRead)
		if err != nil {
			return "", false, err
		}
		*next = again
		return what + ", once more", false, release(ctx, []*target{before})
	})
}

// anyMoved: one of the targets' users is with another worker.
var anyMoved = await("an aimed user was given to another worker", "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
	last := "no aimed user moved"
	for _, t := range i.targets {
		what, moved, err := t.movedOn(ctx)
		if err != nil || moved {
			return what, moved, err
		}
		last = what
	}
	return last, false, nil
})

// newcomerSent: the newcomer has sent for somebody, whom it was given.
var newcomerSent = await(newcomerGiven, "gateway", takeoverLimit, newcomerSends)

const newcomerGiven = "the newcomer was given a user"

func newcomerSends(ctx context.Context, i *injection) (string, bool, error) {
	sends, _, err := i.scene.Downstream.Sends(ctx, "", 0, 0)
	for _, s := range sends {
		if slices.Contains(i.newcomers(), s.Worker) {
			return fmt.Sprintf("%s sent for %s (event %s)", s.Worker, s.User, s.Event), true, err
		}
	}
	return fmt.Sprintf("of %d sends none is of %q", len(sends), i.detail[joined]), false, err
}

// caught looks whether the target's hold has the worker. From then on, only
// what others send afterwards counts as taking its user over.
func (t *target) caught(ctx context.Context) (string, bool, error) {
	send, caught, err := t.scene.Downstream.Held(ctx, t.hold, pollEvery)
	if err != nil || !caught {
		return fmt.Sprintf("%s did not come to the point %q for %s", t.Worker, t.point, t.User), false, err
	}
	t.Send = send
	t.after, err = t.scene.lastSend(ctx)
	return fmt.Sprintf("%s is at the point %q for %s (event %s)", t.Worker, t.point, t.User, t.Event), true, err
}

// isCaught, isTakenOver and hasMoved look at one target, whichever the fault has.
func (t *target) isCaught(ctx context.Context, _ *injection) (string, bool, error) {
	return t.caught(ctx)
}
func (t *target) isTakenOver(ctx context.Context, _ *injection) (string, bool, error) {
	return t.takenOver(ctx)
}
func (t *target) hasMoved(ctx context.Context, _ *injection) (string, bool, error) {
	return t.movedOn(ctx)
}

// comes: the hold has its worker. takenFrom: another has that one's user.
func comes(name string, t **target) step {
	return await(name, "gateway", aimLimit, func(ctx context.Context, i *injection) (string, bool, error) { return (*t).isCaught(ctx, i) })
}

func takenFrom(t **target) step {
	return await(takenOverEvidence, "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) { return (*t).isTakenOver(ctx, i) })
}

// linger keeps the sections open until another worker has one of the users,
// or the time is over: whether the mode lets that happen is the question.
func (i *injection) linger(ctx context.Context, targets []*target, d time.Duration) bool {
	if d <= 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	for {
		for _, t := range targets {
			if !t.aimed() {
				continue
			}
			if what, yes, err := t.takenOver(ctx); err == nil && yes {
				i.note("taken_over", what)
				return true
			}
		}
		if !sleep(ctx, pollEvery) {
			i.note("taken_over", fmt.Sprintf("by nobody within %s", d))
			return false
		}
	}
}

// servedAgain waits for somebody, whoever it is, to send for the aimed user after
// that sequence number.
func (i *injection) servedAgain(ctx context.Context, after uint64) {
	_ = ofAimed("takeover", await("the user was served again", "gateway", takeoverLimit, servedSince(after))).do(ctx, i)
}

func servedSince(after uint64) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		user := i.first().User
		sends, _, err := i.scene.Downstream.Sends(ctx, user, after, 0)
		if err != nil || len(sends) == 0 {
			return "nobody sent for " + user, false, err
		}
		return fmt.Sprintf("%s sent for %s (attempt %s, event %s)", sends[0].Worker, user, sends[0].Attempt, sends[0].Event), true, nil
	}
}

// wentOn: the worker, let go, sent something. It says so of one that was aimed at.
var wentOn = ofAimed("work", do(func(ctx context.Context, i *injection) error {
	after, err := i.scene.lastSend(ctx)
	if err == nil {
		err = letGo(ctx, i)
	}
	if err != nil {
		return err
	}
	i.await(ctx, "the worker went on over its link", "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		sends, _, err := i.scene.Downstream.Sends(ctx, "", after, 0)
		for _, s := range sends {
			if s.Worker == i.worker() {
				return fmt.Sprintf("%s sent for %s (event %s)", s.Worker, s.User, s.Event), true, err
			}
		}
		return fmt.Sprintf("%s sent nothing", i.worker()), false, err
	})
	return nil
}))

// workedOff: each event of the burst has led to a text, as those of aimed users do.
func workedOff(events *[]string, limit time.Duration) step {
	var sent uint64
	texts := map[string]bool{}
	return comparing(func(ctx context.Context, i *injection) (err error) {
		sent, err = i.scene.lastSend(ctx)
		return err
	}, await("the burst is worked off", "gateway", limit, func(ctx context.Context, i *injection) (string, bool, error) {
		sends, last, err := i.scene.Downstream.Sends(ctx, i.users[0], sent, 0)
		if err != nil {
			return "", false, err
		}
		sent = last
		for _, s := range sends {
			texts[s.Event] = true
		}
		done := 0
		for _, e := range *events {
			if texts[e] {
				done++
			}
		}
		return fmt.Sprintf("texts for %d of its %d events", done, len(*events)), done > 0 && done == len(*events), nil
	}))
}

// refusedTimes: the downstream has refused the event so often. It notes which.
func refusedTimes(name string, event *string, times int) step {
	return await(name, "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		e, n, err := i.scene.Answers.Refused(ctx, i.users[0])
		if err != nil {
			return "", false, err
		}
		*event = e
		return fmt.Sprintf("%s was refused %d times", e, n), n >= times, nil
	})
}

// sentInTheEnd: somebody sent the event after all.
func sentInTheEnd(event *string) step {
	var last uint64
	return comparing(func(ctx context.Context, i *injection) (err error) {
		last, err = i.scene.lastSend(ctx)
		return err
	}, await("the event was sent in the end", "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		sends, _, err := i.scene.Downstream.Sends(ctx, i.users[0], last, 0)
		for _, send := range sends {
			if send.Event == *event {
				return fmt.Sprintf("%s sent %s", send.Worker, *event), true, nil
			}
		}
		return "nobody sent " + *event, false, err
	}))
}

// slowed: an answer to the worker took so much longer, by the downstream's own
// measure.
func slowed(by time.Duration) step {
	return await("an answer to the worker took as long as it was to", "gateway", by+brokerLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		n, least, err := i.scene.Answers.Slowed(ctx, i.worker())
		return fmt.Sprintf("%d answers, the shortest after %s", n, least.Round(time.Millisecond)), n > 0 && least >= by, err
	})
}
