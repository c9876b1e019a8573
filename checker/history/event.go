package history

import "strings"

// Version is the format version that this package writes. It reads those before
// it, too: 1, 2 and 4. There is no 3, 5 or 6, which one flipped bit makes of one of
// them.
const Version = 7

// Format is the name in every history's header.
const Format = "turnstile-history"

// Kind says what an [Event] observed.
type Kind string

// The kinds of event. The package's documentation tells who records each, and
// with what.
const (
	KindScenario    Kind = "scenario"     // what was run; fills Scenario
	KindClockOffset Kind = "clock_offset" // T(Peer) - T(Domain) lies in [Lo, Hi]

	KindPublish Kind = "publish" // [From, T] spans the call; Ordinal; Outcome; At, ZoneMinutes and DelayNS of the event

	KindWorkerStart Kind = "worker_start" // ready to consume
	KindWorkerStop  Kind = "worker_stop"  // graceful end, its last event
	KindWorkerDead  Kind = "worker_dead"  // From = before the signal (0: nobody signalled it), T = death confirmed

	KindObserverStart Kind = "observer_start" // its first event
	KindObserverStop  Kind = "observer_stop"  // its last event; nothing happened after it

	KindDeliver    Kind = "deliver"     // message received; Redelivery; At and ZoneMinutes of the event
	KindEnter      Kind = "enter"       // the attempt's critical section has begun
	KindStateRead  Kind = "state_read"  // [From, T] spans the read; Version read
	KindSendCall   Kind = "send_call"   // gateway: a send arrived and, unless Outcome says otherwise, is accepted; worker: about to call. Text
	KindSendReturn Kind = "send_return" // gateway: answer written, From: before it was; worker: answer seen. Outcome
	KindStateWrite Kind = "state_write" // [From, T] spans the write; Version written; Outcome
	KindExit       Kind = "exit"        // the last effect is done; Outcome

	// KindStateComplete, since version 7: the attempt made the write that another
	// one, Peer, had intended and not made. [From, T] spans it; Version written, on
	// which the attempt goes on; Outcome.
	KindStateComplete Kind = "state_complete"

	KindAck        Kind = "ack"         // the broker's answer to an ack; Outcome
	KindNack       Kind = "nack"        // handed back for redelivery; Detail["reason"]
	KindDeadLetter Kind = "dead_letter" // given up, parked on the dead-letter topic

	KindLockAcquired  Kind = "lock_acquired"
	KindLockContended Kind = "lock_contended" // another owner held it
	KindLockLost      Kind = "lock_lost"      // found at release that it was no longer the owner
	KindLockReleased  Kind = "lock_released"

	// KindStateCommit: the store's own log has a write of the attempt, which By made
	// for it where By is there. Ordinal is its position in the log; T is when the
	// log was read.
	KindStateCommit Kind = "state_commit"

	KindHoldBegin Kind = "hold_begin" // the answer to this send is being withheld
	KindHoldEnd   Kind = "hold_end"   // no longer; Outcome "released" or "gone" (the caller is)

	KindPointBegin Kind = "point_begin" // a worker came by a point of its handling and is made to wait there; Detail["point"]
	KindPointEnd   Kind = "point_end"   // it may go on; Outcome as of hold_end

	KindFaultBegin Kind = "fault_begin" // stamped before the injection
	KindFaultEnd   Kind = "fault_end"   // healed; Evidence; Outcome
	KindBroker     Kind = "broker"      // a change seen in the broker's own statistics
	KindQuiet      Kind = "quiet"       // Outcome "ok" when the broker had nothing left to deliver
	KindNote       Kind = "note"        // a fact for the reader, never judged

	// What a worker's link saw pass, since version 4. Outcome is what the link did
	// to the frame where it did not pass it on at once ([OutcomeHeld] and the
	// others), and Detail what else it says, by the names of the link's own record.
	KindLinkStart           Kind = "link_start"            // the link to Peer is open; a worker has one to each of its servers
	KindLinkStop            Kind = "link_stop"             // nothing passed the link to Peer after it
	KindWireConnect         Kind = "wire_connect"          // Peer is the server
	KindWireHello           Kind = "wire_hello"            // the worker said who it is
	KindWireDisconnect      Kind = "wire_disconnect"       // Peer is the server
	KindWireUndecoded       Kind = "wire_undecoded"        // what follows was passed on unread
	KindWireLookup          Kind = "wire_lookup"           // the broker's answer; Detail["url"] is where it sends the worker, and "to" where the link leads it
	KindWireSubscribe       Kind = "wire_subscribe"        // asked, as the next two
	KindWireUnsubscribe     Kind = "wire_unsubscribe"      //
	KindWireSeek            Kind = "wire_seek"             //
	KindWireClose           Kind = "wire_close"            // of a consumer; Detail["by"]
	KindWireMigrated        Kind = "wire_migrated"         // of a consumer's topic
	KindWireDelivered       Kind = "wire_delivered"        // stamped before it is passed on to the worker; Redelivery
	KindWireAcknowledged    Kind = "wire_acknowledged"     // stamped when it has come from the worker; of a batch there is one of the whole
	KindWireRedeliveryAsked Kind = "wire_redelivery_asked" //
	KindWirePermits         Kind = "wire_permits"          // Detail["count"]
	KindWireActive          Kind = "wire_active"           // Detail["active"]
	KindWireAnswer          Kind = "wire_answer"           // the broker's; Detail["to"] says to what
	KindWireCommand         Kind = "wire_command"          // to Redis
	KindWireReply           Kind = "wire_reply"            // of Redis
	KindWirePush            Kind = "wire_push"             // of Redis, to nothing
	KindEnd                 Kind = "end"                   // last line: Ordinal is the count of events before it
)

