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

// hoarder is a consumer that receives and never acknowledges. It is on a
// connection of its own, as a process of its own would be.
type hoarder struct {
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

// hoard puts one on the run's subscription, as the mode's workers are. One that
// hangs has the least that a client can fetch beyond what was asked of it: one
// message of each partition.
func hoard(ctx context.Context, r *run, name string, most int) (fault.Holder, error) {
	o := pulsargo.ConsumerOptions{
		Topic: r.topic, SubscriptionName: subscription, Name: name,
		SubscriptionInitialPosition: pulsargo.SubscriptionPositionEarliest,
		ReceiverQueueSize:           r.scenario.ReceiverQueue,
	}
	if err := r.scenario.mode().Consume(&o, mode.Place{Number: r.fleet.places.at(name), Of: r.scenario.Workers}); err != nil {
		return nil, err
	}
	if most > 0 {
		o.ReceiverQueueSize = 1
		o.MessageChannel = make(chan pulsargo.ConsumerMessage) // the client's own has room for ten
	}
	client, err := newPulsarClient(r.env.broker.URL())
	if err != nil {
		return nil, err
	}
	consumer, err := subscribe(ctx, client, o)
	if err != nil {
		client.Close()
		return nil, err
	}
	rctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	h := &hoarder{client: client, consumer: consumer, stop: stop, most: most, parts: len(r.parts()), stopped: make(chan struct{}), users: map[string]bool{}}
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

func (h *hoarder) receive(ctx context.Context) {
	defer close(h.stopped)
	for n := 0; h.most == 0 || n < h.most; n++ {
		if !h.next(ctx) {
			return
		}
	}
	<-ctx.Done()
	// What the client had fetched was stuck like the rest.
	for range h.parts {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchedLimit)
		more := h.next(ctx)
		cancel()
		if !more {
			return
		}
	}
}

// fetchedLimit is how long a message that the client has may take to be handed
// over.
const fetchedLimit = 100 * time.Millisecond

func (h *hoarder) next(ctx context.Context) bool {
	msg, err := h.consumer.Receive(ctx)
	if err != nil {
		return false
	}
	h.mu.Lock()
	h.messages++
	h.users[msg.Key()] = true
	h.mu.Unlock()
	return true
}

// Held implements [fault.Holder].
func (h *hoarder) Held() (int, []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.messages, slices.Sorted(maps.Keys(h.users))
}

// Leave implements [fault.Holder]. The client's close takes no context.
func (h *hoarder) Leave(ctx context.Context) error {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		h.stop()
		<-h.stopped
		h.consumer.Close()
		h.client.Close()
	}()
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("closing the stalled consumer: %w", ctx.Err())
	}
}
