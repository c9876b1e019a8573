package harness

import (
	"strings"
	"testing"
)

func TestARunThatFailedAsSuchLeavesOpenWhetherAScheduleIsTheSmallest(t *testing.T) {
	for _, c := range []struct {
		name  string
		tries []try
		says  string // empty: it is the smallest
	}{
		{"where every run was judged", []try{{what: "without kill-1", others: []string{"holds"}}, {what: "workers 2", refuted: 3}}, ""},
		{"where a run failed", []try{{what: "without kill-1", failed: true}, {what: "workers 2", refuted: 3}}, "1 tries: without kill-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := (&Shrinking{tries: c.tries}).undecided()
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}
