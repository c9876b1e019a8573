package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/engine"
	"turnstile/harness/alerting"
)

const (
	// scrapeEvery is how often the workers' metrics are asked for.
	scrapeEvery = 250 * time.Millisecond
	// scrapeLimit is how long an answer may take, on a busy machine: in the rules' time
	// half a minute.
	scrapeLimit = time.Second
)

// errHeldUp is of a scrape that this process itself was too late for. That says
// nothing of the worker, so it is no sample.
var errHeldUp = errors.New("the scrape was held up here")

// scraper asks the workers of a run for their metrics, as Prometheus would, while the
// scenario is played. One that has ended is asked too: that nobody answers is what
// there is to see of it.
type scraper struct {
	fleet  *fleet
	record *alerting.Record
	client *http.Client

	asked sync.WaitGroup
	known map[*worker]bool
}

// scraped has the workers' metrics recorded.
func (r *run) scraped() error {
	domain, err := history.Domain()
	if err != nil {
		return err
	}
	r.fleet.publishPorts()
	r.scraper = &scraper{
		fleet: r.fleet, known: map[*worker]bool{},
		client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		record: alerting.NewRecord(domain, history.Now(), time.Now(), scrapeEvery),
	}
	return nil
}

// publishPorts has the workers' ports published, once they start.
func (f *fleet) publishPorts() {
	plain := f.container
	f.container = func(ctx context.Context, w *worker) (engine.Spec, error) {
		spec, err := plain(ctx, w)
		spec.Expose = append(spec.Expose, workerPort)
		return spec, err
	}
}

// follow scrapes all workers, those too that come later, until ctx ends.
func (s *scraper) follow(ctx context.Context) {
	if s == nil {
		return
	}
	for {
		s.fleet.mu.Lock()
		for _, w := range s.fleet.workers {
			if !s.known[w] {
				s.known[w] = true
				s.asked.Go(func() { s.scrape(ctx, w) })
			}
		}
		s.fleet.mu.Unlock()
		if !sleep(ctx, scrapeEvery) {
			s.asked.Wait()
			return
		}
	}
}

// scrape asks one worker again and again.
func (s *scraper) scrape(ctx context.Context, w *worker) {
	url := ""
	ticks := time.NewTicker(scrapeEvery)
	defer ticks.Stop()
	for ctx.Err() == nil {
		at := history.Now()
		if url == "" { // whoever has ended before it was asked has no address any more
			if addr, err := w.Address(ctx, workerPort); err == nil {
				url = "http://" + addr + "/metrics"
			}
		}
		err := s.ask(ctx, url, w.file(), at)
		if err != nil && !errors.Is(err, errHeldUp) && ctx.Err() == nil {
			s.record.Silent(w.file(), at)
		}
		select {
		case <-ctx.Done():
		case <-ticks.C:
		}
	}
}

func (s *scraper) ask(ctx context.Context, url, instance string, at int64) (err error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeLimit)
	defer cancel()
	defer func() {
		if late := time.Duration(history.Now()-at) - scrapeLimit; err != nil && late > scrapeEvery {
			err = fmt.Errorf("%w by %v: %w", errHeldUp, late, err)
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("it says %s", answer.Status)
	}
	return s.record.Answered(instance, at, answer.Body)
}

// save writes what there is into the run's folder.
func (s *scraper) save(folder string) error {
	if s == nil {
		return nil
	}
	return s.record.WriteFile(filepath.Join(folder, alerting.File))
}
