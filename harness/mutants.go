package harness

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/journey"
)

// Bugs planted in how things are configured, beside those that the
// orchestrator has of its own (see [orchestrator.Mutants]).
const (
	BatchDefault      = "batch-default"      // the publisher has the default batcher: a batch goes where its first key does
	RoutedByTurn      = "routed-by-turn"     // the publisher deals messages to partitions by turn, not by key
	Unkeyed           = "publish-unkeyed"    // the publisher leaves the key out of some events
	TypeShared        = "type-shared"        // the consumers subscribe as SHARED
	SubscriptionApart = "subscription-apart" // one worker has a subscription of its own
	LockTTLShort      = "lock-ttl-short"     // the lock's lifetime is shorter than a send
)

// Mutants names every bug that can be planted.
func Mutants() []string {
	return append(orchestrator.Mutants(), BatchDefault, RoutedByTurn, Unkeyed, TypeShared, SubscriptionApart, LockTTLShort)
}

func (s Scenario) checkMutant() error {
	if s.Mutant != "" && !slices.Contains(Mutants(), s.Mutant) {
		return fmt.Errorf("scenario %q: unknown mutant %q: there are %s", s.Name, s.Mutant, strings.Join(Mutants(), ", "))
	}
	return nil
}

// theStray is the worker that [SubscriptionApart] leads astray.
const theStray = "w1"

const strayed = subscription + "-copy"

// misconfigure plants the mutant in a worker's environment.
func (s Scenario) misconfigure(worker string, env map[string]string) {
	switch s.Mutant {
	case TypeShared:
		env["MODE"] = string(Shared)
	case LockTTLShort:
		env["LOCK_TTL"] = (s.Load.LatencyMin / 2).String()
	case SubscriptionApart:
		if worker == theStray {
			env["SUBSCRIPTION"] = strayed
		}
	}
	if slices.Contains(orchestrator.Mutants(), s.Mutant) {
		env["MUTANT"] = s.Mutant
	}
}

// mispublish plants the mutant in the publisher.
func (s Scenario) mispublish(o *pulsargo.ProducerOptions) {
	switch s.Mutant {
	case BatchDefault:
		// As tuned for throughput. Over the default's 10 ms this load has the
		// same users in the same batch, behind the same first key, every time.
		o.BatcherBuilderType, o.BatchingMaxPublishDelay = pulsargo.DefaultBatchBuilder, 50*time.Millisecond
	case RoutedByTurn:
		var turn atomic.Uint32
		o.DisableBatching = true
		o.MessageRouter = func(_ *pulsargo.ProducerMessage, topic pulsargo.TopicMetadata) int {
			return int(turn.Add(1) % topic.NumPartitions())
		}
	}
}

// key is an event's key as it is published.
func (s Scenario) key(e journey.Event) string {
	if s.Mutant == Unkeyed && strings.HasSuffix(e.ID, "5") {
		return ""
	}
	return e.User
}

// refutedAfter is how long after the first publish the witness's violation was
// complete, in seconds; 0 where the record does not tell, or on another clock.
// Complete is exclusivity when the second section was entered, delivery and
// progress when the run stopped waiting, the others when the last of the attempts
// involved ended.
func refutedAfter(h *history.History, w *checker.Witness) float64 {
	var first, at int64
	domain := ""
	for _, e := range h.Events {
		switch e.Kind {
		case history.KindPublish:
			if first == 0 || e.From < first {
				first, domain = e.From, e.Domain
			}
		case history.KindQuiet:
			if w.Property.Describe().AtTheEnd {
				at = e.T
			}
		}
	}
	for _, a := range w.Attempts {
		switch {
		case a.Domain != domain:
			return 0
		case w.Property == checker.Exclusivity:
			at = max(at, a.Enter)
		case !w.Property.Describe().AtTheEnd:
			at = max(at, a.End)
		}
	}
	return max(0, float64(at-first)/1e9)
}
