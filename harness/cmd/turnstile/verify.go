package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
	"turnstile/harness/system"
)

type verifyOptions struct {
	systemOptions
	faults   []string
	schedule string
}

func verifyCommand(code *int) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify --system FILE",
		Short: "put an orchestrator of your own, as it is, through faults",
		Long: `Run the system that a manifest describes, unchanged, on real Pulsar and Redis, behind links that read what
passes, and put it through faults: those that its mode has something for, or those that are named. First
it is found out what can be seen of it (as doctor does), and that two of its replicas on two subscriptions, which
handle every event at once, are seen to. Needs a Docker engine, and a checkout of turnstile as the working folder.

Verdicts are by what can be seen from outside, and each names the level that it rests on.

Exit code: as of check, by the properties that can be decided from outside; 64 if it cannot be run.`,
		Example: "  turnstile verify --system fixtures/systems/python/turnstile.yaml --mode keyshared --fault freeze",
		Args:    cobra.NoArgs,
		RunE:    untilAsked(code, func(ctx context.Context, stdout io.Writer, _ []string) (int, error) { return o.verify(ctx, stdout) }),
	}
	o.flags(cmd)
	cmd.Flags().StringArrayVar(&o.faults, "fault", nil, "a fault by its name, or none (to be repeated); those that the mode has something for if there is no such flag")
	cmd.Flags().StringVar(&o.schedule, "schedule", "", "a schedule of faults, as run takes it, in place of those")
	return cmd
}

// trial is what a system is put through in one mode.
type trial struct {
	mode      mode.Mode
	scenarios []harness.Scenario
}

// trials reads and checks everything before anything is started.
func (o *verifyOptions) trials() (m system.Manifest, all []trial, err error) {
	if o.schedule != "" && len(o.faults) > 0 {
		return m, nil, errors.New("give --fault or --schedule, not both")
	}
	if o.schedule == "" {
		m, modes, err := o.read()
		if err != nil {
			return m, nil, err
		}
		for _, in := range modes {
			scenarios, err := harness.SystemScenarios(&m, in, o.faults)
			if err != nil {
				return m, nil, err
			}
			all = append(all, trial{in, scenarios})
		}
		return m, all, nil
	}
	p, err := fault.ReadPlanFile(o.schedule, harness.Terms())
	if err != nil {
		return m, nil, err
	}
	if o.mode = p.Mode; p.Guard != "" && mode.Guard(p.Guard) != mode.Unguarded {
		return m, nil, fmt.Errorf("%s: the guard %s is the reference orchestrator's: leave it out", o.schedule, p.Guard)
	}
	m, modes, err := o.read()
	if err != nil {
		return m, nil, err
	}
	sc := harness.SystemScenario(&m, harness.Scenario{Mode: modes[0], Workers: p.Workers, Settings: p.Settings, Load: p.Load}, p.Faults)
	return m, []trial{{modes[0], []harness.Scenario{sc}}}, sc.Check()
}

func (o *verifyOptions) verify(ctx context.Context, stdout io.Writer) (code int, err error) {
	m, trials, err := o.trials()
	if err != nil {
		return exitUsage, err
	}
	s, err := harness.OpenSession(ctx, stdout, runsAtOnce)
	if err != nil {
		return exitUsage, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	matrix := &systemMatrix{}
	if err := o.tryAll(ctx, stdout, s, &m, trials, matrix); err != nil {
		return exitUsage, err
	}
	fmt.Fprintln(stdout)
	matrix.write(stdout)
	if n := matrix.failed; n > 0 {
		return exitUsage, fmt.Errorf("%d runs failed (above): their logs are in their folders under %s", n, s.Folder)
	}
	return matrix.exitCode(), nil
}
