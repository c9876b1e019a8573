package history

import (
	"math"
	"math/bits"
	"slices"
	"strings"
)

// This file is the format: the keys that a line's objects have, and which of
// them each kind of event has. The reader, the package's documentation and the
// generators of its tests come from these tables.

// shape is what the value of a key is.
type shape uint8

const (
	shapeInt shape = iota
	shapeUint
	shapeString
	shapeBool
	shapeMap // an object with strings, whose keys are free
	shapeEvidence
	shapeScenario
	shapeRequire
	nShapes = iota
)

var shapeNames = [nShapes]string{
	shapeInt: "a whole number", shapeUint: "a whole number of 0 or more", shapeString: "a string", shapeBool: "true or false",
	shapeMap: "an object of strings", shapeEvidence: "a list of objects", shapeScenario: "an object", shapeRequire: "an object",
}

// key is one of the keys that an object may have.
type key struct {
	name  string
	shape shape
	since int // the format version that it came with
}

// keySet is a set of an object's keys, by their places in its list.
type keySet uint32

func (s keySet) has(k int) bool { return s&(1<<k) != 0 }

// first is the place of the first key of a set that has one.
func (s keySet) first() int { return bits.TrailingZeros32(uint32(s)) }

// The places of an event's keys in eventKeys, in the order of [Event]'s fields.
const (
	keyT = iota
	keyDomain
	keySrc
	keySeq
	keyKind
	keyUser
	keyEvent
	keyAttempt
	keyWorker
	keyFrom
	keyOrdinal
	keyVersion
	keyRedelivery
	keyText
	keyType
	keyFault
	keyOutcome
	keyPeer
	keyLo
	keyHi
	keyAt
	keyZoneMinutes
	keyDelayNS
	keyBy
	keyDetail
	keyEvidence
	keyScenario
)

var eventKeys = object("event", "t domain src seq kind", []key{
	{"t", shapeInt, 1}, {"domain", shapeString, 1}, {"src", shapeString, 1}, {"seq", shapeUint, 1}, {"kind", shapeString, 1},
	{"user", shapeString, 1}, {"event", shapeString, 1}, {"attempt", shapeString, 1}, {"worker", shapeString, 1},
	{"from", shapeInt, 1}, {"ordinal", shapeInt, 1}, {"version", shapeInt, 1}, {"redelivery", shapeInt, 1},
	{"text", shapeString, 1}, {"type", shapeString, 1}, {"fault", shapeString, 1}, {"outcome", shapeString, 1},
	{"peer", shapeString, 1}, {"lo", shapeInt, 1}, {"hi", shapeInt, 1},
	{"at", shapeInt, 2}, {"zone_minutes", shapeInt, 2}, {"delay_ns", shapeInt, 2}, {"by", shapeString, 7},
	{"detail", shapeMap, 1}, {"evidence", shapeEvidence, 1}, {"scenario", shapeScenario, 1},
})

// The places of the keys of the objects within an event, in the order of the
// fields of [Evidence], [Setup] and [Require].
const (
	keyEvidenceName = iota
	keyEvidenceObserver
	keyEvidenceT
	keyEvidenceSeen
	keyEvidenceDetail
)

const (
	keyScenarioName = iota
	keyScenarioMode
	keyScenarioGuard
	keyScenarioFault
	keyScenarioSeed
	keyScenarioWorkers
	keyScenarioUsers
	keyScenarioRequire
	keyScenarioRecoverWithin
	keyScenarioSettings
)

const (
	keyRequireAttempts = iota
	keyRequireContended
	keyRequireHandovers
	keyRequireRedeliveries
	keyRequireFaultBites
)

const (
	keyHeaderFormat = iota
	keyHeaderVersion
)

var (
	evidenceKeys = object("evidence", "name observer seen", []key{
		{"name", shapeString, 1}, {"observer", shapeString, 1}, {"t", shapeInt, 1}, {"seen", shapeBool, 1}, {"detail", shapeString, 1},
	})
	scenarioKeys = object("scenario", "name mode guard fault seed workers users require", []key{
		{"name", shapeString, 1}, {"mode", shapeString, 1}, {"guard", shapeString, 1}, {"fault", shapeString, 1},
		{"seed", shapeUint, 1}, {"workers", shapeInt, 1}, {"users", shapeInt, 1}, {"require", shapeRequire, 1},
		{"recover_within_ns", shapeInt, 1}, {"settings", shapeMap, 1},
	})
	requireKeys = object("require", "attempts contended handovers redeliveries fault_bites", []key{
		{"attempts", shapeInt, 1}, {"contended", shapeInt, 1}, {"handovers", shapeInt, 1}, {"redeliveries", shapeInt, 1}, {"fault_bites", shapeBool, 1},
	})
	headerKeys = object("header", "format version", []key{{"format", shapeString, 1}, {"version", shapeInt, 1}})
)

// observers is who may record a kind.
type observers uint8

