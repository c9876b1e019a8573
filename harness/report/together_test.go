package report

import (
	"testing"
	"time"
)

func TestSessionsAddUp(t *testing.T) {
	day := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	on := func(image string) map[string]string { return map[string]string{"pulsar_image": image} }
	a := &Summary{Started: day.Add(time.Hour), WallS: 60, Versions: on("x"), Scenarios: []Outcome{{Name: "one"}}}
	b := &Summary{Started: day, WallS: 30, Versions: on("x"), Scenarios: []Outcome{{Name: "two"}, {Name: "one"}}}
	sum, err := Together([]*Summary{a, b})
	if err != nil || len(sum.Scenarios) != 3 || sum.WallS != 90 || !sum.Started.Equal(day) {
		t.Errorf("%+v, %v", sum, err)
	}
	if len(a.Scenarios) != 1 {
		t.Error("the first session is changed")
	}
	if _, err := Together([]*Summary{a, {Versions: on("y")}}); err == nil {
		t.Error("sessions on different images add up")
	}
	if sum, err := Together(nil); sum != nil || err != nil {
		t.Errorf("of none: %+v, %v", sum, err)
	}
}
