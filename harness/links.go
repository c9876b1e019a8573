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
	"turnstile/fixtures/links"
	"turnstile/fixtures/orchestrator/mode"
)

// workerLinks is the proxy between the run's workers and their servers. It is the
// run's own and goes with the run, so that what a fault should fail to take off
// a link stays with nobody. Where nothing asks for links there is no server.
type workerLinks struct{ server *links.Server }

func (w *workerLinks) start(ctx context.Context, e *engine.Engine, image, name string) (err error) {
	w.server, err = links.Start(ctx, e, image, name)
	return err
}

// open makes a worker's own links and tells it of them in place of the servers
// themselves.
func (w *workerLinks) open(ctx context.Context, worker string, m mode.Mode, env map[string]string) error {
	if w.server == nil {
		return nil
	}
	addr, err := w.server.Open(ctx, linkName(fault.Link{Worker: worker, Of: fault.ToBroker}), strings.TrimPrefix(env["PULSAR_URL"], "pulsar://"))
	if err != nil {
		return err
	}
	env["PULSAR_URL"] = "pulsar://" + addr
	if m.Locks() {
		if env["LOCK_REDIS"], err = w.server.Open(ctx, linkName(fault.Link{Worker: worker, Of: fault.ToLocks}), env["LOCK_REDIS"]); err != nil {
			return err
		}
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

// What follows shows the links to the faults.

func (w *workerLinks) Cut(ctx context.Context, l fault.Link, d fault.Direction) error {
	return w.server.Impose(ctx, linkName(l), links.Cut{Direction: links.Direction(d)})
}

func (w *workerLinks) Slow(ctx context.Context, l fault.Link, latency, jitter time.Duration) error {
	return w.server.Impose(ctx, linkName(l), links.Slow{Direction: links.Both, Latency: latency, Jitter: jitter})
}

func (w *workerLinks) Narrow(ctx context.Context, l fault.Link, kBps int) error {
	return w.server.Impose(ctx, linkName(l), links.Narrow{Direction: links.Both, Rate: kBps})
}

func (w *workerLinks) Reset(ctx context.Context, l fault.Link) error {
	return w.server.Impose(ctx, linkName(l), links.Reset{})
}

func (w *workerLinks) Clear(ctx context.Context, l fault.Link) error {
	return w.server.Clear(ctx, linkName(l))
}

func (w *workerLinks) Renew(ctx context.Context, l fault.Link) error {
	return w.server.Renew(ctx, linkName(l))
}

func (w *workerLinks) Listed(ctx context.Context, l fault.Link) (string, error) {
	lines, err := w.server.Listed(ctx, linkName(l))
	return strings.Join(lines, ", "), err
}

func (w *workerLinks) Probe(ctx context.Context, l fault.Link, bytes int, patience time.Duration) (time.Duration, bool, error) {
	ask := links.AskPulsar
	if l.Of == fault.ToLocks {
		ask = links.AskRedis
	}
	return w.server.Probe(ctx, linkName(l), ask, bytes, patience)
}
