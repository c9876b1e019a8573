package fault

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What the broker says of the workers' consumers, and whether it answers.

// listing looks at the consumers that the broker has.
func listing(judge func(i *injection, all Connections) (string, bool)) look {
	return briefly(func(ctx context.Context, i *injection) (string, bool, error) {
		all, err := i.scene.Broker.Connections(ctx)
		if err != nil {
			return "", false, err
		}
		what, seen := judge(i, all)
		return what, seen, nil
	})
}

// whom is the name of the consumer that a step is about.
type whom func(i *injection) string

func theStruck(i *injection) string { return i.worker() }

func isListed(of whom, want bool) look {
	return listing(func(i *injection, all Connections) (string, bool) {
		name := of(i)
		_, there := all[name]
		return fmt.Sprintf("the broker lists %d consumers, %s among them: %t", len(all), name, there), there == want
	})
}

// gone: the broker has no such consumer. It is said in several ways, by what was
// done to it.
func gone(name string, of whom) step { return await(name, "broker", brokerLimit, isListed(of, false)) }

// isWholly: the broker has the worker on as many parts of the topic as any other.
func isWholly(name string) look {
	return listing(func(_ *injection, all Connections) (string, bool) {
		most := 0
		for _, parts := range all {
			most = max(most, len(parts))
		}
		return fmt.Sprintf("the broker has %s on %d parts of the topic, and others on up to %d", name, len(all[name]), most), most > 0 && len(all[name]) == most
	})
}

// listedAgain: the broker has the worker's next life.
var listedAgain = await("the broker lists the worker again, under its name", "broker", brokerLimit, isListed(theStruck, true))

// listedOnceMore: the broker has the worker again that it had dropped.
var listedOnceMore = await("the broker lists the worker again", "broker", reconnectLimit, isListed(theStruck, true))

// allGone: the broker has none of the workers.
func allGone(names *[]string) step {
	return await("the broker dropped every worker", "broker", brokerLimit, listing(func(_ *injection, all Connections) (string, bool) {
		var there []string
		for _, name := range *names {
			if len(all[name]) > 0 {
				there = append(there, name)
			}
		}
		return fmt.Sprintf("of %d workers it lists %d: %s", len(*names), len(there), strings.Join(there, ", ")), len(there) == 0
	}))
}

// othersListed: the broker has another worker than the struck one.
var othersListed = await("the broker has other workers to give events to", "broker", brokerLimit, listing(func(i *injection, all Connections) (string, bool) {
	others := len(all)
	if _, there := all[i.worker()]; there {
		others--
	}
	return fmt.Sprintf("it lists %d besides %s", others, i.worker()), others > 0
}))

// nobodyListed: the broker is without a consumer.
var nobodyListed = await("the broker has no consumer left", "broker", brokerLimit, listing(func(_ *injection, all Connections) (string, bool) {
	return fmt.Sprintf("the broker lists %d consumers", len(all)), len(all) == 0
}))

// asManyListed: the broker has at least as many consumers as there were workers.
func asManyListed(names *[]string) step {
	return await("the broker lists as many consumers as before", "broker", brokerLimit, listing(func(_ *injection, all Connections) (string, bool) {
		return fmt.Sprintf("the broker lists %d consumers, before %d", len(all), len(*names)), len(all) >= len(*names)
	}))
}

// connections are those before the strike.
func connections(into *Connections) act {
	return func(ctx context.Context, i *injection) (err error) {
		*into, err = ask(ctx, i.scene.Broker.Connections)
		return err
	}
}

// joined is where an injection notes the newcomers' names.
const joined = "joined"

func (i *injection) newcomers() []string { return strings.Fields(i.detail[joined]) }

// newcomers: the broker has consumers of so many names that it had not, or of one.
func newcomers(many int) step {
	var before Connections
	return comparing(connections(&before), await("the broker lists a worker that was not there", "broker", brokerLimit,
		func(ctx context.Context, i *injection) (string, bool, error) {
			all, err := i.scene.Broker.Connections(ctx)
			var names []string
			for name := range all {
				if before[name] == nil {
					names = append(names, name)
				}
			}
			if len(names) < max(1, many) {
				return fmt.Sprintf("%d consumers, %d of them new", len(all), len(names)), false, err
			}
			slices.Sort(names)
			i.note(joined, strings.Join(names, " "))
			return strings.Join(names, " and ") + " has joined", true, err
		}))
}

// The ways to say that the worker has another consumer than before.
const (
	anotherConsumer = "the broker has another consumer of the worker than before"
	madeAnew        = "the worker's connection was made anew"
	lostAndMadeAnew = "the worker's connection was lost and made anew"
)

// reconnected: the worker has a consumer that it had not, on the part of the
// topic that has the aimed user's events, where that is known.
func reconnected(name string, limit time.Duration) step {
	var before Connections
	return comparing(connections(&before), reconnectedSince(&before, name, limit))
}

func reconnectedSince(before *Connections, name string, limit time.Duration) step {
	return await(name, "broker", limit, listing(func(i *injection, now Connections) (string, bool) {
		return now.made(*before, i.worker(), i.scene.serving.part)
	}))
}

// brokerUnanswering: the broker does not answer for its health.
var brokerUnanswering = await("the broker's health check goes unanswered", "harness", engineLimit, func(ctx context.Context, i *injection) (string, bool, error) {
	err := i.scene.Broker.Healthy(ctx)
	if err == nil {
		return "the broker is healthy", false, nil
	}
	return err.Error(), true, nil
})

// noticed notes whether the broker noticed that the worker was frozen, and where
// that is asked for it must not have: it kept the worker's connection. A worker
// that was cut off is not back at once: that it is not listed is noticed too.
func noticed(all *freezes, mustNot bool) step {
	var before Connections
	return comparing(connections(&before), do(func(ctx context.Context, i *injection) error {
		now, err := i.scene.Broker.Connections(ctx)
		kept := now.kept(before, i.worker())
		if err == nil {
			i.note("the_broker_noticed", !kept)
		}
		if mustNot {
			i.await(ctx, "the broker kept the worker's connection all the while", "broker", pollEvery, func(context.Context, *injection) (string, bool, error) {
				return "the longest freeze took " + all.longest.Round(time.Millisecond).String(), kept, err
			})
		}
		return nil
	}))
}
