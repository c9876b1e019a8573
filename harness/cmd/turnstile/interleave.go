package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
	"turnstile/harness/interleave"
)

type interleaveOptions struct {
	mode, guard, lock, mutant string
	bounds                    string
	pairs, faults             []string
	properties                []string
	merge, out                string
	parallel, leaveOut, drawn int
	seed                      uint64
}

func interleaveCommand(code *int) *cobra.Command {
	var o interleaveOptions
	var names []string
	for _, p := range slices.Concat(interleave.Pairs(), interleave.Trios()) {
		names = append(names, fmt.Sprintf("%s (%s)", p.Name, p.Meaning))
	}
	cmd := &cobra.Command{
		Use:   "interleave",
		Short: "drive every merge of two attempts' steps, and judge each",
		Long: `Drive every merge of the steps of two attempts of one user, on a real Redis and a real gateway, and judge each alone.
Needs a Docker engine, or ` + interleave.ServerVariable + `=host:port of a Redis server.

The pairs of attempts, and the trios, whose merges are too many and can only be drawn: ` + strings.Join(names, "; ") + `.

Exit code: 0 if every property asked for holds over all merges within the bounds, 1 if a merge refutes one,
2 if one is unknown (a merge was not executed, or merges were drawn), 3 if one is vacuous, 64 if it is used wrongly or nothing could be driven.`,
		Example: "  turnstile interleave --mode shared --guard fenced --bounds tries=2,faults=0\n  turnstile interleave --merge runs/interleave/shared-none-stop-1-0-rules.merge.json",
		Args: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("drawn") && cmd.Flags().Changed("seed") {
				return errors.New("--seed is what --drawn draws from: give --drawn too, or leave --seed out")
			}
			return errors.Join(takesNone(cmd, args), standsAlone(cmd, "merge", "parallel"))
		},
		RunE: untilAsked(code, func(ctx context.Context, stdout io.Writer, _ []string) (int, error) { return o.run(ctx, stdout) }),
	}
	f := cmd.Flags()
	f.StringVar(&o.mode, "mode", string(mode.Shared), "the workers' mode: shared, or one that takes locks")
	f.StringVar(&o.guard, "guard", string(mode.Unguarded), "what protects the effects: "+mode.Choice(mode.Guards()))
	f.StringVar(&o.lock, "lock", orchestrator.LockFlavours()[0].Name, "which lock, in a mode that takes locks")
	f.StringVar(&o.mutant, "mutant", "", "a bug to plant in the workers")
	f.StringVar(&o.bounds, "bounds", "tries=1,faults=0", "how many tries of a delivery are merged, and how many faults a merge has at most")
	f.StringArrayVar(&o.faults, "fault", nil, "this fault alone, of "+mode.Choice(interleave.Faults())+"; may be repeated")
	f.StringArrayVar(&o.pairs, "pair", nil, "this pair alone; may be repeated")
	f.StringArrayVar(&o.properties, "property", nil, "this property alone; may be repeated (default: effects, duplicates, rules, and of a guard that refuses fence)")
	f.IntVar(&o.drawn, "drawn", 0, "draw so many merges instead, of the trios where no --pair is given; of what is not refuted nothing holds then")
	f.Uint64Var(&o.seed, "seed", 1, "what --drawn draws from")
	f.StringVar(&o.merge, "merge", "", "drive the merge of this file again, and nothing else")
	f.StringVar(&o.out, "out", filepath.Join("runs", "interleave"), "the folder for histories, merges and the picture")
	f.IntVar(&o.parallel, "parallel", 16, "how many merges are driven at a time")
	f.IntVar(&o.leaveOut, "leave-out", 0, "count the merge that ends as the N-th as not executed, to see that nothing holds then")
	return cmd
}

// check reads what was asked for, before anything starts.
func (o *interleaveOptions) check() (s interleave.Subject, b interleave.Bounds, ps []interleave.Pair, err error) {
	s = interleave.Subject{Mode: mode.Mode(o.mode), Guard: mode.Guard(o.guard), Lock: o.lock, Mutant: o.mutant}
	d, known := s.Mode.Describe()
	switch {
	case !known:
		return s, b, nil, fmt.Errorf("--mode %q: give %s", o.mode, mode.Choice(mode.Modes()))
	case d.Keeps != mode.KeepsNothing:
		return s, b, nil, fmt.Errorf("--mode %s: there the broker keeps two attempts of a user apart, and what it does is not driven: give %s or %s", o.mode, mode.Shared, mode.Lock)
	}
	if _, known := s.Guard.Describe(); !known {
		return s, b, nil, fmt.Errorf("--guard %q: give %s", o.guard, mode.Choice(mode.Guards()))
	}
	if err := orchestrator.CheckLock(o.lock, s.Guard); d.Locks && err != nil {
		return s, b, nil, fmt.Errorf("--lock: %w", err)
	}
	if s.Mutant != "" {
		if err := mutants.Check(s.Mutant, orchestrator.Config{Mode: s.Mode, Guard: s.Guard}); err != nil {
			return s, b, nil, fmt.Errorf("--mutant: %w", err)
		}
	}
	if o.lock != orchestrator.LockFlavours()[0].Name && !d.Locks {
		return s, b, nil, fmt.Errorf("--lock %s: the mode %s takes none: leave it out", o.lock, s.Mode)
	}
	const most = 1024
	if o.parallel < 1 || o.parallel > most {
		return s, b, nil, fmt.Errorf("--parallel %d: give 1 to %d", o.parallel, most)
	}
	if o.leaveOut < 0 {
		return s, b, nil, fmt.Errorf("--leave-out %d: give 1 or more, or leave it out", o.leaveOut)
	}
	const form = "tries=%d,faults=%d"
	if _, err := fmt.Sscanf(o.bounds, form, &b.Tries, &b.Faults); err != nil || fmt.Sprintf(form, b.Tries, b.Faults) != o.bounds {
		return s, b, nil, fmt.Errorf("--bounds %q: give tries=N,faults=M", o.bounds)
	}
	for _, name := range o.faults {
		b.Kinds = append(b.Kinds, interleave.What(name))
	}
	if err := b.Check(); err != nil {
		return s, b, nil, fmt.Errorf("--bounds and --fault: %w", err)
	}
	if o.drawn < 0 || o.drawn > 0 && b.Faults > 0 {
		return s, b, nil, fmt.Errorf("--drawn %d with bounds %v: give 1 or more, and faults=0", o.drawn, b)
	}
	ps, err = o.those()
	return s, b, ps, err
}

