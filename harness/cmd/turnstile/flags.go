package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// strictly is a flag's value that refuses what would be ignored in silence: one of
// two values, and nothing, as of a shell's variable that was never set.
type strictly struct {
	pflag.Value
	given *string
}

// Set implements [pflag.Value].
func (v *strictly) Set(s string) error {
	switch {
	case s == "" && v.Type() == "string": // others know by themselves that it is none of theirs
		return errors.New("it is empty: give a value, or leave the flag out")
	case v.given != nil && *v.given != s:
		return fmt.Errorf("it was given as %q before: leave one out", *v.given)
	}
	v.given = &s
	return v.Value.Set(s)
}

// strict has a command take no flag's value in silence that it would ignore.
func strict(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, several := f.Value.(pflag.SliceValue); !several {
			f.Value = &strictly{Value: f.Value}
		}
	})
}

// badFlag says what is wrong with a flag, in no words of Go's own.
func badFlag(cmd *cobra.Command, err error) error {
	bad := (*pflag.InvalidValueError)(nil)
	if !errors.As(err, &bad) {
		return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
	}
	why := errors.Unwrap(bad)
	give, typed := map[string]string{
		"bool": "give true or false, or the flag alone", "int": "give a whole number", "uint64": "give a whole number from 0 up",
		"float64": "give a number", "duration": "give a duration such as 90s or 15m", "stringSlice": "give words with commas between them",
	}[bad.GetFlag().Value.Type()]
	if value, ok := bad.GetFlag().Value.(*strictly); ok && value.given != nil && *value.given != bad.GetValue() {
		typed = false // strictly has said what is wrong
	}
	if typed {
		why = errors.New(give)
	}
	return fmt.Errorf("--%s %q: %w: see %s --help", bad.GetFlag().Name, bad.GetValue(), why, cmd.CommandPath())
}

// complete refuses a command line that lacks a flag, or says nothing with one.
func complete(cmd *cobra.Command, _ []string) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		several, _ := f.Value.(pflag.SliceValue)
		switch {
		case err != nil:
		case !f.Changed && len(f.Annotations[cobra.BashCompOneRequiredFlag]) > 0:
			err = fmt.Errorf("%s needs --%s, %s: see %s --help", cmd.Name(), f.Name, f.Usage, cmd.CommandPath())
		case f.Changed && several != nil && (len(several.GetSlice()) == 0 || slices.Contains(several.GetSlice(), "")):
			err = fmt.Errorf("--%s is empty: give a value, or leave the flag out", f.Name)
		}
	})
	return err
}

// standsAlone refuses flags that another makes nothing of, but for some.
func standsAlone(cmd *cobra.Command, name string, beside ...string) error {
	if !cmd.Flags().Changed(name) {
		return nil
	}
	var idle []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != name && !slices.Contains(beside, f.Name) {
			idle = append(idle, "--"+f.Name)
		}
	})
	if len(idle) == 0 {
		return nil
	}
	return fmt.Errorf("--%s makes nothing of %s: leave out the one or the other", name, strings.Join(idle, ", "))
}

// takesNone is the Args of a command that has flags alone.
func takesNone(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes nothing but flags, and there is %q: see %s --help", cmd.Name(), args[0], cmd.CommandPath())
}

// helpCommand is cobra's, but that it fails where there is no such command.
func helpCommand(names string) *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "Help about any command",
		RunE: func(c *cobra.Command, args []string) error {
			cmd, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("there is no command %q: the commands are %s", strings.Join(args, " "), names)
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}
