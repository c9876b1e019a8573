package harness

import (
	"errors"
	"strings"
	"testing"
	"time"

	"turnstile/fault"
	"turnstile/fixtures/images"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
	"turnstile/harness/report"
)

func TestTheClassicDispatcherIsOnRecordAndInASlotOfItsOwn(t *testing.T) {
	const key = "broker.subscriptionKeySharedUseClassicPersistentImplementation"
	for _, c := range []struct {
		classic    bool
		want, says string
		place      place
	}{
		{classic: true, want: "true", says: "standalone, with the classic", place: setPlace},
		{classic: false, want: "", says: "standalone", place: sharedPlace},
	} {
		s, err := Scenario{Name: "x", Mode: mode.KeyShared, Expect: AllHold, Settings: Settings{Classic: c.classic}}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		if got := s.record(1).Settings; got[key] != c.want || !strings.HasPrefix(got["pulsar"], c.says) {
			t.Errorf("classic %t: recorded %q and %q", c.classic, got[key], got["pulsar"])
		}
		if s.needs().place() != c.place {
			t.Errorf("classic %t: another slot", c.classic)
		}
		s.Fault = fault.BrokerPause{For: 1}
		if got := s.needs().place(); c.classic && got != setPlace || !c.classic && got != alonePlace {
			t.Errorf("classic %t with a fault that reaches everybody: another slot", c.classic)
		}
	}
}

func TestAScheduleNamesTheLockThatWorkersTake(t *testing.T) {
	if first := orchestrator.LockFlavours()[0].Name; first != fault.DefaultLock {
		t.Errorf("workers take the lock %s unless told otherwise, and schedules %s", first, fault.DefaultLock)
	}
	for _, c := range []struct {
		name, lines, takes, given, says string
	}{
		{"the default where it names none", "mode: lock\n", "turnstile", "", ""},
		{"a library's where it names that", "mode: lock\nlock: redislock\n", "redislock", "lock: redislock", ""},
		{"ours with the guard that needs its tokens", "mode: lock\nlock: turnstile\nguard: fenced\n", "turnstile", "", ""},
		{"none where workers take no locks", "mode: keyshared\n", "", "", ""},
		{"refused where it gives no token and the guard needs one", "mode: lock\nguard: fenced\nlock: redislock\n", "", "", "s.yaml:3: the lock redislock gives no fencing token, and where workers take locks these are the epochs of the guard fenced: use the lock turnstile, or the guard none"},
		{"refused where there is no such lock", "mode: lock\nlock: padlock\n", "", "", `s.yaml:2: the lock is "padlock": give turnstile, redislock or redsync`},
		{"refused where workers take no locks", "mode: keyshared\nlock: redislock\n", "", "", `s.yaml:2: lock has a meaning where workers take locks only, and the mode is "keyshared": leave it out`},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, err := fault.ReadPlan(strings.NewReader(c.lines+"faults:\n  - fault: kill\n"), "s.yaml", Terms())
			if c.says != "" {
				if err == nil || err.Error() != c.says {
					t.Errorf("got %v, want %s", err, c.says)
				}
				return
			}
			var s Scenario
			if err == nil {
				s, err = Explore(plan)
			}
			if err == nil {
				s, err = s.withDefaults()
			}
			if err != nil {
				t.Fatal(err)
			}
			env := s.settable().Environment(ToFaults(s.Mode))
			if r := s.record(1).Settings; r["lock"] != c.takes || env["LOCK"] != c.takes || r[report.SettingsGiven] != c.given {
				t.Errorf("recorded %q, given %q; a worker is told %q", r["lock"], r[report.SettingsGiven], env["LOCK"])
			}
		})
	}
}

func TestTheVersionIsOnRecordAndInAnEnvironmentOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		name, inUse, asked string
		classic            bool
		version            string
		dispatcher, chosen string // chosen: by a setting of the broker
	}{
		{name: "the default", version: images.PulsarVersions()[0], dispatcher: "PIP-379"},
		{name: "the one in use", inUse: "4.0.6", version: "4.0.6", dispatcher: "PIP-379"},
		{name: "the scenario's own", inUse: "4.0.6", asked: "3.3.6", version: "3.3.6", dispatcher: "classic"},
		{name: "one that has both dispatchers", asked: "4.0.6", classic: true, version: "4.0.6", dispatcher: "classic", chosen: "true"},
		{name: "one that has the classic dispatcher alone, and knows no such setting", asked: "2.10.1", classic: true, version: "2.10.1", dispatcher: "classic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(images.PulsarVariable, c.inUse)
			s, err := Scenario{Name: "x", Mode: mode.KeyShared, Expect: AllHold, Settings: Settings{Pulsar: c.asked, Classic: c.classic}}.withDefaults()
			if err != nil {
				t.Fatal(err)
			}
			got := s.record(1).Settings
			if got["pulsar.version"] != c.version || got["broker.dispatcher"] != c.dispatcher || got["broker.subscriptionKeySharedUseClassicPersistentImplementation"] != c.chosen {
				t.Errorf("recorded %v", got)
			}
			if n := s.needs(); n.Version != c.version || n.kind() == (EnvSpec{Broker: n.Broker}).kind() {
				t.Errorf("it needs %+v", n)
			}
		})
	}
}

func TestWhatAVersionLacksIsToldFromMistakes(t *testing.T) {
	moved := Scenario{Name: "x", Mode: mode.KeyShared, Expect: AllHold, Fault: fault.Transfer{}, Cluster: pulsar.Shape{Brokers: 2, Bookies: 1}}
	for version, lacks := range map[string]bool{"2.10.1": true, "3.3.6": false, "": false} {
		moved.Pulsar = version
		if err := moved.Check(); errors.Is(err, fault.ErrLacks) != lacks {
			t.Errorf("%s: %v", version, err)
		}
	}
	moved.Pulsar, moved.Cluster = "2.10.1", pulsar.Shape{}
	if err := moved.Check(); err == nil || errors.Is(err, fault.ErrLacks) {
		t.Errorf("without a cluster: %v", err)
	}
}

func TestWhatAScheduleSetsIsOnRecordAndInAnEnvironmentOfItsOwn(t *testing.T) {
	plan := fault.Plan{Mode: "lock", Faults: fault.Schedule{{Fault: fault.Kill{}}}}
	plan.Lanes, plan.LockTTL, plan.Broker = 2, time.Second, map[string]string{"maxUnackedMessagesPerConsumer": "10"}
	plan.Load = fault.DefaultLoadUnderFault()
	plan.Load.Burst = 8
	s, err := Explore(plan)
	if err == nil {
		s, err = s.withDefaults()
	}
	if err != nil {
		t.Fatal(err)
	}
	got := s.record(1).Settings
	for key, want := range map[string]string{
		"worker.lanes": "2", "worker.receiver_queue": "16", "lock.ttl": "1s", "broker.maxUnackedMessagesPerConsumer": "10",
		"pulsar":             "standalone, with maxUnackedMessagesPerConsumer=10",
		report.SettingsGiven: "lanes: 2, lock_ttl: 1s, burst: 8, broker: {maxUnackedMessagesPerConsumer: 10}",
	} {
		if got[key] != want {
			t.Errorf("recorded %s as %q, want %q", key, got[key], want)
		}
	}
	if s.needs().place() != setPlace {
		t.Error("it shares a broker with those who set nothing of it")
	}
	plain, err := Scenario{Name: "x", Mode: mode.Lock, Expect: AllHold}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if given, set := plain.record(1).Settings[report.SettingsGiven]; set {
		t.Errorf("a scenario that sets nothing is recorded to set %s", given)
	}
}
