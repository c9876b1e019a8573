package suites

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/fault"
	"turnstile/fixtures/images"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
	"turnstile/harness"
)

// TestVersions compares versions of Pulsar, and in those that have two the
// dispatchers of KEY_SHARED, by scenarios that are chosen to differ, beside some
// that must not. One version runs after the other, so that they share a broker.
func TestVersions(t *testing.T) {
	if testing.Short() || smokeOnly() || os.Getenv(harness.VersionsVariable) == "" {
		t.Skipf("skipped: %s names no versions to compare, as `make versions` does", harness.VersionsVariable)
	}
	for _, version := range strings.Fields(os.Getenv(harness.VersionsVariable)) {
		if err := images.CheckPulsarVersion(version); err != nil {
			t.Fatalf("%s: %v", harness.VersionsVariable, err)
		}
		t.Run(version, func(t *testing.T) { verifyByMode(t, versionsClaims(version)) })
	}
	if asked := strings.Fields(os.Getenv(harness.VersionsVariable)); slices.Contains(asked, upgradedFrom) && slices.Contains(asked, upgradedTo) {
		t.Run(upgradedFrom+" to "+upgradedTo, func(t *testing.T) { verifyByMode(t, upgradeClaims()) })
	}
}

// An upgrade that is run where both are compared.
const upgradedFrom, upgradedTo = "4.0.6", "4.0.8"

// upgradeClaims are of a cluster whose second broker has been upgraded, and to
// which the topic is transferred under load. Consumers are closed by the one and
// made anew at the other: as with any transfer, whoever is back first is given
// what the others have in hand (who-is-first), and FAILOVER's second is long enough
// for all to be back.
func upgradeClaims() []harness.Scenario {
	all := []harness.Scenario{
		{
			Mode:   mode.Failover,
			Fault:  fault.Transfer{Linger: 3 * time.Second},
			Expect: whoIsLate, Require: redelivered,
		},
		{
			Mode:   mode.KeyShared,
			Fault:  fault.Transfer{Linger: 3 * time.Second},
			Expect: whoIsFirst, Require: redelivered,
		},
	}
	for i := range all {
		sc := &all[i]
		sc.Compared = "the topic moves to the upgraded broker mid-flight"
		sc.Name = sc.Compared + ", Pulsar " + upgradedFrom + " to " + upgradedTo
		sc.Cluster, sc.Pulsar, sc.PulsarNext = pulsar.Shape{Brokers: 2, Bookies: 1}, upgradedFrom, upgradedTo
	}
	return all
}

// across is a scenario that is run with every version and dispatcher.
type across struct {
	harness.Scenario
	// but is what it claims where the version and the dispatcher make a difference;
	// nil: the same of all.
	but func(version string, classic bool, of harness.Expect) harness.Expect
}

// versionsClaims are the scenarios with a version, a set for each dispatcher.
func versionsClaims(version string) (all []harness.Scenario) {
	dispatchers := []bool{true}
	if !pulsar.HasOnlyClassicKeyShared(version) {
		dispatchers = []bool{false, true}
	}
	for _, a := range acrossVersions() {
		for _, classic := range dispatchers {
			sc := a.Scenario
			sc.Compared, sc.Pulsar = sc.Name, version
			sc.Name += ", Pulsar " + version
			if sc.Mode == mode.KeyShared {
				sc.Classic = classic
				if classic {
					sc.Name += ", the classic dispatcher"
				}
			} else if classic != dispatchers[0] {
				continue // there is nothing else about it
			}
			if a.but != nil {
				sc.Expect = a.but(version, classic, sc.Expect)
			}
			all = append(all, sc)
		}
	}
	return all
}

