package fault

import (
	"context"
	"fmt"
	"time"

	"turnstile/checker/history"
)

// Poison makes the downstream refuse the sends of one event, as it does with a
// text that it cannot digest. Below the orchestrator's patience that is a delay
// for the user; beyond it the event is given up.
type Poison struct {
	Times int  `yaml:"refusals"`           // how often it is refused
	Given bool `yaml:"given_up,omitempty"` // the event must be given up, not sent in the end
}

// Kind implements [Fault].
func (Poison) Kind() string { return "poison-event" }

// Needs implements [Fault].
func (Poison) Needs() Needs { return Needs{} }

// Check implements [Fault].
func (p Poison) Check() error {
	const most = 100
	if p.Times < 1 || p.Times > most {
		return fmt.Errorf("refusals is %d: give 1 to %d", p.Times, most)
	}
	return nil
}

// Inject implements [Fault].
func (p Poison) Inject(ctx context.Context, s *Scene) error {
	if s.Answers == nil || s.Topic == nil {
		return lacks(p.Kind(), "a downstream that can refuse an event")
	}
	user := s.Users[0]
	unclaim, err := s.claimWaiting(ctx, sendsOf(user))
	if err != nil {
		return err
	}
	defer unclaim()
	parkedBefore, err := ask(ctx, s.Topic.Parked)
	if err != nil {
		return err
	}
	_, last, err := s.Downstream.Sends(ctx, "", 0, 0)
	if err != nil {
		return err
	}
	i, err := s.beginAt(p.Kind(), "the next event of "+user)
	if err != nil {
		return err
	}
	i.detail[history.DetailUsers] = user
	heal := func() error {
		hctx, cancel := healing(ctx)
		defer cancel()
		return s.Answers.Refuse(hctx, user, 0)
	}
	if err := s.Answers.Refuse(ctx, user, p.Times); err != nil {
		return i.end(err, heal())
	}
	started := time.Now()
	event := ""
	if p.Given {
		i.await(ctx, "the event was refused, and came again", "gateway", takeoverLimit, p.refused(s, user, &event, 2))
		i.await(ctx, "the broker has it among the dead letters", "broker", takeoverLimit, func(ctx context.Context) (string, bool, error) {
			n, err := s.Topic.Parked(ctx)
			return fmt.Sprintf("%d dead letters, before %d", n, parkedBefore), n > parkedBefore, err
		})
	} else {
		i.await(ctx, fmt.Sprintf("the event was refused %d times", p.Times), "gateway", takeoverLimit, p.refused(s, user, &event, p.Times))
		i.await(ctx, "the event was sent in the end", "gateway", takeoverLimit, func(ctx context.Context) (string, bool, error) {
			sends, _, err := s.Downstream.Sends(ctx, user, last, 0)
			for _, send := range sends {
				if send.Event == event {
					return fmt.Sprintf("%s sent %s", send.Worker, event), true, nil
				}
			}
			return "nobody sent " + event, false, err
		})
	}
	i.detail["event"] = event
	i.detail["took"] = time.Since(started).Round(time.Millisecond).String()
	return i.end(nil, heal())
}

// refused looks for the refusals of the event, and notes which one it is.
func (p Poison) refused(s *Scene, user string, event *string, times int) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		e, n, err := s.Answers.Refused(ctx, user)
		if err != nil {
			return "", false, err
		}
		*event = e
		return fmt.Sprintf("%s was refused %d times", e, n), n >= times, nil
	}
}
