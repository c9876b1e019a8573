package harness

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/links/tap"
	"turnstile/fixtures/pulsar"
)

// Elsewhere is a cluster that was there already, on which scenarios are run in
// place of one that is started for them, and what its owner lets them do to it.
type Elsewhere struct {
	Cluster *pulsar.Existing
	May     []fault.Act
}

// checkElsewhere refuses what is not a scenario's to ask of somebody else's
// cluster.
func (s Scenario) checkElsewhere() error {
	if s.Elsewhere == nil {
		return nil
	}
	const theirs = "the cluster was there already, and is not Turnstile's to set up"
	switch {
	case s.System == nil:
		return fmt.Errorf("scenario %q: on a cluster that was there already a system is run by its manifest alone", s.Name)
	case len(s.Broker) > 0:
		return fmt.Errorf("scenario %q: it sets %s of the brokers: %s: leave broker out", s.Name, pulsar.Settings(s.Broker), theirs)
	case s.Classic:
		return fmt.Errorf("scenario %q: classic is a setting of the brokers: %s: leave it out", s.Name, theirs)
	}
	if a := s.Elsewhere.Cluster.Access(); a.Token() != "" && !s.System.Uses(s.Mode, "token") && !s.System.Uses(s.Mode, "token_file") {
		return fmt.Errorf("the cluster asks who comes, and the system %s is not told: put {{.token_file}}, the path of a file with the token, or {{.token}} itself into its manifest", s.System.Name)
	}
	return s.checkActs()
}

// checkActs refuses a fault that does to the cluster what it was not allowed.
func (s Scenario) checkActs() error {
	beyond := s.asks().Beyond(s.Elsewhere.May)
	if len(beyond) == 0 {
		return nil
	}
	if slices.Contains(beyond, fault.ActServers) {
		return notAllowedError(fmt.Sprintf("the fault %s stops or freezes servers of the cluster, which are not Turnstile's: no --may allows that", s.FaultKind()))
	}
	var words []string
	for _, a := range beyond {
		words = append(words, string(a))
	}
	return notAllowedError(fmt.Sprintf("the fault %s makes the cluster %s: --may %s allows it", s.FaultKind(), strings.Join(words, " and "), strings.Join(words, ",")))
}

// notAllowedError is why a fault is not carried out on somebody else's cluster.
type notAllowedError string

func (n notAllowedError) Error() string { return string(n) }

// brokersThere is how many brokers the scenario has.
func (s Scenario) brokersThere() int {
	if s.Elsewhere != nil {
		return s.Elsewhere.Cluster.Brokers()
	}
	return max(1, s.Cluster.Brokers)
}

// theirs is a broker of somebody else's cluster: it can be asked about the
// subscription, and nothing can be done to it.
type theirs struct {
	broker
	cluster *pulsar.Existing
}

func (t theirs) Healthy(ctx context.Context) error                  { return t.cluster.Healthy(ctx) }
func (theirs) Start(context.Context) error                          { return errTheirs }
func (theirs) Kill(context.Context) error                           { return errTheirs }
func (theirs) Stop(context.Context) error                           { return errTheirs }
func (theirs) Pause(context.Context) error                          { return errTheirs }
func (theirs) Unpause(context.Context) error                        { return errTheirs }
func (theirs) State(context.Context) (state fault.State, err error) { return state, errTheirs }

const errTheirs = notAllowedError("the broker is of a cluster that was there already: nothing is done to it")

// serving is the broker that faults look at: the one that owns the topic, or its
// first partition.
func (r *run) serving(ctx context.Context) (fault.Broker, error) {
	if x, ok := r.topic.broker.(*pulsar.Existing); ok {
		return theirs{broker{topic: r.topic}, x}, nil
	}
	serving, err := r.topic.serving(ctx)
	if err != nil {
		return nil, err
	}
	return broker{process{serving.Container}, serving, r.topic}, nil
}

// farTLS is what links speak to the brokers in.
func farTLS(b Pulsar) *tap.TLS {
	if a := b.Access(); strings.HasPrefix(b.URL(), "pulsar+ssl://") {
		return &tap.TLS{CA: a.CA()}
	}
	return nil
}

// reachLimit is how long a broker may take to answer a link.
const reachLimit = 10 * time.Second

// reach makes sure, of a cluster that was there already, that the links get to it:
// they are in a container, from which it may not be where it is for this process.
func (w *workerLinks) reach(ctx context.Context, x *pulsar.Existing, link fault.Link) error {
	_, answered, err := w.tap.Probe(ctx, link, 1, reachLimit)
	if err == nil && answered {
		return nil
	}
	why := "nobody answered"
	if err != nil {
		why = err.Error()
	}
	all, lerr := w.tap.Links(ctx)
	for _, l := range all {
		if lerr == nil && l.Name == linkName(link) && l.Unreached != "" {
			why = l.Unreached
		}
	}
	return fmt.Errorf("the links, which are in a container of this machine, do not get to the cluster at %s: %s: give --pulsar an address by which containers reach it, too (localhost is each container itself)", x.URL(), why)
}
