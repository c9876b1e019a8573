package harness

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/fixtures/images"
	"turnstile/fixtures/orchestrator"
	"turnstile/fixtures/orchestrator/journey"
	"turnstile/fixtures/orchestrator/mode"
	"turnstile/fixtures/orchestrator/mutants"
)

// Bugs planted in how things are configured, beside those that are planted in
// the orchestrator (see [mutants.Names]).
const (
	BatchDefault      = "batch-default"      // the publisher has the default batcher: a batch goes where its first key does
	RoutedByTurn      = "routed-by-turn"     // the publisher deals messages to partitions by turn, not by key
	Unkeyed           = "publish-unkeyed"    // the publisher leaves the key out of some events
	TypeShared        = "type-shared"        // the consumers subscribe as SHARED
	SubscriptionApart = "subscription-apart" // one worker has a subscription of its own
	LockTTLShort      = "lock-ttl-short"     // the lock's lifetime is shorter than a send
)

// misconfigurations says of each of these what a scenario lacks for it to change
// anything, or "".
var misconfigurations = map[string]func(Scenario) string{
	BatchDefault: func(s Scenario) string {
		return without(s.mode().Batching == mode.BatchingByKey, "the publisher does not batch by key")
	},
	RoutedByTurn: func(s Scenario) string { return without(s.partitions() > 1, "there is one partition") },
	Unkeyed:      func(Scenario) string { return "" },
	TypeShared: func(s Scenario) string {
		return without(s.Mode != mode.Shared, "the consumers subscribe as SHARED anyway")
	},
	SubscriptionApart: func(Scenario) string { return "" },
	LockTTLShort:      func(s Scenario) string { return without(s.Mode.Locks(), "there are no locks") },
}

func without(has bool, lacks string) string {
	if has {
		return ""
	}
	return lacks
}

// Mutants names every bug that can be planted.
func Mutants() []string {
	return append(mutants.Names(), slices.Sorted(maps.Keys(misconfigurations))...)
}

// checkMutant refuses a bug that is unknown, or that would change nothing.
func (s Scenario) checkMutant() error {
	if s.Mutant == "" {
		return nil
	}
	if !slices.Contains(Mutants(), s.Mutant) {
		return fmt.Errorf("scenario %q: unknown mutant %q: there are %s", s.Name, s.Mutant, strings.Join(Mutants(), ", "))
	}
	if lacks := misconfigurations[s.Mutant]; lacks != nil {
		if l := lacks(s); l != "" {
			return fmt.Errorf("scenario %q: the mutant %s would change nothing here: %s", s.Name, s.Mutant, l)
		}
		return nil
	}
	if err := mutants.Check(s.Mutant, orchestrator.Config{Mode: s.Mode, Guard: s.Guard, Lock: s.Lock, LockRenew: s.Renew, CancelUnassigned: s.Cancel, Loop: s.Loop}); err != nil {
		return fmt.Errorf("scenario %q: %w", s.Name, err)
	}
	return nil
}

// program is what the scenario's workers run: the orchestrator, or the one with
// a bug in it.
func (s Scenario) program() string {
	if slices.Contains(mutants.Names(), s.Mutant) {
		return images.PlantedProgram
	}
	return images.OrchestratorProgram
}

// acted is the record that the scenario's bug has changed something. One that is
// planted in a worker makes it itself.
func (s Scenario) acted() history.Event {
	return history.Event{Kind: history.KindNote, Detail: map[string]string{mutants.Acted: s.Mutant}}
}

// theStray is the worker that [SubscriptionApart] leads astray.
const theStray = "w1"

// strayed is the subscription that it has then.
func strayed(subscription string) string { return subscription + "-copy" }

// misconfigure plants the mutant in a worker's environment, and reports whether
// that has changed how the worker is configured.
func (s Scenario) misconfigure(worker string, env map[string]string) (changed bool) {
	was := maps.Clone(env)
	switch s.Mutant {
	case TypeShared:
		env["MODE"] = string(mode.Shared)
	case LockTTLShort:
		env["LOCK_TTL"] = (s.Load.LatencyMin / 2).String()
	case SubscriptionApart:
		if worker == theStray {
			env["SUBSCRIPTION"] = strayed(env["SUBSCRIPTION"])
		}
	}
	changed = !maps.Equal(was, env)
	if s.program() == images.PlantedProgram {
		env["MUTANT"] = s.Mutant
	}
	return changed
}

// mispublish plants the mutant in the publisher. acted is called when it has
// changed how something is published.
func (s Scenario) mispublish(o *pulsargo.ProducerOptions, acted func()) {
	switch s.Mutant {
	case BatchDefault:
		o.BatcherBuilderType, o.BatchingMaxPublishDelay = pulsargo.DefaultBatchBuilder, tunedForThroughput
		acted()
	case RoutedByTurn:
		var turn atomic.Uint32
		o.DisableBatching = true
		o.MessageRouter = func(_ *pulsargo.ProducerMessage, topic pulsargo.TopicMetadata) int {
			acted()
			return int(turn.Add(1) % topic.NumPartitions())
		}
	}
}

// keys is how events are keyed as they are published.
func (s Scenario) keys(acted func()) func(journey.Event) string {
	return func(e journey.Event) string {
		if s.Mutant == Unkeyed && strings.HasSuffix(e.ID, "5") {
			acted()
			return ""
		}
		return e.User
	}
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
