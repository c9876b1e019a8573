package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Join starts one more worker while the others are inside the aimed users'
// sections, as every scaling-up does. The newcomer must be given some of those
// users, whether before or after their sections end: that is the question.
type Join struct {
	At   Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Hold time.Duration `yaml:"hold,omitempty"`  // how long the sections go on once the newcomer is there
	// Named gives the newcomer a name that sorts before or after all others:
	// some modes deal partitions by the order of names.
	Named Rank `yaml:"named,omitempty"`
	// Exhausted lets the newcomer come when the workers that are inside may be
	// given nothing more and another may. The broker then has events which it has
	// read and given to nobody (the recipe of PIP-282).
	Exhausted bool `yaml:"exhausted,omitempty"`
}

// Rank is the place of a name among others.
type Rank string

// The ranks. Without one, the newcomer has the next name in turn.
const (
	First Rank = "first"
	Last  Rank = "last"
)

func (r Rank) check() error {
	if r != "" && r != First && r != Last {
		return fmt.Errorf("named is %q: give %q or %q, or leave it out", r, First, Last)
	}
	return nil
}

// name is one that sorts as the rank says among workers' names, all of which
// begin with letters between the two, and among names of the same rank that
// were given before. It is part of a host name.
func (r Rank) name(n int) string {
	if r == First {
		return fmt.Sprintf("a%03d", 999-n)
	}
	return fmt.Sprintf("z%03d", n)
}

// Kind implements [Fault].
func (Join) Kind() string { return "join" }

// Needs implements [Fault].
func (j Join) Needs() Needs {
	n := j.At.needs().And(Needs{Adds: true})
	if j.Exhausted {
		n.Workers = 2 // one without permits, and one with
	}
	return n
}

// Check implements [Fault].
func (j Join) Check() error {
	return errors.Join(j.At.check(), notNegative("hold", j.Hold), j.Named.check())
}

// Inject implements [Fault].
func (j Join) Inject(ctx context.Context, s *Scene) error {
	return s.midFlightDo(ctx, j.At, s.Users, func(flights []*flight) error { return j.strike(ctx, s, flights) })
}

func (j Join) strike(ctx context.Context, s *Scene, flights []*flight) error {
	known := map[string]bool{}
	all, err := ask(ctx, s.Broker.Connections)
	if err != nil {
		return err
	}
	for name := range all {
		known[name] = true
	}
	i, err := s.begin(ctx, j.Kind(), flights)
	if err != nil {
		return err
	}
	if j.Exhausted {
		if s.Topic == nil {
			return i.end(lacks(j.Kind(), "a topic whose statistics can be read"), nil)
		}
		i.await(ctx, "the workers inside have no permits left, another has, and events that were read are with nobody", "broker", aimLimit, exhausted(s.Topic, flights))
	}
	if err := j.join(ctx, i); err != nil {
		return i.end(err, nil)
	}
	i.await(ctx, "the broker lists a worker that was not there", "broker", brokerLimit, func(ctx context.Context) (string, bool, error) {
		all, err := s.Broker.Connections(ctx)
		for name := range all {
			if !known[name] {
				return name + " has joined", true, err
			}
		}
		return fmt.Sprintf("%d consumers, none of them new", len(all)), false, err
	})
	if j.Exhausted {
		if now, err := s.Topic.Statistics(ctx); err == nil && len(now.Recent) > 0 {
			i.detail["given_older_messages_alone"] = strings.Join(now.Recent, " ")
		}
	}
	sleep(ctx, j.Hold)
	if err := release(ctx, flights); err != nil {
		return i.end(err, nil)
	}
	i.await(ctx, "an aimed user was given to another worker", "gateway", takeoverLimit, func(ctx context.Context) (string, bool, error) {
		last := "no aimed user moved"
		for _, f := range flights {
			what, moved, err := f.movedOn(ctx)
			if err != nil || moved {
				return what, moved, err
			}
			last = what
		}
		return last, false, nil
	})
	return i.end(nil, nil)
}

// exhausted looks whether the flights' workers may be given nothing more, while
// another may, so that the broker reads on, past what it can give to nobody.
func exhausted(t Topic, flights []*flight) func(context.Context) (string, bool, error) {
	inside := map[string]bool{}
	for _, f := range flights {
		inside[f.Worker] = true
	}
	return func(ctx context.Context) (string, bool, error) {
		now, err := t.Statistics(ctx)
		if err != nil {
			return "", false, err
		}
		all, spare := true, false
		var parts []string
		for _, c := range now.Consumers {
			all = all && (!inside[c.Name] || c.Permits <= 0)
			spare = spare || !inside[c.Name] && c.Permits > 0
			parts = append(parts, fmt.Sprintf("%s %d", c.Name, c.Permits))
		}
		slices.Sort(parts)
		return fmt.Sprintf("permits: %s; read and with nobody: %d", strings.Join(parts, ", "), now.Replay), all && spare && now.Replay > 0, nil
	}
}

// join starts the newcomer, under the name that its rank asks for.
func (j Join) join(ctx context.Context, i *injection) error {
	if j.Named == "" {
		return i.scene.Replace(ctx, "")
	}
	if i.scene.Start == nil {
		return lacks(j.Kind(), "workers that can be given a name")
	}
	name := j.Named.name(i.number)
	i.detail["named"] = name
	return i.scene.Start(ctx, name)
}
