package decide

import "slices"

// Reach is whose open sections a fault puts at stake.
type Reach int

// The reaches.
const (
	OneWorker  Reach = iota // those of the worker that it strikes
	EachWorker              // it strikes each worker in turn: those of each when its turn comes
	Everybody               // those of all workers
)

// Kind is a sort of fault that a team can tell the rate of.
type Kind struct {
	Key     string // in a file of rates
	Fault   string // that was struck to measure it, as turnstile faults names it
	Meaning string
	Reach   Reach
	// OfLocks: there is none where workers take no locks.
	OfLocks bool
	// Patient: how long it lasts matters. One that is over before anybody's patience
	// is, was measured as the fault Short; empty: it was not.
	Patient bool
	Short   string
}

var kinds = []Kind{
	{Key: "worker_freezes", Fault: "freeze", Short: "stutter", Patient: true, Reach: OneWorker, Meaning: "a worker stands still and goes on: a long garbage collection, a stalled virtual machine, a node that swaps"},
	{Key: "worker_kills", Fault: "kill", Reach: OneWorker, Meaning: "a worker dies without a word, and another comes in its place"},
	{Key: "deploys", Fault: "leave", Reach: EachWorker, Meaning: "each worker in turn is asked to stop, and a fresh one comes in its place"},
	{Key: "topic_unloads", Fault: "topic-unload", Reach: Everybody, Meaning: "the broker closes the topic and loads it anew, as its load balancer does"},
	{Key: "broker_losses", Fault: "broker-kill", Reach: Everybody, Meaning: "the broker dies and comes back"},
	{Key: "lock_server_pauses", Fault: "lock-pause", Patient: true, Reach: Everybody, OfLocks: true, Meaning: "the lock server stands still, and its locks' lifetimes go on"},
	{Key: "lock_server_restarts", Fault: "lock-restart", Reach: Everybody, OfLocks: true, Meaning: "the lock server dies and comes back without its locks"},
}

// Kinds lists them, in the order of reports.
func Kinds() []Kind { return slices.Clone(kinds) }

// Fault is one that must have been struck for all kinds to be known.
type Fault struct {
	Name  string
	Reach Reach
}

// Faults lists them, in the order of reports.
func Faults() (all []Fault) {
	for _, k := range kinds {
		all = append(all, Fault{k.Fault, k.Reach})
		if k.Short != "" {
			all = append(all, Fault{k.Short, k.Reach})
		}
	}
	return all
}
