package main

import (
	"strings"
	"testing"

	"turnstile/fault"
)

func TestFaultsTellWhatEachDoes(t *testing.T) {
	code, out, errs := turnstile("faults")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, d := range fault.Descriptors() {
		if !strings.Contains("\n"+out, "\n"+d.Name+" ") {
			t.Errorf("it does not tell of %s", d.Name)
		}
		mustHave(t, out, d.Meaning)
	}
}
