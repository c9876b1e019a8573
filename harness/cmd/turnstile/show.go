package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/checker/history"
	"turnstile/harness/report"
)

type showOptions struct {
	user     string
	from, to float64
	memory   memory
}

func showCommand() *cobra.Command {
	o := showOptions{memory: usualMemory()}
	cmd := &cobra.Command{
		Use:   "show <run folder | history.jsonl | history.jsonl.gz> --user <user>",
		Short: "tell what is on record of one user, step by step",
		Long: `Tell what is on record of one user, step by step, with the faults and the changes of the broker between.

Times are milliseconds since the history's first event.`,
		Example: "  turnstile show runs/latest/keyshared-no-fault-42 --user u17 --from 7500 --to 9000",
		Args:    oneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.show(args[0], cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.user, "user", "", "whose events to tell")
	f.Float64Var(&o.from, "from", math.Inf(-1), "leave out what was before, in ms")
	f.Float64Var(&o.to, "to", math.Inf(1), "leave out what was after, in ms")
	o.memory.flag(f)
	f.Lookup("from").DefValue, f.Lookup("to").DefValue = "0", "0" // not shown in the help
	return cmd
}

func (o *showOptions) show(arg string, stdout io.Writer) error {
	if math.IsNaN(o.from) || math.IsNaN(o.to) || o.from > o.to {
		return fmt.Errorf("--from %v --to %v is no stretch of time: the first must not be the later", o.from, o.to)
	}
	in, err := within(o.memory, func() (*input, error) { return open(arg) })
	if tooMuch := (memoryError{}); errors.As(err, &tooMuch) {
		return fmt.Errorf("%s cannot be shown: %w: give it more, or use a machine that has more", arg, err)
	}
	if err != nil {
		return err
	}
	users := usersOf(in.events)
	switch {
	case len(users) == 0:
		return fmt.Errorf("%s has no user to show: nothing was published in that run", in.path)
	case o.user == "":
		return fmt.Errorf("name a user with --user: %s has %s", in.path, some(users))
	case !slices.Contains(users, o.user):
		return fmt.Errorf("%s has no user %q: it has %s", in.path, o.user, some(users))
	}
	_, err = io.WriteString(stdout, in.heading()+"\n")
	if err == nil {
		err = report.WriteTimeline(stdout, in.events, o.user, report.Window{From: nanoseconds(o.from), To: nanoseconds(o.to)})
	}
	if err != nil {
		return errors.Join(errors.New("printing the timeline"), err)
	}
	return nil
}

// nanoseconds are at most what fits, which is centuries.
func nanoseconds(ms float64) int64 {
	const most = 1 << 62
	return int64(max(-most, min(most, ms*1e6)))
}

// usersOf lists a history's users, u2 before u10.
func usersOf(h *history.History) []string {
	seen := map[string]bool{}
	var out []string
	for i := range h.Events {
		if u := h.Events[i].User; u != "" && !seen[u] {
			seen[u] = true
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		nameA, numberA := numbered(a)
		nameB, numberB := numbered(b)
		return cmp.Or(cmp.Compare(nameA, nameB), cmp.Compare(numberA, numberB), cmp.Compare(a, b))
	})
	return out
}

// numbered splits a name that ends in a number.
func numbered(s string) (string, uint64) {
	name := strings.TrimRight(s, "0123456789")
	n, err := strconv.ParseUint(s[len(name):], 10, 64)
	if err != nil {
		return s, 0
	}
	return name, n
}

func some(users []string) string {
	const show = 10
	if len(users) <= show {
		return strings.Join(users, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(users[:show], ", "), len(users)-show)
}
