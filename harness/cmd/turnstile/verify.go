package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
	"turnstile/harness/system"
)

type verifyOptions struct {
	systemOptions
	clusterOptions
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

By their names alone these can be named: ` + strings.Join(harness.SystemFaults(), ", ") + `;
any other, and these with other settings, in a schedule.

With --pulsar and --admin all of it but Pulsar is run here, and Pulsar is a cluster that is there already: in a namespace
that is made for each run and removed after it. Faults that make the cluster do something are left out,
and told, unless --may names it; what would touch its servers' processes is never done.

Verdicts are by what can be seen from outside, and each names the level that it rests on. The session's folder has
report.html to look at: the matrix, each run, and a picture of who was inside at once.

Exit code: as of check, by the properties that can be decided from outside; 64 if it cannot be run.`,
		Example: "  turnstile verify --system fixtures/systems/python/turnstile.yaml --mode keyshared --fault freeze",
		Args:    takesNone,
		RunE:    untilAsked(code, func(ctx context.Context, stdout io.Writer, _ []string) (int, error) { return o.verify(ctx, stdout) }),
	}
	o.systemOptions.flags(cmd)
	o.clusterOptions.flags(cmd)
	o.mayFlag(cmd)
	cmd.Flags().StringArrayVar(&o.faults, "fault", nil, "a fault by its name, or none (to be repeated); those that the mode has something for if there is no such flag")
	cmd.Flags().StringVar(&o.schedule, "schedule", "", "a schedule of faults, as run takes it, in place of those")
	return cmd
}

// trial is what a system is put through in one mode.
type trial struct {
	mode      mode.Mode
	base      harness.Scenario // what all have in common
	scenarios []harness.Scenario
	skipped   []harness.Skipped
}

// trials reads and checks everything before anything is started, for a Pulsar of
// their own or on a cluster that was there already.
func (o *verifyOptions) trials(on *harness.Elsewhere) (m system.Manifest, all []trial, err error) {
	if o.schedule != "" && len(o.faults) > 0 {
		return m, nil, errors.New("give --fault or --schedule, not both")
	}
	if o.schedule == "" {
		m, modes, err := o.read()
		if err != nil {
			return m, nil, err
		}
		for _, in := range modes {
			t := trial{mode: in, base: harness.Scenario{Mode: in, Elsewhere: on}}
			if t.scenarios, t.skipped, err = harness.SystemScenarios(&m, t.base, o.faults); err != nil {
				return m, nil, err
			}
			all = append(all, t)
		}
		return m, all, nil
	}
	p, err := fault.ReadPlanFile(o.schedule, harness.Terms())
	if err != nil {
		return m, nil, err
	}
	if o.mode != "" && o.mode != p.Mode {
		return m, nil, fmt.Errorf("--mode %s, and the schedule %s is of the mode %s: leave --mode out", o.mode, o.schedule, p.Mode)
	}
	if o.mode = p.Mode; p.Guard != "" && mode.Guard(p.Guard) != mode.Unguarded {
		return m, nil, fmt.Errorf("%s: the guard %s is the reference orchestrator's: leave it out", o.schedule, p.Guard)
	}
	m, modes, err := o.read()
	if err != nil {
		return m, nil, err
	}
	t := trial{mode: modes[0], base: harness.Scenario{Mode: modes[0], Elsewhere: on}}
	given := t.base
	given.Workers, given.Settings, given.Load = p.Workers, p.Settings, p.Load
	t.scenarios = []harness.Scenario{harness.SystemScenario(&m, given, p.Faults)}
	return m, []trial{t}, t.scenarios[0].Check()
}

func (o *verifyOptions) verify(ctx context.Context, stdout io.Writer) (code int, err error) {
	if _, _, err := o.trials(nil); err != nil && (o.given() == "" || o.schedule == "" && len(o.faults) == 0) {
		return exitUsage, err // before anybody is asked for anything
	}
	on, err := o.find(ctx)
	if err != nil {
		return exitUsage, err
	}
	defer closing(ctx, on, &err)
	m, trials, err := o.trials(on)
	if err != nil {
		return exitUsage, err
	}
	atOnce := runsAtOnce
	if o.place.Namespace != "" {
		atOnce = 1 // all have the one namespace, one after the other
	}
	s, err := harness.OpenSessionOn(ctx, stdout, atOnce, on)
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
