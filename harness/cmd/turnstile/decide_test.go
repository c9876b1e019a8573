package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"turnstile/harness/decide"
)

const peakDay = "../../decide/examples/peak-day.yaml"

func TestDecideTellsOfEveryModeAndRemedyAtTheRatesOfAPeakDay(t *testing.T) {
	code, out, errs := turnstile("decide", "--rates", peakDay)
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	mustHave(t, out, "What is to be expected in a day", "at the mean of 7176 and at the peak of 21528 events a second", "\nTake: ", "- odds of harm: make odds, ", "- prices: make compare, ")
	m, err := decide.Committed()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range m.Odds.Arms {
		mustHave(t, out, "| "+o.Arm+" | ")
	}
	code, out, errs = turnstile("decide", "--rates", peakDay, "--json")
	var d decide.Decision
	if err := json.Unmarshal([]byte(out), &d); code != 0 || err != nil || len(d.Outlooks) != len(m.Odds.Arms) {
		t.Errorf("exit code %d: %s, %v", code, errs, err)
	}
}

func TestDecideRefusesWhatItCannotUse(t *testing.T) {
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"no file", []string{"decide"}, "decide needs --rates, the file of rates: see turnstile decide --help"},
		{"a file that is not there", []string{"decide", "--rates", "no.yaml"}, "name a file such as harness/decide/examples/peak-day.yaml"},
		{"a file that makes no sense", []string{"decide", "--rates", file("r.yaml", "workers: -3\n")}, `r.yaml:1: workers is "-3": give a whole number, 1 to 1000000`},
		{"figures that are none", []string{"decide", "--rates", peakDay, "--data", file("d.json", "[]")}, "write it anew with turnstile results"},
		{"figures with something behind them", []string{"decide", "--rates", peakDay, "--data", file("d.json", "{}\nx")}, "d.json:1: something stands behind its end"},
		{"figures that are of another kind", []string{"decide", "--rates", peakDay, "--data", file("d.json", "{\"odds\": {\"arms\": 5}}")}, "d.json:1: odds.arms cannot be a number: write it anew"},
		{"figures that say nothing", []string{"decide", "--rates", peakDay, "--data", file("d.json", "{}")}, "it has no odds"},
		{"figures that are not there", []string{"decide", "--rates", peakDay, "--data", "no.json"}, "name a file that turnstile results --data wrote"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errs := turnstile(tt.args...)
			if code != exitUsage || out != "" || !strings.Contains(errs, tt.says) {
				t.Errorf("exit code %d, %q, %q, want %d and %q", code, out, errs, exitUsage, tt.says)
			}
		})
	}
}
