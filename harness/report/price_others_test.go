package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestWhatDisturbsOthersStandsBesideTheSameRateWithoutIt(t *testing.T) {
	price := func(arm string, without float64, with ...Disturbed) Price {
		return Price{Arm: arm, Latencies: []Latency{{Share: 0.3, P99MS: without}, {Share: 0.9, P99MS: 999}}, Disturbed: with}
	}
	with := func(what string, ms float64) Disturbed { return Disturbed{what, Latency{Share: 0.3, P99MS: ms}} }
	var b bytes.Buffer
	WriteDisturbed(&b, DisturbedRows(&Summary{Arms: []string{"shared", "lock", "plain"}, Prices: []Price{
		price("lock", 5, with("a hot user", 50), with("a poison event", 5)),
		price("plain", 1),
		price("shared", 2, with("a hot user", 3)),
		price("lock", 7, with("a hot user", 70), with("a poison event", 6)),
	}}))
	want := `| mode | nothing | a hot user | a poison event |
| --- | --- | --- | --- |
| shared | 2.0 | 3.0 |  |
| lock | 6.0 (5.0 to 7.0) | 60.0 (50.0 to 70.0) | 5.5 (5.0 to 6.0) |
`
	if !strings.HasPrefix(b.String(), want) {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
