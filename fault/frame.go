package fault

import (
	"context"
	"fmt"
	"time"
)

// Faults at single frames have in common that they put a rule on the struck
// worker's link, let the worker go on, and see the link act by the rule.

// framesUndrawn is why no exploration draws such a fault.
const framesUndrawn = "every run would have taps in place of proxies, and what comes of single frames beside other faults is not known yet"

// onFrames is what every fault at single frames needs.
func onFrames(of LinkEnd) Needs { return onLink(of).And(Needs{Frames: true}) }

// atFrames is a fault of that kind on the way to the broker, with the rule, whose user is the first aimed
// one's unless it is anybody's.
func atFrames(kind string, at aim, rule FrameRule) Spec {
	id := new(string)
	return Spec{
		kind: kind, needs: onFrames(ToBroker), aim: at.claiming(itsLinks),
		strike: func(ctx context.Context, i *injection) error {
			if err := ruled(ctx, i, ToBroker, rule, id); err != nil {
				return err
			}
			return letGo(ctx, i)
		},
		shows: steps{acted(ToBroker, rule, id)},
		heal:  letFramesGo(ToBroker),
	}
}

// ofTheUser is a rule on frames of whomever the fault is aimed at.
const ofTheUser = "the aimed user"

// ruled puts the rule on the worker's link.
func ruled(ctx context.Context, i *injection, of LinkEnd, rule FrameRule, id *string) (err error) {
	if rule.User == ofTheUser {
		rule.User = i.first().User // of a worker that was drawn: anybody's
	}
	*id, err = i.scene.Frames.Rule(ctx, i.link(of), rule)
	return err
}

// acted: the link says that it acted on such a frame.
func acted(of LinkEnd, rule FrameRule, id *string) step {
	deed := map[Fate]string{Hold: "held back", Lose: "lost", Twice: "passed on twice"}[rule.Do]
	return await(fmt.Sprintf("the worker's link has %s what it was to", deed), "links", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		s, err := i.scene.Frames.Watch(ctx, *id, time.Second)
		return fmt.Sprintf("%s: %d frames (%s)", i.link(of), s.Caught, rule.On), s.Caught > 0, err
	})
}

// letFramesGo ends what is on the worker's link, and what was held goes on its way.
func letFramesGo(of LinkEnd) act {
	return func(ctx context.Context, i *injection) error { return i.scene.Frames.LetGo(ctx, i.link(of)) }
}

// thenRenew is letFramesGo where what was lost leaves the worker's client and the
// broker of two minds, which nothing but another connection ends.
func thenRenew(ctx context.Context, i *injection) error {
	if err := letFramesGo(ToBroker)(ctx, i); err != nil {
		return err
	}
	return renewLink(ToBroker)(ctx, i)
}

// thenLeaves has the worker leave, as in a rollout, once what the fault did has
// lasted: what the broker takes to be with a consumer comes again when that is gone.
func thenLeaves(sp Spec) Spec {
	sp.aim, sp.acts = sp.aim.ending(), parts{theBroker}
	strike := sp.strike
	sp.strike = func(ctx context.Context, i *injection) error {
		if err := i.haveToItself(ctx, itsLinks.of(i.worker())); err != nil {
			return err
		}
		return strike(ctx, i)
	}
	sp.shows = append(sp.shows, do(endWorker(byItself, nil)), gone(lostWorker, theStruck))
	sp.then = steps{followed((*target).movedOn, false)}
	return sp
}

// othersGoOn: others than the aimed user are served. It need not be the worker that
// was struck: of a partitioned topic it may have nobody else.
var othersGoOn = ofAimed("others", await("others than the aimed user were served meanwhile", "gateway", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
	at := i.first()
	sends, _, err := i.scene.Downstream.Sends(ctx, "", at.after, 0)
	for _, s := range sends {
		if s.User != at.User {
			return fmt.Sprintf("%s sent for %s (event %s)", s.Worker, s.User, s.Event), true, err
		}
	}
	return fmt.Sprintf("nobody sent for others than %s", at.User), false, err
}))
