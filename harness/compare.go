package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"turnstile/harness/report"
)

// Compare prices the arms, each so many times: all of them once, in an order that is
// drawn, and then all of them again, so that what changes on the machine meanwhile
// meets them all alike. It writes prices.md and prices.svg to the session's folder.
// An arm that fails is told and tried in the next round like the others. Where
// profiled, the workers of each arm are profiled in the first round, once its figures are taken.
func (s *Session) Compare(ctx context.Context, arms []Arm, repetitions int, profiled bool) error {
	draw := rand.New(rand.NewPCG(s.Seed(), 5))
	for _, a := range arms {
		s.summary.Arms = append(s.summary.Arms, a.Name)
	}
	var errs []error
	for round := range repetitions {
		for _, i := range draw.Perm(len(arms)) {
			if ctx.Err() != nil {
				break
			}
			a := arms[i]
			dir, err := makeRunFolder(s.Folder, fmt.Sprintf("%s %d", a.Name, round+1), s.Seed())
			if err != nil {
				return err
			}
			profile := ""
			if profiled && round == 0 {
				profile = filepath.Join(s.Folder, slug(a.Name))
			}
			p, err := s.pool.price(ctx, a, s.Seed()+uint64(round), dir, profile)
			if err != nil {
				err = fmt.Errorf("%s, repetition %d: %w (see %s)", a.Name, round+1, err, dir)
				fmt.Fprintln(s.progress, err)
				errs = append(errs, err)
				continue
			}
			errs = append(errs, os.RemoveAll(dir)) // what is in it says nothing more
			s.priced(p)
			fmt.Fprintf(s.progress, "%-28s %d  %6.0f events/s, %.2f of the raw loop\n", a.Name, round+1, p.Saturated, p.Saturated/p.Raw)
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

// priced adds a price to the session's summary, on disk too.
func (s *Session) priced(p report.Price) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.summary.Prices = append(s.summary.Prices, p)
	if err := report.WriteSummary(s.Folder, &s.summary); err != nil {
		fmt.Fprintln(s.progress, err)
	}
}