// those are the pairs asked for, or the trios.
func (o *interleaveOptions) those() (ps []interleave.Pair, err error) {
	switch {
	case len(o.pairs) > 0:
	case o.drawn > 0:
		return interleave.Trios(), nil
	default:
		return interleave.Pairs(), nil
	}
	for _, name := range o.pairs {
		p, err := interleave.PairNamed(name)
		if err != nil {
			return nil, fmt.Errorf("--pair: %w", err)
		}
		if p.Three() && o.drawn == 0 {
			return nil, fmt.Errorf("--pair %s: the merges of three are too many to drive: give --drawn N", name)
		}
		ps = append(ps, p)
	}
	return ps, nil
}

// asked are the properties that are printed and decide the exit code.
func (o *interleaveOptions) asked() ([]checker.Property, error) {
	if len(o.properties) == 0 {
		usual := []checker.Property{checker.Effects, checker.Duplicates, checker.Rules}
		if mode.Guard(o.guard).Refuses() {
			usual = append(usual, interleave.Fence)
		}
		return usual, nil
	}
	var names []checker.Property
	for _, name := range o.properties {
		if name == string(interleave.Fence) {
			names = append(names, interleave.Fence)
			continue
		}
		one, err := asked([]string{name})
		if err != nil {
			return nil, err
		}
		names = append(names, one...)
	}
	return names, nil
}

func (o *interleaveOptions) run(ctx context.Context, stdout io.Writer) (code int, err error) {
	asked, err := o.asked()
	if err != nil {
		return exitUsage, err
	}
	s, b, ps, err := o.check()
	if err != nil {
		return exitUsage, err
	}
	var file interleave.File
	if o.merge != "" {
		if file, err = interleave.ReadFile(o.merge); err != nil {
			return exitUsage, fmt.Errorf("--merge: %w", err)
		}
	}
	addr, stop, err := interleave.StartServer(ctx)
	if err != nil {
		return exitUsage, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	x, err := interleave.Open(ctx, addr, o.parallel, fmt.Sprint(os.Getpid()))
	if err != nil {
		return exitUsage, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	x.LeaveOut = o.leaveOut
	if o.merge != "" {
		return repeat(ctx, x, file, stdout)
	}
	if o.drawn > 0 {
		return o.draw(ctx, x, s, b, ps, asked, stdout)
	}
	var verdicts []checker.PropertyVerdict
	var results []*interleave.Result
	for _, p := range ps {
		r, err := x.Run(ctx, s, p, b)
		if err != nil {
			return exitUsage, err
		}
		if err := r.Write(stdout, o.out, asked); err != nil {
			return exitUsage, err
		}
		results = append(results, r)
		for _, p := range asked {
			verdicts = append(verdicts, checker.PropertyVerdict{Property: p, Verdict: r.Of(p).Verdict})
		}
	}
	picture := filepath.Join(o.out, "report.html")
	if err := interleave.WritePicture(picture, results, asked); err != nil {
		return exitUsage, err
	}
	fmt.Fprintf(stdout, "picture: %s\n", picture)
	return exitCode(verdicts), nil
}

// draw drives drawn merges.
func (o *interleaveOptions) draw(ctx context.Context, x *interleave.Explorer, s interleave.Subject, b interleave.Bounds, ps []interleave.Pair, asked []checker.Property, stdout io.Writer) (int, error) {
	var verdicts []checker.PropertyVerdict
	for _, p := range ps {
		d, err := x.Draw(ctx, s, p, b.Tries, o.drawn, o.seed)
		if err != nil {
			return exitUsage, err
		}
		if err := d.Write(stdout, o.out, asked); err != nil {
			return exitUsage, err
		}
		for _, v := range d.Verdicts {
			if slices.Contains(asked, v.Property) {
				verdicts = append(verdicts, checker.PropertyVerdict{Property: v.Property, Verdict: v.Verdict()})
			}
		}
	}
	return exitCode(verdicts), nil
}

// repeat drives the merge of a file again.
func repeat(ctx context.Context, x *interleave.Explorer, f interleave.File, stdout io.Writer) (int, error) {
	t, err := x.Repeat(ctx, f)
	if err != nil {
		return exitUsage, err
	}
	for _, l := range t.Lines() {
		fmt.Fprintf(stdout, "  %s\n", l)
	}
	for _, v := range t.Check.Verdicts {
		fmt.Fprintf(stdout, "  %-12s %-8s %s\n", v.Property, v.Verdict, v.Reason)
	}
	return exitCode(t.Check.Verdicts), nil
}
