package attack

import (
	"container/heap"
	"fmt"
	"time"

	"turnstile/checker/history"
)

// world is what truly happens in one run: a small simulation on one true clock,
// of which observers then record what the format lets them.
type world struct {
	dice
	now   int64
	queue agenda
	count int // of things put on the agenda

	mode     string
	fenced   bool
	keyed    bool // sends carry idempotency keys
	intended bool // beside the fence: who raises it makes the write of a text that is out
	calm     int  // one call in 2^calm goes wrong
	types    []string
	bugs     bugs
	crowded  bool

	users     []string
	publishes []*publish
	attempts  []*attempt
	commits   []*commit
	sends     []*send
	faults    []*fault
	lives     []*life
	parked    []*publish
	parkedAt  map[*publish]int64

	broker  *broker
	gateway *gateway
	store   *store
	locks   map[string]*lock

	linked bool                 // workers' links are observers, too
	links  map[string]*observer // by worker

	harness, gatewayLog *observer
	workerLogs          map[string]*observer
	farOffset           int64 // of the far domain's clock, truly
	farLo, farHi        int64 // as measured
	names, ids, conns   int   // of workers, attempts and connections so far
	pending, loading    int   // faults and loads that are not over
	patience            int64 // when the harness stops waiting for quiet
	recoverWithin       int64

	quietAt int64 // when the harness looked for the last time
	quietOK bool
	logRead int64
	ended   bool
}

// bugs are what is wrong with the orchestrator.
type bugs struct {
	acksFirst     bool // before the section
	lanesMixed    bool // two events of a user at once in one worker
	lockIgnored   bool
	sendsTwice    bool
	ignoresStop   bool
	welcomesAgain bool
	forgetsSeen   bool
	sticks        bool // a delivery is now and then never finished
	loses         bool // acknowledges without an effect
	ignoresCap    bool
	ignoresQuiet  bool
	ignoresPause  bool
	keyOfText     bool // the idempotency key is made of the text alone
	drainless     bool // the broker moves a user although somebody still has his events
}

// publish is an event as it was truly published.
type publish struct {
	user, id, typ string
	at, zone      int64 // Unix milliseconds; minutes east of UTC
	ordinal       int64
	tries         []try
	arrivals      []int64
}

type try struct {
	from, t int64
	outcome string
}

func (p *publish) clear() bool { return len(p.tries) == 1 && p.tries[0].outcome == history.OutcomeOK }

func (p *publish) acknowledged() bool {
	for _, t := range p.tries {
		if t.outcome == history.OutcomeOK {
			return true
		}
	}
	return false
}

// attempt is one handling of one delivery, as it truly was.
type attempt struct {
	id      string
	p       *publish
	by      *life
	try     int
	entered bool
	begin   int64 // the section, truly
	end     int64 // unbounded while it is inside
	enterT  int64 // stamp of the enter, on the true clock
	seenT   int64 // the latest stamp of its own on record that shows it inside
	exitT   int64 // 0: no exit on record
	read    *state
	skipped bool
	epoch   int64
	sends   []*send
	commits []*commit
	decided string
}

const forever = int64(1) << 60

// commit is a write that truly took effect.
type commit struct {
	t    int64
	a    *attempt
	by   *attempt // that made it, for itself or for another
	read *state
	made *state
	text string

	madeAt int64 // when another that made it recorded that it did; 0: it never did
}

// send is a text that truly came to the gateway.
type send struct {
	t    int64
	a    *attempt
	text string
	what string // "": it went out
}

// state is a user's, never changed once made. by is nil at first.
type state struct {
	version           int64
	by                *commit
	stopped, welcomed bool
	seen              []string
	purchasedAt       int64
	marketing         []int64
}

// agenda is what is to happen, by time.
type agenda []todo

type todo struct {
	at int64
	n  int
	do func()
}

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if a[i].at != a[j].at {
		return a[i].at < a[j].at
	}
	return a[i].n < a[j].n
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(todo)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

func (w *world) at(t int64, do func()) {
	w.count++
	heap.Push(&w.queue, todo{max(t, w.now), w.count, do})
}

func (w *world) after(d int64, do func()) { w.at(w.now+d, do) }

// run lets things happen until nothing is left or over says so.
func (w *world) run(over func() bool) {
	for steps := 0; len(w.queue) > 0 && !over(); steps++ {
		if steps > 200_000 {
			panic("a world without an end")
		}
		next := heap.Pop(&w.queue).(todo)
		w.now = next.at
		next.do()
	}
}

const (
	micro = time.Microsecond
	milli = time.Millisecond
)

// drawWorld draws a world and lets it happen.
func drawWorld(d dice) *world { return happen(d, false) }

