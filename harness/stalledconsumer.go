package harness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
)

// stalledConsumer is a consumer that receives and never acknowledges. It is on a
// connection of its own, as a process of its own would be.
type stalledConsumer struct {
	client   pulsargo.Client
	consumer pulsargo.Consumer
	stop     context.CancelFunc
	most     int // it hangs when it has so many; 0: never
	parts    int // of the topic
	stopped  chan struct{}

	mu       sync.Mutex
	messages int
	users    map[string]bool
}

// stall puts one on the topic's subscription, as the mode's workers are. One that
// hangs has the least that a client can fetch beyond what was asked of it: one
// message of each partition.
func stall(ctx context.Context, t *topic, s Scenario, place mode.Place, name string, most int) (fault.StalledConsumer, error) {
	o := pulsargo.ConsumerOptions{
		Topic: t.name, SubscriptionName: t.subscription, Name: name,
		SubscriptionInitialPosition: pulsargo.SubscriptionPositionEarliest,
		ReceiverQueueSize:           s.ReceiverQueue,
	}
	if err := s.mode().Consume(&o, place); err != nil {
		return nil, err
	}
	if s.OutOfOrder {
		mode.AllowOutOfOrder(&o)
	}
	if most > 0 {
		o.ReceiverQueueSize = 1
		o.MessageChannel = make(chan pulsargo.ConsumerMessage) // the client's own has room for ten
	}
	t.ours.Store(name, true)
	client, err := newPulsarClient(t.broker)
	if err != nil {
		return nil, err
	}
	consumer, err := subscribe(ctx, client, o)
	if err != nil {
		client.Close()
		return nil, err
	}
	rctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	h := &stalledConsumer{client: client, consumer: consumer, stop: stop, most: most, parts: len(t.parts()), stopped: make(chan struct{}), users: map[string]bool{}}
	go h.receive(rctx)
	return h, nil
}

// subscribe tries again, as workers do, while the broker is too busy.
func subscribe(ctx context.Context, client pulsargo.Client, o pulsargo.ConsumerOptions) (pulsargo.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	for {
		c, err := client.Subscribe(o)
		if err == nil {
			return c, nil
		}
		if !sleep(ctx, 250*time.Millisecond) {
			return nil, fmt.Errorf("subscribing the stalled consumer %s for up to %s: %w", o.Name, readyLimit, err)
		}
	}
}

func (c *stalledConsumer) receive(ctx context.Context) {
	defer close(c.stopped)
	for n := 0; c.most == 0 || n < c.most; n++ {
		if !c.next(ctx) {
			return
		}
	}
	<-ctx.Done()
	// What the client had fetched was stuck like the rest.
	for range c.parts {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchedLimit)
		more := c.next(ctx)
		cancel()
		if !more {
			return
		}
	}
}

// fetchedLimit is how long a message that the client has may take to be handed
// over.
const fetchedLimit = 100 * time.Millisecond

func (c *stalledConsumer) next(ctx context.Context) bool {
	msg, err := c.consumer.Receive(ctx)
	if err != nil {
		return false
	}
	c.mu.Lock()
	c.messages++
	c.users[msg.Key()] = true
	c.mu.Unlock()
	return true
}

// Held implements [fault.StalledConsumer].
func (c *stalledConsumer) Held() (int, []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.messages, slices.Sorted(maps.Keys(c.users))
}

// Leave implements [fault.StalledConsumer]. The client's close takes no context.
func (c *stalledConsumer) Leave(ctx context.Context) error {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		c.stop()
		<-c.stopped
		c.consumer.Close()
		c.client.Close()
	}()
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("closing the stalled consumer: %w", ctx.Err())
	}
}
