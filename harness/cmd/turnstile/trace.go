package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/harness/trace"
)

type traceOptions struct {
	user   string
	format string
	out    string
	memory memory
}

func traceCommand() *cobra.Command {
	o := traceOptions{memory: usualMemory()}
	cmd := &cobra.Command{
		Use:   "trace <run folder | history.jsonl | history.jsonl.gz>",
		Short: "write a recorded run as traces, one for each event, from its publish to its acknowledgement",
		Long: `Write a recorded run as traces, one for each event: its publish, each handling with the wait for the lock, the section, the read, the sends and the write, and the acknowledgement. A later handling of the same event is linked to the one before. Each fault is a trace of its own.

  otlp      OTLP in JSON: Jaeger's user interface opens the file, and an OpenTelemetry collector takes it at /v1/traces
  perfetto  trace events, which ui.perfetto.dev opens`,
		Example: `  turnstile trace runs/latest/keyshared-no-fault-42 --out trace.json
  turnstile trace runs/latest/keyshared-no-fault-42 --user u17 --format perfetto --out u17.json
  turnstile trace runs/latest/keyshared-no-fault-42 | curl -sS http://localhost:4318/v1/traces -H content-type:application/json -d @-`,
		Args: oneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.trace(args[0], cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.user, "user", "", "only this user's events")
	f.StringVar(&o.format, "format", trace.Formats()[0], strings.Join(trace.Formats(), " or "))
	f.StringVar(&o.out, "out", "", "the file to write; without it the standard output")
	o.memory.flag(f)
	return cmd
}

func (o *traceOptions) trace(arg string, stdout io.Writer) (err error) {
	if !slices.Contains(trace.Formats(), o.format) {
		return fmt.Errorf("--format %q: there are %s", o.format, strings.Join(trace.Formats(), " and "))
	}
	in, err := within(o.memory, func() (*input, error) { return open(arg) })
	if tooMuch := (memoryError{}); errors.As(err, &tooMuch) {
		return fmt.Errorf("%s cannot be told as traces: %w: give it more, or use a machine that has more", arg, err)
	}
	if err != nil {
		return err
	}
	if users := usersOf(in.events); o.user != "" && !slices.Contains(users, o.user) {
		return fmt.Errorf("%s has no user %q: it has %s", in.path, o.user, some(users))
	}
	spans := trace.Spans(in.events, o.user)
	if len(spans) == 0 {
		return fmt.Errorf("%s has no event to tell of: nothing was published in that run", in.path)
	}
	if o.out == "" {
		return trace.Write(stdout, o.format, spans)
	}
	f, err := os.OpenFile(o.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("--out: %w (nothing is overwritten: name a new file)", err)
	}
	if err := errors.Join(trace.Write(f, o.format, spans), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", o.out, err)
	}
	_, err = fmt.Fprintf(stdout, "%d spans of %s: %s\n", len(spans), in.path, o.out)
	return err
}
