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
	for _, name := range fault.Names() {
		if !strings.Contains("\n"+out, "\n"+name+" ") {
			t.Errorf("it does not tell of %s", name)
		}
		for _, k := range fault.Kinds(name) {
			mustHave(t, out, k.Meaning)
		}
	}
}
