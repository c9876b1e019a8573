package fault

import (
	"context"
	"math/rand/v2"
	"time"

	"turnstile/checker/history"
)

// Burst publishes many events of one user at once, as a client does that loops,
// or a campaign that is started twice.
type Burst struct {
	Events int `yaml:"events"`
}

var _ = describe(Descriptor{
	Name: "burst", From: Burst{}, Harms: []Harm{Late},
	Meaning: "many events of one user are published at once",
	Weight:  2, Draw: func(r *rand.Rand) Fault { return Burst{Events: 20 + r.IntN(200)} },
})

// burstLimit is how long one worker may take for one user's burst.
const burstLimit = 60 * time.Second

// Spec implements [Fault].
func (b Burst) Spec() Spec {
	var events []string
	return Spec{
		kind: "burst", wrong: oneTo("events", b.Events, 10_000), acts: parts{thePublisher, theTopic, theDownstream}, aim: atThe("{user}"),
		strike: func(ctx context.Context, i *injection) (err error) {
			i.note(history.DetailUsers, i.users[0])
			events, err = i.scene.Publisher.Burst(ctx, i.users[0], b.Events)
			return err
		},
		shows: steps{received(b.Events), workedOff(&events, burstLimit), lasting(0, "took")},
	}
}
