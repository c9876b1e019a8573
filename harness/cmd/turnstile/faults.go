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
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			listFaults(cmd.OutOrStdout())
			return nil
		},
	}
}

// listFaults tells of each fault what it does, by its settings if that differs.
func listFaults(w io.Writer) {
	for _, name := range fault.Names() {
		for i, k := range fault.Kinds(name) {
			if i > 0 {
				name = ""
			}
			of := k.Name
			if of == name {
				of = ""
			} else {
				of += ": "
			}
			fmt.Fprintf(w, "%-17s %s%s\n", name, of, k.Meaning)
		}
	}
}
