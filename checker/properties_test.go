package checker

import (
	"strings"
	"testing"

	"turnstile/checker/history"
)

func TestEveryPropertyIsDescribedInFull(t *testing.T) {
	seen := map[Property]bool{}
	for _, d := range DescribeProperties() {
		if seen[d.Property] || d.Property == "" {
			t.Errorf("%q is described twice, or is no name", d.Property)
		}
		seen[d.Property] = true
		if len(d.Says) < 20 || strings.HasSuffix(d.Says, ".") || strings.ToLower(d.Says[:1]) != d.Says[:1] {
			t.Errorf("%s says %q: say what it demands, as a clause", d.Property, d.Says)
		}
		if len(d.Promise) < 20 || !strings.HasSuffix(d.Promise, ".") || strings.ToUpper(d.Promise[:1]) != d.Promise[:1] {
			t.Errorf("%s promises %q: say it in whole sentences", d.Property, d.Promise)
		}
		if len(d.rests) == 0 {
			t.Errorf("%s does not say what records its answer rests on", d.Property)
		}
		if j := judge(newRecord(&history.History{}), d.Property, config{linearize: linearize, explain: explain, reach: usualReach}); strings.Contains(j.reason, "does not judge") {
			t.Errorf("nobody decides %s: %s", d.Property, j.reason)
		}
	}
}

func TestWhatNobodyJudgesIsUnknown(t *testing.T) {
	const p = Property("beauty")
	if j := judge(newRecord(&history.History{}), p, config{}); j.verdict != Unknown || !strings.Contains(j.reason, string(p)) {
		t.Errorf("%s, since %q", j.verdict, j.reason)
	}
	if d := p.Describe(); d.Property != "" || d.Says != "" {
		t.Errorf("it is described: %+v", d)
	}
}
