package fault

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAPlanSaysWhatToDo(t *testing.T) {
	p, err := ReadPlan(strings.NewReader(`
mode: keyshared
guard: fenced
seed: 7
faults:
  - fault: freeze
    name: gc
    point: read
    for: 6s
  - fault: kill
    after: gc
    delay: 500ms
    times: 2
    every: 1s
`), "s.yaml", terms)
	if err != nil {
		t.Fatal(err)
	}
	want := Plan{Mode: "keyshared", Guard: "fenced", Seed: 7, Faults: Schedule{
		{Name: "gc", Fault: Freeze{At: PointRead, AtLeast: 6 * time.Second}},
		{Fault: Kill{}, After: "gc", Delay: 500 * time.Millisecond, Times: 2, Every: time.Second},
	}}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got %+v, want %+v", p, want)
	}
}

func TestAPlanInJSONIsAPlan(t *testing.T) {
	p, err := ReadPlan(strings.NewReader(`{"mode": "lock", "faults": [{"fault": "lock-loss", "delete": true}]}`), "s.json", terms)
	if err != nil || !reflect.DeepEqual(p.Faults, Schedule{{Fault: LockExpiry{Delete: true}}}) {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestAPlanThatIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, plan, says string
	}{
		{"when it is empty", ``, "s.yaml:1: this is no schedule"},
		{"when it is not YAML", "mode: [", "s.yaml:1: this is no YAML: a value is missing, or a bracket is not closed"},
		{"when it is a list", "- a\n", "s.yaml:1: this is no schedule"},
		{"when it names no mode", "faults:\n  - fault: kill\n", "names no mode"},
		{"when it has no fault", "mode: shared\n", "no step"},
		{"when the faults are no list", "mode: shared\nfaults: kill\n", `s.yaml:2: "faults" is no list`},
		{"when a step is no mapping", "mode: shared\nfaults:\n  - kill\n", "s.yaml:3: a step is lines"},
		{"when a step names no fault", "mode: shared\nfaults:\n  - name: x\n", "s.yaml:3: the step names no fault"},
		{"when a fault is unknown", "mode: shared\nfaults:\n  - fault: frezze\n", `s.yaml:3: there is no fault "frezze": the faults are `},
		{"when a fault is another by its settings", "mode: shared\nfaults:\n  - fault: topic-unload\n    bundle: true\n", `s.yaml:3: by its settings this is no topic-unload, but bundle-unload: write bundle-unload`},
		{"when a fault lacks the setting that makes it what it is called", "mode: shared\nfaults:\n  - fault: backlog-skip\n", `s.yaml:3: by its settings this is no backlog-skip, but backlog-clear`},
		{"when a setting is unknown", "mode: shared\nfaults:\n  - fault: kill\n    foor: 3s\n", `s.yaml:4: there is no setting "foor" here: there are `},
		{"when a setting of the plan is unknown", "mode: shared\nlane: 3\nfaults:\n  - fault: kill\n", `s.yaml:2: there is no setting "lane" here: there are ack_delay, `},
		{"when a duration is none", "mode: shared\nfaults:\n  - fault: freeze\n    for: long\n", `s.yaml:4: for is "long": give a duration`},
		{"when a number is none", "mode: shared\nworkers: many\nfaults:\n  - fault: kill\n", `s.yaml:2: workers is "many": give a whole number`},
		{"when a point is unknown", "mode: shared\nfaults:\n  - fault: kill\n    point: sending\n", `there is no point "sending": the points are delivered`},
		{"when a fault would never heal", "mode: shared\nfaults:\n  - fault: freeze\n    for: 10h\n", "for is 10h0m0s"},
		{"when a fault would not happen", "mode: shared\nfaults:\n  - fault: freeze\n", "for is 0s"},
		{"when steps overlap that exclude each other", "mode: shared\nfaults:\n  - {fault: broker-pause, for: 2s}\n  - {fault: broker-pause, for: 2s}\n", "both hold the broker"},
		{"when a condition has an unknown setting", "mode: shared\nfaults:\n  - fault: kill\n    when: {sean: drain}\n", `s.yaml:4: there is no setting "sean" here: there are at_least, seen, within`},
		{"when a condition is unknown", "mode: shared\nfaults:\n  - fault: kill\n    when: {seen: doom}\n", `doom`},
		{"when a key stands twice", "mode: shared\nmode: lock\nfaults:\n  - fault: kill\n", "s.yaml:2: mode is there twice: leave one out"},
		{"when a key of a step stands twice", "mode: shared\nfaults:\n  - fault: kill\n    point: read\n    point: sent\n", `s.yaml:5: faults[1].point is there twice: leave one out`},
		{"when a step is repeated by an alias", "mode: shared\nfaults:\n  - &a {fault: kill}\n  - *a\n", `s.yaml:3: faults[1]: anchors and aliases are not read here: write it out`},
		{"when a fault needs a cluster and there is none", "mode: shared\nfaults:\n  - fault: transfer\n", "need 2 brokers and 0 bookies, and it has a standalone broker: set brokers and bookies"},
		{"when a fault needs more bookies than there are", "mode: shared\nbrokers: 2\nbookies: 1\nfaults:\n  - fault: bookie-loss\n", "need 2 brokers and 3 bookies, and it has 2 brokers and 1 bookies"},
		{"when a fault does not belong to the mode", "mode: shared\nfaults:\n  - fault: kill\n  - fault: lock-loss\n", "s.yaml:4: the step lock-expiry-2: the fault lock-expiry works where workers take locks only"},
		{"when what shows a fault is not there in the mode", "mode: failover\nfaults:\n  - {fault: slow-handler, by: 1s, for: 2s}\n", "s.yaml:3: the step slow-handler-1: the fault slow-handler works where the topic has no partitions only"},
		{"when nobody comes to the point in the mode", "mode: keyshared\nfaults:\n  - {fault: kill, point: locked}\n", "s.yaml:3: the step kill-1: the fault kill is set to what there is where workers take locks only"},
		{"when the mode is unknown", "guard: none\nmode: sharde\nfaults:\n  - fault: kill\n", `s.yaml:2: there is no mode "sharde": the modes are shared`},
		{"when the guard is unknown", "mode: shared\nguard: fence\nfaults:\n  - fault: kill\n", `s.yaml:2: there is no guard "fence": the guards are none, fenced`},
		{"when a number is no whole one", "mode: shared\nworkers: 2.9\nfaults:\n  - fault: kill\n", `s.yaml:2: workers is "2.9": give a whole number`},
		{"when a number of a step is no whole one", "mode: shared\nfaults:\n  - fault: kill\n    times: 1.5\n", `s.yaml:4: times is "1.5": give a whole number`},
		{"when there is a second document", "mode: shared\nfaults:\n  - fault: kill\n---\nmode: lock\n", "s.yaml:4: a second document begins here"},
		{"when a later step is wrong", "mode: shared\nfaults:\n  - fault: kill\n  - {fault: freeze, for: 10h}\n", "s.yaml:4: the step freeze-2: for is 10h0m0s"},
		{"when it would still wait at its end", "mode: shared\nfaults:\n  - fault: kill\n  - {fault: kill, times: 1000, every: 2m}\n", "s.yaml:4: the step kill-2: with delay, times and every"},
		{"when a worker would be kept inside for too long", "mode: shared\nfaults:\n  - {fault: broker-pause, for: 2m, pauses: 9}\n", "s.yaml:3: the step broker-pause-1: pauses is 9, which takes 18m0s"},
		{"when jitter leaves nothing of the latency", "mode: shared\nfaults:\n  - {fault: link-slow, latency: 1s, jitter: 1s, for: 2s}\n", "jitter is 1s and latency 1s"},
		{"when a cut is too short to be seen", "mode: shared\nfaults:\n  - {fault: link-cut, brief: true, for: 20ms}\n", "for is 20ms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadPlan(strings.NewReader(c.plan), "s.yaml", terms)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error with %q", err, c.says)
			}
		})
	}
}

