package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"turnstile/checker"
	"turnstile/checker/history/openfile"
	"turnstile/fault"
	"turnstile/harness"
	"turnstile/harness/jsonfile"
)

type shrinkOptions struct {
	property string
	times    int
	within   time.Duration
}

func shrinkCommand() *cobra.Command {
	var o shrinkOptions
	cmd := &cobra.Command{
		Use:   "shrink RUN",
		Short: "make a schedule smaller for as long as it still refutes",
		Long: `Make a schedule smaller for as long as a property is still refuted under it: faults, their
lengths and settings, users and events are taken away, one thing after another, and each time the rest
is run on the real system. What is left is what matters. Needs a Docker engine, and a checkout of
turnstile as the working folder.

RUN is the folder of a run that an exploration or turnstile run made, or the file of a schedule.

Exit code: 0 when nothing more can be left out; 64 if it cannot be told, or the time was too short. What
was found by then is in the session's folder, as ` + harness.SmallestFile + ` and shrink.md.`,
		Example: "  turnstile shrink runs/latest/keyshared-schedule-freeze-7\n  turnstile shrink schedule.yaml --property exclusivity --times 5",
		Args:    oneInput,
		RunE: untilAsked(nil, func(ctx context.Context, stdout io.Writer, args []string) (int, error) {
			return exitHolds, o.shrink(ctx, stdout, args[0])
		}),
	}
	cmd.Flags().StringVar(&o.property, "property", "", "what is to stay refuted (the first that the run refuted)")
	cmd.Flags().IntVar(&o.times, "times", 3, "how often each schedule is run: it must be refuted every time")
	cmd.Flags().DurationVar(&o.within, "within", 15*time.Minute, "for how long to search")
	return cmd
}

// shrink reads and checks everything before it starts anything.
func (o *shrinkOptions) shrink(ctx context.Context, stdout io.Writer, arg string) (err error) {
	const most = 10
	if o.times < 1 || o.times > most {
		return fmt.Errorf("--times is %d: give 1 to %d", o.times, most)
	}
	if o.within <= 0 {
		return fmt.Errorf("--within is %s: give a time such as 15m", o.within)
	}
	file, property, err := o.subject(arg)
	if err != nil {
		return err
	}
	p, err := fault.ReadPlanFile(file, harness.Terms())
	if err != nil {
		return err
	}
	if _, err := harness.Explore(p); err != nil {
		return err
	}
	if os.Getenv(harness.SeedVariable) == "" && p.Seed != 0 {
		if err := os.Setenv(harness.SeedVariable, strconv.FormatUint(p.Seed, 10)); err != nil {
			return err
		}
	}
	s, err := harness.OpenSession(ctx, stdout, o.times)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	limited, cancel := context.WithTimeoutCause(ctx, o.within, fmt.Errorf("the time was over (--within %s)", o.within))
	defer cancel()
	search := harness.Shrinking{Session: s, Property: property, Times: o.times, Told: stdout}
	smallest, err := search.Run(limited, p)
	if limited.Err() != nil {
		err = fmt.Errorf("more could perhaps be left out: %w", context.Cause(limited))
	}
	fmt.Fprintf(stdout, "\n%d of %d faults are left: %s\n", len(smallest.Faults), len(p.Faults), filepath.Join(s.Folder, harness.SmallestFile))
	return err
}

// subject is the schedule's file, and what is to stay refuted.
func (o *shrinkOptions) subject(arg string) (file string, property checker.Property, err error) {
	info, err := os.Stat(arg)
	if err != nil {
		return "", "", fmt.Errorf("%w: name a run folder or the file of a schedule", err)
	}
	property = checker.Property(o.property)
	if property != "" && !slices.Contains(checker.Properties(), property) {
		return "", "", fmt.Errorf("there is no property %q: the properties are %v", property, checker.Properties())
	}
	if file = arg; info.IsDir() {
		file = filepath.Join(arg, "schedule.yaml")
		if _, err := os.Stat(file); err != nil {
			return "", "", fmt.Errorf("%w: only runs of schedules can be shrunk, those of an exploration or of turnstile run", err)
		}
		if property == "" {
			property, err = firstRefuted(arg)
		}
	}
	if property == "" && err == nil {
		err = fmt.Errorf("it is not known what is to stay refuted: give --property, one of %v", checker.Properties())
	}
	return file, property, err
}

// firstRefuted is the first property that a run's verdict refutes.
func firstRefuted(folder string) (checker.Property, error) {
	path := filepath.Join(folder, "verdict.json")
	b, err := openfile.Read(path)
	if err != nil {
		return "", fmt.Errorf("%w: give --property", err)
	}
	var r checker.Result
	if err := jsonfile.Decode(path, b, false, &r); err != nil {
		return "", fmt.Errorf("%w: give --property", err)
	}
	for _, v := range r.Verdicts {
		if v.Verdict == checker.Refuted {
			return v.Property, nil
		}
	}
	return "", fmt.Errorf("%s refutes nothing: give --property to look for another", path)
}
