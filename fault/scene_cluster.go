package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// This file declares what the faults of a cluster's members act on.

// Cluster is the servers that a run on a cluster stands on. It has several
// brokers, each of which owns some parts of the topic: its partitions, or the
// whole of a topic that has none.
type Cluster interface {
	// Roll is who is there and who owns what, by ZooKeeper's own account. It can
	// be asked whatever became of the brokers.
	Roll(ctx context.Context) (Roll, error)
	// Part is the part of the topic that holds the user's events.
	Part(user string) (string, error)
	// Broker is the broker of that id, and how to start it after its end.
	Broker(id string) (b Broker, start func(context.Context) error, err error)
	// Transfer gives what one broker owns of the run's topic to another.
	Transfer(ctx context.Context, from, to string) error
	// Writing lists the bookies, by their ids, that a part of the topic is
	// written to at this moment, by the metadata that its owner reads.
	Writing(ctx context.Context, part string) ([]string, error)
	Bookie(id string) (Process, error)
	ZooKeeper() Process
	// Revive starts the members that have ended, as a supervisor does, and
	// returns their names.
	Revive(ctx context.Context) ([]string, error)
	// Acknowledged is how many publishes the brokers have acknowledged so far.
	Acknowledged() int64
}

// Roll is ZooKeeper's account of a cluster: whoever has a session with it.
type Roll struct {
	Brokers, Bookies []string          // by their ids, sorted
	Owners           map[string]string // the owner's id, by the parts of the topic; a part that nobody owns is not in it
	Sessions         map[string]string // the session's id, by the members' ids
}

// other is a broker that is there and is not the one of the given id.
func (r Roll) other(id string) (string, error) {
	for _, b := range r.Brokers {
		if b != id {
			return b, nil
		}
	}
	return "", fmt.Errorf("there is no other broker than %s: ZooKeeper lists %v", id, r.Brokers)
}

// owners says in words who owns how many parts of the topic.
func (r Roll) owners() string {
	n := map[string]int{}
	for _, id := range r.Owners {
		n[id]++
	}
	var all []string
	for _, id := range slices.Sorted(maps.Keys(n)) {
		all = append(all, fmt.Sprintf("%s owns %d", id, n[id]))
	}
	if len(all) == 0 {
		return "nobody owns any part"
	}
	return strings.Join(all, ", ")
}

// serving is the aimed user's part of the topic, and the broker that owns it.
type serving struct{ part, id string }

// served is the scene with the broker in it that serves the first aimed user
// now: on a cluster, owners change. Without a cluster there is but one.
func (s *Scene) served(ctx context.Context) (*Scene, error) {
	if s.Cluster == nil {
		return s, nil
	}
	s.init()
	t := *s
	var err error
	if t.serving, err = s.whoServes(ctx); err != nil {
		return nil, err
	}
	t.Broker, t.StartBroker, err = s.Cluster.Broker(t.serving.id)
	return &t, err
}

func (s *Scene) whoServes(ctx context.Context) (serving, error) {
	if len(s.Users) == 0 {
		return serving{}, errors.New("there is no aimed user whose broker could be found")
	}
	part, err := s.Cluster.Part(s.Users[0])
	if err != nil {
		return serving{}, err
	}
	roll, err := s.Cluster.Roll(ctx)
	if err != nil {
		return serving{}, err
	}
	id := roll.Owners[part]
	if id == "" {
		return serving{}, fmt.Errorf("nobody owns %s, which has the events of %s: is the load running?", part, s.Users[0])
	}
	return serving{part, id}, nil
}

// onBroker are the needs of a fault that stops a broker; of one that is to be
// deposed there must be another to depose it.
func onBroker(deposed bool) Needs {
	n := Needs{Alone: true, Holds: []Resource{TheBroker, TheTopic}}
	if deposed {
		n.Brokers = 2
	}
	return n
}

// strikable is served for a fault that stops the broker.
func (s *Scene) strikable(ctx context.Context, f Fault, deposed bool) (*Scene, error) {
	if deposed {
		if err := s.needsCluster(f); err != nil {
			return nil, err
		}
	}
	return s.served(ctx)
}

// needsCluster refuses a scene that has none.
func (s *Scene) needsCluster(f Fault) error {
	if s.Cluster == nil {
		return lacks(f.Kind(), "a cluster")
	}
	return nil
}

// awaitDeposed waits until ZooKeeper names another owner of the aimed user's
// part of the topic than the broker that served it.
func (i *injection) awaitDeposed(ctx context.Context) {
	i.await(ctx, "ZooKeeper names another broker as the owner", "zookeeper", takeoverLimit, deposed(i.scene.Cluster, i.scene.serving))
}

func deposed(c Cluster, was serving) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		roll, err := c.Roll(ctx)
		now := roll.Owners[was.part]
		return fmt.Sprintf("%s: before %s, now %q", was.part, was.id, now), now != "" && now != was.id, err
	}
}

// noteOwners writes down who owns the topic after the fault, where there is more
// than one who could.
func (i *injection) noteOwners(ctx context.Context) {
	if i.scene.Cluster == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	roll, err := i.scene.Cluster.Roll(ctx)
	if err != nil {
		i.detail["owners_after"] = err.Error()
		return
	}
	i.detail["owners_after"] = roll.owners()
	if id := roll.Owners[i.scene.serving.part]; id != "" {
		i.detail["owner_after"] = id
	}
}
