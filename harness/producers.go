package harness

import (
	"strings"
	"time"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"

	"turnstile/fault"
	"turnstile/fixtures/orchestrator/mode"
)

// batching names how the publisher batches.
func (s Scenario) batching() string {
	if s.Mutant == BatchDefault || s.Batching == fault.BatchingDefault {
		return fault.BatchingDefault
	}
	return string(s.mode().Batching)
}

// tunedForThroughput is how long a batch of any keys gathers. Over the client's own
// 10 ms most loads have the same users in the same batch, behind the same first
// key, every time.
const tunedForThroughput = 50 * time.Millisecond

// producing is how the scenario's publisher publishes.
func (s Scenario) producing(topic string) pulsargo.ProducerOptions {
	o := pulsargo.ProducerOptions{
		Topic: topic, Name: "publisher", SendTimeout: sendTimeout,
		HashingScheme:   pulsargo.Murmur3_32Hash, // the client's default is another than Java's recommended one
		DisableBatching: s.batching() == string(mode.BatchingOff), BatchingMaxPublishDelay: time.Millisecond,
		MaxPendingMessages: 10_000, PartitionsAutoDiscoveryInterval: discoverEvery,
	}
	switch {
	case s.Batching == fault.BatchingDefault:
		o.BatchingMaxPublishDelay = tunedForThroughput
	case s.mode().Batching == mode.BatchingByKey:
		o.BatcherBuilderType = pulsargo.KeyBasedBatchBuilder
	}
	if s.Hashing == fault.HashingJava {
		o.HashingScheme = pulsargo.JavaStringHash
	}
	return o
}

// producers publish in turn. Nearly always there is one.
type producers struct {
	all  []pulsargo.Producer
	last int
}

// openProducers makes one, or with mixed hashing a second that hashes otherwise.
func openProducers(client pulsargo.Client, o pulsargo.ProducerOptions, hashing string) (p producers, err error) {
	ways := []pulsargo.ProducerOptions{o}
	if hashing == fault.HashingMixed {
		o.Name, o.HashingScheme = o.Name+"-2", pulsargo.JavaStringHash
		ways = append(ways, o)
	}
	for _, o := range ways {
		one, err := openProducer(client, o)
		if err != nil {
			return p, err
		}
		p.all = append(p.all, one)
	}
	return p, nil
}

// turn is the producer whose turn it is.
func (p *producers) turn() pulsargo.Producer {
	p.last = (p.last + 1) % len(p.all)
	return p.all[p.last]
}

func (p *producers) closeAll() {
	for _, one := range p.all {
		one.Close()
	}
}

// openLimit is for how long a client that loses its connection while it gets its
// producer tries again. No fault has begun then; but a busy machine keeps a
// connection silent for the second after which it is given up, and the client
// reconnects only producers that it has.
const openLimit = 30 * time.Second

func openProducer(client pulsargo.Client, opts pulsargo.ProducerOptions) (pulsargo.Producer, error) {
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		p, err := client.CreateProducer(opts)
		// The client has no code for it, only these words.
		if err == nil || time.Since(began) > openLimit || !strings.Contains(err.Error(), "connection error") {
			return p, err
		}
	}
}
