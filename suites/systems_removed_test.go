package suites

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/checker/levels"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/harness"
	"turnstile/harness/system"
)

// observersOfSystems are what a foreign system that marks its sections is seen by,
// each with what it recorded.
var observersOfSystems = map[string]func(e *history.Event) bool{
	"the downstream":      func(e *history.Event) bool { return e.Src == history.SrcGateway },
	"the links to Redis":  linksTo("redis", history.KindWireCommand, history.KindWireReply, history.KindWirePush),
	"the links to Pulsar": linksTo("pulsar", history.KindWireSubscribe, history.KindWireDelivered, history.KindWireAcknowledged, history.KindWirePermits, history.KindWireAnswer, history.KindWireLookup, history.KindWireClose),
	"marks":               func(e *history.Event) bool { return strings.HasPrefix(e.Src, history.SrcWorkerPrefix) },
}

func linksTo(what string, kinds ...history.Kind) func(e *history.Event) bool {
	peers := map[string]bool{}
	return func(e *history.Event) bool {
		if e.Kind == history.KindLinkStart && e.Detail["type"] == what {
			peers[e.Peer] = true
		}
		return strings.HasPrefix(e.Src, history.SrcLinkPrefix) && (peers[e.Peer] || slices.Contains(kinds, e.Kind))
	}
}

// unobserved is a run as if some observers had not been there.
func unobserved(h *history.History, who ...string) *history.History {
	out, seq := &history.History{}, map[string]uint64{}
	for _, e := range h.Events {
		if slices.ContainsFunc(who, func(name string) bool { return observersOfSystems[name](&e) }) {
			continue
		}
		seq[e.Src]++
		e.Seq = seq[e.Src]
		out.Events = append(out.Events, e)
	}
	return out
}

// TestSystemWithoutAnObserver takes observers away by hand from real runs of a
// system that all of them see: it is not calibrated then, nothing holds that rests
// on who is gone, and without all who saw it its positive control fails.
func TestSystemWithoutAnObserver(t *testing.T) {
	if os.Getenv(systemBugsVariable) == "" {
		t.Skipf("skipped: set %s=1 to run a system whose observers are taken away", systemBugsVariable)
	}
	t.Parallel()
	s, err := session()
	if err != nil {
		t.Fatal(err)
	}
	m, err := system.ReadFile(filepath.Join("..", "fixtures", "systems", "go", "turnstile.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	mapping := harness.Mapping(&m)
	run := func(sc harness.Scenario) *history.History {
		t.Helper()
		r := s.RunSystem(ctx, sc, "go test ./suites/... -count=1 -run '"+t.Name()+"'")
		if r.Err != nil {
			t.Fatalf("%s: %v (%s)", sc.Name, r.Err, r.Dir)
		}
		return r.History
	}
	calm := run(harness.SystemCalibration(&m, harness.Scenario{Mode: mode.KeyShared}))
	if missed := levels.Calibrated(calm, mapping); len(missed) > 0 {
		t.Fatalf("with all observers it is not calibrated: %q", missed)
	}
	for name := range observersOfSystems {
		less := unobserved(calm, name)
		if missed := levels.Calibrated(less, mapping); len(missed) == 0 {
			t.Errorf("without %s it is taken for calibrated", name)
		}
		needs := []checker.Property{Exclusivity, Delivery, Order, Progress, Duplicates}
		switch name {
		case "marks":
			needs = nil // a level below may decide all
		case "the links to Pulsar":
			needs = []checker.Property{Exclusivity, Progress}
		case "the links to Redis":
			needs = []checker.Property{Delivery, Order} // what the downstream decides alone stands
		}
		r := levels.Check(less, mapping, levels.Marks)
		for _, p := range needs {
			if v := r.Of(p); v.Verdict != checker.Unknown {
				t.Errorf("without %s %s is %s at %s: %s", name, p, v.Verdict, v.Level, v.Reason)
			}
		}
	}
	twice := run(harness.SystemControl(&m, harness.Scenario{Mode: mode.KeyShared}))
	if why := levels.Control(levels.Check(twice, mapping, levels.Marks)); why != "" {
		t.Errorf("with all observers: %s", why)
	}
	blind := unobserved(twice, "the downstream", "the links to Redis", "marks")
	if why := levels.Control(levels.Check(blind, mapping, levels.Marks)); why == "" {
		t.Error("the control is refuted by observers that are not there")
	}
	if why := levels.Control(levels.Check(unobserved(twice, "the downstream"), mapping, levels.Downstream)); why == "" {
		t.Error("a downstream that is not there refuted the control")
	}
}
