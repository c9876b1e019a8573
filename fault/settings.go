package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Settings are what a scenario or a schedule may set of its workers, its
// publisher and its broker. A zero field stands for the default.
type Settings struct {
	Lanes           int
	ReceiverQueue   int
	Loop            bool
	AckDelay        time.Duration
	NackDelay       time.Duration
	Lock            string // where workers take locks: which, a name in the terms
	LockTTL         time.Duration
	LockWait        time.Duration
	Renew           bool
	Cancel          bool
	Retry           string // [RetryByNack] or [RetryByTopic]; empty: in the lane
	TakeoverWait    time.Duration
	Discover        time.Duration
	OutOfOrder      bool
	ZeroQueue       bool
	Batching        string // [BatchingDefault]; empty: as the mode needs it
	Hashing         string // [HashingJava] or [HashingMixed]; empty: murmur, as the mode needs it
	NoDeduplication bool
	Classic         bool
	Pulsar          string            // its version; empty: the one in use
	PulsarNext      string            // that of the cluster's last broker; empty: the same
	Links           string            // [LinksProxy] or [LinksTap]; empty: as the fault needs them
	Broker          map[string]string // settings of Pulsar's own, by their names in broker.conf
}

// DefaultLock is the lock that workers take where nothing else is said.
const DefaultLock = "turnstile"

// What workers' links are made of.
const (
	LinksProxy = "proxy" // works on streams
	LinksTap   = "tap"   // understands what passes, and records it
)

// How a publisher is configured that knows nothing of the mode.
const (
	BatchingDefault = "default" // a batch is what comes in 50 ms, of any keys
	HashingJava     = "java"    // partitions are chosen by String.hashCode, the client's default
	HashingMixed    = "mixed"   // one of two publishers does so, and the other by murmur
)

// How an event is tried again whose attempt failed, where it is not in its lane.
const (
	RetryByNack  = "nack"
	RetryByTopic = "topic"
)

// Load is the stream of user events that is offered. Events come in bursts, so
// that a user's next event is waiting while the one before is handled: without
// that, no coordination would ever be put to the test.
type Load struct {
	Aimed    int           // users whose every event leads to a send, for faults to aim at
	Ordinary int           // users with mixed journeys
	Burst    int           // events at once for an aimed user
	Every    time.Duration // between the bursts of one user
	Warmup   time.Duration // before the fault
	Tail     time.Duration // after the fault is healed
	// Campaigns has every other event of an aimed user be a campaign, at noon of a day
	// of its own, where nothing holds it back: in order, each leads to a send still.
	Campaigns bool

	LatencyMin, LatencyMax time.Duration // of the gateway's answer
}

// DefaultLoad is about 60 events a second, far below what four workers can
// handle, so that backlogs of a fault's making are worked off. What makes the
// next event wait is the burst and not the rate; a higher rate costs processor
// time that scenarios which run beside each other need more.
func DefaultLoad() Load {
	return Load{
		Aimed: 4, Ordinary: 12, Burst: 3, Every: 600 * time.Millisecond,
		Warmup: 2 * time.Second, Tail: 3 * time.Second,
		LatencyMin: 10 * time.Millisecond, LatencyMax: 30 * time.Millisecond,
	}
}

// DefaultLoadUnderFault has a shorter tail: the fault's own time adds to the
// load, and a user has some five events more after it.
func DefaultLoadUnderFault() Load {
	l := DefaultLoad()
	l.Tail = 2 * time.Second
	return l
}

// Users is the number of users of both sorts.
func (l Load) Users() int { return l.Aimed + l.Ordinary }

func (l Load) String() string {
	of := ""
	if l.Campaigns {
		of = ", every other a campaign"
	}
	return fmt.Sprintf("%d aimed users with %d events every %s%s; %d ordinary users with 1 to %d", l.Aimed, l.Burst, l.Every, of, l.Ordinary, l.Burst)
}

