package fault

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAWrongSettingIsNamedAsTheFileNamesIt gives every setting of every fault
// that is a number or a duration a value that makes no sense, by way of a
// schedule's file: whoever wrote the file knows the keys in it, and not the
// fields that they end up in.
func TestAWrongSettingIsNamedAsTheFileNamesIt(t *testing.T) {
	for _, d := range Descriptors() {
		of := reflect.TypeOf(d.From)
		for i := range of.NumField() {
			key, _, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
			wrong := wrongValues(of.Field(i).Type)
			mode := "shared"
			for _, m := range terms.Modes {
				if d.where.lacks(modeOf(mode)) {
					mode = m.Name
				}
			}
			for _, value := range wrong {
				refusedByName(t, fmt.Sprintf("mode: %s\nfaults:\n  - fault: %s\n    %s: %s\n", mode, d.Name, key, value), key, value)
			}
		}
	}
	for _, c := range []struct {
		lines, key, value string
	}{
		{"faults:\n  - fault: kill\n    delay: %s\n", "delay", "-1s"},
		{"faults:\n  - fault: kill\n    delay: %s\n", "delay", "1000h0m0s"},
		{"faults:\n  - fault: kill\n    times: %s\n", "times", "-1"},
		{"faults:\n  - fault: kill\n    every: %s\n", "every", "-1s"},
		{"faults:\n  - fault: kill\n    when: {seen: drain, at_least: %s}\n", "at_least", "-1"},
		{"faults:\n  - fault: kill\n    when: {seen: drain, within: %s}\n", "within", "-1s"},
	} {
		refusedByName(t, "mode: shared\n"+fmt.Sprintf(c.lines, c.value), c.key, c.value)
	}
}

// beyond are a value below a setting's least and one above its most, as a file
// spells them.
func beyond(s Setting) []string {
	switch s.at.(type) {
	case *int:
		return []string{"-1", "100000"}
	case *time.Duration:
		return []string{"-1ms", "1000h0m0s"}
	}
	return nil
}

func TestAPlansSettingThatMakesNoSenseIsRefusedAtItsLine(t *testing.T) {
	for _, s := range AllSettings() {
		mode := "shared"
		for _, m := range terms.Modes {
			if s.ground.lacks(modeOf(mode)) {
				mode = m.Name
			}
		}
		for _, value := range beyond(s) {
			_, err := ReadPlan(strings.NewReader(fmt.Sprintf("mode: %s\n%s: %s\nfaults:\n  - fault: kill\n", mode, s.Name, value)), "s.yaml", terms)
			if err == nil || !strings.Contains(err.Error(), "s.yaml:2: "+s.Name+" is "+value+": give ") {
				t.Errorf("got %v, want the line, the name, the value and what to give", err)
			}
		}
		if s.Where != "" {
			value := map[bool]string{true: "1s", false: "true"}[len(beyond(s)) > 0] // a lock may have that name
			elsewhere := "failover"
			if !s.ground.lacks(modeOf(elsewhere)) {
				elsewhere = "shared"
			}
			_, err := ReadPlan(strings.NewReader(fmt.Sprintf("mode: %s\n%s: %s\nfaults:\n  - fault: kill\n", elsewhere, s.Name, value)), "s.yaml", terms)
			if err == nil || !strings.Contains(err.Error(), "s.yaml:2: "+s.Name+" has a meaning "+s.Where) {
				t.Errorf("%s in another mode: got %v", s.Name, err)
			}
		}
	}
	for _, c := range []struct{ name, lines, says string }{
		{"zero where the least is more", "lanes: 0", "s.yaml:2: lanes is 0: give 1 to 64, or leave it out"},
		{"a lock of no name", "lock: ''", "s.yaml:2: lock is : give one that turnstile modes lists, or leave it out"},
		{"a lock that is a list", "lock: [1]", "s.yaml:2: lock is a list: give a word"},
		{"a Pulsar that is no version", "pulsar: newest", "s.yaml:2: pulsar is newest: give a version such as 4.0.6, or leave it out"},
		{"a switch that is neither", "no_deduplication: maybe", "s.yaml:2: no_deduplication is \"maybe\": give true or false"},
		{"nobody at all", "aimed_users: 0\nordinary_users: 0", "s.yaml:2: aimed_users and ordinary_users are 0: give some users"},
		{"a least above the most", "latency_min: 2s", "s.yaml:2: latency_min is 2s and latency_max 30ms: give the smaller one first"},
		{"the classic dispatcher of a cluster", "classic: true\nbrokers: 2\nbookies: 1", "s.yaml:2: classic is set with 2 brokers"},
		{"links around which a cluster leads", "links: proxy\nbrokers: 2\nbookies: 1", "s.yaml:2: links is proxy with 2 brokers"},
		{"links of nothing", "links: rope", "s.yaml:2: links is rope: give proxy or tap, or leave it out"},
		{"links that are empty", "links: \"\"", "s.yaml:2: links is : give proxy or tap"},
		{"a broker that is a word", "broker: big", "s.yaml:2: broker is no mapping"},
		{"a broker's setting without a value", "broker: {a: }", "s.yaml:2: broker: a has no plain value"},
		{"a broker's setting that is a list", "broker: {a: [1]}", "s.yaml:2: broker: a has no plain value"},
		{"a broker's setting that stands twice", "broker: {a: 1, a: 2}", "s.yaml:2: broker.a is there twice: leave one out"},
		{"a broker's setting of no name", "broker: {\"a b\": 1}", "s.yaml:2: broker: \"a b\" is no name"},
		{"a broker's setting of two lines", "broker: {a: \"1\\nb=2\"}", "s.yaml:2: broker: a is \"1\\nb=2\": give printable characters"},
		{"a broker's setting that has a name here", "broker: {brokerDeduplicationEnabled: false}", "is no_deduplication of a schedule: give that"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadPlan(strings.NewReader("mode: keyshared\n"+c.lines+"\nfaults:\n  - fault: kill\n"), "s.yaml", terms)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %s", err, c.says)
			}
		})
	}
}

