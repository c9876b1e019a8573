package report

import (
	"turnstile/checker"
	"turnstile/fixtures/orchestrator/mode"
)

// These tables say what there is, by its own description.

func propertiesTable(*Summary) string {
	var m markdown
	m.head("property", "says")
	for _, d := range checker.DescribeProperties() {
		m.row(string(d.Property), inert(d.Says))
	}
	return m.String()
}

func coordinationTable(*Summary) string {
	var m markdown
	m.head("mode", "how it coordinates workers")
	for _, d := range mode.All() {
		m.row(string(d.Mode), inert(d.Meaning))
	}
	return m.String()
}

func guardsTable(*Summary) string {
	var m markdown
	m.head("guard", "what protects the effect")
	for _, d := range mode.AllGuards() {
		m.row(string(d.Guard), inert(d.Meaning))
	}
	return m.String()
}
