package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"turnstile/fixtures/orchestrator/mode"
)

func modesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "modes",
		Short: "list the modes and guards that a schedule can name, and what each does",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			listModes(cmd.OutOrStdout())
			return nil
		},
	}
}

func listModes(w io.Writer) {
	for _, d := range mode.All() {
		fmt.Fprintf(w, "mode:  %-17s %s\n", d.Mode, d.Meaning)
	}
	for _, d := range mode.AllGuards() {
		fmt.Fprintf(w, "guard: %-17s %s\n", d.Guard, d.Meaning)
	}
}
