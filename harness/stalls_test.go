package harness

import (
	"maps"
	"testing"

	"turnstile/fixtures/pulsar"
)

func TestTheBrokersViewOfAStallNamesWhatToLookAt(t *testing.T) {
	const p0, p1, p2 = "persistent://public/r1/events-partition-0", "persistent://public/r1/events-partition-1", "persistent://public/r1/events-partition-2"
	for _, c := range []struct {
		name string
		view pulsar.View
		want map[string]string
	}{
		{"a consumer that is well is not told of", pulsar.View{
			Consumers: []pulsar.Consumer{{Partition: p0, Name: "w1", Active: true, Permits: 16}, {Partition: p0, Name: "w2", Permits: 16}},
			Backlogs:  map[string]int64{p0: 0},
		}, map[string]string{"backlog": "0"}},
		{"one that has something in hand is", pulsar.View{
			Backlog:   7,
			Consumers: []pulsar.Consumer{{Partition: p0, Name: "w1", Active: true, Unacked: 7, Blocked: true, Draining: 2}},
			Backlogs:  map[string]int64{p0: 7},
		}, map[string]string{
			"backlog":               "7",
			"w1 events-partition-0": "unacked 7, permits 0: it asks for nothing more, blocked: the broker gives it nothing more before it acknowledges, draining 2: others wait for what it has of these hashes of keys",
			"events-partition-0":    "backlog 7 of w1",
		}},
		{"partitions that nobody serves are", pulsar.View{
			Backlog:   9,
			Consumers: []pulsar.Consumer{{Partition: p1, Name: "w1", Permits: 3}, {Partition: p1, Name: "w3", Permits: 3}},
			Backlogs:  map[string]int64{p0: 4, p1: 5, p2: 0},
		}, map[string]string{
			"backlog":            "9",
			"events-partition-0": "backlog 4, and no consumer",
			"events-partition-1": "backlog 5, and none of its consumers (w1, w3) is active",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := stalls(c.view); !maps.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
