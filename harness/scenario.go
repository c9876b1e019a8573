package harness

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/images"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
	"turnstile/harness/report"
	"turnstile/harness/system"
)

// Scenario is a claim: under this mode, guard, load and fault, each property
// has its expected verdict.
type Scenario struct {
	Name  string
	Mode  mode.Mode
	Guard mode.Guard  // empty: none
	Fault fault.Fault // nil: none
	// Unaimed strikes a worker that is drawn, whatever it is doing, in place of
	// one that is inside an aimed user's section: the measure of what aiming is
	// worth. Nothing but the fault itself is required of such a run.
	Unaimed bool
	AimedAs string // the scenario that an unaimed one is otherwise
	Smoke   bool   // `make test` runs it
	// Compared is the name by which the table of versions tells it: scenarios of one
	// differ in version and dispatcher alone.
	Compared string
	Expect   Expect
	// Require is the least opportunity that makes a "holds" worth its name.
	Require history.Require
	// RecoverWithin is the longest that what waits at the fault's end may take to
	// take effect, for progress to hold; 0: no limit. It must be far beyond what
	// is seen on a busy machine, since it decides a verdict.
	RecoverWithin time.Duration

	// Plan is what an exploration was made from (see [Explore]); else nil.
	Plan  *fault.Plan
	drawn *report.Drawn // by an [Exploration]; else nil
	// danger is the point that the scenario measures (see [Danger]); else empty.
	danger fault.Point
	// odds is the arm whose odds the scenario measures (see [Odds]); else empty.
	odds string
	// Scraped has the workers' metrics recorded, and tells which alerts they raise.
	Scraped bool
	// foretold is the harm that is expected of it (see [ForetoldOdds]); else nil.
	foretold map[checker.HarmKind]float64

	// Mutant is a bug planted on purpose (see [Mutants]); empty: none. Twin names
	// the trial of planted bugs that the scenario belongs to: the same scenario
	// without a mutant must hold what its mutants break.
	Mutant string
	Twin   string

	// Cluster is the Pulsar that the scenario needs; zero: a standalone broker.
	Cluster pulsar.Shape

	// Elsewhere is the cluster that was there already and that the scenario is run on; nil: none.
	Elsewhere *Elsewhere

	// System is the orchestrator that is run in place of the reference one; nil: that one.
	System *system.Manifest

	Load     Load // zero: [fault.DefaultLoad], or with a fault [fault.DefaultLoadUnderFault]
	Workers  int  // 0: 4
	Settings      // beyond these, as in a schedule

	given string // what is not as by default, as a schedule spells it
}

// Settings are what a scenario may set of its workers, publisher and broker.
type Settings = fault.Settings

const (

	// workerKeepAlive is the client's own patience with a silent broker,
	// matched to the broker's with a silent client.
	workerKeepAlive = time.Second

	// workerRedisTimeout is how long a worker waits for an answer of the state
	// store or the lock server, and maxAttempts how often it tries an event.
	workerRedisTimeout = 2 * time.Second
	maxAttempts        = 5

	// workerShutdown is how long a worker waits when it is told to stop. A
	// consumer of the Go client (v0.19) that is closed while its broker owes it
	// answers to acknowledgements waits 10 s for each of them, in turn.
	workerShutdown = 80 * time.Second

	// discoverEvery is how often the publisher looks for new partitions; the
	// client's own default is a minute.
	discoverEvery = time.Second

	// workerSendTimeout outlasts every fault that withholds an answer: a worker
	// that gives up by itself ends the section that it was to be struck in.
	workerSendTimeout = scheduleLimit
)

// Check refuses a scenario that makes no sense or could not say anything, without
// an engine. A session does the same before it starts anything of it.
func (s Scenario) Check() error {
	_, err := s.withDefaults()
	return err
}

