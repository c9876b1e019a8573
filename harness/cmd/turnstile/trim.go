package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/checker/history"
)

type trimOptions struct {
	users []string
	out   string
}

func trimCommand() *cobra.Command {
	var o trimOptions
	cmd := &cobra.Command{
		Use:   "trim <run folder | history.jsonl | history.jsonl.gz> --user <user> --out <file.jsonl.gz>",
		Short: "keep of a history what concerns some users, to attach it or to test with it",
		Long: `Keep of a history what concerns some users, and what concerns nobody in particular: scenario, workers, faults, broker.
A user at whom a fault was aimed is kept, too.

A check of what was kept is one of those users alone; the least opportunity that the scenario requires is lowered by as
much as the attempts became fewer. A file whose name ends in .gz is packed.`,
		Example: "  turnstile trim runs/latest/keyshared-no-fault-42 --user u17 --user u3 --out small.jsonl.gz",
		Args:    oneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.trim(args[0], cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.users, "user", nil, "a user to keep; may be repeated")
	f.StringVar(&o.out, "out", "", "the file to write; it must not be there yet")
	return cmd
}

func (o *trimOptions) trim(arg string, stdout io.Writer) error {
	if o.out == "" {
		return errors.New("name the file to write with --out")
	}
	in, err := open(arg)
	if err != nil {
		return err
	}
	users := usersOf(in.events)
	if len(o.users) == 0 {
		return fmt.Errorf("name a user to keep with --user: %s has %s", in.path, some(users))
	}
	for _, u := range o.users {
		if !slices.Contains(users, u) {
			return fmt.Errorf("%s has no user %q: it has %s", in.path, u, some(users))
		}
	}
	h, kept := history.Trim(in.events, o.users)
	if err := writeNew(o.out, h.Events); err != nil {
		return fmt.Errorf("--out: %w: name a file that is not there yet", err)
	}
	_, err = fmt.Fprintf(stdout, "%s: %d of %d events, of %s\n", oneLine(o.out), len(h.Events), len(in.events.Events), oneLine(some(kept)))
	return err
}

// writeNew writes a history to a file that must not exist, packed if its name
// says so.
func writeNew(path string, events []history.Event) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(path)
		}
	}()
	if !strings.HasSuffix(path, ".gz") {
		return history.Write(f, events)
	}
	return history.WritePacked(f, events, gzip.BestCompression)
}
