package harness

import (
	"context"
	"fmt"
	"time"

	"turnstile/fixtures/pulsar"
)

// placingLimit is how long a topic may take to be where it is to begin. A bundle
// that was placed moments ago may go back to where it was, whatever an unload
// names: it is asked for again (see [fault.Transfer]).
const placingLimit = 30 * time.Second

// placeOnFirst has the cluster's first broker serve all of the topic, which nobody
// uses yet.
func (t *topic) placeOnFirst(ctx context.Context) error {
	c, ok := t.broker.(*pulsar.Cluster)
	if !ok {
		return fmt.Errorf("%s cannot be placed: there is one broker", t.name)
	}
	ctx, cancel := context.WithTimeout(ctx, placingLimit)
	defer cancel()
	first := c.Members()[0].ID()
	for _, part := range t.parts() {
		for {
			owner, err := c.Owner(ctx, part)
			if err == nil && owner == first {
				break
			}
			if err == nil {
				_, err = c.Transfer(ctx, part, first)
			}
			if !sleep(ctx, 500*time.Millisecond) {
				return fmt.Errorf("placing %s on the broker %s: it is at %q: %w", part, first, owner, err)
			}
		}
	}
	return nil
}