// withDefaults fills what the scenario leaves open, and refuses nonsense.
func (s Scenario) withDefaults() (Scenario, error) {
	if s.Name == "" {
		return s, fmt.Errorf("a scenario has no name")
	}
	if _, known := s.Mode.Describe(); !known {
		return s, fmt.Errorf("scenario %q: unknown mode %q: the modes are %v; a new one is described in fixtures/orchestrator/mode/modes.go", s.Name, s.Mode, mode.Modes())
	}
	if s.Guard == "" {
		s.Guard = mode.Unguarded
	}
	if _, known := s.Guard.Describe(); !known {
		return s, fmt.Errorf("scenario %q: unknown guard %q: the guards are %v; a new one is described in fixtures/orchestrator/mode/guards.go", s.Name, s.Guard, mode.Guards())
	}
	for _, p := range checker.Properties() {
		if v := s.Expect.Of(p); !s.mayExpect(p, v) {
			return s, fmt.Errorf("scenario %q expects %q of %s: only %q, %q and %q can be", s.Name, v, p, checker.Holds, checker.Refuted, report.Open)
		}
	}
	if p := s.Expect.unknown(); p != "" {
		return s, fmt.Errorf("scenario %q expects something of the unknown property %q: the properties are %v; a new one is described in checker/properties.go", s.Name, p, checker.Properties())
	}
	if err := s.Cluster.Validate(); err != nil {
		return s, fmt.Errorf("scenario %q needs %w", s.Name, err)
	}
	if s.Fault != nil {
		if err := s.Fault.Spec().Check(); err != nil {
			return s, fmt.Errorf("scenario %q: the fault %s: %w", s.Name, s.Fault.Spec().Kind(), err)
		}
		if n := s.asks(); n.Brokers > s.brokersThere() || n.Bookies > s.Cluster.Bookies {
			return s, fmt.Errorf("scenario %q: the fault %s needs %d brokers and %d bookies, and there is %s", s.Name, s.Fault.Spec().Kind(), max(1, n.Brokers), n.Bookies, s.Cluster)
		}
	}
	if n := s.asks(); n.Frames && s.Links == fault.LinksProxy {
		return s, fmt.Errorf("scenario %q has links: %s: its fault %s acts on single frames, or a cluster's brokers send each client on to their own addresses, around such a link: give %s, or leave it out", s.Name, fault.LinksProxy, s.FaultKind(), fault.LinksTap)
	}
	s, err := s.withSettings()
	if err != nil {
		return s, err
	}
	if err := orchestrator.CheckLock(s.Lock, s.Guard); s.Mode.Locks() && err != nil {
		return s, fmt.Errorf("scenario %q: %w", s.Name, err)
	}
	if err := errors.Join(s.checkMutant(), s.checkSystem(), s.checkElsewhere()); err != nil {
		return s, err
	}
	s.Require.FaultBites = s.Fault != nil
	if s.Fault != nil {
		if err := fault.CheckOn(s.Fault, s.stage()); err != nil {
			return s, fmt.Errorf("scenario %q: the fault %s: %w", s.Name, s.Fault.Spec().Kind(), err)
		}
	}
	return s, nil
}

// settable is the scenario as far as its settings go.
func (s Scenario) settable() fault.Plan {
	return fault.Plan{
		Mode: string(s.Mode), Guard: string(s.Guard), Workers: s.Workers, Brokers: s.Cluster.Brokers, Bookies: s.Cluster.Bookies,
		Settings: s.Settings, Load: s.Load,
	}
}

// withSettings fills in the settings that the scenario leaves open, and refuses
// senseless ones.
func (s Scenario) withSettings() (Scenario, error) {
	p := s.settable()
	err := p.CheckSettings(ToFaults(s.Mode))
	if err == nil {
		err = pulsar.Settings(p.Broker).Check()
	}
	if err != nil {
		return s, fmt.Errorf("scenario %q: %w", s.Name, err)
	}
	s.given = p.Given()
	if p.Load == (Load{}) && s.Fault == nil {
		p.Load = DefaultLoad()
	}
	p = p.WithDefaults()
	s.Workers, s.Settings, s.Load = p.Workers, p.Settings, p.Load
	if s.Pulsar == "" && s.Elsewhere != nil {
		s.Pulsar = s.Elsewhere.Cluster.Runs()
	} else if s.Pulsar == "" {
		if s.Pulsar, err = images.PulsarVersion(); err != nil {
			return s, err
		}
	}
	return s, nil
}

// stage is what the scenario's faults strike.
func (s Scenario) stage() fault.Stage {
	on := fault.Stage{
		Mode: ToFaults(s.Mode), Workers: s.Workers, Users: s.Load.Aimed, KeepAlive: workerKeepAlive,
		LockTTL: s.LockTTL, Renewed: s.Renew, LockServers: orchestrator.LockServers(s.Lock), LockPatience: workerRedisTimeout, Tries: maxAttempts,
		Pulsar: s.Pulsar, Classic: s.hasClassic(),
	}
	if s.Elsewhere != nil {
		on.KeepAlive = s.Elsewhere.Cluster.KeepAlive()
	}
	if on.Users == 0 {
		on.Users = -1 // it is known that there are none
	}
	return on
}

// mayExpect reports whether the scenario may claim that of a property. Only
// planted bugs and explorations may leave a property without an answer; a load
// that never comes by the journey's rules may leave the rules so, and where
// progress is claimed to be refuted nobody can say what would yet be delivered.
func (s Scenario) mayExpect(p checker.Property, v checker.Verdict) bool {
	switch v {
	case checker.Holds, checker.Refuted, report.Open:
		return true
	case report.Any:
		return s.Twin != "" || s.Plan != nil || s.Unaimed || s.System != nil
	case report.Unrefuted:
		return s.Plan != nil || p == checker.Rules && !ruled(s.Load) || p == checker.Delivery && s.Expect.Of(checker.Progress) == checker.Refuted
	}
	return false
}

// needs is what the scenario needs of its environment.
func (s Scenario) needs() EnvSpec {
	n := EnvSpec{Alone: s.asks().Alone, Cluster: s.Cluster, Broker: s.Broker, Version: s.Pulsar, Next: s.PulsarNext}
	if s.Classic && !pulsar.HasOnlyClassicKeyShared(s.Pulsar) {
		n.Broker = pulsar.ClassicKeyShared().With(n.Broker)
	}
	return n
}

