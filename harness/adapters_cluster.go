package harness

import (
	"context"
	"fmt"

	"turnstile/fault"
	"turnstile/fixtures/pulsar"
)

// This file shows a cluster to the faults of its members.

// cluster is the cluster that a run stands on.
type cluster struct {
	*pulsar.Cluster
	topic   *topic
	load    *publisher
	bundles map[string]string // of the parts of the topic
}

// newCluster returns nil where the run stands on a standalone broker. The
// bundles are asked for here, before anything is broken; they stay what they are.
func newCluster(ctx context.Context, r *run) (fault.Cluster, error) {
	if x, ok := r.topic.broker.(*pulsar.Existing); ok {
		return newFarCluster(r, x), nil
	}
	c, ok := r.topic.broker.(*pulsar.Cluster)
	if !ok {
		return nil, nil
	}
	k := cluster{c, r.topic, r.load, map[string]string{}}
	for _, part := range r.topic.parts() {
		var err error
		if k.bundles[part], err = c.Bundle(ctx, part); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (c cluster) Members(ctx context.Context) (fault.Membership, error) {
	reg, err := c.Registry(ctx)
	if err != nil {
		return fault.Membership{}, err
	}
	members := fault.Membership{Brokers: reg.Brokers, Bookies: reg.Bookies, Owners: map[string]string{}, Sessions: map[string]string{}}
	for part, bundle := range c.bundles {
		if id := reg.Owner(c.topic.namespace, bundle); id != "" {
			members.Owners[part] = id
		}
	}
	for _, ids := range [][]string{reg.Brokers, reg.Bookies} {
		for _, id := range ids {
			members.Sessions[id] = reg.Session(id)
		}
	}
	return members, nil
}

func (c cluster) Part(user string) (string, error) {
	if c.topic.partitions == 0 {
		return c.topic.name, nil
	}
	p, ok := c.load.partitionOf(user)
	if !ok {
		return "", fmt.Errorf("no publish of %s was acknowledged yet, so that nobody knows its partition: is the load running?", user)
	}
	return c.topic.partition(p), nil
}

func (c cluster) Broker(id string) (fault.Broker, error) {
	b, err := c.Member(id)
	if err != nil {
		return nil, err
	}
	return broker{process{b.Container}, b, c.topic}, nil
}

// Transfer moves bundles, each with all of its parts.
func (c cluster) Transfer(ctx context.Context, from, to string) error {
	members, err := c.Members(ctx)
	if err != nil {
		return err
	}
	moved := map[string]bool{}
	for _, part := range c.topic.parts() {
		bundle := c.bundles[part]
		if members.Owners[part] != from || moved[bundle] {
			continue
		}
		moved[bundle] = true
		if _, err := c.Cluster.Transfer(ctx, part, to); err != nil {
			return err
		}
	}
	if len(moved) == 0 {
		return fmt.Errorf("%s owns nothing of %s", from, c.topic.name)
	}
	return nil
}

func (c cluster) Writing(ctx context.Context, part string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	return c.Ensemble(ctx, part)
}

func (c cluster) Bookie(id string) (fault.Process, error) {
	b, err := c.Cluster.Bookie(id)
	if err != nil {
		return nil, err
	}
	return process{b}, nil
}

func (c cluster) ZooKeeper() fault.Process { return process{c.Cluster.ZooKeeper} }

func (c cluster) Revive(ctx context.Context) (names []string, err error) {
	for _, m := range c.Containers() {
		st, err := m.State(ctx)
		if err != nil {
			return names, err
		}
		if st.Running {
			continue
		}
		if err := m.Start(ctx); err != nil {
			return names, err
		}
		names = append(names, m.Name)
	}
	return names, nil
}

func (c cluster) Acknowledged() int64 { return c.load.acknowledged.Load() }

// waitWell waits, after a fault that disturbed servers, until a cluster is as
// the next run must find it. Of a standalone broker the fault has seen to that;
// one whose bookie flaps is discarded all the same.
func (r *run) waitWell(ctx context.Context) error {
	switch b := r.env.broker.(type) {
	case *pulsar.Cluster:
		if err := b.WaitHealthy(ctx); err != nil {
			return fmt.Errorf("after the fault: %w", err)
		}
	case *pulsar.Broker:
		flaps, err := b.Flaps(ctx)
		if err != nil {
			return fmt.Errorf("after the fault: %w", err)
		}
		r.discard = flaps
	}
	return nil
}