func TestAFaultHasOneNameAndTheOnesThatItHadBefore(t *testing.T) {
	for name, want := range map[string]Fault{
		"topic-unload": Unload{}, "bundle-unload": Unload{Bundle: true}, "unload": Unload{}, "unload\n    bundle: true": Unload{Bundle: true},
		"broker-kill": BrokerRestart{}, "broker-restart": BrokerRestart{Graceful: true},
		"everybody-leaves": Everybody{Graceful: true}, "everybody": Everybody{}, "everybody\n    graceful: true": Everybody{Graceful: true},
		"backlog-clear": Skip{}, "backlog-skip\n    messages: 3": Skip{Messages: 3}, "skip\n    messages: 3": Skip{Messages: 3},
	} {
		p, err := ReadPlan(strings.NewReader("mode: shared\nfaults:\n  - fault: "+name+"\n"), "s.yaml", terms)
		if err != nil || !reflect.DeepEqual(p.Faults, Schedule{{Fault: want}}) {
			t.Errorf("%s: got %+v, %v", name, p.Faults, err)
		}
	}
}

func TestAPlanTellsEverythingThatIsWrongAtOnce(t *testing.T) {
	_, err := ReadPlan(strings.NewReader("faults:\n  - fault: frezze\n  - fault: kill\n    foor: 1\n"), "s.yaml", terms)
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v, want three lines", err)
	}
}

