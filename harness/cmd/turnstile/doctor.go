package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/checker/levels"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
	"turnstile/harness/system"
)

// systemOptions are those of all commands that run a foreign system.
type systemOptions struct {
	manifest string
	mode     string
}

func (o *systemOptions) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.manifest, "system", "", "the manifest (turnstile.yaml) that describes the system")
	cmd.Flags().StringVar(&o.mode, "mode", "", "one of the manifest's modes; all of them if it is left out")
	if err := cmd.MarkFlagRequired("system"); err != nil {
		panic(err)
	}
}

// read reads the manifest and says in which modes it is to be run.
func (o *systemOptions) read() (m system.Manifest, modes []mode.Mode, err error) {
	if m, err = system.ReadFile(o.manifest); err != nil {
		return m, nil, err
	}
	modes = m.ModesInOrder()
	if o.mode == "" {
		return m, modes, nil
	}
	for _, one := range modes {
		if string(one) == o.mode {
			return m, []mode.Mode{one}, nil
		}
	}
	return m, nil, fmt.Errorf("the manifest %s names no mode %q: it names %s", o.manifest, o.mode, mode.Choice(modes))
}

func doctorCommand(code *int) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor --system FILE",
		Short: "start an orchestrator of your own once, and say what can be seen of it",
		Long: `Start the system that a manifest describes, as it is, behind links that read what passes; publish some
events for two users, and say, observer by observer, what is seen of it, what is not, and what would make it
seen. Needs a Docker engine, and a checkout of turnstile as the working folder.

A manifest's command, environment and files can have these in them, as in {{.pulsar}}:
` + listed(system.Values) + `
and its message's key, body and properties these:
` + listed(system.MessageValues) + `
A line begins with ✓ if it is seen, with ✗ if it is not and nothing can be said without, and with – if more could be said
with it. Exit code: 0 if there is no ✗, 2 if there is one, 64 if it cannot be run.`,
		Example: "  turnstile doctor --system fixtures/systems/python/turnstile.yaml",
		Args:    takesNone,
		RunE:    untilAsked(code, func(ctx context.Context, stdout io.Writer, _ []string) (int, error) { return o.doctor(ctx, stdout) }),
	}
	o.systemOptions.flags(cmd)
	o.clusterOptions.flags(cmd)
	return cmd
}

// listed tells of each value what it is.
func listed(values []system.Value) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "  %-13s %s\n", v.Name, v.Meaning)
	}
	return b.String()
}

type doctorOptions struct {
	systemOptions
	clusterOptions
}

func (o *doctorOptions) doctor(ctx context.Context, stdout io.Writer) (code int, err error) {
	m, modes, err := o.read()
	if err != nil {
		return exitUsage, err
	}
	on, err := o.find(ctx)
	if err != nil {
		return exitUsage, err
	}
	defer closing(ctx, on, &err)
	s, err := harness.OpenSessionOn(ctx, stdout, 1, on)
	if err != nil {
		return exitUsage, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	for _, in := range modes {
		well, err := calibrate(ctx, stdout, s, &m, harness.Scenario{Mode: in, Elsewhere: on}, "turnstile doctor --system "+o.manifest+o.given())
		if err != nil {
			return exitUsage, err
		}
		if !well {
			code = exitUnknown
		}
	}
	return code, nil
}

// calibrate runs a system without a fault and says what is seen of it.
func calibrate(ctx context.Context, stdout io.Writer, s *harness.Session, m *system.Manifest, base harness.Scenario, command string) (well bool, err error) {
	r := s.RunSystem(ctx, harness.SystemCalibration(m, base), command)
	if r.Err != nil {
		return false, fmt.Errorf("%w%s", r.Err, whereIs(r))
	}
	fmt.Fprintf(stdout, "\n%s, %s: %d replicas behind links\n", m.Name, base.Mode, m.Replicas)
	well = true
	for _, line := range slices.Concat(system.Seen(r.History, *m), harness.Promises(r.History, m)) {
		fmt.Fprintln(stdout, line)
		well = well && (line.Sees || line.Optional)
	}
	for _, missed := range levels.Calibrated(r.History, harness.Mapping(m)) {
		fmt.Fprintln(stdout, "✗ a probe event    "+missed)
		well = false
	}
	fmt.Fprintf(stdout, "run folder: %s\n", r.Dir)
	return well, nil
}

// whereIs names the run folder of a run that failed.
func whereIs(r *harness.SystemRun) string {
	if r.Dir == "" {
		return ""
	}
	return fmt.Sprintf(" (logs and what was recorded: %s)", r.Dir)
}
