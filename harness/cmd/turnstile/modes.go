package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mode"
)

func modesCommand() *cobra.Command {
	return listing("modes", "list the modes, guards and locks that a schedule can name, and what each does", func(w io.Writer) {
		for _, d := range mode.All() {
			fmt.Fprintf(w, "mode:  %-17s %s\n", d.Mode, d.Meaning)
		}
		for _, d := range mode.AllGuards() {
			fmt.Fprintf(w, "guard: %-17s %s\n", d.Guard, d.Meaning)
		}
		for _, f := range orchestrator.LockFlavours() {
			fmt.Fprintf(w, "lock:  %-17s %s\n", f.Name, f.Meaning)
		}
	})
}

func propertiesCommand() *cobra.Command {
	return listing("properties", "list the properties that a history is judged by, and what each says", func(w io.Writer) {
		for _, d := range checker.DescribeProperties() {
			fmt.Fprintf(w, "%-12s %s\n", d.Property, d.Says)
		}
	})
}

// listing is a command that tells what there is.
func listing(use, short string, list func(io.Writer)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: takesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list(cmd.OutOrStdout())
			return nil
		},
	}
}
