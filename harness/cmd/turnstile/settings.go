package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/checker/history/openfile"
	"turnstile/fault"
	"turnstile/harness/report"
)

func settingsCommand() *cobra.Command {
	var into string
	cmd := &cobra.Command{
		Use:   "settings",
		Short: "list what a schedule can set of the run, with defaults",
		Long: `List what a schedule can set of the run beside its mode, guard, seed and faults: the name, what it is
by default, what may be given, and what it means. A scenario's literal has the same settings.`,
		Args: takesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if into == "" {
				listSettings(cmd.OutOrStdout())
				return nil
			}
			return settingsInto(into)
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "a document whose table of settings is to be written anew, between <!-- settings --> and <!-- end of settings -->")
	return cmd
}

func listSettings(w io.Writer) {
	for _, s := range fault.AllSettings() {
		fmt.Fprintf(w, "%-17s %-8s %s\n", s.Name, s.Default, s.Meaning)
		if limits := limitsOf(s); limits != "" {
			fmt.Fprintf(w, "%-26s %s\n", "", limits)
		}
	}
}

// limitsOf says what may be given, and where.
func limitsOf(s fault.Setting) string {
	var limits []string
	if s.Range != "" {
		limits = append(limits, s.Range)
	}
	if s.Where != "" {
		limits = append(limits, s.Where)
	}
	return strings.Join(limits, "; ")
}

// settingsTable is the table of settings in Markdown.
func settingsTable() string {
	var b strings.Builder
	b.WriteString("| setting | default | may be | what it means |\n| --- | --- | --- | --- |\n")
	for _, s := range fault.AllSettings() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, s.Default, limitsOf(s), s.Meaning)
	}
	return b.String()
}

var settingsPlace = regexp.MustCompile(`(?s)(<!-- settings -->\n).*?(<!-- end of settings -->)`)

func settingsInto(path string) error {
	b, err := openfile.Read(path)
	if err != nil {
		return fmt.Errorf("%w: name a document that is there", err)
	}
	if !settingsPlace.Match(b) {
		return fmt.Errorf("%s has no place for the settings: put one between `<!-- settings -->` and `<!-- end of settings -->`", path)
	}
	return report.WriteFile(path, settingsPlace.ReplaceAll(b, []byte("${1}"+strings.ReplaceAll(settingsTable(), "$", "$$")+"${2}")))
}
