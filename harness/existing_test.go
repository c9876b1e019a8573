package harness

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"turnstile/fault"
	"turnstile/fixtures/links/wire"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
)

// elsewhere is a cluster that says of itself what a real one would be asked.
func elsewhere(t *testing.T, brokers int, token string, may ...fault.Act) *Elsewhere {
	t.Helper()
	ids := make([]string, brokers)
	for i := range ids {
		ids[i] = fmt.Sprintf(`"b%d:8080"`, i+1)
	}
	admin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/admin/v2/brokers/version":
			fmt.Fprint(w, "4.0.8")
		case "/admin/v2/clusters":
			fmt.Fprint(w, `["c"]`)
		case "/admin/v2/brokers/configuration/runtime":
			fmt.Fprint(w, `{"keepAliveIntervalSeconds": "20"}`)
		case "/admin/v2/brokers":
			fmt.Fprintf(w, "[%s]", strings.Join(ids, ","))
		}
	}))
	t.Cleanup(admin.Close)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			body := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "4.0.8")
			b := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(wire.Connected))
			_, _ = c.Write(wire.AppendFrame(nil, protowire.AppendBytes(protowire.AppendTag(b, protowire.Number(wire.Connected), protowire.BytesType), body), nil))
			_ = c.Close()
		}
	}()
	place := pulsar.Place{URL: "pulsar://" + ln.Addr().String(), Admin: admin.URL}
	if token != "" {
		path := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		if place.Access, err = pulsar.ReadAccess(path, ""); err != nil {
			t.Fatal(err)
		}
	}
	x, err := pulsar.Find(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	return &Elsewhere{Cluster: x, May: may}
}

func TestOnSomebodyElsesClusterOnlyThatIsDoneThatWasAllowed(t *testing.T) {
	m := manifest(t, anyones)
	two := elsewhere(t, 2, "")
	on := func(e *Elsewhere, f fault.Fault) Scenario {
		return SystemScenario(m, Scenario{Mode: mode.KeyShared, Elsewhere: e}, f)
	}
	broker := on(two, nil)
	broker.Broker = map[string]string{"maxUnackedMessagesPerConsumer": "1"}
	ours := on(two, nil)
	ours.System, ours.Expect = nil, AllHold
	for _, c := range []struct {
		name string
		of   Scenario
		says string // empty: it may be
	}{
		{"nothing", on(two, nil), ""},
		{"a fault of workers", on(two, fault.Kill{}), ""},
		{"a fault of links", on(two, fault.LinkReset{For: time.Second}), ""},
		{"an unload", on(two, fault.Unload{}), "the fault topic-unload makes the cluster unload: --may unload allows it"},
		{"an unload that is allowed", on(&Elsewhere{two.Cluster, []fault.Act{fault.ActUnload}}, fault.Unload{}), ""},
		{"a transfer where unloads are allowed", on(&Elsewhere{two.Cluster, []fault.Act{fault.ActUnload}}, fault.Transfer{}), "--may transfer allows it"},
		{"a transfer that is allowed", on(&Elsewhere{two.Cluster, fault.Allowable()}, fault.Transfer{}), ""},
		{"a transfer where there is but one broker", on(elsewhere(t, 1, "", fault.ActTransfer), fault.Transfer{}), "needs 2 brokers"},
		{"a broker that dies", on(&Elsewhere{two.Cluster, fault.Allowable()}, fault.BrokerRestart{}), "no --may allows that"},
		{"settings of the brokers", broker, "leave broker out"},
		{"the reference orchestrator", ours, "a system is run by its manifest alone"},
		{"a system that does not say who it is", on(elsewhere(t, 2, "a.b.c"), nil), "put {{.token_file}}"},
	} {
		if err := c.of.Check(); (c.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: it says %v, want %q", c.name, err, c.says)
		}
	}
	told := manifest(t, strings.Replace(anyones, "SMS:", `TOKEN: "{{.token_file}}", SMS:`, 1))
	if err := SystemScenario(told, Scenario{Mode: mode.KeyShared, Elsewhere: elsewhere(t, 2, "a.b.c")}, nil).Check(); err != nil {
		t.Errorf("of a system that says who it is it says %v", err)
	}
}

func TestFaultsThatNobodyAllowedAreLeftOutAndTold(t *testing.T) {
	m := manifest(t, anyones)
	for _, c := range []struct {
		may           []fault.Act
		done, skipped []string
	}{
		{nil, []string{"kill"}, []string{"topic-unload", "close-lost", "transfer"}},
		{[]fault.Act{fault.ActUnload}, []string{"kill", "topic-unload", "close-lost"}, []string{"transfer"}},
		{fault.Allowable(), []string{"kill", "topic-unload", "close-lost", "transfer"}, nil},
	} {
		all, skipped, err := SystemScenarios(m, Scenario{Mode: mode.KeyShared, Elsewhere: elsewhere(t, 2, "", c.may...)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var done, left []string
		for _, sc := range all {
			done = append(done, sc.FaultKind())
		}
		for _, s := range skipped {
			left = append(left, s.Fault)
			if !strings.Contains(s.Why, "--may ") {
				t.Errorf("of %s it says %q", s.Fault, s.Why)
			}
		}
		if !slices.Equal(left, c.skipped) {
			t.Errorf("with %v allowed %v are left out, want %v", c.may, left, c.skipped)
		}
		for _, f := range c.done {
			if !slices.Contains(done, f) {
				t.Errorf("with %v allowed it is put through %v, want %s too", c.may, done, f)
			}
		}
	}
	if _, _, err := SystemScenarios(m, Scenario{Mode: mode.KeyShared, Elsewhere: elsewhere(t, 2, "")}, []string{"kill", "topic-unload"}); err == nil || !strings.Contains(err.Error(), "--may unload allows it") {
		t.Errorf("of a fault that was asked for by name it says %v", err)
	}
}

func TestTheRecordSaysOnWhatClusterItWas(t *testing.T) {
	e := elsewhere(t, 2, "")
	full, err := SystemScenario(manifest(t, anyones), Scenario{Mode: mode.KeyShared, Elsewhere: e}, nil).withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	got := full.record(1).Settings
	if got["pulsar"] != e.Cluster.String() || got["broker.keepAliveIntervalSeconds"] != "20" || got["broker.brokerDeduplicationEnabled"] != "" || full.Pulsar != "4.0.8" {
		t.Errorf("recorded %v (Pulsar %s)", got, full.Pulsar)
	}
	if stage := full.stage(); stage.KeepAlive != 20*time.Second {
		t.Errorf("faults are to know that brokers ask every %s", stage.KeepAlive)
	}
	if n := newTopic(e.Cluster, "r1", full); !strings.HasPrefix(n.namespace, "turnstile-") || !strings.HasSuffix(n.namespace, "/r1") {
		t.Errorf("its namespace is %s", n.namespace)
	}
}
