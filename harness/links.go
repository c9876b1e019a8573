package harness

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/links/tap"
	"turnstile/fixtures/orchestrator/mode"
)

// workerLinks is what is between the run's workers and their servers. It is the
// run's own and goes with the run, so that what a fault should fail to take off
// a link stays with nobody. Where nothing asks for links there is no server.
type workerLinks struct {
	server linkServer
	tap    *tapLinks // the server, where it understands what passes
}

// linkServer makes links and does to them what faults ask.
type linkServer interface {
	fault.Links
	// open makes a link to the first of the servers that answers, and returns
	// where the worker reaches it.
	open(ctx context.Context, link string, of fault.LinkEnd, servers []string) (addr string, err error)
	IP() string // where its servers see the workers come from
	SaveLogs(ctx context.Context, path string) error
	Remove(ctx context.Context) error
}

const pulsarScheme = "pulsar://"

// toState is the end of a link that no fault strikes.
const toState fault.LinkEnd = "state"

func (w *workerLinks) start(ctx context.Context, e *engine.Engine, image, name string, frames bool, far *tap.TLS) (err error) {
	if !frames {
		w.server, err = startProxy(ctx, e, image, name)
		return err
	}
	w.tap, err = startTap(ctx, e, image, name, far)
	if w.tap != nil { // none in an interface would look like one
		w.server = w.tap
	}
	return err
}

// open makes a worker's own links and tells it of them in place of the servers
// themselves. What is recorded is recorded of the state store, too.
func (w *workerLinks) open(ctx context.Context, worker string, m mode.Mode, env map[string]string) error {
	if w.server == nil {
		return nil
	}
	for _, way := range []struct {
		of               fault.LinkEnd
		variable, scheme string
		yes              bool
	}{
		{fault.ToBroker, "PULSAR_URL", pulsarScheme, true},
		{fault.ToLocks, "LOCK_REDIS", "", m.Locks()},
		{toState, "STATE_REDIS", "", w.tap != nil},
	} {
		if !way.yes {
			continue
		}
		servers := strings.Split(strings.TrimPrefix(env[way.variable], way.scheme), ",")
		straight := []string{}
		if way.of == fault.ToLocks { // of a lock on several servers
			servers, straight = servers[:1], servers[1:]
		}
		addr, err := w.server.open(ctx, linkName(fault.Link{Worker: worker, Of: way.of}), way.of, servers)
		if err != nil {
			return err
		}
		env[way.variable] = way.scheme + strings.Join(append([]string{addr}, straight...), ",")
	}
	return nil
}

func linkName(l fault.Link) string { return l.Worker + "-" + string(l.Of) }

// check makes sure that the broker sees the named workers come from the links: a
// client that a lookup had led around its link would feel no fault of it.
func (w *workerLinks) check(ctx context.Context, t *topic, workers []string) error {
	if w.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	view, err := t.view(ctx)
	for err != nil { // a fault may have the broker in its hands
		if !sleep(ctx, 100*time.Millisecond) {
			return err
		}
		view, err = t.view(ctx)
	}
	var errs []error
	for _, c := range view.Consumers {
		if slices.Contains(workers, c.Name) && hostOf(c.Address) != w.server.IP() {
			errs = append(errs, fmt.Errorf("%s reached the broker around its link: the broker sees it at %s, and the links are at %s", c.Name, c.Address, w.server.IP()))
		}
	}
	return errors.Join(errs...)
}

func (w *workerLinks) saveLogs(ctx context.Context, rec *recorder) error {
	if w.server == nil {
		return nil
	}
	return w.server.SaveLogs(ctx, rec.logs("links"))
}

func (w *workerLinks) remove(ctx context.Context) error {
	if w.server == nil {
		return nil
	}
	return w.server.Remove(ctx)
}

// hostOf takes the host out of an address as the broker writes it, "/host:port".
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(strings.TrimPrefix(address, "/"))
	if err != nil {
		return address
	}
	return host
}