// drawLinkedWorld draws one whose workers have links that record what passes.
func drawLinkedWorld(d dice) *world { return happen(d, true) }

func happen(d dice, linked bool) *world {
	w := &world{dice: d, now: 1e12, locks: map[string]*lock{}, workerLogs: map[string]*observer{}, parkedAt: map[*publish]int64{}, linked: linked, links: map[string]*observer{}}
	w.mode = pick(d, "failover", "keyshared", "lock", "shared")
	switch d.index(8) {
	case 0, 1:
		w.fenced, w.keyed = true, true
	case 2:
		w.keyed = true
	case 3:
		w.fenced, w.keyed, w.intended = true, true, true
	}
	w.calm = pick(d, 5, 5, 7, 3)
	w.types = pick(d, []string{"purchased", "subscribed", "replied_stop", "replied_start", "other"}, []string{"purchased"},
		[]string{"campaign", "cart_abandoned"}, []string{"campaign", "cart_abandoned", "purchased", "campaign", "subscribed", "replied_stop", "replied_start"},
		[]string{"purchased", "replied_stop", "replied_start"}, []string{"purchased", "replied_stop", "replied_start", "purchased"}, []string{"purchased", "subscribed"})
	for _, b := range []*bool{&w.bugs.acksFirst, &w.bugs.lanesMixed, &w.bugs.lockIgnored, &w.bugs.sendsTwice, &w.bugs.ignoresStop,
		&w.bugs.welcomesAgain, &w.bugs.forgetsSeen, &w.bugs.sticks, &w.bugs.loses, &w.bugs.drainless,
		&w.bugs.ignoresCap, &w.bugs.ignoresQuiet, &w.bugs.ignoresPause, &w.bugs.keyOfText} {
		*b = d.rare(5)
	}
	if d.rare(2) {
		w.farOffset = d.between(-5*time.Second, 5*time.Second)
		w.farLo = w.farOffset - pick(d, 0, d.between(0, 20*milli), d.between(0, time.Second))
		w.farHi = w.farOffset + pick(d, 0, d.between(0, 20*milli), d.between(0, time.Second))
	}
	w.harness, w.gatewayLog = &observer{src: history.SrcHarness, domain: "d"}, &observer{src: history.SrcGateway, domain: "d"}
	w.gateway = &gateway{w: w, keys: map[[2]string]bool{}, fences: map[string]fence{}, poison: map[string]int{}}
	w.store = &store{w: w, states: map[string]*state{}, fences: map[string]fence{}, epochs: map[string]int64{}, intents: map[string]*intent{}}
	w.broker = &broker{w: w, holder: map[string]*life{}}
	if d.rare(2) {
		w.crowd()
	}
	w.begin()
	w.live()
	return w
}

// crowd makes it a world in which the attempts of one user meet in every way:
// everything is published at once, anybody gets it, and much goes wrong.
func (w *world) crowd() {
	w.crowded = true
	w.mode = "shared"
	w.fenced = w.fenced && (w.intended || w.rare(2))
	w.keyed = w.keyed || w.fenced || w.rare(1)
	w.calm = pick(w.dice, 3, 2)
}

func (w *world) begin() {
	w.recoverWithin = w.limit()
	workers, users := 1+w.upTo(3), 1+w.upTo(3)
	if w.crowded {
		workers, users = 2+w.upTo(3), 1
	}
	for i := range users {
		w.users = append(w.users, fmt.Sprintf("u%d", i+1))
	}
	w.harness.note(w.now, 0, history.Event{Kind: history.KindScenario, Scenario: &history.Setup{
		Name: "a drawn world", Mode: w.mode, Guard: w.guard(), Fault: "none",
		Workers: workers, Users: len(w.users), Require: history.Require{Attempts: 1}, RecoverWithinNS: w.recoverWithin,
	}})
	if w.farLo != 0 || w.farHi != 0 || w.farOffset != 0 {
		w.harness.note(w.now, 0, history.Event{Kind: history.KindClockOffset, Peer: "far", Lo: w.farLo, Hi: w.farHi})
	}
	w.now += int64(milli)
	w.gatewayLog.note(w.now, 0, history.Event{Kind: history.KindObserverStart})
	for range workers {
		w.start(w.name())
	}
}

func (w *world) guard() string {
	switch {
	case w.intended:
		return "intended"
	case w.fenced:
		return "fenced"
	}
	return "none"
}

func (w *world) limit() int64 {
	if w.rare(4) {
		return w.spread(0, 20*time.Second)
	}
	return 0
}

func (w *world) name() string {
	w.names++
	return fmt.Sprintf("w%d", w.names)
}
