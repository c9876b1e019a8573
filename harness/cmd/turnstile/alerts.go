package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"turnstile/checker/history/openfile"
	"turnstile/harness/alerting"
	"turnstile/harness/report"
)

// alertsOptions are what turnstile alerts is told.
type alertsOptions struct {
	rules  string
	into   []string
	memory memory
}

func alertsCommand() *cobra.Command {
	o := alertsOptions{memory: usualMemory()}
	c := &cobra.Command{
		Use:   "alerts <session or run folder>...",
		Short: "tell which alerts the workers' metrics raised in recorded runs, and when",
		Long: `Tell which alerts the workers' metrics raised in recorded runs, and how long after the first fault had begun. The samples are ` + alerting.File + ` in a run's folder; ` + "`make alerts`" + ` records them. The rules are evaluated by Prometheus' own engine, with time in them divided as the scrapes are: by ` + fmt.Sprint(alerting.Usual) + ` for the interval of the run's scrapes.

Of a run all that fired is told. Of sessions the tables are written as Markdown, or with --into into a document that has places for them, as turnstile results does; what it writes is of the rules as they are now, not of those that there were when the session was recorded.`,
		Example: `  turnstile alerts runs/latest/keyshared-a-worker-freezes-42 --rules my-alerts.yaml
  turnstile alerts runs/20261126-104804.060 runs/20261126-110101.003 --into suites/ALERTS.md`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("alerts takes the folders of sessions (runs/<time>) or of runs (runs/<time>/<run>): see %s --help", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			rules, err := alerting.Rules()
			if o.rules != "" {
				rules, err = rulesFrom(o.rules)
			}
			if err != nil {
				return err
			}
			return o.alerts(cmd.OutOrStdout(), args, rules)
		},
	}
	c.Flags().StringVar(&o.rules, "rules", "", "a file of Prometheus' rules to evaluate; without it those of fixtures/orchestrator/alerts")
	c.Flags().StringArrayVar(&o.into, "into", nil, "a document whose tables are to be written anew from sessions")
	o.memory.flag(c.Flags())
	return c
}

// alerts tells of runs, or writes the tables of sessions.
func (o *alertsOptions) alerts(w io.Writer, folders []string, rules []alerting.Rule) error {
	var sessions []*report.Summary
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, report.SummaryFile)); err != nil {
			continue
		}
		s, err := report.ReadSummary(folder)
		if err == nil {
			err = o.again(folder, s, rules)
		}
		if err != nil {
			return err
		}
		sessions = append(sessions, s)
	}
	switch {
	case len(sessions) == 0 && len(o.into) > 0:
		return errors.New("--into writes the tables of sessions: name their folders (runs/<time>)")
	case len(sessions) == 0:
		for _, folder := range folders {
			if err := o.tell(w, folder, rules); err != nil {
				return err
			}
		}
		return nil
	case len(sessions) < len(folders):
		return errors.New("name sessions (runs/<time>) or runs (runs/<time>/<run>), not both at once")
	}
	all, err := report.Together(sessions)
	if err != nil {
		return err
	}
	if rows := report.AlertRows(all); len(rows) == 0 {
		return errors.New("in no run of the sessions were workers scraped: make alerts runs scenarios in which they are")
	}
	return written(w, all, o.into, func(t report.Table) bool { return strings.HasPrefix(t.Name, "alert") && !t.Fixed })
}

// again has the rules evaluated on what a session recorded.
func (o *alertsOptions) again(folder string, s *report.Summary, rules []alerting.Rule) error {
	for i := range s.Scenarios {
		sc := &s.Scenarios[i]
		if sc.Alerts == nil {
			continue
		}
		run := filepath.Join(folder, sc.Folder)
		said, err := o.judge(run, rules)
		if tooMuch := (memoryError{}); errors.As(err, &tooMuch) {
			return err
		}
		if sc.Alerts = said; err != nil {
			sc.Alerts = &alerting.Outcome{Unknown: err.Error()}
		}
	}
	return nil
}

func (o *alertsOptions) judge(run string, rules []alerting.Rule) (*alerting.Outcome, error) {
	in, err := within(o.memory, func() (*input, error) { return open(run) })
	if err != nil {
		return nil, err
	}
	samples, err := alerting.ReadFile(filepath.Join(run, alerting.File))
	if err != nil {
		return nil, err
	}
	return alerting.JudgeBy(samples, rules, in.events)
}

// tell says what fired in one run.
func (o *alertsOptions) tell(w io.Writer, run string, rules []alerting.Rule) error {
	said, err := o.judge(run, rules)
	if err != nil {
		return fmt.Errorf("%s: %w", run, err)
	}
	fmt.Fprintf(w, "%s:\n", run)
	if len(said.Alerts) == 0 {
		fmt.Fprintf(w, "  none of %d alerts fired\n", len(rules))
	}
	for _, a := range said.Alerts {
		when := ""
		if a.AfterS != nil {
			when = fmt.Sprintf("%v after the first fault had begun", time.Duration(*a.AfterS*1e9))
		}
		if a.Before {
			when = strings.TrimPrefix(when+"; without a fault, or before it", "; ")
		}
		fmt.Fprintf(w, "  %-22s %-6s %s\n", a.Name, a.Tells, when)
	}
	return nil
}

func rulesFrom(path string) ([]alerting.Rule, error) {
	b, err := openfile.Read(path)
	if err != nil {
		return nil, fmt.Errorf("--rules: %w", err)
	}
	all, err := alerting.ParseRules(b)
	if err != nil {
		return nil, fmt.Errorf("--rules %s: %w", path, err)
	}
	return all, nil
}
