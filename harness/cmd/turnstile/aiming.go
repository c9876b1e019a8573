package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"turnstile/harness/report"
)

func aimingCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "aiming <session folder>...",
		Short: "add up what sessions of `make aiming` measured",
		Long: `Write the table of aimed and unaimed faults over one or more sessions of ` + "`make aiming`" + `, as if they
had been one: in how many runs a fault bit, and in how many what it must refute was refuted.`,
		Example: "  turnstile aiming runs/20261123-0*",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("aiming takes the folders of one or more sessions (runs/<time>): see %s --help", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return addUpAiming(cmd.OutOrStdout(), args) },
	}
}

// addUpAiming refuses what would count one session twice, and a session of
// something else: a glob that took in a night's other runs would count what ran
// there beside scenarios that aiming has no part in. Aimed and unaimed runs may
// be of different sessions.
func addUpAiming(w io.Writer, folders []string) error {
	var sessions []*report.Summary
	var infos []os.FileInfo
	for _, folder := range folders {
		s, err := report.ReadSummary(folder)
		if err != nil {
			return err
		}
		info, err := os.Stat(folder)
		if err != nil {
			return err
		}
		for i, earlier := range infos {
			if os.SameFile(earlier, info) {
				return fmt.Errorf("%s is %s again: name each session once", folder, folders[i])
			}
		}
		if other := report.NotOfAiming(s); other != "" {
			return fmt.Errorf("%s ran %q, which has no part in aiming: name sessions of `make aiming`", folder, other)
		}
		sessions, infos = append(sessions, s), append(infos, info)
	}
	for _, s := range sessions[1:] {
		for _, name := range []string{"pulsar_image", "redis_image"} {
			if a, b := sessions[0].Versions[name], s.Versions[name]; a != b {
				return errors.New("the sessions ran on different images (" + a + ", " + b + "): what they measured does not add up")
			}
		}
	}
	rows := report.AimingRows(sessions...)
	if len(rows) == 0 {
		return errors.New("nothing in these sessions is unaimed: name one of `make aiming AIMING=unaimed` too")
	}
	report.WriteAiming(w, rows)
	return nil
}