const (
	byHarness observers = 1 << iota
	byGateway
	byStore
	byWorker
	byLink
	byWriter // of the whole history, when it is complete
	byOther
	byAnyone observers = math.MaxUint8
)

var observerNames = []struct {
	one  observers
	name string
}{{byHarness, SrcHarness}, {byGateway, SrcGateway}, {byStore, SrcStore}, {byWorker, "worker"}, {byLink, "link"}, {byWriter, SrcEnd}}

func (o observers) String() string {
	if o == byAnyone {
		return "anyone"
	}
	var names []string
	for _, n := range observerNames {
		if o&n.one != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ", ")
}

// observerOf tells what kind of observer a source is.
func observerOf(src string) observers {
	switch src {
	case SrcHarness:
		return byHarness
	case SrcGateway:
		return byGateway
	case SrcStore:
		return byStore
	case SrcEnd:
		return byWriter
	}
	if name, ok := strings.CutPrefix(src, SrcWorkerPrefix); ok && name != "" {
		return byWorker
	}
	if worker, ok := strings.CutPrefix(src, SrcLinkPrefix); ok && worker != "" {
		return byLink
	}
	return byOther
}

// kindRow says of one kind who records it, what it must have beside what every
// event has, and what it may have. A string that must be there is not empty.
type kindRow struct {
	kind      Kind
	by        observers
	must, may string
	since     int // the format version that it came with; 0: the first

	requires, allows keySet
}

const (
	// ofAttempt is what a record of an attempt's step says of the attempt. Whose
	// it is may go unsaid by a worker, whose source tells.
	ofAttempt = "user event attempt"
	// ofMessage is what a record of a message in hand says of it. One that came
	// without its key does not tell whose it is.
	ofMessage = "event attempt"
	// ofHold is what is known of a wait at the gateway beside whose attempt it was.
	ofHold = "user event worker text detail"
	// ofFrame is what a record of a frame says of it: whose link it passed, and in
	// detail the connection.
	ofFrame = "worker detail"
	// asNoted is what a note may tell of.
	asNoted = "user event attempt worker from ordinal version redelivery text type fault outcome peer detail"
)

