package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"

	"turnstile/fault"
	"turnstile/fixtures/pulsar"
)

// topic is the run's own topic, in a namespace of its own: what moves or is
// deleted in it concerns no other run.
type topic struct {
	broker       Pulsar
	namespace    string
	name         string
	subscription string
	deadLetters  string
	retries      string   // where workers publish what they try again; empty: nowhere
	partitions   int      // 0: it has none
	strays       []string // subscriptions of workers that went astray, see [SubscriptionApart]
	created      bool     // the namespace is there
	ours         sync.Map // names of consumers that are the harness' own
	workers      aliases  // nil: consumers have their workers' names
}

// aliases tells whose consumers are whose, by their names at the broker.
type aliases func(context.Context) (map[string]string, error)

func newTopic(broker Pulsar, runID string, s Scenario) *topic {
	t := &topic{broker: broker, namespace: broker.NamespaceFor(runID), subscription: s.subscription(), partitions: s.partitions()}
	t.name = "persistent://" + t.namespace + "/events"
	t.deadLetters = t.name + "-dead"
	if s.Retry == fault.RetryByTopic {
		t.retries = t.name + "-retry"
	}
	if s.Mutant == SubscriptionApart {
		t.strays = []string{strayed(t.subscription)}
	}
	return t
}

// create makes the namespace, the topic with the workers' subscription, and the
// topic of dead letters.
func (t *topic) create(ctx context.Context, deduplicated bool) error {
	if err := t.broker.CreateNamespace(ctx, t.namespace); err != nil {
		return err
	}
	t.created = true
	if !deduplicated {
		if err := t.broker.DisableDeduplication(ctx, t.namespace); err != nil {
			return err
		}
	}
	if err := t.broker.CreateTopic(ctx, t.name, t.subscription, t.partitions); err != nil {
		return err
	}
	if t.retries != "" {
		if err := t.broker.CreateTopic(ctx, t.retries, t.subscription, 0); err != nil {
			return err
		}
	}
	return t.broker.CreateTopic(ctx, t.deadLetters, "", 0)
}

func (t *topic) remove(ctx context.Context) error {
	if !t.created {
		return nil
	}
	return t.broker.DeleteNamespace(ctx, t.namespace)
}

// parts are the topic's partitions, or the topic itself if it has none.
func (t *topic) parts() []string {
	if t.partitions == 0 {
		return []string{t.name}
	}
	all := make([]string, t.partitions)
	for p := range all {
		all[p] = t.partition(p)
	}
	return all
}

func (t *topic) partition(p int) string { return fmt.Sprintf("%s-partition-%d", t.name, p) }

// view is what the broker's statistics say of the workers' subscription.
func (t *topic) view(ctx context.Context) (pulsar.View, error) {
	return t.look(ctx, t.subscription)
}

// look is what they say of any subscription, with workers' names for consumers.
func (t *topic) look(ctx context.Context, subscription string) (pulsar.View, error) {
	view, err := t.broker.Subscription(ctx, t.name, subscription, t.partitions)
	if err != nil || t.workers == nil {
		return view, err
	}
	workers, err := t.workers(ctx)
	for i, c := range view.Consumers {
		if w, ok := workers[c.Name]; ok {
			view.Consumers[i].Name = w
		}
	}
	return view, err
}

// everyone is whoever subscribed, by the names that they gave themselves.
func (t *topic) everyone(ctx context.Context) (all []pulsar.Consumer, err error) {
	for _, s := range append([]string{t.subscription}, t.strays...) {
		view, err := t.broker.Subscription(ctx, t.name, s, t.partitions)
		if err != nil {
			return nil, err
		}
		all = append(all, view.Consumers...)
	}
	return all, nil
}

// isOurs reports whether the harness itself has a consumer of the name.
func (t *topic) isOurs(name string) bool {
	_, ours := t.ours.Load(name)
	return ours
}

// left is [topic.view] with what waits to be tried again in its backlog. What goes
// from the one topic to the other is on the second before it is off the first.
func (t *topic) left(ctx context.Context) (pulsar.View, error) {
	view, err := t.view(ctx)
	if err != nil || t.retries == "" {
		return view, err
	}
	again, err := t.broker.Subscription(ctx, t.retries, t.subscription, 0)
	view.Backlog += again.Backlog
	return view, err
}

// connections counts the workers' connections, wherever they subscribed.
func (t *topic) connections(ctx context.Context) (map[string]int, error) {
	view, err := t.view(ctx)
	all := view.Connections()
	for _, s := range t.strays {
		other, oerr := t.look(ctx, s)
		maps.Copy(all, other.Connections())
		err = errors.Join(err, oerr)
	}
	return all, err
}

// serving is the broker that owns the topic, or its first partition.
func (t *topic) serving(ctx context.Context) (*pulsar.Broker, error) {
	id, err := t.broker.Owner(ctx, t.parts()[0])
	if err != nil {
		return nil, err
	}
	return t.broker.Member(id)
}
