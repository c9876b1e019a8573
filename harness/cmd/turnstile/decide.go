package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/harness/decide"
)

type decideOptions struct {
	rates, data string
	json        bool
}

func decideCommand() *cobra.Command {
	var o decideOptions
	cmd := &cobra.Command{
		Use:   "decide --rates FILE",
		Short: "tell what each mode and remedy would do at your own rates, and which to take",
		Long: `Tell, for each mode and remedy, what harm is to be expected in a day at your own rates of events and faults, with
95 % intervals, and what it takes to run it; and which to take, with the reasons. It needs neither Docker nor a
network: it rests on what was measured (make odds, make compare) and is part of the program; harness/decide/doc.go has
the definition. What was not measured is unknown, never nothing.

The file (YAML or JSON) has these keys:

` + keysOfRates() + `

Exit code: 0; 64 if the file is refused.`,
		Example: "  turnstile decide --rates harness/decide/examples/peak-day.yaml\n  turnstile decide --rates rates.yaml --json",
		Args:    takesNone,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.OutOrStdout()) },
	}
	cmd.Flags().StringVar(&o.rates, "rates", "", "the file of rates")
	cmd.Flags().StringVar(&o.data, "data", "", "what was measured, as turnstile results --data wrote it; without it, what is part of the program")
	cmd.Flags().BoolVar(&o.json, "json", false, "write JSON, with what each kind of fault has in it")
	if err := cmd.MarkFlagRequired("rates"); err != nil {
		panic(err)
	}
	return cmd
}

func keysOfRates() string {
	var b strings.Builder
	for _, k := range decide.Keys() {
		fmt.Fprintf(&b, "  %-36s %s", k.Path, k.Meaning)
		if k.Range != "" {
			fmt.Fprintf(&b, " (%s)", k.Range)
		}
		if k.Must {
			b.WriteString("; must be there")
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func (o *decideOptions) run(w io.Writer) error {
	rates, err := decide.ReadRatesFile(o.rates)
	if err != nil {
		return err
	}
	measured, err := o.measured()
	if err != nil {
		return err
	}
	d := decide.Decide(measured, rates)
	if o.json {
		return d.WriteJSON(w)
	}
	return d.Write(w)
}

func (o *decideOptions) measured() (decide.Measured, error) {
	if o.data == "" {
		return decide.Committed()
	}
	m, err := decide.ReadMeasuredFile(o.data)
	if err != nil {
		return m, err
	}
	if err := m.Check(); err != nil {
		return m, fmt.Errorf("--data %s: %w", o.data, err)
	}
	return m, nil
}
