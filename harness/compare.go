package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/report"
)

// Compare prices the arms, each so many times: all of them once, in an order that is
// drawn, and then all of them again, so that what changes on the machine meanwhile
// meets them all alike. Each round begins with the raw loop of each mode; where that
// fails, the mode's arms are left out of the round, of which nothing could be told. It
// writes prices.md and prices.svg to the session's folder.
// An arm that fails is told and tried in the next round like the others. Where
// profiled, the workers of each arm are profiled in the first round, once its figures are taken.
func (s *Session) Compare(ctx context.Context, arms []Arm, repetitions int, profiled bool) error {
	draw := rand.New(rand.NewPCG(s.Seed(), 5))
	for _, a := range arms {
		s.summary.Arms = append(s.summary.Arms, a.Name)
	}
	var errs []error
	for round := range repetitions {
		raw, err := s.rawRates(ctx, arms, round)
		errs = append(errs, err)
		for _, i := range draw.Perm(len(arms)) {
			a := arms[i]
			if raw[a.Mode] == 0 {
				continue
			}
			profile := ""
			if profiled && round == 0 {
				profile = filepath.Join(s.Folder, slug(a.Name))
			}
			errs = append(errs, s.repetition(ctx, a.Name, round, func(seed uint64, dir string) error {
				p, err := s.pool.price(ctx, a, seed, dir, profile)
				if err != nil {
					return err
				}
				p.Raw = raw[a.Mode]
				s.priced(p)
				fmt.Fprintf(s.progress, "%-28s %d  %6.0f events/s, %.2f of the raw loop\n", a.Name, round+1, p.Saturated, p.Saturated/p.Raw)
				return nil
			}))
		}
	}
	rows := report.PriceRows(&s.summary)
	errs = append(errs, context.Cause(ctx),
		writeTo(filepath.Join(s.Folder, "prices.md"), func(f *os.File) error { report.WritePrices(f, rows); return nil }),
		writeTo(filepath.Join(s.Folder, "prices.svg"), func(f *os.File) error { return report.DrawPrices(f, rows) }))
	fmt.Fprintln(s.progress)
	report.WritePrices(s.progress, rows)
	if others := report.DisturbedRows(&s.summary); len(others) > 0 {
		fmt.Fprintln(s.progress)
		report.WriteDisturbed(s.progress, others)
	}
	fmt.Fprintf(s.progress, "\npicture: %s\n", filepath.Join(s.Folder, "prices.svg"))
	return errors.Join(errs...)
}

// rawRates are the rates a second of the raw loop in each mode of the arms, in one round.
func (s *Session) rawRates(ctx context.Context, arms []Arm, round int) (map[mode.Mode]float64, error) {
	rates := map[mode.Mode]float64{}
	var errs []error
	for _, a := range arms {
		if _, measured := rates[a.Mode]; measured {
			continue
		}
		rates[a.Mode] = 0
		errs = append(errs, s.repetition(ctx, "raw loop "+string(a.Mode), round, func(seed uint64, dir string) (err error) {
			rates[a.Mode], err = s.pool.rawRate(ctx, a.Mode, seed, dir)
			return err
		}))
	}
	return rates, errors.Join(errs...)
}

// repetition has measure write to a folder of its own, which stays if it fails: then
// the error says where it is. Once ctx is done, nothing is measured.
func (s *Session) repetition(ctx context.Context, what string, round int, measure func(seed uint64, dir string) error) error {
	select {
	case <-ctx.Done():
		return nil // the session says so
	default:
	}
	dir, err := makeRunFolder(s.Folder, fmt.Sprintf("%s %d", what, round+1), s.Seed())
	if err != nil {
		return err
	}
	if err := measure(s.Seed()+uint64(round), dir); err != nil {
		err = fmt.Errorf("%s, repetition %d: %w (see %s)", what, round+1, err, dir)
		fmt.Fprintln(s.progress, err)
		return err
	}
	return os.RemoveAll(dir) // what is in it says nothing more
}

// priced adds a price to the session's summary, on disk too.
func (s *Session) priced(p report.Price) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.summary.Prices = append(s.summary.Prices, p)
	if err := report.WriteSummary(s.Folder, &s.summary); err != nil {
		fmt.Fprintln(s.progress, err)
	}
}
