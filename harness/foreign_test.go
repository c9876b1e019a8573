package harness

import (
	"slices"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
	"turnstile/checker/levels"
	"turnstile/fault"
	"turnstile/fixtures/gateway"
	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness/system"
)

const anyones = `name: orders
image: orders:7
environment: {PULSAR: "{{.pulsar}}", TOPIC: "{{.topic}}", SUB: "{{.subscription}}", SMS: "{{.gateway}}"}
modes: {keyshared: {}, failover: {}}
message: {key: "c-{{.user}}", body: '{"id": "{{.event}}"}', types: {purchased: paid, campaign: ad}}
downstream: {user: json /to}
redis: {state: ["cust:{user}"], lock: ["{user}-lock"]}
`

func manifest(t *testing.T, text string) *system.Manifest {
	t.Helper()
	m, err := system.Read(strings.NewReader(text), "m.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func TestWhatTakesAnOrchestratorOfOursIsRefusedByName(t *testing.T) {
	m := manifest(t, anyones)
	for _, c := range []struct {
		name string
		of   Scenario
		says string
	}{
		{"a mode that the manifest does not name", SystemScenario(m, Scenario{Mode: mode.Shared}, nil), `the system orders has no mode "shared": its manifest names failover or keyshared`},
		{"a guard", SystemScenario(m, Scenario{Mode: mode.KeyShared, Guard: mode.Fenced}, nil), `the guard "fenced" is the reference orchestrator's`},
		{"metrics", SystemScenario(m, Scenario{Mode: mode.KeyShared, Scraped: true}, nil), "the system orders is to be scraped"},
		{"a fault at a point", SystemScenario(m, Scenario{Mode: mode.KeyShared}, fault.AckHeld{For: time.Second}), "the fault ack-held waits for a worker at the point ack"},
		{"one that is at a point later", SystemScenario(m, Scenario{Mode: mode.KeyShared}, fault.LinkCut{For: 3 * time.Second}), "the fault link-cut waits for a worker at the point read"},
	} {
		if err := c.of.Check(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: it says %v, want %q", c.name, err, c.says)
		}
	}
	if err := SystemControl(manifest(t, strings.Replace(anyones, "SUB: \"{{.subscription}}\"", "SUB: mine", 1)+"subscription: mine\n"), Scenario{Mode: mode.KeyShared}).Check(); err == nil || !strings.Contains(err.Error(), "cannot be told its subscription") {
		t.Errorf("of a system with a subscription of its own it says %v", err)
	}
}

func TestASystemIsPutThroughWhatItsModeHasSomethingFor(t *testing.T) {
	m := manifest(t, anyones)
	kinds := func(in mode.Mode, named ...string) (kinds []string) {
		t.Helper()
		all, skipped, err := SystemScenarios(m, Scenario{Mode: in}, named)
		if err != nil || len(skipped) > 0 {
			t.Fatal(err)
		}
		for _, sc := range all {
			kinds = append(kinds, sc.FaultKind())
		}
		return kinds
	}
	all := kinds(mode.KeyShared)
	if all[0] != "none" || !slices.Contains(all, "freeze") || !slices.Contains(all, "delivery-held") || !slices.Contains(all, "delivery-twice") || slices.Contains(all, "active-held") {
		t.Errorf("in keyshared it is put through %v", all)
	}
	if all := kinds(mode.Failover); !slices.Contains(all, "active-held") {
		t.Errorf("in failover it is put through %v", all)
	}
	if all := kinds(mode.KeyShared, "none", "kill"); !slices.Equal(all, []string{"none", "kill"}) {
		t.Errorf("it is put through %v", all)
	}
	if _, _, err := SystemScenarios(m, Scenario{Mode: mode.KeyShared}, []string{"earthquake", "link-cut"}); err == nil ||
		!strings.Contains(err.Error(), `there is no fault "earthquake"`) || !strings.Contains(err.Error(), "write it into a schedule") {
		t.Errorf("it says %v", err)
	}
}

func TestASystemThatNothingDisturbsHasMoreToDoForAUserThanThereIsTimeFor(t *testing.T) {
	m := manifest(t, anyones)
	all, _, err := SystemScenarios(m, Scenario{Mode: mode.KeyShared}, []string{"none", "kill"})
	if err != nil {
		t.Fatal(err)
	}
	l := all[0].Load
	if work := time.Duration(l.Burst) * l.LatencyMin; work <= l.Every {
		t.Errorf("an aimed user's events of %s take %s: no worker is at one when another is given the next", l.Every, work)
	}
	for workers := 2; workers < 9; workers++ {
		m.Replicas = workers
		for _, f := range []fault.Fault{nil, fault.Kill{}, fault.Join{}} {
			if l := SystemScenario(m, Scenario{Mode: mode.KeyShared}, f).Load; l.Aimed != 1 && f != fault.Fault(fault.Join{}) || l.Users()%workers == 0 {
				t.Errorf("%s, for %d containers: whoever deals them out in turn gives each its own", l, workers)
			}
		}
	}
	if own := SystemScenario(m, Scenario{Mode: mode.KeyShared, Load: DefaultLoad()}, nil).Load; own != DefaultLoad() {
		t.Errorf("asked for another load it has %s", own)
	}
}

func TestTheRecordSaysWhoseKeysAre(t *testing.T) {
	full, err := SystemScenario(manifest(t, anyones), Scenario{Mode: mode.KeyShared}, nil).withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	got := full.record(1).Settings
	if got["system.name"] != "orders" || got[system.SettingStateKeys] != "cust:{user}" || got[history.SettingLinks] != history.LinksRecorded {
		t.Errorf("recorded %v", got)
	}
	if full.needs().Alone {
		t.Error("nobody else may be in its environment, of which it shares no more than the broker")
	}
}

func TestAForeignSystemsMessagesNameTheirUserForTheLinks(t *testing.T) {
	m := manifest(t, anyones)
	p := &publisher{draw: newDraw(DefaultLoad(), 1), foreign: m}
	p.known = func(k journey.Type) bool { _, ok := m.Message.Word(k); return ok }
	for u := range p.counts {
		for range 20 {
			if e := p.next(u); e.Type != journey.Purchased && e.Type != journey.Campaign {
				t.Fatalf("an event of the kind %s would be published", e.Type)
			}
			p.counts[u]++
		}
	}
	msg, err := p.message(journey.Event{ID: "u1-4", User: "u1", Type: journey.Purchased}, 4)
	if err != nil || msg.Key != "c-u1" || msg.Properties[userProperty] != "u1" || msg.Properties[eventProperty] != "u1-4" {
		t.Errorf("the message is %+v (%v)", msg, err)
	}
	p.foreign = manifest(t, strings.Replace(anyones, `key: "c-{{.user}}", `, "", 1))
	if msg, err = p.message(journey.Event{ID: "u1-4", User: "u1", Type: journey.Purchased}, 4); err != nil || msg.Key != "u1" || msg.Properties[userProperty] != "" {
		t.Errorf("of a message whose key is its user nothing more is to be said: %+v (%v)", msg, err)
	}
}

func TestTheLockOfAForeignSystemIsWhereItsManifestSays(t *testing.T) {
	f := &foreign{manifest: manifest(t, anyones)}
	if key := f.lockKey("u1"); key != "u1-lock" {
		t.Errorf("it is %q", key)
	}
}

func TestTheGatewayAndTheJudgeMeanTheSameByNobody(t *testing.T) {
	if gateway.DetailNobody != levels.DetailNobody {
		t.Errorf("the gateway tells of a call of nobody by %q, and the judge asks for %q", gateway.DetailNobody, levels.DetailNobody)
	}
}

func TestWhoReachesRedisAroundItsLinkIsFoundAmongItsClients(t *testing.T) {
	list := "id=3 addr=172.18.0.4:50112 laddr=172.18.0.3:6379 fd=8 name=\nid=4 addr=172.18.0.14:50113 laddr=172.18.0.3:6379 fd=9 name=\n"
	for ip, want := range map[string]bool{"172.18.0.4": true, "172.18.0.14": true, "172.18.0.1": false, "172.18.0.3": false} {
		if got := connectedFrom(list, ip); got != want {
			t.Errorf("%s is connected: %v", ip, got)
		}
	}
}
