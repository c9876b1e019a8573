package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"turnstile/fault"
)

func faultsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "faults",
		Short: "list the faults that a schedule can name, and what each does",
		Args:  takesNone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			listFaults(cmd.OutOrStdout())
			return nil
		},
	}
}

// listFaults tells of each fault what it does.
func listFaults(w io.Writer) {
	for _, d := range fault.Descriptors() {
		fmt.Fprintf(w, "%-17s %s\n", d.Name, d.Meaning)
	}
}
