package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/engine"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/images"
)

// gatewayServer is the run's own gateway: the downstream that its workers send to.
type gatewayServer struct {
	container *engine.Container // nil: not started
	control   *gateway.Client
	marked    bool // its doors keep records of marks

	mu    sync.Mutex
	doors []string // of whom, once each
}

// start starts the gateway and waits until it answers. It reads calls by the
// rules, if there are some.
func (g *gatewayServer) start(ctx context.Context, e *engine.Engine, image, name string, l Load, seed uint64, rules *gateway.Calls) error {
	calls := ""
	if rules != nil {
		b, err := json.Marshal(rules)
		if err != nil {
			return err
		}
		calls, g.marked = string(b), rules.Marks != nil
	}
	c, err := e.Run(ctx, engine.Spec{
		Name: name, Image: image,
		Cmd:    []string{images.GatewayProgram},
		Expose: []string{"8081/tcp"},
		Env: map[string]string{
			"LATENCY_MIN": l.LatencyMin.String(), "LATENCY_MAX": l.LatencyMax.String(),
			"SEED": fmt.Sprint(seed), "HISTORY_FILE": images.HistoryFile, "CALLS": calls,
		},
	})
	if err != nil {
		return err
	}
	g.container = c
	addr, err := c.Address(ctx, "8081/tcp")
	if err != nil {
		return err
	}
	g.control = gateway.NewClient("http://" + addr)
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		err := g.control.Healthy(ctx)
		if err == nil {
			return nil
		}
		if !sleep(ctx, 20*time.Millisecond) {
			return fmt.Errorf("waiting for the gateway to answer: %w: %w", err, c.LastOutput())
		}
	}
}

// url is where containers reach it.
func (g *gatewayServer) url() string { return "http://" + g.container.Name + ":8080" }

// door opens the door of a foreign orchestrator's worker, and returns the URL of it.
func (g *gatewayServer) door(ctx context.Context, worker string) (string, error) {
	d, err := g.control.Door(ctx, worker)
	if err != nil {
		return "", err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.Contains(g.doors, worker) {
		g.doors = append(g.doors, worker)
	}
	return fmt.Sprintf("http://%s:%d", g.container.Name, d.Port), nil
}

// measureClocks bounds the difference between the containers' clock and this
// process's, where they are not the same (an engine in a virtual machine), and
// records it.
func (g *gatewayServer) measureClocks(ctx context.Context, rec *recorder) error {
	domain, lo, hi, err := g.clock(ctx)
	if err != nil || domain == "" {
		return err
	}
	return rec.record(history.Event{Kind: history.KindClockOffset, Peer: domain, Lo: lo, Hi: hi})
}

// clock bounds by how much the gateway's clock is ahead of this process's, in
// nanoseconds. The domain is empty where they are the same clock.
func (g *gatewayServer) clock(ctx context.Context) (domain string, lo, hi int64, err error) {
	own, err := history.Domain()
	if err != nil {
		return "", 0, 0, err
	}
	for range 5 { // the tightest of a few exchanges
		before := history.Now()
		clock, err := g.control.Clock(ctx)
		if err != nil {
			return "", 0, 0, err
		}
		after := history.Now()
		if clock.Domain == own {
			return "", 0, 0, nil
		}
		if domain == "" || after-before < hi-lo {
			domain, lo, hi = clock.Domain, clock.T-after, clock.T-before
		}
	}
	return domain, lo, hi, nil
}

// collect ends the gateway and returns its record, and those of what workers marked
// at their doors. It is asked to end first, so that what it still withheld is in its
// record.
func (g *gatewayServer) collect(ctx context.Context, rec *recorder) (parts [][]history.Event, errs []error) {
	if g.container == nil {
		return nil, nil
	}
	sctx, cancel := context.WithTimeout(ctx, stopLimit+killLimit)
	code, killed, err := askToStop(sctx, g.container, stopLimit)
	cancel()
	switch {
	case err != nil:
		err = fmt.Errorf("stopping the gateway: %w", err)
	case killed != 0:
		err = fmt.Errorf("the gateway did not stop within %s of SIGTERM and was killed: %w", stopLimit, g.container.LastOutput())
	case code != 0:
		err = fmt.Errorf("the gateway ended with exit code %d: %w", code, g.container.LastOutput())
	}
	events, perr := rec.copyPart(ctx, g.container, "gateway")
	errs = []error{err, perr, g.container.SaveLogs(ctx, rec.logs("gateway"))}
	parts = append(parts, events)
	if !g.marked {
		return parts, errs
	}
	for _, worker := range g.doors {
		marks, err := rec.copyFile(ctx, g.container, gateway.MarksFile(images.HistoryFile, worker), "marks-"+worker)
		parts, errs = append(parts, marks), append(errs, err)
	}
	return parts, errs
}

func (g *gatewayServer) remove(ctx context.Context) error {
	if g.container == nil {
		return nil
	}
	return g.container.Remove(ctx)
}
