package fault

import (
	"maps"
	"slices"
)

// Kind is one thing that a fault can do, as histories and reports name it.
type Kind struct {
	Name    string
	Meaning string // what it does, as a clause
	// AtOneWorker: it strikes the worker that it names. The others strike servers,
	// or everybody, and name the worker by whose section they were timed.
	AtOneWorker bool
}

// kinds are what each fault that a schedule can name does: one thing, or several
// by its settings.
var kinds = map[string][]Kind{
	"bookie-loss": {
		{Name: "bookie-kill", Meaning: "a bookie that holds the topic gets SIGKILL, and is started again"},
		{Name: "bookie-pause", Meaning: "a bookie that holds the topic is frozen for longer than its session, and resumed"},
	},
	"broker-cut": {
		{Name: "broker-cut", Meaning: "nothing gets through between the broker and any worker, in one direction or both, and nobody hangs up; all of them are healthy and work on"},
	},
	"broker-pause": {
		{Name: "broker-pause", Meaning: "the broker is frozen for longer than its clients' patience, and resumed"},
	},
	"broker-restart": {
		{Name: "broker-kill", Meaning: "the broker gets SIGKILL, and is started again with what it had written"},
		{Name: "broker-restart", Meaning: "the broker is asked to stop, and is started again"},
	},
	"burst": {
		{Name: "burst", Meaning: "many events of one user are published at once"},
	},
	"everybody": {
		{Name: "everybody-dies", Meaning: "all workers get SIGKILL at once, and others come after a time, or they themselves under their names, as when a zone is lost"},
		{Name: "everybody-leaves", Meaning: "all workers are asked to stop at once, and others come after a time, as in a deployment that recreates"},
	},
	"evict": {
		{Name: "evict", Meaning: "the worker is frozen, taken for dead and replaced, and thaws beside its replacement, as when a node that could not be reached comes back", AtOneWorker: true},
	},
	"freeze": {
		{Name: "freeze", Meaning: "every instruction of the worker is stopped for a while and then goes on, as in a long garbage collection or a stalled virtual machine; the worker does not know that time has passed", AtOneWorker: true},
	},
	"join": {
		{Name: "join", Meaning: "one more worker joins while the others are inside"},
	},
	"kill": {
		{Name: "kill", Meaning: "the worker gets SIGKILL, and a fresh one takes its place", AtOneWorker: true},
	},
	"leave": {
		{Name: "leave", Meaning: "the worker is asked to stop, as in a rollout, while it is inside; a fresh one takes its place", AtOneWorker: true},
	},
	"link-cut": {
		{Name: "link-cut", Meaning: "nothing gets through between the worker and a server of it, in one direction or both, and nobody hangs up; the worker is healthy and works on", AtOneWorker: true},
	},
	"link-reset": {
		{Name: "link-reset", Meaning: "the worker's connections to a server of it are reset, and it is free to make new ones", AtOneWorker: true},
	},
	"link-slow": {
		{Name: "link-slow", Meaning: "whatever goes between the worker and a server of it takes longer, each way", AtOneWorker: true},
	},
	"link-throttle": {
		{Name: "link-throttle", Meaning: "only a trickle gets through between the worker and a server of it", AtOneWorker: true},
	},
	"lock-eviction": {
		{Name: "lock-eviction", Meaning: "the lock server runs out of memory while a worker is inside, and makes room by forgetting that worker's lock"},
	},
	"lock-failover": {
		{Name: "lock-failover", Meaning: "the lock server dies while a worker is inside, and its replica, to which that worker's lock has not been copied, takes its place"},
	},
	"lock-flush": {
		{Name: "lock-flush", Meaning: "somebody empties the lock server while a worker is inside: every lock is gone, and so are the counters that fencing tokens come from"},
	},
	"lock-loss": {
		{Name: "lock-expiry", Meaning: "the work takes longer than the lifetime of the lock that guards it, so the lock runs out while its holder is inside", AtOneWorker: true},
		{Name: "lock-delete", Meaning: "the lock server forgets the lock while its holder is inside, as by an eviction, a flush or a failover to an empty replica", AtOneWorker: true},
	},
	"lock-pause": {
		{Name: "lock-pause", Meaning: "the lock server is frozen while a worker is inside, and resumed; its clock goes on, and locks whose lifetime ended meanwhile are gone"},
	},
	"lock-restart": {
		{Name: "lock-restart", Meaning: "the lock server dies while a worker is inside and starts again without its memory: every lock is gone, and so are the counters that fencing tokens come from"},
	},
	"partitions": {
		{Name: "partitions-raised", Meaning: "the topic is given more partitions, so that users' later events go to others than their earlier ones"},
	},
	"poison-event": {
		{Name: "poison-event", Meaning: "the gateway refuses the sends of one event, again and again", AtOneWorker: true},
	},
	"rolling": {
		{Name: "rolling", Meaning: "each worker in turn is asked to stop, and a fresh one takes its place, as in a rollout", AtOneWorker: true},
	},
	"skip": {
		{Name: "backlog-skip", Meaning: "an operator drops the oldest messages that the subscription has not acknowledged, in hand or not"},
		{Name: "backlog-clear", Meaning: "an operator drops everything that the subscription has not acknowledged, in hand or not"},
	},
	"slow-handler": {
		{Name: "slow-handler", Meaning: "every answer to one worker takes long, so that it is inside its users' sections for as long", AtOneWorker: true},
	},
	"stalled-consumer": {
		{Name: "stalled-consumer", Meaning: "one more consumer joins the subscription, receives, and never acknowledges, until it leaves"},
	},
	"stutter": {
		{Name: "stutter", Meaning: "the worker is frozen many times for a short while each, as in many short garbage collections", AtOneWorker: true},
	},
	"transfer": {
		{Name: "transfer", Meaning: "the topic is moved to another broker, as a load balancer does"},
	},
	"unload": {
		{Name: "topic-unload", Meaning: "the broker closes the topic and loads it anew, as a load balancer makes it do; no connection is lost"},
		{Name: "bundle-unload", Meaning: "the broker closes every topic of the namespace and loads it anew; no connection is lost"},
	},
	"unsubscribe": {
		{Name: "unsubscribe", Meaning: "the subscription is deleted from under its consumers, and made anew"},
	},
	"zookeeper-pause": {
		{Name: "zookeeper-pause", Meaning: "the metadata store is frozen, and resumed"},
	},
}

// Kinds lists what a fault that a schedule can name does (see [Names]).
func Kinds(name string) []Kind { return slices.Clone(kinds[name]) }

// kindsByName are all of them.
var kindsByName = func() map[string]Kind {
	all := map[string]Kind{}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		for _, k := range kinds[name] {
			all[k.Name] = k
		}
	}
	return all
}()

// Meaning says what a fault of a kind does, as a clause; "" of no kind there is.
func Meaning(kind string) string { return kindsByName[kind].Meaning }

// AtOneWorker reports whether a fault of a kind strikes the worker that it
// names.
func AtOneWorker(kind string) bool { return kindsByName[kind].AtOneWorker }
