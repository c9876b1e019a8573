package report

import (
	"testing"

	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

func TestWhatThereIsIsInItsTable(t *testing.T) {
	properties, coordination, guards := tableNamed(t, "properties").Write(nil), tableNamed(t, "coordination").Write(nil), tableNamed(t, "guards").Write(nil)
	for _, d := range checker.DescribeProperties() {
		mustHave(t, properties, "\n| "+string(d.Property)+" | "+inert(d.Says)+" |\n")
	}
	for _, d := range mode.All() {
		mustHave(t, coordination, "\n| "+string(d.Mode)+" | "+inert(d.Meaning)+" |\n")
	}
	for _, d := range mode.AllGuards() {
		mustHave(t, guards, "\n| "+string(d.Guard)+" | "+inert(d.Meaning)+" |\n")
	}
}
