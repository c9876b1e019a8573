package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Transfer moves what the aimed user's broker owns of the topic to another
// broker while workers are inside the aimed users' sections, as a load balancer
// does. Nobody dies and no connection is lost: the consumers are closed, and
// made anew at the other broker, which knows nothing of what they have in hand.
type Transfer struct {
	At     Point         `yaml:"point,omitempty"`  // where in its handling the worker is struck; empty: at the send
	Linger time.Duration `yaml:"linger,omitempty"` // how long the sections stay open after it, at the most
	// Times is how often at the most, there and back, until another worker has an
	// aimed user. 0 means once.
	Times int `yaml:"transfers,omitempty"`
	// Alone decides who is back first, which is a race: all workers but one are
	// frozen for the time of the transfer and at the most so long after it. Only
	// the first user is aimed at then, so that the one that is alone has room for
	// that user. 0: they are not.
	Alone time.Duration `yaml:"alone,omitempty"`
}

var _ = describe(Descriptor{
	Name: "transfer", From: Transfer{}, Harms: []Harm{CutOff, Late, Moved},
	Meaning: "the topic is moved to another broker, as a load balancer does",
	Undrawn: onlyCluster,
})

// A bundle that was placed moments ago may go back to where it was, whatever
// destination its unload names: in 3 of 19 transfers it did. Until the
// brokers' reports of their load have come in, the load manager answers whoever
// asks for the bundle by where it placed it last (ModularLoadManagerImpl,
// preallocatedBundleToBroker). So the transfer is asked for again, some times.
const (
	transferAsks  = 6
	transferLimit = 3 * time.Second // for a bundle that was given up to have an owner again
)

// Spec implements [Fault].
func (tr Transfer) Spec() Spec {
	var was serving
	to := ""
	transfer := leavingAlone(tr.Alone, func(ctx context.Context, i *injection) error {
		if err := i.scene.Cluster.Transfer(ctx, was.id, to); err != nil {
			return fmt.Errorf("transferring what %s owns to %s: %w", was.id, to, err)
		}
		return nil
	})
	return Spec{
		kind: "transfer", acts: parts{theBroker, theWorkers}, owner: true, aim: aim{at: tr.At, all: tr.Alone == 0},
		needs: Needs{Brokers: 2, Acts: []Act{ActTransfer}, Holds: []Resource{TheTopic, TheBroker}, Features: []Feature{namedUnload}}.And(oneAlone(tr.Alone)),
		wrong: errors.Join(notNegative("linger", tr.Linger), notNegative("alone", tr.Alone), repeated("transfers", tr.Times, tr.Linger+tr.Alone)),
		times: tr.Times, counted: "transfers",
		ready: func(ctx context.Context, i *injection) (err error) {
			if was, err = i.scene.whoServes(ctx); err != nil {
				return err
			}
			i.scene.serving = was
			members, err := i.scene.Cluster.Members(ctx)
			if err == nil {
				i.note("owners_before", members.owners())
				to, err = members.other(was.id)
			}
			return err
		},
		strike: func(ctx context.Context, i *injection) error {
			for n := 1; ; n++ {
				i.note("asked", n)
				if err := transfer(ctx, i); err != nil || i.unhealed != nil {
					return err
				}
				if n == transferAsks || i.watch(ctx, "", i.scene.registry().observer, transferLimit, anotherOwner(&was)).Seen {
					return nil
				}
			}
		},
		shows: steps{deposed(&was), reconnected(anotherConsumer, reconnectLimit), noteOwners, lingering(tr.Linger), backInTime(tr.Alone)},
	}
}
