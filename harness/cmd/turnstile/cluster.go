package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"turnstile/fault"
	"turnstile/fixtures/pulsar"
	"turnstile/harness"
)

// clusterOptions name a cluster that is there already.
type clusterOptions struct {
	place     pulsar.Place
	tokenFile string
	caFile    string
	may       []string
}

func (o *clusterOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.place.URL, "pulsar", "", "the service URL of a cluster that is there already, to run on it and not on a Pulsar of its own; containers must reach it by the same")
	f.StringVar(&o.place.Admin, "admin", "", "the URL of that cluster's administration")
	f.StringVar(&o.tokenFile, "token-file", "", "a file with the token by which the cluster knows who comes")
	f.StringVar(&o.caFile, "tls-ca", "", "a file with the certificate, in PEM, of the authority that signed the cluster's")
	f.StringVar(&o.place.Namespace, "namespace", "", "TENANT/NAME: the namespace that is made for each run and removed after it, in place of one in a tenant that is made too")
}

// mayFlag is of commands that put a cluster through faults.
func (o *clusterOptions) mayFlag(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&o.may, "may", nil, "what faults may make that cluster do: "+strings.Join(allowable(), ", ")+"; nothing if there is no such flag")
}

func allowable() (words []string) {
	for _, a := range fault.Allowable() {
		words = append(words, string(a))
	}
	return words
}

// given is how the cluster is named on a command line.
func (o *clusterOptions) given() string {
	var b strings.Builder
	for _, f := range []struct{ name, value string }{
		{"pulsar", o.place.URL}, {"admin", o.place.Admin}, {"token-file", o.tokenFile}, {"tls-ca", o.caFile}, {"namespace", o.place.Namespace}, {"may", strings.Join(o.may, ",")},
	} {
		if f.value != "" {
			fmt.Fprintf(&b, " --%s %s", f.name, f.value)
		}
	}
	return b.String()
}

// check refuses what cannot be, before anything is connected to.
func (o *clusterOptions) check() error {
	if o.place.URL == "" && o.place.Admin == "" && o.given() != "" {
		return fmt.Errorf("%s says something of a cluster that is there already, and none is named: give --pulsar and --admin", strings.TrimSpace(o.given()))
	}
	for _, m := range o.may {
		if !slices.Contains(allowable(), m) {
			return fmt.Errorf("--may %s: there is nothing of that name that a cluster can be let do: give any of %s", m, strings.Join(allowable(), ", "))
		}
	}
	return nil
}

// find comes to the cluster, and returns nil where none is named. Whoever has it
// closes it, after all that was run on it.
func (o *clusterOptions) find(ctx context.Context) (*harness.Elsewhere, error) {
	if err := o.check(); err != nil || o.given() == "" {
		return nil, err
	}
	var err error
	if o.place.Access, err = pulsar.ReadAccess(o.tokenFile, o.caFile); err != nil {
		return nil, err
	}
	x, err := pulsar.Find(ctx, o.place)
	if err != nil {
		return nil, err
	}
	e := &harness.Elsewhere{Cluster: x}
	for _, m := range o.may {
		e.May = append(e.May, fault.Act(m))
	}
	return e, nil
}

// closing adds to an error what came of leaving the cluster.
func closing(ctx context.Context, e *harness.Elsewhere, err *error) {
	if e != nil {
		*err = errors.Join(*err, e.Cluster.Close(context.WithoutCancel(ctx)))
	}
}