// release names the scenario's Pulsar: its version, or both of a cluster that has two.
func (s Scenario) release() string {
	if s.PulsarNext != "" {
		return s.Pulsar + rolledTo + s.PulsarNext
	}
	return s.Pulsar
}

// hasClassic reports whether KEY_SHARED has the dispatcher of before 4.0.
func (s Scenario) hasClassic() bool { return s.Classic || pulsar.HasOnlyClassicKeyShared(s.Pulsar) }

// dispatcher names what gives KEY_SHARED consumers their messages; empty in other
// modes.
func (s Scenario) dispatcher() string {
	switch keeps := s.mode().Keeps; {
	case keeps != mode.KeepsConnected && keeps != mode.KeepsPlace:
		return ""
	case s.hasClassic():
		return "classic"
	default:
		return "PIP-379"
	}
}

// FaultKind is the fault's name, or "none".
func (s Scenario) FaultKind() string {
	if s.Fault == nil {
		return "none"
	}
	return s.Fault.Spec().Kind()
}

// asks is what the scenario and its fault ask for.
func (s Scenario) asks() fault.Needs {
	n := fault.Needs{Links: s.Links != "", Frames: s.Links == fault.LinksTap}
	if s.Fault != nil {
		n = n.And(s.Fault.Spec().Needs())
	}
	n.Frames = n.Frames || s.System != nil // whose links are all that is seen of it
	// Only what understands lookups stays in the way on a cluster.
	n.Frames = n.Frames || n.Links && (n.Cluster() || !s.Cluster.Standalone())
	n.Links = n.Links || n.Frames
	return n
}

func (s Scenario) partitions() int { return s.mode().Partitions }

// settings is everything that the verdict might depend on, for the record.
func (s Scenario) settings() map[string]string {
	m := map[string]string{
		"worker.keepalive":    workerKeepAlive.String(),
		"worker.send_timeout": workerSendTimeout.String(),
		"publisher.discover":  discoverEvery.String(),
		"topic.partitions":    strconv.Itoa(s.partitions()),
		"publisher.batching":  s.batching(),
		"gateway.latency":     fmt.Sprintf("%s to %s", s.Load.LatencyMin, s.Load.LatencyMax),
		"load":                s.Load.String(),
		"pulsar":              s.needs().String(),
	}
	maps.Copy(m, s.settable().Record(ToFaults(s.Mode)))
	if s.given != "" {
		m[report.SettingsGiven] = s.given
	}
	if s.Mutant != "" {
		m["mutant"] = s.Mutant
	}
	if s.System != nil {
		maps.Copy(m, s.System.Settings())
	}
	if d := s.dispatcher(); d != "" {
		m["broker.dispatcher"] = d
	}
	switch n := s.asks(); {
	case n.Frames:
		m[history.SettingLinks] = history.LinksRecorded
	case n.Links:
		m[history.SettingLinks] = "a proxy of its own to the broker, and to the lock server"
	}
	if s.Mode.Locks() {
		m["lock.server"] = s.lockServer()
	}
	if s.Guard.Refuses() {
		m["guard.epochs"] = "a counter at the state store"
		if s.Mode.Locks() {
			m["guard.epochs"] = "the lock's fencing token"
		}
	}
	if s.Elsewhere != nil {
		m["pulsar"] = s.Elsewhere.Cluster.String()
		m["broker.keepAliveIntervalSeconds"] = fmt.Sprint(s.Elsewhere.Cluster.KeepAlive().Seconds())
	} else {
		for k, v := range s.needs().settings() {
			m["broker."+k] = v
		}
	}
	if !s.Cluster.Standalone() {
		m["broker.metadataStoreSessionTimeoutMillis"] = strconv.FormatInt(pulsar.SessionTimeout.Milliseconds(), 10)
	}
	return m
}

// lockServer says whose locks the lock server keeps.
func (s Scenario) lockServer() string {
	words := "shared with other runs"
	switch n := s.asks(); {
	case n.Replica:
		words = "the run's own, with a replica"
	case n.OwnLocks:
		words = "the run's own"
	}
	if more := s.moreLockServers(); more > 0 {
		words += fmt.Sprintf("; and %d more of the run's own, which no fault acts on", more)
	}
	return words
}

// moreLockServers is how many the scenario's lock asks beside the first.
func (s Scenario) moreLockServers() int {
	if !s.Mode.Locks() {
		return 0
	}
	return max(0, orchestrator.LockServers(s.Lock)-1)
}

func (s Scenario) record(seed uint64) *history.Setup {
	return &history.Setup{
		Name: s.Name, Mode: string(s.Mode), Guard: string(s.Guard), Fault: s.FaultKind(), Seed: seed,
		Workers: s.Workers, Users: s.Load.Users(), Require: s.Require, Settings: s.settings(),
		RecoverWithinNS: s.RecoverWithin.Nanoseconds(),
	}
}
