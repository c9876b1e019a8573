// Command turnstile reads recorded histories again: it judges one (check; levels: by
// what can be seen from outside alone), tells what it has of one user (show), or
// keeps what concerns some users (trim). For these it needs neither Docker nor the run that made the history.
// It also runs a schedule of faults (run) or looks for a smaller one (shrink),
// drives every order of two attempts' steps (interleave), measures prices (compare), tells what to deploy at given rates (decide),
// and adds up what several sessions measured of aiming (aiming).
//
// Exit codes: 0 all hold, 1 some property refuted, 2 some unknown and none
// refuted, 3 some vacuous and none refuted or unknown, 64 (EX_USAGE) wrong use
// or an input that cannot be read.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/harness/report"
)

const (
	exitHolds   = 0
	exitRefuted = 1
	exitUnknown = 2
	exitVacuous = 3
	exitUsage   = 64
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the whole program: what went wrong goes to stderr in one line.
func run(args []string, stdout, stderr io.Writer) int {
	code := exitHolds
	stdout, stderr = report.Shown(stdout), report.Shown(stderr)
	commands := []*cobra.Command{checkCommand(&code), levelsCommand(&code), showCommand(), traceCommand(), trimCommand(), runCommand(&code), verifyCommand(&code), doctorCommand(&code), shrinkCommand(), interleaveCommand(&code), compareCommand(), decideCommand(), aimingCommand(), alertsCommand(), resultsCommand(), faultsCommand(), settingsCommand(), modesCommand(), propertiesCommand()}
	names := namesOf(commands)
	root := &cobra.Command{
		Use:   "turnstile",
		Short: "judge recorded histories, look into them, and run schedules of faults",
		Long:  "Turnstile reads what runs recorded: check judges a history again, levels by what can be seen from outside alone, show tells what it has of one user, trace writes it for Jaeger or Perfetto, trim keeps what concerns some users. run makes a history under a schedule of faults, and shrink makes such a schedule smaller; doctor and verify do so with an orchestrator of your own, as it is; interleave drives every order of two attempts' steps; compare measures what each mode and remedy costs, and decide says what it and its harm come to at your own rates; faults, modes and settings list what there is for it, and properties what it is judged by. aiming adds up what sessions measured of aimed faults, and alerts tells which alerts the metrics of recorded runs raised; results writes what a session came to into documents.",
		// Without a command nothing was judged, which must not look like "all hold".
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(stderr)
			return errors.Join(cmd.Help(), errors.New("name a command: "+names))
		},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no command %q: the commands are %s", args[0], names)
			}
			return nil
		},
		PersistentPreRunE: complete,
		SilenceUsage:      true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetFlagErrorFunc(badFlag)
	root.SetHelpCommand(helpCommand(names))
	root.SetArgs(append([]string{}, args...)) // of nil it would take the process's own
	root.SetOut(stdout)
	root.SetErr(stderr)
	for _, c := range commands {
		strict(c)
	}
	root.AddCommand(commands...)
	if err := root.Execute(); err != nil {
		fmt.Fprintf(stderr, "turnstile: %s\n", oneLine(err.Error()))
		return exitUsage
	}
	return code
}

func namesOf(commands []*cobra.Command) string {
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = c.Name()
	}
	return strings.Join(names, ", ")
}

// oneLine shows an error's text, which may quote a foreign file, so that a
// terminal shows all of it and obeys none of it.
func oneLine(s string) string {
	return history.Visible(strings.ReplaceAll(strings.TrimSpace(s), "\n", " "))
}

// exitCode is what the verdicts come to: the worst of them.
func exitCode(verdicts []checker.PropertyVerdict) int {
	code := exitHolds
	rank := []checker.Verdict{exitHolds: checker.Holds, exitRefuted: checker.Refuted, exitUnknown: checker.Unknown, exitVacuous: checker.Vacuous}
	for _, worst := range []int{exitVacuous, exitUnknown, exitRefuted} {
		for _, v := range verdicts {
			if v.Verdict == rank[worst] {
				code = worst
			}
		}
	}
	return code
}

// untilAsked runs what may take long, until the process is asked to end, and leaves
// the exit code that it came to (code nil: an error is all that it can come to).
func untilAsked(code *int, run func(ctx context.Context, stdout io.Writer, args []string) (int, error)) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		c, err := run(ctx, cmd.OutOrStdout(), args)
		if code != nil {
			*code = c
		}
		return err
	}
}

// oneInput is the Args of a command that takes a run folder or a history.
func oneInput(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return fmt.Errorf("%s takes one run folder or history, not %d: see %s --help", cmd.Name(), len(args), cmd.CommandPath())
}
