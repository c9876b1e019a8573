package main

import (
	"strings"
	"testing"

	"turnstile/checker/history"
)

func TestShowTellsOneUsersStory(t *testing.T) {
	code, all, errs := turnstile("show", freeze, "--user", "u1")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d, stderr %q", code, errs)
	}
	mustHave(t, all,
		"keyshared / a consumer freezes mid-flight and thaws after its user moved on",
		"9837.478 w4 w4 enters with event u1-25",
		"9848.600 w4 gateway withholds its answer to w4, which keeps that one inside",
		"9901.363 w4 harness the fault freeze-1 begins",
		"11500.851 w4 + w3 w3 enters with event u1-25",
		"11566.261 w4 broker seen: the broker dropped the frozen worker",
		"broker consumers: w1 (active on 1), w2 (active on 1), w3 (active on 1)",
		"205 u1-25 w4 w4-96 25 24",
		"broker has nothing left to deliver",
		"harness excerpt: the records of two of the run's users",
	)
	if strings.Contains(all, "u3") {
		t.Error("another user's events are told")
	}

	t.Run("from one time to another", func(t *testing.T) {
		_, part, _ := turnstile("show", freeze, "--user", "u1", "--from", "11500.8", "--to", "11517")
		mustHave(t, part, "11500.802", "11516.746", "70 u1-25 w3 w3-32")
		for _, not := range []string{"11500.772", "11517.339", "w3-33"} {
			if strings.Contains(part, not) {
				t.Errorf("%s is told:\n%s", not, part)
			}
		}
	})
	t.Run("where nothing happened", func(t *testing.T) {
		code, part, _ := turnstile("show", freeze, "--user", "u1", "--to", "-1e300")
		if code != 0 {
			t.Errorf("exit code %d", code)
		}
		mustHave(t, part, "Of user u1 nothing is on record in this window.")
	})
}

func TestShowKeepsClocksApart(t *testing.T) {
	_, out, _ := turnstile("show", onTwoClocks(t), "--user", "u1")
	first, second, ok := strings.Cut(spaced(out), "On another clock")
	if !ok || !strings.Contains(first, "w4 w4 enters with event u1-25") || !strings.Contains(second, "w3 w3 enters with event u1-25") {
		t.Fatalf("the clocks are not apart:\n%s", out)
	}
	t.Run("and joins them by a measured offset", func(t *testing.T) {
		const ahead, doubt = 5_000_000_000, 40_000
		out := show(t, changed(t, freeze, func(events []history.Event) []history.Event {
			var last history.Event
			for i := range events {
				e := &events[i]
				if e.Src == history.WorkerSrc("w3") {
					e.Domain, e.T = "boot:another", e.T+ahead
				}
				if e.Src == history.SrcHarness {
					last = *e
				}
			}
			return append(events, history.Event{
				T: last.T, Domain: last.Domain, Src: last.Src, Seq: last.Seq + 1,
				Kind: history.KindClockOffset, Peer: "boot:another", Lo: ahead - doubt, Hi: ahead + doubt,
			})
		}))
		mustHave(t, out, "11500.851 w4 + w3 w3 enters with event u1-25", "exact to 0.040 ms")
	})
}

func TestAnAttemptWithoutAnExitIsInsideAsFarAsItsRecordsGo(t *testing.T) {
	out := show(t, changed(t, freeze, func(events []history.Event) []history.Event {
		var kept []history.Event
		var gone uint64
		for _, e := range events {
			if e.Src == history.WorkerSrc("w3") {
				if e.Attempt == "w3-32" && e.Kind == history.KindExit {
					gone++
					continue
				}
				e.Seq -= gone
			}
			kept = append(kept, e)
		}
		return kept
	}))
	mustHave(t, out, "11516.746 w4 + w3 w3 was certainly inside until here: its last recorded step; no exit is on record")
}

func TestWhatAHistoryHoldsDoesNotMoveTheCursor(t *testing.T) {
	path := each(t, freeze, func(e *history.Event) {
		if e.Kind == history.KindBroker {
			e.Detail = map[string]string{"saw": "\x1b[2J\u202eall is well"}
		}
		if e.Attempt == "w3-45" {
			e.Attempt = "w3\r\x1b[1A"
		}
		if e.Scenario != nil {
			e.Scenario.Name = "na\x07me"
		}
	})
	_, checked, _ := turnstile("check", path)
	for _, out := range []string{show(t, path), checked} {
		if strings.ContainsAny(out, "\x1b\r\x07\u202e") {
			t.Errorf("it does: %q", out)
		}
	}
}

func show(t *testing.T, path string) string {
	t.Helper()
	code, out, errs := turnstile("show", path, "--user", "u1")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	return out
}