// Sources. A worker's source is SrcWorkerPrefix + its name.
const (
	SrcHarness      = "harness"
	SrcGateway      = "gateway"
	SrcStore        = "store"
	SrcEnd          = "end" // of a complete history's last line
	SrcWorkerPrefix = "worker/"
	SrcLinkPrefix   = "link/" // of what a worker's link saw pass
)

// Outcomes of operations.
const (
	OutcomeOK      = "ok"      // it happened, and the observer knows
	OutcomeFailed  = "failed"  // it did not happen, and the observer knows
	OutcomeUnclear = "unclear" // it may or may not have happened, now or later

	OutcomeSent    = "sent"    // exit: a text went out and the state was written
	OutcomeSkipped = "skipped" // exit: the rules or an earlier attempt made this one do nothing more

	// OutcomeDeduplicated is of a send_call at the gateway: the text had been
	// accepted before under the same idempotency key, so it was not sent again,
	// and the caller was told that all is well.
	OutcomeDeduplicated = "deduplicated"

	OutcomeReleased = "released" // hold_end, point_end: answered; of a frame: passed on late
	OutcomeGone     = "gone"     // hold_end, point_end: the caller had gone

	OutcomeHealed     = "healed"      // fault_end
	OutcomeHealFailed = "heal_failed" // fault_end

	// What a link did to a frame: it let one that was held go by a second event,
	// which says OutcomeReleased, and passed one on again by one that says OutcomeTwice.
	OutcomeHeld  = "held"
	OutcomeLost  = "lost"
	OutcomeTwice = "twice"
)

// SettingLinks is the setting of a scenario that says what its workers' links are
// made of, and LinksRecorded the value with which each worker's link is an
// observer of its own.
const (
	SettingLinks  = "worker.links"
	LinksRecorded = "tap"
)

// DetailLink tells, in the Detail of what passed a link, by which of its worker's
// links: a connection's number counts within one of them.
const DetailLink = "link"

// DetailHalts is, on a fault_begin, a word on why nobody can be expected to get
// on with anything until the fault's end. Without it, those that the fault is
// not aimed at are.
const DetailHalts = "halts"

// DetailExitCode tells in the Detail of a worker_dead with what the process
// ended, in decimal: 0 of its own will and with nothing amiss. [ExitCodeOfKill]
// is that of SIGKILL (128 plus the signal's number, as shells and engines have
// it), after which nothing of it went on; any other says that it may have, from
// the signal until its end.
const DetailExitCode = "exit_code"

// ExitCodeOfKill is the exit code of what SIGKILL ended.
const ExitCodeOfKill = "137"

// DetailUsers is, on a fault_end, the users that the fault reached beside the
// one that it names, with spaces between.
const DetailUsers = "users"

// DetailBacklog is, on a quiet, how much the broker had left.
const DetailBacklog = "backlog"

// DetailError is, on a quiet, why the broker could not be asked.
const DetailError = "error"

// DetailStalledPartitions is, on a quiet and on a broker's record, which
// partitions the broker reads nothing of although their active consumer asks.
const DetailStalledPartitions = "unread"