var kindRows = []*kindRow{
	{kind: KindScenario, by: byHarness, must: "scenario", may: "detail"},
	{kind: KindClockOffset, by: byHarness, must: "peer", may: "lo hi detail"},
	{kind: KindPublish, by: byHarness, must: "user event from ordinal outcome", may: "type at zone_minutes delay_ns detail"},
	{kind: KindWorkerStart, by: byWorker, may: "worker detail"},
	{kind: KindWorkerStop, by: byWorker, may: "worker outcome detail"},
	{kind: KindWorkerDead, by: byHarness, must: "worker", may: "from outcome detail"},
	{kind: KindObserverStart, by: byGateway, may: "detail"},
	{kind: KindObserverStop, by: byGateway, may: "detail"},
	{kind: KindDeliver, by: byWorker, must: ofMessage, may: "user worker type at zone_minutes redelivery detail"},
	{kind: KindEnter, by: byWorker, must: ofAttempt, may: "worker redelivery detail"},
	{kind: KindStateRead, by: byWorker, must: ofAttempt + " outcome", may: "worker from version detail"},
	{kind: KindSendCall, by: byWorker | byGateway, must: ofAttempt + " text", may: "worker outcome detail"},
	{kind: KindSendReturn, by: byWorker | byGateway, must: ofAttempt + " text outcome", may: "worker from detail"},
	{kind: KindStateWrite, by: byWorker, must: ofAttempt + " version outcome", may: "worker from detail"},
	{kind: KindStateComplete, since: 7, by: byWorker, must: ofAttempt + " version outcome peer", may: "worker from detail"},
	{kind: KindExit, by: byWorker, must: ofAttempt + " outcome", may: "worker detail"},
	{kind: KindAck, by: byWorker, must: ofMessage + " outcome", may: "user worker from detail"},
	{kind: KindNack, by: byWorker, must: ofMessage, may: "user worker from outcome detail"},
	{kind: KindDeadLetter, by: byWorker, must: ofMessage, may: "user worker from outcome detail"},
	{kind: KindLockAcquired, by: byWorker, must: ofAttempt, may: "worker from outcome detail"},
	{kind: KindLockContended, by: byWorker, must: ofAttempt, may: "worker from outcome detail"},
	{kind: KindLockLost, by: byWorker, must: ofAttempt, may: "worker from outcome detail"},
	{kind: KindLockReleased, by: byWorker, must: ofAttempt, may: "worker from outcome detail"},
	{kind: KindStateCommit, by: byStore, must: ofAttempt + " ordinal version", may: "worker text by detail"},
	{kind: KindHoldBegin, by: byGateway, must: "attempt", may: ofHold},
	{kind: KindHoldEnd, by: byGateway, must: "attempt outcome", may: ofHold},
	{kind: KindPointBegin, by: byGateway, must: "attempt", may: ofHold},
	{kind: KindPointEnd, by: byGateway, must: "attempt outcome", may: ofHold},
	{kind: KindFaultBegin, by: byHarness, must: "fault", may: "user event attempt worker detail"},
	{kind: KindFaultEnd, by: byHarness, must: "fault outcome", may: "user event attempt worker evidence detail"},
	{kind: KindBroker, by: byHarness, may: "worker outcome detail"},
	{kind: KindQuiet, by: byHarness, must: "outcome", may: "from detail"},
	{kind: KindNote, by: byAnyone, may: asNoted},
	{kind: KindLinkStart, since: 4, by: byLink, must: "worker peer detail"},
	{kind: KindLinkStop, since: 4, by: byLink, must: "worker peer"},
	{kind: KindWireConnect, since: 4, by: byLink, must: ofFrame + " peer"},
	{kind: KindWireHello, since: 4, by: byLink, must: ofFrame, may: "peer"},
	{kind: KindWireDisconnect, since: 4, by: byLink, must: ofFrame, may: "peer"},
	{kind: KindWireUndecoded, since: 4, by: byLink, must: ofFrame},
	{kind: KindWireLookup, since: 4, by: byLink, must: ofFrame},
	{kind: KindWireSubscribe, since: 4, by: byLink, must: ofFrame},
	{kind: KindWireUnsubscribe, since: 4, by: byLink, must: ofFrame},
	{kind: KindWireSeek, since: 4, by: byLink, must: ofFrame},
	{kind: KindWireClose, since: 4, by: byLink, must: ofFrame, may: "outcome"},
	{kind: KindWireMigrated, since: 4, by: byLink, must: ofFrame},
	{kind: KindWireDelivered, since: 4, by: byLink, must: ofFrame, may: "user event redelivery outcome"},
	{kind: KindWireAcknowledged, since: 4, by: byLink, must: ofFrame, may: "user outcome"},
	{kind: KindWireRedeliveryAsked, since: 4, by: byLink, must: ofFrame, may: "user outcome"},
	{kind: KindWirePermits, since: 4, by: byLink, must: ofFrame, may: "outcome"},
	{kind: KindWireActive, since: 4, by: byLink, must: ofFrame, may: "outcome"},
	{kind: KindWireAnswer, since: 4, by: byLink, must: ofFrame, may: "outcome"},
	{kind: KindWireCommand, since: 4, by: byLink, must: ofFrame, may: "outcome"},
	{kind: KindWireReply, since: 4, by: byLink, must: ofFrame, may: "outcome"},
	{kind: KindWirePush, since: 4, by: byLink, must: ofFrame, may: "outcome"},
	{kind: KindEnd, by: byWriter, may: "ordinal detail"}, // one that is missing counts none
}

var rowOfKind = func() map[Kind]*kindRow {
	rows := map[Kind]*kindRow{}
	for _, r := range kindRows {
		r.requires = eventKeys.required | eventKeys.set(r.must)
		r.allows = r.requires | eventKeys.set(r.may)
		rows[r.kind] = r
	}
	return rows
}()

// keys are the keys that one of the format's objects may have.
type keys struct {
	of       string
	list     []key
	required keySet
	known    [Version + 1]keySet // of each version
	index    [64]int8            // by hash: its place plus one
	mul      uint32
}

func object(of, must string, list []key) *keys {
	o := &keys{of: of, list: list}
	o.required = o.set(must)
	for v := range o.known {
		for i, k := range list {
			if k.since <= v {
				o.known[v] |= 1 << i
			}
		}
	}
	for o.mul = 1; !o.spread(); o.mul += 2 {
	}
	return o
}

// spread tries to give each key a place of its own.
func (o *keys) spread() bool {
	clear(o.index[:])
	for i, k := range o.list {
		at := &o.index[o.hash([]byte(k.name))]
		if *at != 0 {
			return false
		}
		*at = int8(i + 1)
	}
	return true
}

func (o *keys) hash(name []byte) uint32 {
	n := len(name)
	return (uint32(name[0]) | uint32(name[n-1])<<8 | uint32(name[n/2])<<16 | uint32(n)<<24) * o.mul >> 26
}

// find is a key's place; -1 for one that there is not.
func (o *keys) find(name []byte) int {
	if len(name) == 0 {
		return -1
	}
	at := int(o.index[o.hash(name)]) - 1
	if at >= 0 && o.list[at].name != string(name) {
		return -1
	}
	return at
}

// set is the set of the keys of those names.
func (o *keys) set(names string) keySet {
	var s keySet
	for _, name := range strings.Fields(names) {
		i := slices.IndexFunc(o.list, func(k key) bool { return k.name == name })
		if i < 0 {
			panic("history: no key " + name + " in " + o.of)
		}
		s |= 1 << i
	}
	return s
}