func TestAPlanSetsWhatItSaysAndNothingElse(t *testing.T) {
	p, err := ReadPlan(strings.NewReader("mode: lock\nlanes: 2\nlock_ttl: 500ms\nordinary_users: 0\nbroker: {a: 010, b: yes}\nfaults:\n  - fault: kill\n"), "s.yaml", terms)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Given(), "lanes: 2, lock_ttl: 500ms, ordinary_users: 0, broker: {a: 010, b: yes}"; got != want {
		t.Errorf("given %q, want %q", got, want)
	}
	full := p.WithDefaults()
	if full.ReceiverQueue != 16 || full.Workers != DefaultWorkers || full.Load.Aimed != 4 || full.Load.Ordinary != 0 {
		t.Errorf("with defaults: %+v", full)
	}
	env := full.Environment(modeLock)
	if env["LANES"] != "2" || env["LOCK_TTL"] != "500ms" || env["RECEIVER_QUEUE"] != "16" {
		t.Errorf("a worker is told %v", env)
	}
	if r := full.Record(modeLock); r["worker.lanes"] != "2" || r["lock.ttl"] != "500ms" || r["lock.wait"] != "300ms" {
		t.Errorf("recorded %v", r)
	}
	if r := full.Record(modeShared); r["lock.ttl"] != "" {
		t.Errorf("recorded of locks where there are none: %v", r)
	}
}

// TestEverySettingIsInTheTable: a field that has no row can be set by nobody's
// file, is not checked and not on record.
func TestEverySettingIsInTheTable(t *testing.T) {
	p := new(Plan)
	rows, names := map[any]bool{}, map[string]bool{}
	for _, s := range p.settings() {
		rows[s.at] = true
		if names[s.Name] || slices.Contains(planKeys, s.Name) {
			t.Errorf("%s stands twice", s.Name)
		}
		names[s.Name] = true
		if s.Meaning == "" {
			t.Errorf("%s has no meaning", s.Name)
		}
	}
	for _, of := range []reflect.Value{reflect.ValueOf(&p.Settings).Elem(), reflect.ValueOf(&p.Load).Elem()} {
		for i := range of.NumField() {
			if !rows[of.Field(i).Addr().Interface()] {
				t.Errorf("%s.%s has no row", of.Type(), of.Type().Field(i).Name)
			}
		}
	}
}

// drawSettings sets some of what there is, each within its limits.
func drawSettings(t *rapid.T, mode string, brokers int) (Settings, Load) {
	p := Plan{Mode: mode, Load: DefaultLoadUnderFault()}
	for _, s := range p.settings() {
		if !s.ground.lacks(modeOf(mode)) && rapid.Bool().Draw(t, s.Name) {
			switch at := s.at.(type) {
			case *int:
				*at = rapid.IntRange(0, 1000).Filter(func(n int) bool { *at = n; return s.within() }).Draw(t, s.Name)
			case *time.Duration:
				*at = time.Duration(rapid.SampledFrom([]int{0, 20, 150, 900, 20_000}).Filter(func(ms int) bool {
					*at = time.Duration(ms) * time.Millisecond
					return s.within()
				}).Draw(t, s.Name)) * time.Millisecond
			case *bool:
				*at = s.Name != "classic" || brokers == 0
			case *string:
				switch {
				case s.Name == "lock":
					*at = rapid.SampledFrom([]string{"turnstile", "redislock", "3", "true", "a b"}).Draw(t, s.Name)
				case s.Name == "pulsar" || s.Name == "pulsar_next":
					*at = rapid.SampledFrom([]string{"4.0.6", "2.10.1"}).Draw(t, s.Name)
				case s.Name == "links" && brokers > 0:
					*at = LinksTap
				default:
					*at = rapid.SampledFrom(strings.Split(s.Range, " or ")).Draw(t, s.Name)
				}
			case *map[string]string:
				*at = rapid.MapOfN(rapid.StringMatching(`[a-z][A-Za-z0-9._]{0,9}`), rapid.SampledFrom([]string{"1", "true", "0.10", "a,b", "2001-01-01", "x y", "~", ""}), 1, 3).Draw(t, s.Name)
			}
		}
	}
	if p.Load.Users() == 0 {
		p.Load.Ordinary = 1
	}
	if brokers == 0 {
		p.PulsarNext = ""
	}
	if p.ZeroQueue { // there is no room for these
		p.ReceiverQueue, p.Retry = 0, ""
	}
	p.Load.Aimed = max(p.Load.Aimed, DefaultLoad().Aimed) // faults need some to aim at
	p.Load.LatencyMax = max(p.Load.LatencyMax, p.Load.LatencyMin)
	if p.Load == DefaultLoadUnderFault() {
		p.Load = Load{}
	}
	return p.Settings, p.Load
}

// wrongValues are those that no setting of the type may have.
func wrongValues(of reflect.Type) []string {
	switch {
	case of == reflect.TypeFor[time.Duration]():
		return []string{"-1s", "1000h0m0s"}
	case of.Kind() == reflect.Int:
		return []string{"-1"}
	}
	return nil
}

func refusedByName(t *testing.T, plan, key, value string) {
	t.Helper()
	_, err := ReadPlan(strings.NewReader(plan), "s.yaml", terms)
	if err == nil || !strings.Contains(err.Error(), key+" is "+value) || !strings.Contains(err.Error(), "give ") {
		t.Errorf("the schedule\n%sgot the error %v, want one that says %q and what to give", plan, err, key+" is "+value)
	}
}