// Event is one observation. T, Domain, Src, Seq and Kind are always present;
// the rest where the kind says so: the package's documentation has the table.
type Event struct {
	T      int64  `json:"t"`      // nanoseconds on Domain's monotonic clock
	Domain string `json:"domain"` // clock domain
	Src    string `json:"src"`    // observer
	Seq    uint64 `json:"seq"`    // 1, 2, 3… within Src
	Kind   Kind   `json:"kind"`

	User    string `json:"user,omitempty"`
	Event   string `json:"event,omitempty"`   // the message's id
	Attempt string `json:"attempt,omitempty"` // unique in the history
	Worker  string `json:"worker,omitempty"`

	From       int64  `json:"from,omitempty"` // start of the observed operation, on Domain's clock
	Ordinal    int64  `json:"ordinal,omitempty"`
	Version    int64  `json:"version,omitempty"` // of the user's state
	Redelivery int64  `json:"redelivery,omitempty"`
	Text       string `json:"text,omitempty"`  // name of the text sent: welcome, receipt, …
	Type       string `json:"type,omitempty"`  // publish, deliver: the user event's type
	Fault      string `json:"fault,omitempty"` // id of the fault
	Outcome    string `json:"outcome,omitempty"`
	Peer       string `json:"peer,omitempty"`
	Lo         int64  `json:"lo,omitempty"`
	Hi         int64  `json:"hi,omitempty"`

	// Of a publish, and At and ZoneMinutes of a delivery, since version 2.
	At          int64 `json:"at,omitempty"`           // the event's own time, Unix milliseconds; 0: not known
	ZoneMinutes int64 `json:"zone_minutes,omitempty"` // the user's offset east of UTC at that time
	DelayNS     int64 `json:"delay_ns,omitempty"`     // the publisher asked the broker to hold it back that long; not less than 0

	// Of a state_commit, since version 7: the attempt that made the write, where
	// that is not the one whose write it is.
	By string `json:"by,omitempty"`

	Detail   map[string]string `json:"detail,omitempty"`
	Evidence []Evidence        `json:"evidence,omitempty"`
	Scenario *Setup            `json:"scenario,omitempty"`
}

// Evidence is one observation that a fault happened and bit, by an observer
// other than the code that injected it.
type Evidence struct {
	Name     string `json:"name"`     // what was to be seen: "engine reports the container paused"
	Observer string `json:"observer"` // who saw it: engine, broker, locks, gateway, worker
	T        int64  `json:"t,omitempty"`
	Seen     bool   `json:"seen"`
	Detail   string `json:"detail,omitempty"` // what was seen, or what was seen instead
}

// Setup is what a history says of the run that made it.
type Setup struct {
	Name    string  `json:"name"`
	Mode    string  `json:"mode"`
	Guard   string  `json:"guard"`
	Fault   string  `json:"fault"` // kind of fault, or "none"
	Seed    uint64  `json:"seed"`
	Workers int     `json:"workers"`
	Users   int     `json:"users"`
	Require Require `json:"require"`
	// RecoverWithinNS is the longest that what waits at a fault's end may take
	// to take effect, in nanoseconds. 0: no limit.
	RecoverWithinNS int64             `json:"recover_within_ns,omitempty"`
	Settings        map[string]string `json:"settings,omitempty"`
}

// Require is the least opportunity for a violation that a history must show
// before a property may be said to hold. A count below it makes the verdict
// vacuous.
type Require struct {
	Attempts     int  `json:"attempts"`     // sections entered
	Contended    int  `json:"contended"`    // sections during which the user's next event was already published
	Handovers    int  `json:"handovers"`    // consecutive sections of one user at two workers
	Redeliveries int  `json:"redeliveries"` // events delivered more than once
	FaultBites   bool `json:"fault_bites"`  // a fault was to happen, with all of its evidence
}

// WorkerSrc is the source name of a worker's own record.
func WorkerSrc(worker string) string { return SrcWorkerPrefix + worker }

// FromWorker reports whether a worker recorded the event itself.
func (e *Event) FromWorker() bool { return strings.HasPrefix(e.Src, SrcWorkerPrefix) }

// LinkSrc is the source name of what a worker's link recorded.
func LinkSrc(worker string) string { return SrcLinkPrefix + worker }

// History is a whole record in memory, in the order of its lines.
type History struct {
	Events []Event
	// SHA256 is, in hexadecimal, that of the bytes that the history was read
	// from: of the whole file, unpacked if it was packed. It is empty for a
	// history that was not read.
	SHA256 string
}

// Scenario returns what the history says was run, or nil.
func (h *History) Scenario() *Setup {
	for i := range h.Events {
		if h.Events[i].Kind == KindScenario {
			return h.Events[i].Scenario
		}
	}
	return nil
}
