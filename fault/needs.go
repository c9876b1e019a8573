package fault

import "slices"

// Needs is what a fault asks of the environment that its scenario runs in. The
// zero value asks for nothing: the fault stays with its scenario's own workers,
// topic and keys.
type Needs struct {
	// Alone: the fault reaches every client of the broker, so that no other
	// scenario may share it.
	Alone bool
	// OwnLocks: the fault reaches every key of the lock server, so that the
	// scenario has a lock server to itself. Only the mode lock has one.
	OwnLocks bool
	// Locks: the scenario's mode takes locks.
	Locks bool
	// Replica: that lock server has a replica, to which the workers can be sent.
	Replica bool
	// Links: the workers reach the broker and the lock server through links
	// that can be cut and slowed, one for each worker.
	Links bool
	// Frames: those links understand what passes, and act on single frames.
	Frames bool
	// Brokers and Bookies are the least that there must be of each; more than
	// one broker, or any bookie, asks for a cluster.
	Brokers, Bookies int
	// Points are those at which workers report, and can be made to wait.
	Points []Point
	// Workers is the least number of workers that there must be for the fault to
	// bite, and Users that of users to aim at; 0 means 1.
	Workers, Users int
	// Features are what there must be in the version of Pulsar.
	Features []Feature
	// Empties: at some time no consumer may be there. Adds: it brings one more.
	Empties, Adds bool
	// Acts are what it does to the servers beyond the run's own workers and topic.
	Acts []Act
	// Holds names what the fault has in its hands while it lasts. Two faults
	// that hold the same thing must not overlap.
	Holds []Resource
}

// Resource is something that only one fault at a time can work on.
type Resource string

// The resources.
const (
	TheBroker     Resource = "the broker"
	TheLockServer Resource = "the lock server"
	TheMetadata   Resource = "the metadata store"
	TheTopic      Resource = "the topic" // as who stops its broker does, too
	TheBookies    Resource = "the bookies"
)

// Cluster reports whether a standalone broker will not do.
func (n Needs) Cluster() bool { return n.Brokers > 1 || n.Bookies > 0 }

// Servers reports whether the fault disturbs servers that outlive its scenario,
// so that one which was not healed leaves an environment that nobody may use.
func (n Needs) Servers() bool {
	return n.Alone || slices.ContainsFunc(n.Holds, func(r Resource) bool {
		return r == TheBroker || r == TheMetadata || r == TheBookies
	})
}

// And is what both need together.
func (n Needs) And(o Needs) Needs {
	n.Alone = n.Alone || o.Alone
	n.OwnLocks = n.OwnLocks || o.OwnLocks
	n.Locks = n.Locks || o.Locks
	n.Replica = n.Replica || o.Replica
	n.Links = n.Links || o.Links
	n.Frames = n.Frames || o.Frames
	n.Brokers = max(n.Brokers, o.Brokers)
	n.Bookies = max(n.Bookies, o.Bookies)
	n.Workers = max(n.Workers, o.Workers)
	n.Users = max(n.Users, o.Users)
	n.Empties = n.Empties || o.Empties
	n.Adds = n.Adds || o.Adds
	n.Features = append(slices.Clone(n.Features), o.Features...)
	n.Points = union(n.Points, o.Points)
	n.Acts = union(n.Acts, o.Acts)
	n.Holds = union(n.Holds, o.Holds)
	return n
}

func union[T ~string](a, b []T) []T {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