func acrossVersions() []across {
	return []across{
		{Scenario: withheld(), but: func(version string, classic bool, e harness.Expect) harness.Expect {
			switch {
			case version == "4.0.6" && !classic:
				return e.But(Refuted, Progress).But(Unrefuted, Delivery)
			case version == "2.10.1": // nobody is given anything while a newcomer waits (all-wait-for-a-newcomer)
				return e.But(Refuted, Progress)
			}
			return e
		}},
		{Scenario: harness.Scenario{
			Name: "no fault", Mode: mode.KeyShared,
			Expect:  AllHold,
			Require: busy,
		}},
		{Scenario: harness.Scenario{
			Name: "a consumer freezes mid-flight and thaws after its user moved on", Mode: mode.KeyShared,
			Fault:   fault.Freeze{AtLeast: frozen},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Rules),
			Require: movedOn,
		}},
		{Scenario: harness.Scenario{
			// PIP-282: only a dispatcher that drains keys waits (classic-newcomer).
			Name: "a worker joins when others have no permits left", Mode: mode.KeyShared, Load: oneSpare(),
			Fault:   fault.Join{Exhausted: true, Hold: 3 * time.Second},
			Expect:  AllHold,
			Require: changedHands,
		}, but: func(_ string, classic bool, e harness.Expect) harness.Expect {
			if classic {
				return e.But(Refuted, Exclusivity, Effects, Order).But(Open, Rules)
			}
			return e
		}},
		{Scenario: harness.Scenario{
			Name: "no fault", Mode: mode.Failover,
			Expect:  AllHold,
			Require: busy,
		}},
		{Scenario: harness.Scenario{
			Name: "a worker whose name sorts first joins", Mode: mode.Failover,
			Fault:   fault.Join{Named: fault.First, Hold: 3 * time.Second},
			Expect:  AllHold.But(Refuted, Exclusivity, Effects, Duplicates).But(Open, Order, Rules),
			Require: changedHands,
		}},
	}
}

// withheld is the recipe of apache/pulsar#23845: one worker has something of
// everybody and acknowledges late; a consumer comes and goes, and is kept waiting
// each time; a worker that stays has come before the first acknowledges. A key that
// drained for a visitor, and of which nothing was published until it drained for
// the one that stays, was counted twice, and the acknowledgements brought that to
// half and not to nothing: it is kept from its worker for good (withheld-for-good).
func withheld() harness.Scenario {
	return harness.Scenario{
		Name: "a consumer comes and goes while another acknowledges late", Mode: mode.KeyShared, Workers: 1,
		Settings: harness.Settings{AckDelay: 20 * time.Second, ReceiverQueue: 500}, Load: everybodyABit(),
		Fault:   comesAndGoes(),
		Expect:  AllHold.But(Unrefuted, Rules), // nobody's journey gets far
		Require: history.Require{Attempts: 200, Contended: 50, Handovers: 1},
	}
}

func comesAndGoes() fault.Schedule {
	return fault.Schedule{
		{Name: "visits", Fault: fault.Stalled{For: 300 * time.Millisecond, Kept: true}, Times: 3, Every: 100 * time.Millisecond},
		{Name: "stays", Fault: fault.Join{Whenever: true}, After: "visits"},
	}
}

// everybodyABit has many users, whose events one worker can handle. Of most of them
// something has come before the visits, and nothing comes until the last visitor
// has gone and the worker that stays is there, which takes 2 to 5 s.
func everybodyABit() harness.Load {
	l := harness.DefaultLoad()
	l.Aimed, l.Ordinary, l.Burst, l.Every = 160, 0, 2, 8*time.Second
	l.Warmup, l.Tail = 6*time.Second, time.Second
	return l
}

func TestVersionsDifferWhereTheyAreSaidTo(t *testing.T) {
	expected := map[string][]string{}
	for _, version := range images.PulsarVersions() {
		for _, sc := range versionsClaims(version) {
			if err := sc.Check(); err != nil {
				t.Error(err)
			}
			key := string(sc.Mode) + " / " + sc.Compared
			e, err := json.Marshal(sc.Expect)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(expected[key], string(e)) {
				expected[key] = append(expected[key], string(e))
			}
		}
	}
	for _, sc := range upgradeClaims() {
		if err := sc.Check(); err != nil {
			t.Error(err)
		}
	}
	for name, want := range map[string]int{"a worker joins when others have no permits left": 2, withheld().Name: 3} {
		if n := len(expected["keyshared / "+name]); n != want {
			t.Errorf("%s claims %d different things of the versions, want %d", name, n, want)
		}
	}
}
