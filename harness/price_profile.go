package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"turnstile/fixtures/engine"
)

// For how long workers are profiled, with so many events waiting at the beginning.
const (
	profileFor     = 4 * time.Second
	profileBacklog = 20_000
)

// workerPort is where a worker serves its metrics and its profiles.
const workerPort = "8080/tcp"

// profileWorkers writes a profile of each worker at saturation, in the format of go
// tool pprof, which adds several files up.
func (p *pricing) profileWorkers(ctx context.Context) error {
	if err := p.offer.atOnce(profileBacklog); err != nil {
		return err
	}
	all := p.fleet.containers()
	errs := make([]error, len(all))
	var asked sync.WaitGroup
	for i, c := range all {
		asked.Go(func() { errs[i] = profile(ctx, c, fmt.Sprintf("%s-%d.pprof", p.profile, i+1)) })
	}
	asked.Wait()
	return errors.Join(append(errs, p.wait(ctx))...)
}

func profile(ctx context.Context, c *engine.Container, path string) error {
	addr, err := c.Address(ctx, workerPort)
	if err != nil {
		return err
	}
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", addr, profileFor.Seconds())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("asking %s for its profile: %w", c.Name, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("asking %s for its profile: it says %s", c.Name, answer.Status)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, answer.Body)
	return errors.Join(err, f.Close())
}
