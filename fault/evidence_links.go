package fault

import (
	"context"
	"fmt"
	"time"
)

// What is seen of the links between workers and their servers.

// link is the struck worker's link to the server.
func (i *injection) link(of LinkEnd) Link { return Link{i.worker(), of.orBroker()} }

// listed: the proxy lists the trouble on the worker's link.
func listed(of LinkEnd) step {
	return await("the proxy lists the trouble on the worker's link", "links", engineLimit, troubled(of))
}

func troubled(of LinkEnd) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		what, err := i.scene.Links.Listed(ctx, i.link(of))
		return fmt.Sprintf("%s: %q", i.link(of), what), what != "", err
	}
}

// allListed: the proxy lists a trouble on each worker's link to the broker.
func allListed(names *[]string) step {
	return await("the proxy lists the trouble on every worker's link", "links", engineLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		for n, name := range *names {
			what, err := i.scene.Links.Listed(ctx, Link{name, ToBroker})
			if err != nil || what == "" {
				return fmt.Sprintf("on %d of %d", n, len(*names)), false, err
			}
		}
		return fmt.Sprintf("on %d of %d", len(*names), len(*names)), len(*names) > 0, nil
	})
}

// takesItsTime: an exchange through the worker's link takes at least so long.
func takesItsTime(of LinkEnd, bytes int, least time.Duration) step {
	return await("an exchange through the worker's link takes its time", "links", engineLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		took, answered, err := i.scene.Links.Probe(ctx, i.link(of), bytes, engineLimit)
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("an exchange of %d bytes through %s took %s (answered: %t)", bytes, i.link(of), took.Round(time.Millisecond), answered), answered && took >= least, nil
	})
}

// silent looks for a link through which no answer comes in so long.
//
// A broker hangs up on whoever does not introduce himself within its patience,
// and that comes through. So nobody is waited for longer than half a second.
func silent(of LinkEnd, patience time.Duration) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		took, answered, err := i.scene.Links.Probe(ctx, i.link(of), 1, min(patience, 500*time.Millisecond))
		if err != nil {
			return "", false, err
		}
		return fmt.Sprintf("%s: answered %t after %s", i.link(of), answered, took.Round(time.Millisecond)), !answered, nil
	}
}

// brokenOff: a connection through the worker's link ends without an answer.
func brokenOff(of LinkEnd) step {
	return await("a connection through the worker's link is reset", "links", engineLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		took, answered, err := i.scene.Links.Probe(ctx, i.link(of), 1, 2*time.Second)
		if err != nil && ctx.Err() == nil {
			return err.Error(), true, nil
		}
		return fmt.Sprintf("%s: answered %t after %s", i.link(of), answered, took.Round(time.Millisecond)), false, err
	})
}
