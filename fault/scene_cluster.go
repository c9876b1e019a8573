package fault

import (
	"context"
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
	// Members is who is there and who owns what, by ZooKeeper's own account. It can
	// be asked whatever became of the brokers.
	Members(ctx context.Context) (Membership, error)
	// Part is the part of the topic that holds the user's events.
	Part(user string) (string, error)
	Broker(id string) (Broker, error)
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

// Membership is ZooKeeper's account of a cluster: whoever has a session with it.
type Membership struct {
	Brokers, Bookies []string          // by their ids, sorted
	Owners           map[string]string // the owner's id, by the parts of the topic; a part that nobody owns is not in it
	Sessions         map[string]string // the session's id, by the members' ids
}

// other is a broker that is there and is not the one of the given id.
func (m Membership) other(id string) (string, error) {
	for _, b := range m.Brokers {
		if b != id {
			return b, nil
		}
	}
	return "", fmt.Errorf("there is no other broker than %s: ZooKeeper lists %v", id, m.Brokers)
}

// owners says in words who owns how many parts of the topic.
func (m Membership) owners() string {
	n := map[string]int{}
	for _, id := range m.Owners {
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
