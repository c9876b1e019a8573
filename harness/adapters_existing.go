package harness

import (
	"context"
	"fmt"

	"turnstile/fault"
	"turnstile/fixtures/pulsar"
)

// farCluster is a cluster that was there already, as faults see it. Who is there
// and who owns what its administration says; its processes are nobody's here.
type farCluster struct {
	cluster
	existing *pulsar.Existing
}

func newFarCluster(r *run, x *pulsar.Existing) fault.Cluster {
	if x.Brokers() < 2 {
		return nil
	}
	return farCluster{cluster{topic: r.topic, load: r.load}, x}
}

// Members implements [fault.Cluster]. To be asked who owns a part makes a cluster
// choose an owner, where there is none.
func (c farCluster) Members(ctx context.Context) (fault.Membership, error) {
	brokers, err := c.existing.ListBrokers(ctx)
	if err != nil {
		return fault.Membership{}, err
	}
	members := fault.Membership{Brokers: brokers, Owners: map[string]string{}, Sessions: map[string]string{}}
	for _, part := range c.topic.parts() {
		if members.Owners[part], err = c.existing.Owner(ctx, part); err != nil {
			return fault.Membership{}, err
		}
	}
	return members, nil
}

func (c farCluster) Broker(string) (fault.Broker, error) {
	return theirs{broker{topic: c.topic}, c.existing}, nil
}

// Transfer implements [fault.Cluster], bundle by bundle.
func (c farCluster) Transfer(ctx context.Context, from, to string) error {
	members, err := c.Members(ctx)
	if err != nil {
		return err
	}
	moved := map[string]bool{}
	for _, part := range c.topic.parts() {
		if members.Owners[part] != from {
			continue
		}
		bundle, err := c.existing.Bundle(ctx, part)
		if err != nil {
			return err
		}
		if moved[bundle] {
			continue
		}
		moved[bundle] = true
		if _, err := c.existing.Transfer(ctx, part, to); err != nil {
			return err
		}
	}
	if len(moved) == 0 {
		return fmt.Errorf("%s owns nothing of %s", from, c.topic.name)
	}
	return nil
}

func (farCluster) Writing(context.Context, string) ([]string, error) { return nil, errTheirs }
func (farCluster) Bookie(string) (fault.Process, error)              { return nil, errTheirs }
func (farCluster) ZooKeeper() fault.Process                          { return theirs{} }
func (farCluster) Revive(context.Context) ([]string, error)          { return nil, errTheirs }
