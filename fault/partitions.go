package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Partitions raises the topic's number of partitions while workers are inside
// the aimed users' sections. From then on most users' events go to another
// partition than before, and so perhaps to another worker, while their earlier
// events wait in the old one. It cannot be undone: it is over when consumers
// are on the new partitions.
type Partitions struct {
	At     Point         `yaml:"point,omitempty"` // where in its handling the worker is struck; empty: at the send
	Add    int           `yaml:"add"`
	Linger time.Duration `yaml:"linger,omitempty"` // how long the sections stay open after that, at the most
}

var _ = describe(Descriptor{
	Name: "partitions-raised", From: Partitions{}, where: partitioned, Harms: []Harm{Late, Moved}, formerly: "partitions",
	Meaning: "the topic is given more partitions, so that users' later events go to others than their earlier ones",
	Weight:  2, Draw: func(r *rand.Rand) Fault {
		return Partitions{At: drawPoint(r), Add: 1 + r.IntN(8), Linger: drawDuration(r, 0, 2*time.Second)}
	},
})

// Spec implements [Fault].
func (p Partitions) Spec() Spec {
	before := 0
	return Spec{
		kind: "partitions-raised", needs: Needs{Holds: []Resource{TheTopic}}, acts: parts{theTopic},
		wrong: errors.Join(notNegative("linger", p.Linger), oneTo("add", p.Add, 64)),
		prepare: func(ctx context.Context, i *injection) (err error) {
			if before, err = ask(ctx, i.scene.Topic.Partitions); err == nil && before == 0 {
				err = errors.New("the fault partitions-raised needs a topic with partitions, and this environment gives it none")
			}
			return err
		},
		aim:    atAll(p.At),
		strike: func(ctx context.Context, i *injection) error { return i.scene.Topic.RaisePartitions(ctx, before+p.Add) },
		shows: steps{
			do(func(ctx context.Context, i *injection) error { return hasPartitions(before+p.Add).do(ctx, i) }),
			lingering(p.Linger),
		},
	}
}
