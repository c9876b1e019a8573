package decide

import (
	"os"
	"strings"
	"testing"
)

// good is a file with every sort of key in it.
const good = `events_a_day: 1000000
users: 100000
peak_factor: 2
workers: 10
lanes: 4
handler_time: 40ms
order: true
patience: {broker: 60s, lock: 30s}
faults:
  worker_freezes: {a_day: 2, for: 90s}
  worker_kills: {a_day: 1.5}
tolerate:
  double_texts: 3
`

func TestRatesAreReadAsTheyStandThere(t *testing.T) {
	r, err := ReadRates(strings.NewReader(good), "rates.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if r.Events != 1e6 || r.Users != 1e5 || r.PeakFactor != 2 || r.Workers != 10 || r.Lanes != 4 || r.HandlerTime.Milliseconds() != 40 || !r.Order ||
		r.Patience.Broker.Seconds() != 60 || r.Patience.Lock.Seconds() != 30 ||
		r.Faults["worker_freezes"].ADay != 2 || r.Faults["worker_freezes"].For.Seconds() != 90 || r.Faults["worker_kills"].ADay != 1.5 || *r.Tolerate["double_texts"] != 3 {
		t.Errorf("got %+v", r)
	}
}

func TestTheExampleIsReadAndIsOfAPeakDay(t *testing.T) {
	r, err := ReadRatesFile("examples/peak-day.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := int(r.PerSecond()); got != 7175 {
		t.Errorf("it has %d events a second in the mean", got)
	}
	for _, k := range Kinds() {
		if r.Faults[k.Key].ADay == 0 {
			t.Errorf("it has no %s", k.Key)
		}
	}
}

func TestRatesThatMakeNoSenseAreRefusedWithTheLineAndTheRemedy(t *testing.T) {
	for _, c := range []struct{ name, old, new, says string }{
		{"nothing", good, "", `x.yaml:1: this is no file of rates: it begins with lines like "events_a_day: 620000000"`},
		{"a list", good, "- 1\n", "x.yaml:1: this is no file of rates"},
		{"no YAML", good, "a: [", "write lines such as"},
		{"a second document", "  double_texts: 3\n", "  double_texts: 3\n---\nusers: 3\n", "x.yaml:14: a second document begins here"},
		{"an unknown key", "lanes: 4", "lances: 4", "x.yaml:5: there is no key lances: there are events_a_day, users"},
		{"a key that is missing", "lanes: 4\n", "", "x.yaml:1: lanes is not there: give a whole number, 1 to 10000"},
		{"a key that is missing within another", "{broker: 60s, lock: 30s}", "{broker: 60s}", "x.yaml:8: patience.lock is not there"},
		{"a key twice", "lanes: 4", "lanes: 4\nlanes: 5", "x.yaml:6: lanes is there twice"},
		{"an unknown fault", "worker_kills", "worker_deaths", "x.yaml:11: there is no key faults.worker_deaths: there are worker_freezes, worker_kills"},
		{"an unknown harm", "double_texts", "doubles", "x.yaml:13: there is no key tolerate.doubles: there are overlapping_sections"},
		{"a length of a fault that has none", "{a_day: 1.5}", "{a_day: 1.5, for: 3s}", "x.yaml:11: there is no key faults.worker_kills.for: there are a_day"},
		{"a length that is missing", "{a_day: 2, for: 90s}", "{a_day: 2}", "x.yaml:10: faults.worker_freezes.for is not there: give how long"},
		{"a negative rate", "{a_day: 1.5}", "{a_day: -1}", `x.yaml:11: faults.worker_kills.a_day is "-1": give a number, 0 to 1e+06`},
		{"a rate that is no number", "{a_day: 1.5}", "{a_day: .nan}", "x.yaml:11: faults.worker_kills.a_day"},
		{"a rate without an end", "{a_day: 1.5}", "{a_day: .inf}", "x.yaml:11: faults.worker_kills.a_day"},
		{"a word for a number", "events_a_day: 1000000", "events_a_day: many", `x.yaml:1: events_a_day is "many": give a number`},
		{"a number in quotes", "events_a_day: 1000000", `events_a_day: "1000000"`, "x.yaml:1: events_a_day"},
		{"half a worker", "workers: 10", "workers: 10.5", `x.yaml:4: workers is "10.5": give a whole number`},
		{"more workers than can be counted", "workers: 10", "workers: 99999999999999999999", "x.yaml:4: workers is"},
		{"a number that the one reads as ten and the other as eight", "workers: 10", "workers: 010", `x.yaml:4: workers is "010": give a whole number, 1 to 1000000, without a zero before it`},
		{"a rate with a zero before it", "events_a_day: 1000000", "events_a_day: 01000000", "x.yaml:1: events_a_day is \"01000000\": give a number"},
		{"nothing for true", "order: true", "order: ~", "x.yaml:7: order has no value: give true or false"},
		{"nothing for a number", "lanes: 4", "lanes:", "x.yaml:5: lanes has no value: give a whole number"},
		{"a tab", "lanes: 4", "\tlanes: 4", "x.yaml:5: this is no YAML: a tab stands where only spaces can"},
		{"no lanes", "lanes: 4", "lanes: 0", `x.yaml:5: lanes is "0"`},
		{"a time without a unit", "handler_time: 40ms", "handler_time: 40", `x.yaml:6: handler_time is "40": give a time such as 40ms`},
		{"a time of nothing", "handler_time: 40ms", "handler_time: 0s", "x.yaml:6: handler_time"},
		{"a word for true", "order: true", "order: surely", `x.yaml:7: order is "surely": give true or false`},
		{"a list for a value", "lanes: 4", "lanes: [4]", "x.yaml:5: lanes is a list: give a whole number"},
		{"a value for keys", "patience: {broker: 60s, lock: 30s}", "patience: 60s", "x.yaml:8: patience: give keys and values"},
		{"an alias", "users: 100000", "users: &u 100000", "x.yaml:2: users: anchors and aliases are not read here: write it out"},
		{"more users than events", "users: 100000", "users: 2000000", "x.yaml:2: 2000000 users have 1000000 events"},
		{"more to do than lanes for it", "handler_time: 40ms", "handler_time: 10m", "x.yaml:4: 12 events a second that take 10m0s each keep 6945 lanes busy"},
		{"freezes that take more than the day", "{a_day: 2, for: 90s}", "{a_day: 20000, for: 90s}", "x.yaml:10: faults.worker_freezes: 20000 a day of 1m30s each are more than the day has"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("the case changes nothing")
			}
			_, err := ReadRates(strings.NewReader(text), "x.yaml")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	_, err := ReadRates(strings.NewReader("workers: -1\nlances: 3\n"), "x.yaml")
	if err == nil || !strings.Contains(err.Error(), "x.yaml:1: workers") || !strings.Contains(err.Error(), "x.yaml:2: there is no key lances") {
		t.Errorf("got %v", err)
	}
}

func FuzzReadRates(f *testing.F) {
	example, err := os.ReadFile("examples/peak-day.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, string(example), "", "a: &a [*a]", "faults: {worker_freezes: {a_day: 1e3, for: -1s}}", "? [x]\n: 1\n", "events_a_day: 0x10\n"} {
		f.Add(seed)
	}
	m, err := Committed()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ReadRates(strings.NewReader(text), "x.yaml")
		if err != nil {
			return
		}
		for _, o := range Predict(m, r) {
			for harm, e := range o.Harms {
				if !(0 <= e.Low && e.Low <= e.Value && e.Value <= e.High) {
					t.Fatalf("%s, %s: %+v", o.Arm, harm, e.Estimate)
				}
			}
		}
	})
}
