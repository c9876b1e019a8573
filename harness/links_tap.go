package harness

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/links"
	"turnstile/fixtures/links/tap"
)

// tapLinks are links of a tap, which understands what passes, as faults see them.
type tapLinks struct {
	*links.Tap
	far *tap.TLS // that the brokers are spoken to in; nil: none

	mu     sync.Mutex
	opened []fault.Link
}

func startTap(ctx context.Context, e *engine.Engine, image, name string, far *tap.TLS) (*tapLinks, error) {
	t, err := links.StartTap(ctx, e, image, name)
	if t == nil {
		return nil, err
	}
	return &tapLinks{Tap: t, far: far}, err
}

func (t *tapLinks) open(ctx context.Context, link string, of fault.LinkEnd, servers []string) (string, error) {
	spec := tap.LinkSpec{Name: link, Protocol: tap.Redis, Servers: servers}
	if of == fault.ToBroker {
		spec.Protocol, spec.TLS = tap.Pulsar, t.far
	}
	l, err := t.Open(ctx, spec)
	if err != nil {
		return "", fmt.Errorf("making the link %s to %s: %w", link, strings.Join(servers, ","), err)
	}
	t.note(fault.Link{Worker: strings.TrimSuffix(link, "-"+string(of)), Of: of})
	return l.Listen, nil
}

// note remembers a link, once: a worker that comes back has the one that it had.
func (t *tapLinks) note(l fault.Link) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, known := range t.opened {
		if known == l {
			return
		}
	}
	t.opened = append(t.opened, l)
}

// ways are a tap's words for a direction; of both, none.
var ways = map[fault.Direction]string{fault.ToServer: tap.ToServer, fault.FromServer: tap.ToClient}

func (t *tapLinks) impose(ctx context.Context, l fault.Link, one tap.Trouble) error {
	_, err := t.Impose(ctx, linkName(l), one)
	if err != nil {
		err = fmt.Errorf("putting %s on the link %s: %w", one.Do, linkName(l), err)
	}
	return err
}

func (t *tapLinks) Cut(ctx context.Context, l fault.Link, d fault.Direction) error {
	return t.impose(ctx, l, tap.Trouble{Do: tap.DoCut, Way: ways[d]})
}

func (t *tapLinks) Slow(ctx context.Context, l fault.Link, latency, jitter time.Duration) error {
	return t.impose(ctx, l, tap.Trouble{Do: tap.DoSlow, LatencyMS: latency.Milliseconds(), JitterMS: jitter.Milliseconds()})
}

func (t *tapLinks) Narrow(ctx context.Context, l fault.Link, kBps int) error {
	return t.impose(ctx, l, tap.Trouble{Do: tap.DoNarrow, KBps: int64(kBps)})
}

func (t *tapLinks) Reset(ctx context.Context, l fault.Link) error {
	return t.impose(ctx, l, tap.Trouble{Do: tap.DoReset})
}

func (t *tapLinks) Clear(ctx context.Context, l fault.Link) error {
	return mustBeClear(t.Tap.Clear(ctx, linkName(l)))
}

func (t *tapLinks) Renew(ctx context.Context, l fault.Link) error {
	return mustBeClear(t.Tap.Renew(ctx, linkName(l)))
}

func mustBeClear(l tap.Link, err error) error {
	if err == nil && len(l.Troubles) > 0 {
		err = fmt.Errorf("the link %s still has %s on it", l.Name, l.Troubles[0].Do)
	}
	return err
}

func (t *tapLinks) Listed(ctx context.Context, l fault.Link) (string, error) {
	all, err := t.Links(ctx)
	if err != nil {
		return "", fmt.Errorf("asking what is on the link %s: %w", linkName(l), err)
	}
	var lines []string
	for _, one := range all {
		if one.Name == linkName(l) {
			for _, trouble := range one.Troubles {
				lines = append(lines, fmt.Sprintf("%s %+v", trouble.Do, trouble))
			}
		}
	}
	return strings.Join(lines, ", "), nil
}

func (t *tapLinks) Probe(ctx context.Context, l fault.Link, bytes int, patience time.Duration) (time.Duration, bool, error) {
	return t.Tap.Probe(ctx, linkName(l), request(l), bytes, patience)
}

// frames are a tap's rules, as faults see them.
type frames struct {
	*tapLinks
	lockKey func(user string) string
}

func (f frames) Rule(ctx context.Context, l fault.Link, r fault.FrameRule) (string, error) {
	key := r.User
	if key != "" && l.Of == fault.ToLocks {
		key = f.lockKey(key)
	}
	s, err := f.Tap.Rule(ctx, linkName(l), tap.Spec{
		On: tap.Kind(r.On), Do: string(r.Do), Key: key, To: tap.Kind(r.To), By: r.By, ForMS: r.Late.Milliseconds(), Times: r.Most,
	})
	if err != nil {
		return "", fmt.Errorf("putting a rule on the link %s: %w", linkName(l), err)
	}
	return s.ID, nil
}

func (f frames) Watch(ctx context.Context, id string, wait time.Duration) (fault.RuleState, error) {
	s, err := f.Tap.Watch(ctx, id, 0, wait)
	return fault.RuleState{Caught: s.Caught, Held: s.Held}, err
}

func (f frames) LetGo(ctx context.Context, l fault.Link) error {
	_, err := f.Tap.LetGo(ctx, linkName(l))
	return err
}

// InHand knows users by their messages' keys, as they are published.
func (f frames) InHand(ctx context.Context, worker string) (map[string]int, error) {
	n, err := f.Tap.InHand(ctx, linkName(fault.Link{Worker: worker, Of: fault.ToBroker}))
	if err != nil {
		return nil, fmt.Errorf("asking what %s has in hand: %w", worker, err)
	}
	return n, nil
}
