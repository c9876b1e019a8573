package fault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"turnstile/checker/history"
)

// Everybody ends all workers together while one of them is inside an aimed
// user's section, and starts as many after a time: a deployment that recreates, a
// rollout that goes wrong, a zone that is lost. Meanwhile nobody consumes. What
// nobody acknowledged is redelivered to whoever is there first, and everybody
// comes back at nearly the same moment.
type Everybody struct {
	At Point `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	// Graceful asks the workers to stop, as a deployment does, in place of SIGKILL.
	Graceful bool          `yaml:"graceful,omitempty"`
	After    time.Duration `yaml:"section_goes_on,omitempty"` // how long it is inside before all are struck, while more comes in
	Hold     time.Duration `yaml:"hold,omitempty"`            // how long the section goes on after the workers were asked; only with graceful
	Down     time.Duration `yaml:"down,omitempty"`            // how long nobody is there
	// SameName brings the workers back under their names, as a StatefulSet does.
	SameName bool `yaml:"same_name,omitempty"`
}

// Kind implements [Fault].
func (e Everybody) Kind() string {
	if e.Graceful {
		return "everybody-leaves"
	}
	return "everybody-dies"
}

// Needs implements [Fault].
//
// A consumer that comes while all are to be gone would be somebody.
func (e Everybody) Needs() Needs { return e.At.needs().And(Needs{Empties: true}) }

// Check implements [Fault].
func (e Everybody) Check() error {
	errs := []error{e.At.check(), notNegative("section_goes_on", e.After), notNegative("hold", e.Hold), notNegative("down", e.Down)}
	if e.Hold > 0 && !e.Graceful {
		errs = append(errs, errors.New("hold is for graceful: the dead hold nothing"))
	}
	return errors.Join(errs...)
}

func (e Everybody) way() ending {
	if e.Graceful {
		return byItself
	}
	return bySIGKILL
}

// Inject implements [Fault].
//
// It waits for whatever other fault has a worker before it aims, and so keeps
// nobody inside for that long.
func (e Everybody) Inject(ctx context.Context, s *Scene) error {
	names, unclaim, err := s.claimAlone(ctx)
	if err != nil {
		return err
	}
	defer unclaim()
	return s.midFlightDo(ctx, e.At, s.Users[:1], func(flights []*flight) error { return e.strike(ctx, s, names, flights) })
}

func (e Everybody) strike(ctx context.Context, s *Scene, names []string, flights []*flight) error {
	f := flights[0]
	i, err := s.beginHalting(ctx, e.Kind(), flights, "no worker is there")
	if err != nil {
		return err
	}
	sleep(ctx, e.After)
	struck := time.Now()
	gone, err, healErr := e.endAll(ctx, i, names, flights)
	if err == nil && healErr == nil {
		i.await(ctx, "the broker has no consumer left", "broker", brokerLimit, nobody(s.Broker))
		sleep(ctx, e.Down)
	}
	// The dead send no more, so whoever does has come back.
	_, last, serr := s.Downstream.Sends(ctx, "", 0, 0)
	if serr != nil {
		err = errors.Join(err, fmt.Errorf("asking the downstream for its sends: %w", serr))
	}
	i.detail["back_after"] = time.Since(struck).Round(time.Millisecond).String()
	// Whoever is gone comes back, whatever became of the others.
	back := s.Replace
	if e.SameName {
		back = s.next
	}
	healErr = errors.Join(healErr, each(gone, func(name string) error { return back(ctx, name) }))
	if err == nil && healErr == nil {
		i.await(ctx, "the broker lists as many consumers as before", "broker", brokerLimit, asMany(s.Broker, len(names)))
		i.awaitServed(ctx, f, last)
	}
	return i.end(err, healErr)
}

// endAll ends all of them at once, and returns those whose death is confirmed.
func (e Everybody) endAll(ctx context.Context, i *injection, names []string, flights []*flight) (gone []string, err, healErr error) {
	s, how := i.scene, e.way()
	evs, errs, healErrs := make([]history.Evidence, len(names)), make([]error, len(names)), make([]error, len(names))
	var wg sync.WaitGroup
	for n, name := range names {
		during := atOnce
		if e.Graceful && name == flights[0].Worker {
			during = func() error { sleep(ctx, e.Hold); return release(ctx, flights) }
		}
		wg.Go(func() { evs[n], errs[n], healErrs[n] = s.end(ctx, name, how, during) })
	}
	wg.Wait()
	all := history.Evidence{Name: how.ofAll, Observer: "engine", Seen: len(names) > 0}
	var each []string
	for n, ev := range evs {
		all.Seen, all.T = all.Seen && ev.Seen, max(all.T, ev.T)
		if ev.Detail != "" {
			each = append(each, ev.Detail)
		}
		if errs[n] == nil && healErrs[n] == nil {
			gone = append(gone, names[n])
		}
	}
	all.Detail, all.T = strings.Join(each, "; "), cmp.Or(all.T, stamp())
	i.evidence = append(i.evidence, all)
	return gone, errors.Join(errs...), errors.Join(healErrs...)
}

// nobody looks for a broker without a consumer.
func nobody(b Broker) looker {
	return func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		all, err := b.Connections(ctx)
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("the broker lists %d consumers", len(all)), len(all) == 0, nil
	}
}

// asMany looks for at least so many consumers.
func asMany(b Broker, n int) looker {
	return func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		all, err := b.Connections(ctx)
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("the broker lists %d consumers, before %d", len(all), n), len(all) >= n, nil
	}
}
