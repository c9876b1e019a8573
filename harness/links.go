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
	"turnstile/fixtures/links"
)

// startLinks starts the proxy between this run's workers and their servers,
// where something asks for it. It is the run's own and goes with the run, so
// that what a fault should fail to take off a link stays with nobody.
func (r *run) startLinks(ctx context.Context) (err error) {
	if r.scenario.asks().Links {
		r.links, err = links.Start(ctx, r.env.engine, r.env.images.Programs, r.id+"-links")
	}
	return err
}

// openLinks makes a worker's own links and tells it of them in place of the
// servers themselves.
func (r *run) openLinks(ctx context.Context, worker string, env map[string]string) error {
	if r.links == nil {
		return nil
	}
	addr, err := r.links.Open(ctx, linkName(fault.Link{Worker: worker, Of: fault.ToBroker}), strings.TrimPrefix(env["PULSAR_URL"], "pulsar://"))
	if err != nil {
		return err
	}
	env["PULSAR_URL"] = "pulsar://" + addr
	if r.scenario.Mode.Locks() {
		if env["LOCK_REDIS"], err = r.links.Open(ctx, linkName(fault.Link{Worker: worker, Of: fault.ToLocks}), env["LOCK_REDIS"]); err != nil {
			return err
		}
	}
	return nil
}

func linkName(l fault.Link) string { return l.Worker + "-" + string(l.Of) }

// checkLinks makes sure that the broker sees the named workers come from the
// links: a client that a lookup had led around its link would feel no fault of it.
func (r *run) checkLinks(ctx context.Context, workers []string) error {
	if r.links == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	view, err := r.view(ctx)
	for err != nil { // a fault may have the broker in its hands
		if !sleep(ctx, 100*time.Millisecond) {
			return err
		}
		view, err = r.view(ctx)
	}
	var errs []error
	for _, c := range view.Consumers {
		if slices.Contains(workers, c.Name) && hostOf(c.Address) != r.links.IP() {
			errs = append(errs, fmt.Errorf("%s reached the broker around its link: the broker sees it at %s, and the links are at %s", c.Name, c.Address, r.links.IP()))
		}
	}
	return errors.Join(errs...)
}

// hostOf takes the host out of an address as the broker writes it, "/host:port".
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(strings.TrimPrefix(address, "/"))
	if err != nil {
		return address
	}
	return host
}

// workerLinks shows the links to the faults.
type workerLinks struct{ server *links.Server }

func (w workerLinks) Cut(ctx context.Context, l fault.Link, d fault.Direction) error {
	return w.server.Impose(ctx, linkName(l), links.Cut{Direction: links.Direction(d)})
}

func (w workerLinks) Slow(ctx context.Context, l fault.Link, latency, jitter time.Duration) error {
	return w.server.Impose(ctx, linkName(l), links.Slow{Direction: links.Both, Latency: latency, Jitter: jitter})
}

func (w workerLinks) Narrow(ctx context.Context, l fault.Link, kBps int) error {
	return w.server.Impose(ctx, linkName(l), links.Narrow{Direction: links.Both, Rate: kBps})
}

func (w workerLinks) Reset(ctx context.Context, l fault.Link) error {
	return w.server.Impose(ctx, linkName(l), links.Reset{})
}

func (w workerLinks) Clear(ctx context.Context, l fault.Link) error {
	return w.server.Clear(ctx, linkName(l))
}

func (w workerLinks) Renew(ctx context.Context, l fault.Link) error {
	return w.server.Renew(ctx, linkName(l))
}

func (w workerLinks) Listed(ctx context.Context, l fault.Link) (string, error) {
	lines, err := w.server.Listed(ctx, linkName(l))
	return strings.Join(lines, ", "), err
}

func (w workerLinks) Probe(ctx context.Context, l fault.Link, bytes int, patience time.Duration) (time.Duration, bool, error) {
	ask := links.AskPulsar
	if l.Of == fault.ToLocks {
		ask = links.AskRedis
	}
	return w.server.Probe(ctx, linkName(l), ask, bytes, patience)
}
