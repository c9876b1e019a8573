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

// profileFor is how long a worker's processor is looked at, from when it has its
// backlog on: the backlog and the first of the rates after it.
const profileFor = 4 * time.Second

// workerPort is where a worker serves its metrics and its profiles.
const workerPort = "8080/tcp"

// profiles has the workers' ports published, and returns what writes a profile of
// each worker, in the format of go tool pprof, which adds several files up. Their
// names begin with the path.
func (p *pricing) profiles(path string) func(context.Context) error {
	plain := p.fleet.container
	p.fleet.container = func(ctx context.Context, w *worker) (engine.Spec, error) {
		spec, err := plain(ctx, w)
		spec.Expose = append(spec.Expose, workerPort)
		return spec, err
	}
	return func(ctx context.Context) error {
		all := p.fleet.containers()
		errs := make([]error, len(all))
		var asked sync.WaitGroup
		for i, c := range all {
			asked.Go(func() { errs[i] = profile(ctx, c, fmt.Sprintf("%s-%d.pprof", path, i+1)) })
		}
		asked.Wait()
		return errors.Join(errs...)
	}
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
