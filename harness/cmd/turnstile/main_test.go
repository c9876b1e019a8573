package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

// Recorded runs. Alone is a whole one: SHARED with a single consumer, in which
// everything holds. Freeze is KEY_SHARED with a frozen consumer, of which two
// users are kept; its gateway did not yet mark the end of its record.
const (
	alone  = "testdata/shared-alone"
	freeze = "testdata/keyshared-freeze"
)

// turnstile runs the program in this process.
func turnstile(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

// unpacked is the text of a packed file.
func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// changed writes a recorded run's history with its events changed, and returns
// its path.
func changed(t *testing.T, folder string, change func([]history.Event) []history.Event) string {
	t.Helper()
	h, err := history.ReadFile(filepath.Join(folder, "history.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "history.jsonl")
	if err := history.WriteFile(path, change(h.Events)); err != nil {
		t.Fatal(err)
	}
	return path
}

// each changes every event of a recorded run's history.
func each(t *testing.T, folder string, change func(*history.Event)) string {
	return changed(t, folder, func(events []history.Event) []history.Event {
		for i := range events {
			change(&events[i])
		}
		return events
	})
}

// onTwoClocks is the frozen run with one worker on a clock that nobody
// compared with the others.
func onTwoClocks(t *testing.T) string {
	return each(t, freeze, func(e *history.Event) {
		if e.Src == history.WorkerSrc("w3") {
			e.Domain = "boot:another"
		}
	})
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// spaced leaves one space where there are many: how wide a column is depends
// on what else is in it.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

func mustHave(t *testing.T, text string, want ...string) {
	t.Helper()
	text = spaced(text)
	for _, w := range want {
		if !strings.Contains(text, spaced(w)) {
			t.Errorf("%q is missing in:\n%.3000s", w, text)
		}
	}
}

// untimed adds to a command that it asks for all that can be judged of a history
// of the format's first version, which does not tell the events' own times.
func untimed(args ...string) []string {
	for _, p := range checker.Properties() {
		if p != checker.Rules {
			args = append(args, "--property", string(p))
		}
	}
	return args
}

func TestTheExitCodeIsTheWorstVerdict(t *testing.T) {
	ambitious := each(t, alone, func(e *history.Event) {
		if e.Scenario != nil {
			e.Scenario.Require.Attempts = 1_000_000
		}
	})
	twoClocks := onTwoClocks(t)
	for _, c := range []struct {
		name string
		args []string
		code int
		says []string
	}{
		{"all hold", untimed(alone), exitHolds, []string{"exclusivity holds", "756 critical sections", "findings of the self-check none"}},
		{"all hold, by the file", untimed(alone + "/history.jsonl.gz"), exitHolds, nil},
		{"all hold but the rules, of which an old history does not tell enough", []string{alone}, exitUnknown, []string{"rules unknown", "no time of their own on record"}},
		{"some refuted", []string{freeze}, exitRefuted, []string{
			"exclusivity refuted", "order holds", "duplicates refuted",
			"freeze-1 bit: from 9901.363 ms, healed after 6045.2 ms", "seen by broker 11566.261 the broker dropped the frozen worker",
			"gateway-unfinished: ", "witness against exclusivity user u1: w4 and w3 were inside at once for 101.538 ms",
			"w3 u1-29 w3-45 11611.483 11713.021 101.5 ms its recorded exit",
			"turnstile show " + freeze + " --user u1 --from 9787 --to 16021",
		}},
		{"what is refuted is not asked for", []string{freeze, "--property", "order", "--property", "delivery"}, exitHolds, []string{"order holds"}},
		{"what is refuted is asked for, among others", []string{freeze, "--property=order", "--property=exclusivity"}, exitRefuted, nil},
		{"two clocks that nobody compared", []string{twoClocks, "--property", "exclusivity"}, exitUnknown, []string{"workers stamp on two clocks"}},
		{"some unknown and some refuted", []string{twoClocks}, exitRefuted, []string{"exclusivity unknown"}},
		{"some vacuous", untimed(ambitious), exitVacuous, []string{"attempts 756 of at least 1000000"}},
		{"some unknown and some vacuous", []string{each(t, alone, func(e *history.Event) {
			if e.Kind == history.KindScenario {
				e.Scenario.Require.Attempts = 1_000_000
			}
			if e.Kind == history.KindObserverStop {
				e.Kind = history.KindNote
			}
		})}, exitUnknown, []string{"vacuous", "unknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := turnstile(append([]string{"check"}, c.args...)...)
			if code != c.code || errs != "" {
				t.Errorf("exit code %d, want %d; stderr %q; stdout:\n%s", code, c.code, errs, out)
			}
			mustHave(t, out, c.says...)
		})
	}
}

func TestWhatCannotBeReadIsToldInALine(t *testing.T) {
	text := string(unpacked(t, freeze+"/history.jsonl.gz"))
	lines := strings.SplitAfter(text, "\n")
	header := lines[0]
	join := func(parts ...[]string) string { return strings.Join(slices.Concat(parts...), "") }
	session := t.TempDir()
	if err := os.CopyFS(filepath.Join(session, "a-run-42"), os.DirFS(alone)); err != nil {
		t.Fatal(err)
	}
	packed, err := os.ReadFile(freeze + "/history.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	packed[len(packed)/2] ^= 0xff
	// Only the lines of one source have an order to keep.
	number := func(n string) string { return `"src":"gateway","seq":` + n + `,` }
	swapped := strings.NewReplacer(number("1"), number("2"), number("2"), number("1")).Replace(text)
	for _, c := range []struct {
		name string
		args []string
		says []string
	}{
		{"no command", nil, []string{"name a command: check, levels, show, trace, trim, run, verify, doctor, shrink, interleave, compare, decide, aiming, alerts, results, faults, settings, modes, properties"}},
		{"an unknown command", []string{"chek", alone}, []string{`"chek"`, "the commands are check, levels, show, trace, trim"}},
		{"an unknown flag", []string{"check", "--fast", alone}, []string{"--fast", "turnstile check --help"}},
		{"nothing to check", []string{"check"}, []string{"takes one run folder or history, not 0"}},
		{"two to check", []string{"check", alone, freeze}, []string{"not 2"}},
		{"an unknown property", []string{"check", alone, "--property", "speed"}, []string{`"speed"`, "exclusivity, ", "order, delivery, duplicates"}},
		{"no time", []string{"check", alone, "--timeout", "0s"}, []string{"--timeout 0s", "1m"}},
		{"a file that is not there", []string{"check", "testdata/nothing"}, []string{"testdata/nothing is not there", "name a run folder"}},
		{"a folder without a history", []string{"check", t.TempDir()}, []string{"has no history.jsonl", "name a run folder"}},
		{"a session's folder", []string{"check", session}, []string{"the folder of 1 runs", filepath.Join(session, "a-run-42")}},
		{"an empty file", []string{"check", file(t, "h.jsonl", "")}, []string{"h.jsonl", "it is empty", "copy it again"}},
		{"a header alone", []string{"check", file(t, "h.jsonl", header)}, []string{"cut short after line 1"}},
		{"a byte order mark", []string{"check", file(t, "h.jsonl", "\xef\xbb\xbf"+text)}, []string{"line 1", "byte order mark", "take the file as its run wrote it"}},
		{"a device", []string{"check", os.DevNull}, []string{os.DevNull + " is a device: name a file"}},
		{"a foreign file", []string{"check", file(t, "h.jsonl", "# Notes\n")}, []string{"line 1", "not a Turnstile history"}},
		{"another version", []string{"check", file(t, "h.jsonl", strings.Replace(text, `"version":1`, `"version":3`, 1))},
			[]string{"line 1", "format version 3", "use the build that wrote it"}},
		{"a line twice", []string{"check", file(t, "h.jsonl", join(lines[:21], lines[20:]))}, []string{"line 22", "repeated", "take the file as its run wrote it"}},
		{"a line left out", []string{"check", file(t, "h.jsonl", join(lines[:20], lines[21:]))}, []string{"missing"}},
		{"lines in another order", []string{"check", file(t, "h.jsonl", swapped)}, []string{"event 2 of gateway where event 1 should stand", "take the file as its run wrote it"}},
		{"a line that is no event", []string{"check", file(t, "h.jsonl", header+"{\"t\":oh}\n")}, []string{"line 2: not an event"}},
		{"damaged gzip", []string{"check", file(t, "h.jsonl.gz", string(packed))}, []string{"h.jsonl.gz"}},
		{"text that would move the cursor", []string{"check", file(t, "h.jsonl", header+"{\"t\":1,\"domain\":\"d\",\"src\":\"a\\u001b[2J\\nb\",\"seq\":2,\"kind\":\"note\"}\n")},
			[]string{"line 2: event 2 of a\\u001b[2J b"}},
		{"nobody to show", []string{"show", freeze}, []string{"name a user with --user", "u1, u3"}},
		{"an unknown user", []string{"show", alone, "--user", "u17"}, []string{`no user "u17"`, "u1, u2, u3, u4, u5, u6, u7, u8, u9, u10 and 6 more"}},
		{"no stretch of time", []string{"show", freeze, "--user", "u1", "--from", "5", "--to", "4"}, []string{"--from 5 --to 4"}},
		{"no time at all", []string{"show", freeze, "--user", "u1", "--from", "NaN"}, []string{"no stretch of time"}},
		{"nothing to compare", []string{"compare", "--arms", "zookeeper"}, []string{`--arms "zookeeper" matches none`, "compare --help"}},
		{"a pattern of arms that is none", []string{"compare", "--arms", "("}, []string{"--arms", "missing closing )"}},
		{"no repetition", []string{"compare", "--repetitions", "0"}, []string{"--repetitions is 0: give 1 or more"}},
		{"no history to show", []string{"show", "testdata/nothing", "--user", "u1"}, []string{"testdata/nothing is not there"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := turnstile(c.args...)
			if code != exitUsage || out != "" {
				t.Errorf("exit code %d, want %d; stdout %q", code, exitUsage, out)
			}
			last := errs[strings.LastIndex(strings.TrimSuffix(errs, "\n"), "\n")+1:]
			if !strings.HasPrefix(last, "turnstile: ") || len(c.args) > 0 && last != errs {
				t.Errorf("not told in one line: %q", errs)
			}
			mustHave(t, errs, c.says...)
		})
	}
}

func TestAHistoryCutAnywhereIsRefused(t *testing.T) {
	// Each cut is read from its beginning: of the recorded history, some is enough.
	plain, err := os.ReadFile(changed(t, freeze, func(events []history.Event) []history.Event { return events[:800] }))
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, all := range map[string][]byte{"plain": plain, "packed": packed.Bytes()} {
		t.Run(name, func(t *testing.T) {
			path := file(t, "history.jsonl", string(all))
			if code, _, errs := turnstile("check", path); code == exitUsage {
				t.Fatalf("uncut: exit code %d: %s", code, errs)
			}
			// From the end, so that each cut shortens the file before.
			for n := (len(all) - 1) / 997 * 997; n >= 0; n -= 997 {
				if err := os.Truncate(path, int64(n)); err != nil {
					t.Fatal(err)
				}
				code, out, errs := turnstile("check", path)
				if code != exitUsage || out != "" || !strings.Contains(errs, path) || !strings.Contains(errs, "cut short") || strings.Count(errs, "\n") != 1 {
					t.Fatalf("cut to %d of %d bytes: exit code %d, stdout %q, stderr %q", n, len(all), code, out, errs)
				}
			}
		})
	}
}
