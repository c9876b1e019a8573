package main

import (
	"testing"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/mode"
)

func TestModesTellWhatEachModeGuardAndLockDoes(t *testing.T) {
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
	for _, f := range orchestrator.LockFlavours() {
		mustHave(t, out, "lock:  "+f.Name+" ")
		mustHave(t, out, f.Meaning)
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
