package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"turnstile/harness/report"
)

// disturbance is what one user, event or call does to everyone else.
type disturbance struct {
	what  string
	begin func(context.Context, *pricing) error
	end   func(context.Context, *pricing) error
}

// disturbedShare is the rate at which others are disturbed, of that at saturation:
// there is room for them.
const disturbedShare = 0.3

// odd is the user who disturbs. Nothing else is offered of it.
const odd = "odd"

// disturbances are those, in the order of tables.
var disturbances = []disturbance{
	{
		what: "a hot user",
		begin: func(_ context.Context, p *pricing) error {
			p.offer.userOf = func(n int) string {
				if n%4 == 0 { // has every fourth event
					return odd
				}
				return ordinary(n)
			}
			return nil
		},
	},
	{
		what: "a poison event",
		begin: func(ctx context.Context, p *pricing) error {
			// One event, refused as often as a worker tries; the rest of the user's waits behind it.
			p.offer.userOf = func(n int) string {
				if n%40 == 0 {
					return odd
				}
				return ordinary(n)
			}
			return p.gateway.control.Refuse(ctx, odd, poisonTimes)
		},
		end: func(ctx context.Context, p *pricing) error {
			r, err := p.gateway.control.Refused(ctx, odd)
			if err == nil && r.Times == 0 {
				err = fmt.Errorf("no event of %s was refused", odd)
			}
			return err
		},
	},
	{
		what:  "a slow downstream for one worker",
		begin: func(ctx context.Context, p *pricing) error { return p.gateway.control.Slow(ctx, "w1", slowBy) },
		end: func(ctx context.Context, p *pricing) error {
			s, err := p.gateway.control.Slowed(ctx, "w1")
			if err == nil && s.Answers == 0 {
				err = fmt.Errorf("no answer to w1 was slow")
			}
			return errors.Join(err, p.gateway.control.Slow(ctx, "w1", 0))
		},
	},
}

const (
	poisonTimes = 4                     // one less than a worker tries: the event goes out in the end
	slowBy      = 10 * time.Millisecond // each answer: its lanes still come to more than what is offered
)

// disturb offers events as before while one thing is odd, and tells how long those
// of the others took.
func (p *pricing) disturb(ctx context.Context, d disturbance, saturated float64) (out report.Disturbed, err error) {
	out.What = d.what
	if err := d.begin(ctx, p); err != nil {
		return out, fmt.Errorf("%s: %w", d.what, err)
	}
	out.Others, err = p.latency(ctx, disturbedShare, disturbedShare*saturated)
	p.offer.userOf = ordinary
	if err == nil && d.end != nil {
		err = d.end(ctx, p)
	}
	if err != nil {
		return out, fmt.Errorf("%s: %w", d.what, err)
	}
	return out, nil
}
