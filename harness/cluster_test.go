package harness

import (
	"fmt"
	"strings"
	"testing"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"

	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/pulsar"
)

// receipt is a broker's answer to a publish on a partition.
type receipt struct {
	pulsargo.MessageID
	partition int32
}

func (r receipt) PartitionIdx() int32 { return r.partition }

func TestAUsersPartIsTheOneThatTheBrokersAnswersName(t *testing.T) {
	load := &publisher{partitions: map[string]int32{}}
	c := cluster{topic: &topic{name: "t", partitions: 8}, load: load}
	if part, err := c.Part("u1"); err == nil || !strings.Contains(err.Error(), "u1") {
		t.Errorf("before any answer: got %q, %v", part, err)
	}
	load.answered("u1", receipt{partition: 5})
	load.answered("u2", receipt{partition: 0})
	if part, err := c.Part("u1"); err != nil || part != "t-partition-5" {
		t.Errorf("got %q, %v", part, err)
	}
	if c.Acknowledged() != 2 {
		t.Errorf("%d publishes acknowledged, want 2", c.Acknowledged())
	}
	c.topic.partitions = 0
	if part, err := c.Part("u1"); err != nil || part != "t" {
		t.Errorf("a topic without partitions: got %q, %v", part, err)
	}
}

func TestThePartsOfATopic(t *testing.T) {
	r := &topic{name: "t"}
	if got := fmt.Sprint(r.parts()); got != "[t]" {
		t.Errorf("got %s, want the topic", got)
	}
	r.partitions = Scenario{Mode: mode.Failover}.partitions()
	if got := r.parts(); len(got) != r.partitions || got[0] != "t-partition-0" {
		t.Errorf("got %v, want its %d partitions", got, r.partitions)
	}
}

func TestARunOnAStandaloneBrokerHasNoCluster(t *testing.T) {
	r := &run{topic: &topic{broker: &pulsar.Broker{}}}
	if c, err := newCluster(t.Context(), r); c != nil || err != nil {
		t.Errorf("got %v, %v: want nil, which faults take for none", c, err)
	}
}
