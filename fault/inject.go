package fault

import (
	"context"
	"errors"
	"time"
)

// Inject carries the fault through its whole life and returns when it is healed.
// It returns an error when the fault could not be aimed or healed, or when the
// scene lacks what it acts on, and nothing was begun then; a fault that was
// injected and did not bite is no error, but evidence not seen.
func (sp Spec) Inject(ctx context.Context, s *Scene) (err error) {
	if err := s.lacks(sp); err != nil {
		return err
	}
	if sp.run != nil {
		return sp.run(ctx, s)
	}
	if sp.owner {
		if s, err = s.served(ctx); err != nil {
			return err
		}
	}
	i := &injection{scene: s, spec: sp, users: sp.aim.users(s), detail: map[string]string{}}
	defer func() { err = errors.Join(err, i.putBack(ctx)) }()
	if sp.prepare != nil {
		if err := sp.prepare(ctx, i); err != nil {
			return err
		}
	}
	if sp.aim.nobody {
		return i.carryOut(ctx)
	}
	return s.aimAt(ctx, sp.aim.at, i.users, sp.aim.claims, func(targets []*target) error {
		i.targets = sp.aim.order(s, targets)
		return i.carryOut(ctx)
	})
}

// carryOut is the life of a fault from when it is aimed on.
func (i *injection) carryOut(ctx context.Context) error {
	sp := i.spec
	err := i.before(ctx)
	if err == nil {
		err = i.begin(ctx)
	}
	if err != nil {
		return err
	}
	sleep(ctx, sp.goesOn)
	for i.round = 1; ; i.round++ {
		if sp.counted != "" {
			i.note(sp.counted, i.round)
		}
		if i.round > 1 {
			err = i.before(ctx)
		}
		if err == nil {
			err = i.strikeOnce(ctx)
		}
		if err != nil || i.unhealed != nil || i.moved || i.round >= sp.times {
			return i.end(err, i.unhealed)
		}
	}
}

// before looks at what the strike will change.
func (i *injection) before(ctx context.Context) error {
	if i.spec.ready != nil {
		if err := i.spec.ready(ctx, i); err != nil {
			return err
		}
	}
	return append(append(steps{}, i.spec.shows...), i.spec.then...).before(ctx, i)
}

// strikeOnce strikes, heals whatever came of it, and sees to the evidence of both.
func (i *injection) strikeOnce(ctx context.Context) error {
	sp := i.spec
	i.struck = time.Now()
	var err error
	if sp.strike != nil {
		err = sp.strike(ctx, i)
	}
	if err == nil && i.unhealed == nil {
		err = sp.shows.do(ctx, i)
	}
	if sp.heal != nil {
		hctx, cancel := healing(ctx, sp.healing)
		i.failsToHeal(sp.heal(hctx, i))
		cancel()
	}
	if err == nil && i.unhealed == nil {
		err = sp.then.do(ctx, i)
	}
	return err
}