func TestWhatIsDrawn(t *testing.T) {
	modes := []string{"shared", "lock", "failover", "keyshared", "places"}
	t.Run("passes every check, and is read back as it was written", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := Plan{
				Mode: rapid.SampledFrom(modes).Draw(t, "mode"), Guard: rapid.SampledFrom([]string{"", "none", "fenced"}).Draw(t, "guard"),
				Seed: rapid.Uint64().Draw(t, "seed"), Workers: rapid.SampledFrom([]int{0, 2, 3, 8}).Draw(t, "workers"), // one alone has nobody to take over
			}
			p.Faults = Generate(modeOf(p.Mode), p.Seed)
			n := p.Faults.Spec().Needs()
			p.Brokers, p.Bookies = n.Brokers, n.Bookies
			p.Settings, p.Load = drawSettings(t, p.Mode, n.Brokers)
			var out bytes.Buffer
			if err := WritePlan(&out, p); err != nil {
				t.Fatal(err)
			}
			back, err := ReadPlan(&out, "s.yaml", terms)
			if err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			if !reflect.DeepEqual(back, p) {
				t.Fatalf("wrote %+v, read %+v", p, back)
			}
		})
	})
	t.Run("is the same for the same seed", func(t *testing.T) {
		for seed := range uint64(50) {
			if a, b := Generate(modeLock, seed), Generate(modeLock, seed); !reflect.DeepEqual(a, b) {
				t.Fatalf("seed %d: %+v and %+v", seed, a, b)
			}
		}
	})
	t.Run("contains every fault that fits the mode", func(t *testing.T) {
		for _, mode := range modes {
			drawn := map[string]bool{}
			for seed := range uint64(2000) {
				for _, st := range Generate(modeOf(mode), seed) {
					drawn[st.Fault.Spec().Kind()] = true
				}
			}
			for _, d := range Descriptors() {
				fits := !d.where.lacks(modeOf(mode)) && !(mode == "places" && slices.Contains(needOthers, d.Name))
				if (fits && d.Weight > 0) != drawn[d.Name] {
					t.Errorf("%s in %s: drawn %t", d.Name, mode, drawn[d.Name])
				}
			}
		}
	})
}

func TestEveryFaultOfTheCatalogueHasTagsForItsSettings(t *testing.T) {
	for _, d := range Descriptors() {
		ty := reflect.TypeOf(d.From)
		for i := range ty.NumField() {
			tag, _, _ := strings.Cut(ty.Field(i).Tag.Get("yaml"), ",")
			if tag == "" {
				t.Errorf("%s: a schedule cannot set %s", d.Name, ty.Field(i).Name)
			}
			if slices.Contains(stepKeys, tag) {
				t.Errorf("%s: its setting %s is hidden by the step's own %s", d.Name, ty.Field(i).Name, tag)
			}
		}
	}
}

func FuzzReadPlan(f *testing.F) {
	for seed := range uint64(8) {
		var out bytes.Buffer
		if err := WritePlan(&out, Plan{Mode: "lock", Faults: Generate(modeLock, seed)}); err != nil {
			f.Fatal(err)
		}
		f.Add(out.Bytes())
	}
	f.Add([]byte("mode: shared\nfaults:\n  - &a {fault: kill}\n  - *a\n"))
	f.Add([]byte("mode: lock\nlanes: 2\nlock_ttl: 500ms\ntail: 0s\nordinary_users: 0\nbroker: {maxUnackedMessagesPerConsumer: 10, a.b: 'x y'}\nfaults:\n  - fault: kill\n"))
	f.Add([]byte("mode: keyshared\nclassic: yes\nno_deduplication: true\nack_delay: 1s\nbroker: &b {a: 1}\nfaults:\n  - fault: kill\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReadPlan(bytes.NewReader(b), "s.yaml", terms)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WritePlan(&out, p); err != nil {
			t.Fatal(err)
		}
		back, err := ReadPlan(&out, "again.yaml", terms)
		if err != nil {
			t.Fatalf("what was read is refused when written: %v\n%s", err, out.String())
		}
		if fmt.Sprintf("%+v", back) != fmt.Sprintf("%+v", p) {
			t.Fatalf("%+v became %+v", p, back)
		}
	})
}
