package main

import (
	"testing"

	"turnstile/checker"
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

func TestPropertiesTellWhatEachSays(t *testing.T) {
	code, out, errs := turnstile("properties")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, d := range checker.DescribeProperties() {
		mustHave(t, "\n"+out, "\n"+string(d.Property)+" ")
		mustHave(t, out, d.Says)
	}
}
