package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/harness"
)

type compareOptions struct {
	repetitions int
	arms        string
	profile     bool
}

func compareCommand() *cobra.Command {
	var o compareOptions
	var names, more []string
	for _, a := range harness.Arms() {
		if a.Chosen {
			names = append(names, a.Name)
		} else {
			more = append(more, a.Name)
		}
	}
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "measure what each mode and remedy costs",
		Long: `Measure, for each mode and remedy, how many events a second it comes to with a backlog, beside a loop that only
receives and acknowledges; how long an event takes at 30, 60 and 90 % of that; and what an event costs of processor
time and round trips to Redis. The downstream answers at once. Needs a Docker engine, a checkout of turnstile as the
working folder, and a machine that has nothing else to do.

They are: ` + strings.Join(names, "; ") + `.
Those and, where --arms matches them, too: ` + strings.Join(more, "; ") + `.

A measurement passes or fails nothing: the exit code is 0 unless a repetition failed as a run.`,
		Args: takesNone,
		RunE: untilAsked(nil, func(ctx context.Context, stdout io.Writer, _ []string) (int, error) {
			return exitHolds, o.run(ctx, stdout)
		}),
	}
	cmd.Flags().IntVar(&o.repetitions, "repetitions", 5, "how often each is measured")
	cmd.Flags().StringVar(&o.arms, "arms", "", "a pattern: those of all whose names match it; a dot: all")
	cmd.Flags().BoolVar(&o.profile, "profile", false, "write processor profiles of the workers of each, for go tool pprof, to the session's folder")
	return cmd
}

// chosen are the arms that were asked for.
func (o *compareOptions) chosen() (arms []harness.Arm, err error) {
	if o.repetitions < 1 {
		return nil, fmt.Errorf("--repetitions is %d: give 1 or more", o.repetitions)
	}
	pattern, err := regexp.Compile(o.arms)
	if err != nil {
		return nil, fmt.Errorf("--arms %q is no pattern: %s", o.arms, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	for _, a := range harness.Arms() {
		if o.arms == "" && a.Chosen || o.arms != "" && pattern.MatchString(a.Name) {
			arms = append(arms, a)
		}
	}
	if len(arms) == 0 {
		return nil, fmt.Errorf("--arms %q matches none: see turnstile compare --help", o.arms)
	}
	return arms, nil
}

func (o *compareOptions) run(ctx context.Context, stdout io.Writer) (err error) {
	arms, err := o.chosen()
	if err != nil {
		return err
	}
	s, err := harness.OpenSession(ctx, stdout, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	return s.Compare(ctx, arms, o.repetitions, o.profile)
}
