package harness

import (
	"context"
	"strings"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/links"
)

// proxyLinks are links of a proxy that works on streams, as faults see them.
type proxyLinks struct{ *links.Server }

func startProxy(ctx context.Context, e *engine.Engine, image, name string) (linkServer, error) {
	s, err := links.Start(ctx, e, image, name)
	if s == nil { // no server in an interface would look like one
		return nil, err
	}
	return proxyLinks{s}, err
}

func (p proxyLinks) open(ctx context.Context, link string, _ fault.LinkEnd, servers []string) (string, error) {
	return p.Open(ctx, link, servers[0])
}

func (p proxyLinks) Cut(ctx context.Context, l fault.Link, d fault.Direction) error {
	return p.Impose(ctx, linkName(l), links.Cut{Direction: links.Direction(d)})
}

func (p proxyLinks) Slow(ctx context.Context, l fault.Link, latency, jitter time.Duration) error {
	return p.Impose(ctx, linkName(l), links.Slow{Direction: links.Both, Latency: latency, Jitter: jitter})
}

func (p proxyLinks) Narrow(ctx context.Context, l fault.Link, kBps int) error {
	return p.Impose(ctx, linkName(l), links.Narrow{Direction: links.Both, Rate: kBps})
}

func (p proxyLinks) Reset(ctx context.Context, l fault.Link) error {
	return p.Impose(ctx, linkName(l), links.Reset{})
}

func (p proxyLinks) Clear(ctx context.Context, l fault.Link) error {
	return p.Server.Clear(ctx, linkName(l))
}

func (p proxyLinks) Renew(ctx context.Context, l fault.Link) error {
	return p.Server.Renew(ctx, linkName(l))
}

func (p proxyLinks) Listed(ctx context.Context, l fault.Link) (string, error) {
	lines, err := p.Server.Listed(ctx, linkName(l))
	return strings.Join(lines, ", "), err
}

func (p proxyLinks) Probe(ctx context.Context, l fault.Link, bytes int, patience time.Duration) (time.Duration, bool, error) {
	return p.Server.Probe(ctx, linkName(l), request(l), bytes, patience)
}

// request is what the server at the far end of a link answers.
func request(l fault.Link) links.Request {
	if l.Of == fault.ToLocks {
		return links.AskRedis
	}
	return links.AskPulsar
}
