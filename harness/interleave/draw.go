package interleave

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Drawn is what merges came to of which some were drawn and the others not driven.
// It says of no property that it holds: see [DrawnVerdict].
type Drawn struct {
	Subject  Subject
	Pair     Pair
	Bounds   Bounds
	Seed     uint64
	Asked    int      // merges to draw
	Executed int      // of these, no two of which are the same
	Possible *big.Int // merges of the steps that each makes alone
	Failed   []Failure
	Took     time.Duration
	Verdicts []DrawnVerdict
}

// DrawnVerdict is what drawn merges say of a property: that one refutes it, or how
// many did not. What was not driven may refute it, so more is never known.
type DrawnVerdict struct {
	Property checker.Property
	Refuted  int // executed merges that refute it
	Unknown  int // executed merges of which it is not known
	of       *Drawn
	Witness  *Taken // as in [Verdict]
}

// Verdict is refuted or unknown.
func (v DrawnVerdict) Verdict() checker.Verdict {
	if v.Refuted > 0 {
		return checker.Refuted
	}
	return checker.Unknown
}

// Reason says of how many merges that is known.
func (v DrawnVerdict) Reason() string {
	if v.Refuted > 0 {
		return fmt.Sprintf("refuted by %d of %d merges that were drawn, of %v", v.Refuted, v.of.Executed, v.of.Possible)
	}
	return fmt.Sprintf("not refuted in %d of %v merges", v.of.Executed-v.Unknown, v.of.Possible)
}

// Draw drives n merges, drawn from the seed: each merge of the steps that each
// makes alone is as likely as any other, until a worker, refused or told more, goes
// another way. Those drawn twice count once. No fault strikes.
func (x *Explorer) Draw(ctx context.Context, s Subject, p Pair, tries, n int, seed uint64) (*Drawn, error) {
	own, err := x.alone(s, p)
	if err != nil {
		return nil, err
	}
	d := &Drawn{Subject: s, Pair: p, Bounds: Bounds{Tries: tries}, Seed: seed, Asked: n, Possible: mergesOf(own)}
	for _, property := range Properties() {
		d.Verdicts = append(d.Verdicts, DrawnVerdict{Property: property, of: d})
	}
	began := time.Now()
	places := make(chan int)
	go func() {
		defer close(places)
		for i := range n {
			select {
			case places <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	var mu sync.Mutex
	met := map[string]bool{}
	var wg sync.WaitGroup
	for range x.Parallel {
		wg.Go(func() {
			for i := range places {
				e := &Exploration{Subject: s, Pair: p, Bounds: d.Bounds, taken: func(*Taken) {}, pick: picker(own, rand.New(rand.NewPCG(seed, uint64(i))))}
				t, err := x.drive(e, job{}, nil)
				mu.Lock()
				if err != nil {
					d.Failed = append(d.Failed, Failure{Err: err})
				} else if key := fmt.Sprint(t.Moves()); !met[key] {
					met[key] = true
					d.take(t)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	d.Took = time.Since(began)
	return d, ctx.Err()
}

// picker draws whose step is next: each worker as likely as it has steps left.
func picker(own [][]move, r *rand.Rand) func([]move) int {
	left := map[string]int{}
	for i, steps := range own {
		left[workerName(i)] = len(steps)
	}
	return func(moves []move) int {
		all := 0
		for _, v := range moves {
			all += max(1, left[v.Who]) // one that went another way has at least this
		}
		drawn := r.IntN(all)
		for i, v := range moves {
			if drawn -= max(1, left[v.Who]); drawn < 0 {
				left[v.Who]--
				return i
			}
		}
		return 0
	}
}

// take counts a merge.
func (d *Drawn) take(t *Taken) {
	d.Executed++
	kept := false
	for i := range d.Verdicts {
		v := &d.Verdicts[i]
		switch t.Check.Of(v.Property).Verdict {
		case checker.Refuted:
			v.Refuted++
			if v.Witness == nil || t.shorter(v.Witness) {
				v.Witness, kept = t, true
			}
		case checker.Unknown:
			v.Unknown++
		}
	}
	if !kept {
		t.History = nil // it is told by another
	}
}

// mergesOf is in how many ways the steps of several can be merged.
func mergesOf(own [][]move) *big.Int {
	all, steps := big.NewInt(1), 0
	for _, o := range own {
		all.Mul(all, merges(steps, len(o)))
		steps += len(o)
	}
	return all
}

// Write tells of the asked properties what the drawn merges say, as
// [Result.Write] does.
func (d *Drawn) Write(w io.Writer, folder string, asked []checker.Property) error {
	fmt.Fprintf(w, "%s, %s / %s (%v, %d drawn from seed %d): %s\n", d.Subject.Mode, d.Subject.Guard, d.Pair.Name, d.Bounds, d.Asked, d.Seed, d.Pair.Meaning)
	fmt.Fprintf(w, "  of %v merges of the steps that each makes alone %d were executed and judged in %.1f s (%.0f a second); %d that were drawn could not be executed\n",
		d.Possible, d.Executed, d.Took.Seconds(), float64(d.Executed)/d.Took.Seconds(), len(d.Failed))
	if len(d.Failed) > 0 {
		fmt.Fprintf(w, "    not executed: %v\n", d.Failed[0])
	}
	var errs []error
	for _, v := range d.Verdicts {
		if !slices.Contains(asked, v.Property) {
			continue
		}
		fmt.Fprintf(w, "  %-12s %-8s %s\n", v.Property, v.Verdict(), v.Reason())
		if v.Witness == nil {
			continue
		}
		name := filepath.Join(folder, fmt.Sprintf("%s-%s-%s-drawn-%d-%s", d.Subject.Mode, d.Subject.Guard, d.Pair.Name, d.Seed, v.Property))
		errs = append(errs, os.MkdirAll(folder, 0o755), writeFile(name+".merge.json", d.Subject, d.Pair, d.Bounds, v.Witness),
			history.WriteFile(name+".jsonl.gz", v.Witness.History.Events))
		tell(w, v.Witness, v.Property, name)
	}
	return errors.Join(errs...)
}