// settings is the table of all settings. The reader of schedules, the checks,
// the record, the workers' environment, the command line's help and the README
// are made from it. To add a setting, add its field and its row.
func (p *Plan) settings() []Setting {
	s, l := &p.Settings, &p.Load
	under := DefaultLoadUnderFault()
	const minute = time.Minute
	return []Setting{
		amount("workers", &p.Workers, DefaultWorkers, 1, 32).many(1).means("worker processes"),
		amount("brokers", &p.Brokers, 0, 0, 8).means("brokers of a cluster, with one ZooKeeper; 0: one standalone broker"),
		amount("bookies", &p.Bookies, 0, 0, 3).means("bookies of the cluster, 1 or 3"),

		amount("lanes", &s.Lanes, 4, 1, 64).of("worker.lanes").env("LANES").means("users that a worker handles at the same time"),
		amount("receiver_queue", &s.ReceiverQueue, 16, 1, 1000).of("worker.receiver_queue").env("RECEIVER_QUEUE").means("messages that a worker prefetches, and again as many that wait for a lane"),
		flag("loop", &s.Loop).of("worker.loop").env("LOOP").means("a worker's lanes do not wait for acknowledgements: they advance by themselves, up to where all is done on a partition that one consumer has, elsewhere all together that came to be done meanwhile"),
		amount("ack_delay", &s.AckDelay, 0, 0, 20*time.Second).of("worker.ack_delay").env("ACK_DELAY").means("how long after the handling a worker acknowledges; its lane goes on meanwhile"),
		amount("nack_delay", &s.NackDelay, 200*time.Millisecond, time.Millisecond, minute).of("worker.nack_delay").env("NACK_DELAY").means("how long after a worker hands a message back it is delivered again"),
		choice("retry", &s.Retry, RetryByNack, RetryByTopic).of("worker.retry").env("RETRY").in(keyShared).means("how a worker tries an event again whose attempt failed: it hands it back, to be delivered again after nack_delay, or publishes it to a retry topic; left out, it tries it again in its lane, with the user's later events behind it"),
		amount("discover", &s.Discover, time.Second, 100*time.Millisecond, minute).of("worker.discover").env("DISCOVER_EVERY").means("how often a worker looks for new partitions"),
		name("lock", &s.Lock, DefaultLock, "one that turnstile modes lists").of("lock").env("LOCK").in(withLocks).means("which lock workers take; one that gives no fencing token does not go with the guard fenced"),
		amount("lock_ttl", &s.LockTTL, 3*time.Second, 10*time.Millisecond, 10*minute).of("lock.ttl").env("LOCK_TTL").in(withLocks).means("a lock's lifetime"),
		amount("lock_wait", &s.LockWait, 300*time.Millisecond, time.Millisecond, minute).of("lock.wait").env("LOCK_WAIT").in(withLocks).means("how long a worker waits for a lock before it hands the message back"),
		flag("renew", &s.Renew).of("lock.renew").env("LOCK_RENEW").in(withLocks).means("a worker renews its lock while it is inside the section, and stops when the lock is lost"),
		flag("cancel", &s.Cancel).of("worker.cancel").env("CANCEL_UNASSIGNED").in(partitioned).means("a worker stops what it has in hand of a partition that the broker says is another's, and takes over one that it is given after takeover_wait"),
		amount("takeover_wait", &s.TakeoverWait, 500*time.Millisecond, time.Millisecond, minute).of("worker.takeover_wait").env("TAKEOVER_WAIT").in(partitioned).means("with cancel, how long after a worker is given a partition it begins with what comes of it"),

		amount("aimed_users", &l.Aimed, under.Aimed, 0, 200).load().many(0).means("users whose every event leads to a send, for faults to aim at"),
		amount("ordinary_users", &l.Ordinary, under.Ordinary, 0, 500).load().many(0).means("users with mixed journeys"),
		amount("burst", &l.Burst, under.Burst, 1, 1000).load().many(1).means("events at once for an aimed user; for others 1 to so many"),
		amount("burst_every", &l.Every, under.Every, 20*time.Millisecond, minute).load().means("time between the bursts of one user"),
		flag("aimed_campaigns", &l.Campaigns).load().means("every other event of an aimed user is a campaign, at noon of a day of its own, so that in order each leads to a send still; otherwise all are purchases"),
		amount("warmup", &l.Warmup, under.Warmup, 0, minute).load().means("how long the load runs before the faults"),
		amount("tail", &l.Tail, under.Tail, 0, 2*minute).load().means("how long the load runs after the faults are healed"),
		amount("latency_min", &l.LatencyMin, under.LatencyMin, 0, 10*time.Second).load().means("least time that the gateway takes to answer a send"),
		amount("latency_max", &l.LatencyMax, under.LatencyMax, 0, 10*time.Second).load().means("longest time that it takes, with no fault of the gateway"),

		flag("out_of_order", &s.OutOfOrder).of("worker.out_of_order").env("OUT_OF_ORDER").in(keyShared).means("consumers allow the broker to deliver out of order (allowOutOfOrderDelivery), so that nobody waits for whom a key was with before"),
		flag("zero_queue", &s.ZeroQueue).of("worker.zero_queue").env("ZERO_QUEUE").in(undivided).means("a worker prefetches nothing: it asks the broker for one message at a time, and lets one wait for a lane; the Go client has this on topics without partitions alone, and with no retry topic"),

		choice("batching", &s.Batching, BatchingDefault).of("publisher.default_batching").in(keyShared).means("how the publisher batches: as the client does by itself, whatever the keys, here of 50 ms, as tuned for throughput; left out, a batch has one key"),
		choice("hashing", &s.Hashing, HashingJava, HashingMixed).of("publisher.hashing").in(partitioned).means("by what hash of its key the publisher chooses an event's partition: by Java's, the client's default, or each event in turn by a publisher with that and one with murmur, as where two teams publish; left out, murmur"),
		flag("no_deduplication", &s.NoDeduplication).of("publisher.no_deduplication").means("the broker stores again what the publisher sends again"),
		flag("classic", &s.Classic).in(keyShared).means("KEY_SHARED has the dispatcher that Pulsar had before 4.0, and versions before that have in any case; standalone only"),
		word("pulsar", &s.Pulsar, pulsarVersion, "a version such as 4.0.6").of("pulsar.version").means("the version of Pulsar; left out: the one in use (`make verify PULSAR=4.0.6`)"),
		word("pulsar_next", &s.PulsarNext, pulsarVersion, "a version such as 4.0.8").of("pulsar.next").means("the version of a cluster's last broker, to which the topic can be transferred, as in an upgrade: it is on the first broker when the load begins; left out: that of the others"),
		choice("links", &s.Links, LinksProxy, LinksTap).means("links between the workers and their servers where no fault asks for them: a proxy on streams, or a tap that reads and records what passes; on a cluster a tap alone"),
		words("broker", &s.Broker).means("settings of Pulsar's own, such as {maxUnackedMessagesPerConsumer: 10}; the run has a broker of its own, and is refused if the broker does not know one or does not take its value"),
	}
}

