package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
)

type runOptions struct {
	schedule string
}

func runCommand(code *int) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run --schedule FILE",
		Short: "run a schedule of faults and judge it",
		Long: `Run a schedule of faults (YAML or JSON) against the reference orchestrator on real Pulsar and Redis,
and judge the history. Needs a Docker engine, and a checkout of turnstile as the working folder.

The faults: ` + strings.Join(fault.Names(), ", ") + `
(turnstile faults says what each does). The modes: ` + mode.Choice(mode.Modes()) + `; the guards: ` + mode.Choice(mode.Guards()) + `
(turnstile modes says what each does). What else a schedule can set: ` + settingNames() + `
(turnstile settings says what each means).

Exit code: as of check, by the verdicts; 64 if the schedule is refused or the run failed.`,
		Example: "  turnstile run --schedule runs/latest/keyshared-schedule-freeze-7/schedule.yaml",
		Args:    takesNone,
		RunE:    untilAsked(code, func(ctx context.Context, stdout io.Writer, _ []string) (int, error) { return o.run(ctx, stdout) }),
	}
	cmd.Flags().StringVar(&o.schedule, "schedule", "", "the file of the schedule")
	if err := cmd.MarkFlagRequired("schedule"); err != nil {
		panic(err)
	}
	return cmd
}

func settingNames() string {
	var names []string
	for _, s := range fault.AllSettings() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// run reads and checks everything before it starts anything.
func (o *runOptions) run(ctx context.Context, stdout io.Writer) (code int, err error) {
	p, err := fault.ReadPlanFile(o.schedule, harness.Terms())
	if err != nil {
		return exitUsage, err
	}
	sc, err := harness.Explore(p)
	if err != nil {
		return exitUsage, err
	}
	if os.Getenv(harness.SeedVariable) == "" && p.Seed != 0 {
		if err := os.Setenv(harness.SeedVariable, fmt.Sprint(p.Seed)); err != nil {
			return exitUsage, err
		}
	}
	s, err := harness.OpenSession(ctx, stdout, 1)
	if err != nil {
		return exitUsage, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	r := s.Run(ctx, sc, sc.Name)
	if r.Err != nil {
		return exitUsage, r.Err
	}
	if r.Check == nil {
		return exitUsage, errors.New("the run left no history to judge")
	}
	for _, v := range slices.Clone(r.Check.Verdicts) {
		fmt.Fprintf(stdout, "  %-12s %-8s %s\n", v.Property, v.Verdict, v.Reason)
	}
	fmt.Fprintf(stdout, "run folder: %s\n", r.Dir)
	return exitCode(r.Check.Verdicts), nil
}
