package main

import (
	"testing"

	"turnstile/fixtures/orchestrator/mode"
)

func TestModesTellWhatEachModeAndGuardDoes(t *testing.T) {
	code, out, errs := turnstile("modes")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, d := range mode.All() {
		mustHave(t, out, "mode:  "+string(d.Mode)+" ")
		mustHave(t, out, d.Meaning)
	}
	for _, d := range mode.AllGuards() {
		mustHave(t, out, "guard: "+string(d.Guard)+" ")
		mustHave(t, out, d.Meaning)
	}
}
