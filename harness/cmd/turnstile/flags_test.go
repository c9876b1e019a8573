package main

import (
	"strings"
	"testing"
)

func TestAFlagIsHeardOrRefused(t *testing.T) {
	manifest, rates := "../../../fixtures/systems/python/turnstile.yaml", "../../decide/examples/peak-day.yaml"
	schedule := file(t, "s.yaml", "mode: keyshared\nfaults:\n- {fault: freeze, for: 5s}\n")
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"a word for a duration", []string{"check", alone, "--timeout", "soon"}, `--timeout "soon": give a duration such as 90s or 15m: see turnstile check --help`},
		{"a duration without a unit", []string{"check", alone, "--timeout", "5"}, `--timeout "5": give a duration`},
		{"a duration of more than centuries", []string{"check", alone, "--timeout", "99999999h"}, `give a duration`},
		{"a word for a number", []string{"compare", "--repetitions", "many"}, `--repetitions "many": give a whole number`},
		{"half a repetition", []string{"compare", "--repetitions", "1.5"}, "give a whole number"},
		{"more than can be counted", []string{"compare", "--repetitions", "99999999999999999999"}, "give a whole number"},
		{"less than nothing", []string{"interleave", "--drawn", "1", "--seed", "-1"}, `--seed "-1": give a whole number from 0 up`},
		{"a word for a time", []string{"show", freeze, "--from", "dawn"}, `--from "dawn": give a number`},
		{"a word for yes", []string{"check", alone, "--json=surely"}, `--json "surely": give true or false, or the flag alone`},
		{"a word for memory", []string{"check", alone, "--max-memory", "much"}, `--max-memory "much": "much" is no budget: name at least 32MiB`},
		{"quotes within a list", []string{"verify", "--system", manifest, "--may", `a"b`}, "give words with commas between them"},
		{"one flag twice", []string{"decide", "--rates", rates, "--rates", "other"}, `--rates "other": it was given as "` + rates + `" before: leave one out`},
		{"one user and another", []string{"show", freeze, "--user", "u1", "--user", "u3"}, `it was given as "u1" before`},
		{"a user that is empty", []string{"trace", freeze, "--user", ""}, `--user "": it is empty: give a value, or leave the flag out`},
		{"a duration that is empty", []string{"check", alone, "--timeout", ""}, `--timeout "": give a duration`},
		{"a schedule that is empty", []string{"verify", "--system", manifest, "--schedule", ""}, `--schedule "": it is empty`},
		{"a permission that is empty", []string{"verify", "--system", manifest, "--may", ""}, "--may is empty"},
		{"a fault that is empty", []string{"verify", "--system", manifest, "--fault", ""}, "--fault is empty"},
		{"a document that is empty", []string{"results", "--into", ""}, "--into is empty"},
		{"no rates", []string{"decide"}, "decide needs --rates, the file of rates"},
		{"no manifest", []string{"doctor"}, "doctor needs --system, the manifest"},
		{"a word too many", []string{"faults", "freeze"}, `faults takes nothing but flags, and there is "freeze": see turnstile faults --help`},
		{"help for what there is not", []string{"help", "chek"}, `there is no command "chek": the commands are check, `},
		{"a mode beside a schedule of another", []string{"verify", "--system", manifest, "--schedule", schedule, "--mode", "shared"}, "is of the mode keyshared: leave --mode out"},
		{"a merge with what it makes nothing of", []string{"interleave", "--merge", "m.json", "--mode", "lock", "--out", "x"}, "--merge makes nothing of --mode, --out"},
		{"a seed for nothing drawn", []string{"interleave", "--seed", "5"}, "--seed is what --drawn draws from"},
		{"bounds with more behind them", []string{"interleave", "--bounds", "tries=1,faults=0,forever"}, `--bounds "tries=1,faults=0,forever": give tries=N,faults=M`},
		{"a lock where none is taken", []string{"interleave", "--lock", "redsync"}, "--lock redsync: the mode shared takes none"},
		{"nobody at a time", []string{"interleave", "--parallel", "0"}, "--parallel 0: give 1 to 1024"},
		{"too many at a time", []string{"interleave", "--parallel", "100000000"}, "--parallel 100000000: give 1 to 1024"},
		{"less than none left out", []string{"interleave", "--leave-out", "-1"}, "--leave-out -1"},
		{"a pattern that is none", []string{"compare", "--arms", "["}, `--arms "[" is no pattern: missing closing ]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := turnstile(c.args...)
			if code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 {
				t.Errorf("exit code %d, want %d; stdout %q; stderr %q", code, exitUsage, out, errs)
			}
			mustHave(t, errs, c.says)
			for _, internal := range []string{"strconv", "invalid argument", "time:", "regexp:"} {
				if strings.Contains(errs, internal) {
					t.Errorf("it speaks Go: %s", errs)
				}
			}
		})
	}
}

func TestAFlagMayBeSaidAgain(t *testing.T) {
	code, _, errs := turnstile("check", freeze, "--json", "--json", "--property", "order", "--property", "order", "--timeout", "1m", "--timeout", "1m")
	if code != exitHolds {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