// CheckSettings refuses settings that make no sense in the mode, all of them at
// once.
func (p *Plan) CheckSettings(m Traits) error {
	var errs []error
	for _, s := range p.settings() {
		if p.has(s) {
			errs = append(errs, s.check(m))
		}
	}
	if l := p.Load; l != (Load{}) {
		if l.Users() == 0 {
			errs = append(errs, wrongSetting("aimed_users", "aimed_users and ordinary_users are 0: give some users"))
		}
		if l.LatencyMin > l.LatencyMax {
			errs = append(errs, wrongSetting("latency_min", "latency_min is %s and latency_max %s: give the smaller one first", l.LatencyMin, l.LatencyMax))
		}
	}
	if p.ZeroQueue && (p.ReceiverQueue > 0 || p.Retry == RetryByTopic) {
		errs = append(errs, wrongSetting("zero_queue", "zero_queue is set with receiver_queue: %d and retry: %s, and leaves no room for either: leave out receiver_queue, and give no retry topic", p.ReceiverQueue, p.Retry))
	}
	if p.Links == LinksProxy && p.Brokers > 0 {
		errs = append(errs, wrongSetting("links", "links is %s with %d brokers, which send each client on to their own addresses, around it: give %s", LinksProxy, p.Brokers, LinksTap))
	}
	if p.PulsarNext != "" && p.Brokers == 0 {
		errs = append(errs, wrongSetting("pulsar_next", "pulsar_next is %s on one standalone broker: give brokers, 2 or more", p.PulsarNext))
	}
	if p.Classic && p.Brokers > 0 {
		errs = append(errs, wrongSetting("classic", "classic is set with %d brokers: use the mode keyshared on a standalone broker", p.Brokers))
	}
	return errors.Join(errs...)
}

// has reports whether the plan sets it. Of a load, all is set or nothing.
func (p *Plan) has(s Setting) bool {
	if s.ofLoad {
		return p.Load != (Load{})
	}
	return !s.zero()
}

// WithDefaults fills in what the plan leaves open.
func (p Plan) WithDefaults() Plan {
	if p.Load == (Load{}) {
		p.Load = DefaultLoadUnderFault()
	}
	for _, s := range p.settings() {
		if !p.has(s) {
			s.reset()
		}
	}
	return p
}

// Environment is what a worker is told of the settings in the mode, by variable.
// The plan has its defaults filled in.
func (p Plan) Environment(m Traits) map[string]string {
	return p.collect(m, func(s Setting) string { return s.variable })
}

// Record is what the history says of the settings, by the record's names. The
// plan has its defaults filled in.
func (p Plan) Record(m Traits) map[string]string {
	return p.collect(m, func(s Setting) string { return s.recorded })
}

func (p Plan) collect(m Traits, key func(Setting) string) map[string]string {
	all := map[string]string{}
	for _, s := range p.settings() {
		if k := key(s); k != "" && !s.zero() && !s.ground.lacks(m) {
			all[k] = s.text()
		}
	}
	return all
}

// Given tells the settings that are not as they are by default, as a schedule
// spells them: "lock_ttl: 500ms, broker: {a: 1}". It is empty if all are.
func (p Plan) Given() string {
	var given []string
	for _, s := range p.settings() {
		if p.has(s) && s.text() != s.Default {
			given = append(given, s.Name+": "+s.text())
		}
	}
	return strings.Join(given, ", ")
}

// AllSettings lists the settings, for whoever wants to know what there is.
func AllSettings() []Setting { return new(Plan).settings() }
