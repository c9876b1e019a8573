package report

import (
	"maps"
	"strings"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
)

// The sample is a session with one run of each sort: an expected refutation
// with all that a witness carries, a faultless one, an unexpected verdict, a
// missed fault, and a run that failed before it had a history.

const (
	domain = "boot-1"
	start  = int64(7_000_000_000_000) // the kernel's clock when the frozen worker entered
	ms     = int64(1_000_000)
)

// at is a time in the sample, in milliseconds since its first section.
func at(millis float64) int64 { return start + int64(millis*float64(ms)) }

func expect(x, o, d, u checker.Verdict) map[checker.Property]Property {
	return map[checker.Property]Property{
		checker.Exclusivity: {Expected: x, Verdict: x, Reason: "as it should be"},
		checker.Effects:     {Expected: x, Verdict: x, Reason: "as it should be"},
		checker.Order:       {Expected: o, Verdict: o, Reason: "1612 events of 16 users first took effect in publish order"},
		checker.Delivery:    {Expected: d, Verdict: d, Reason: "each of 1612 acknowledged publishes took effect"},
		checker.Duplicates:  {Expected: u, Verdict: u, Reason: "each of 1288 texts reached the gateway once"},
		checker.Progress:    {Expected: checker.Holds, Verdict: checker.Holds, Reason: "the broker had nothing left at the end, and no consumer is stalled"},
		checker.Rules:       {Expected: checker.Holds, Verdict: checker.Holds, Reason: "1288 texts of 16 users went out, none against a rule, and each of 1288 owed texts went out"},
	}
}

func scenario(mode, fault, name string, verdicts map[checker.Property]Property) Outcome {
	s := Outcome{
		Name: name, Mode: mode, Guard: "none", Fault: fault, Seed: 42, Passed: true,
		Folder:  mode + "-" + strings.ReplaceAll(name, " ", "-") + "-42",
		Command: "TURNSTILE_SEED=42 go test ./suites/... -count=1 -run '^Test" + mode + "$/^" + strings.ReplaceAll(name, " ", "_") + "$'",
		Events:  1612, Attempts: 1618, Users: 16, Workers: 4, WallS: 12.34, Properties: maps.Clone(verdicts),
		Evidence: Evidence{Opportunity: checker.Opportunity{
			Attempts: 1618, Users: 16, Workers: 4, Contended: 1033, Handovers: 37, Redeliveries: 6, Sends: 1290,
		}},
		Versions: map[string]string{"go": "go1.26", "pulsar_image": "apachepulsar/pulsar:4.0.8", "redis_image": "redis:7"},
	}
	if fault != noFault {
		s.Evidence.Faults = []checker.FaultEvidence{sampleFault(fault + "-1")}
	}
	return s
}

func sampleFault(id string) checker.FaultEvidence {
	return checker.FaultEvidence{
		Fault: id, Worker: "r3-w2", User: "u1", Domain: domain, Begin: at(40), End: at(6040), Attempt: "r3-w2/118", Outcome: "healed",
		Aimed: true, Bitten: true, Healed: true, Recovery: sampleRecovery(),
		Evidence: []history.Evidence{
			{Name: "the engine reports the worker frozen", Observer: "engine", T: at(61), Seen: true, Detail: "paused: true"},
			{Name: "the broker dropped the frozen worker", Observer: "broker", T: at(1890), Seen: true, Detail: "the broker lists 3 consumers, r3-w2 among them: false"},
			{Name: "another worker took the user over", Observer: "gateway", T: at(1975), Seen: true, Detail: "r3-w4 sent for u1 (event u1-31) while the answer to r3-w2 (event u1-31) was withheld"},
		},
	}
}

func sampleRecovery() *checker.Recovery {
	first, waited := int64(12_000_000), int64(1_400_000_000)
	return &checker.Recovery{FirstEffectNS: &first, WaitedNS: &waited}
}

// frozen is a keyshared run whose worker was frozen inside a section of u1.
func frozen() (Outcome, *checker.Result) {
	s := scenario("keyshared", "freeze", "a frozen consumer wakes after its user moved on",
		expect(checker.Refuted, checker.Holds, checker.Holds, checker.Refuted))
	x := &checker.Witness{
		Property: checker.Exclusivity, User: "u1", Events: []string{"u1-31"}, OverlapNS: 28_412_000, Total: 2, Users: 1,
		Summary: "user u1: r3-w2 and r3-w4 were inside at once for 28.412 ms: attempt r3-w2/118 (event u1-31) and attempt r3-w4/97 (event u1-31); 2 overlapping pairs for 1 users in all",
		Attempts: []checker.WitnessAttempt{
			{Attempt: "r3-w2/118", Event: "u1-31", Worker: "r3-w2", Domain: domain, Enter: at(0), End: at(6071.2), EndedBy: "its recorded exit"},
			{Attempt: "r3-w4/97", Event: "u1-31", Worker: "r3-w4", Domain: domain, Enter: at(1931.5), End: at(1931.5 + 28.412), EndedBy: "its recorded exit"},
		},
		Faults:   []checker.WitnessFault{{Fault: "freeze-1", Worker: "r3-w2", User: "u1", Domain: domain, Begin: at(40), End: at(6040), Relation: "during", Bitten: true}},
		Timeline: frozenTimeline(),
	}
	d := &checker.Witness{
		Property: checker.Duplicates, User: "u1", Events: []string{"u1-31"}, Text: "receipt", Total: 1, Users: 1,
		Summary:  `user u1: text "receipt" of event u1-31 reached the gateway 2 times, by attempts r3-w2/118, r3-w4/97; 1 texts for 1 users in all`,
		Attempts: x.Attempts, Faults: x.Faults, Timeline: x.Timeline,
	}
	e := &checker.Witness{
		Property: checker.Effects, User: "u1", Events: []string{"u1-31"}, Text: "receipt", Total: 1, Users: 1,
		Summary:  "user u1 got the receipt text twice (event u1-31): attempts r3-w4/97 (r3-w4) and r3-w2/118 (r3-w2) both read version 30; lost updates 1, for 1 user in all",
		Attempts: x.Attempts, Faults: x.Faults, Timeline: x.Timeline,
	}
	r := &checker.Result{
		Opportunity: s.Evidence.Opportunity, Faults: s.Evidence.Faults,
		Verdicts: []checker.PropertyVerdict{
			{Property: checker.Exclusivity, Verdict: checker.Refuted, Reason: x.Summary, Witness: x, Counts: map[string]int64{"sections": 1618, "overlapping_pairs": 2}},
			{Property: checker.Effects, Verdict: checker.Refuted, Reason: e.Summary, Witness: e, Counts: map[string]int64{"operations": 1617, "lost_updates": 1}},
			{Property: checker.Order, Verdict: checker.Holds, Reason: s.Properties[checker.Order].Reason},
			{Property: checker.Delivery, Verdict: checker.Holds, Reason: s.Properties[checker.Delivery].Reason},
			{Property: checker.Duplicates, Verdict: checker.Refuted, Reason: d.Summary, Witness: d, Counts: map[string]int64{"sends": 1290, "duplicated": 1}},
			{Property: checker.Progress, Verdict: checker.Holds, Reason: s.Properties[checker.Progress].Reason},
			{Property: checker.Rules, Verdict: checker.Holds, Reason: s.Properties[checker.Rules].Reason},
		},
	}
	for _, v := range r.Verdicts {
		p := s.Properties[v.Property]
		p.Reason = v.Reason
		s.Properties[v.Property] = p
	}
	return s, r
}

func frozenTimeline() []history.Event {
	of := func(t float64, worker, attempt string, kind history.Kind) history.Event {
		return history.Event{T: at(t), Domain: domain, Src: history.WorkerSrc(worker), Kind: kind, User: "u1", Event: "u1-31", Attempt: attempt, Worker: worker}
	}
	gateway := func(t float64, worker, attempt string, kind history.Kind, outcome string) history.Event {
		e := of(t, worker, attempt, kind)
		e.Src, e.Text, e.Outcome = history.SrcGateway, "receipt", outcome
		return e
	}
	version := func(e history.Event, v int64) history.Event {
		e.Version, e.Outcome = v, history.OutcomeOK
		return e
	}
	outcome := func(e history.Event, o string) history.Event { e.Outcome = o; return e }
	text := func(e history.Event) history.Event { e.Text = "receipt"; return e }
	harness := func(t float64, kind history.Kind) history.Event {
		return history.Event{T: at(t), Domain: domain, Src: history.SrcHarness, Kind: kind}
	}
	publish := harness(-3.1, history.KindPublish)
	publish.Event, publish.User, publish.Ordinal, publish.Outcome = "u1-31", "u1", 31, history.OutcomeOK
	begin, end := harness(40, history.KindFaultBegin), harness(6040, history.KindFaultEnd)
	begin.Fault, end.Fault, end.Outcome = "freeze-1", "freeze-1", history.OutcomeHealed
	saw := harness(2100, history.KindBroker)
	saw.Detail = map[string]string{"saw": "consumers: r3-w1 (active on 0), r3-w3 (active on 0), r3-w4 (active on 0)"}
	again := of(1930.9, "r3-w4", "r3-w4/97", history.KindDeliver)
	again.Redelivery = 1
	commit := history.Event{T: at(9000), Domain: domain, Src: history.SrcStore, Kind: history.KindStateCommit, User: "u1", Event: "u1-31", Attempt: "r3-w4/97", Worker: "r3-w4", Ordinal: 410, Version: 31, Detail: map[string]string{"read_version": "30"}}
	const a, b = "r3-w2/118", "r3-w4/97"
	return []history.Event{
		publish,
		of(-0.4, "r3-w2", a, history.KindDeliver), of(0, "r3-w2", a, history.KindEnter),
		version(of(0.6, "r3-w2", a, history.KindStateRead), 30), text(of(0.7, "r3-w2", a, history.KindSendCall)),
		gateway(1.3, "r3-w2", a, history.KindSendCall, ""), gateway(1.4, "r3-w2", a, history.KindHoldBegin, ""),
		begin,
		again, of(1931.5, "r3-w4", b, history.KindEnter), version(of(1932.1, "r3-w4", b, history.KindStateRead), 30),
		gateway(1932.8, "r3-w4", b, history.KindSendCall, ""), outcome(of(1958.9, "r3-w4", b, history.KindSendReturn), history.OutcomeOK),
		version(of(1959.7, "r3-w4", b, history.KindStateWrite), 31), outcome(of(1931.5+28.412, "r3-w4", b, history.KindExit), history.OutcomeSent),
		outcome(of(1961, "r3-w4", b, history.KindAck), history.OutcomeOK),
		saw, end,
		gateway(6041, "r3-w2", a, history.KindHoldEnd, history.OutcomeReleased), outcome(of(6066, "r3-w2", a, history.KindSendReturn), history.OutcomeOK),
		version(of(6071, "r3-w2", a, history.KindStateWrite), 31), outcome(of(6071.2, "r3-w2", a, history.KindExit), history.OutcomeSent),
		outcome(of(6072, "r3-w2", a, history.KindAck), history.OutcomeFailed),
		commit,
	}
}

// sample is a whole session, with the results by folder.
func sample() (*Summary, map[string]*checker.Result) {
	holds := expect(checker.Holds, checker.Holds, checker.Holds, checker.Holds)
	s, r := frozen()

	unexpected := scenario("lock", noFault, "nothing goes wrong", holds)
	unexpected.Properties[checker.Order] = Property{Expected: checker.Holds, Verdict: checker.Refuted, Reason: "user u3: event u3-7 took effect before event u3-6"}
	unexpected.Passed = false

	missed := scenario("failover", "broker-pause", "the broker stalls and comes back", expect(checker.Refuted, checker.Holds, checker.Holds, checker.Refuted))
	missed.Properties[checker.Exclusivity] = Property{Expected: checker.Refuted, Verdict: checker.Vacuous, Reason: "no violation, but a violation never had the chance: the fault broker-pause-1 did not bite"}
	missed.Evidence.Faults[0].Bitten = false
	missed.Evidence.Faults[0].Evidence[1].Seen = false
	missed.Evidence.Faults[0].Missing = []string{"the broker dropped the frozen worker: not seen"}
	missed.Passed = false

	failed := scenario("shared", "kill", "a consumer is killed inside a section", holds)
	failed.Properties, failed.Folder, failed.Passed, failed.Evidence = nil, "", false, Evidence{}
	failed.Error = "waiting for the gateway to answer: context deadline exceeded"

	all := []Outcome{
		s, unexpected, missed, failed,
		scenario("shared", noFault, "nothing goes wrong", expect(checker.Refuted, checker.Refuted, checker.Holds, checker.Holds)),
		scenario("lock", "lock-expiry", "the work outlives the lock", expect(checker.Refuted, checker.Holds, checker.Holds, checker.Holds)),
		scenario("failover", noFault, "nothing goes wrong", holds),
		scenario("keyshared", noFault, "nothing goes wrong", holds),
		scenario("keyshared", "broker-pause", "a short stall of the broker", holds),
		scenario("keyshared", "broker-pause", "a stall longer than every client's patience", holds),
	}
	return &Summary{
		Started: time.Date(2026, 11, 22, 21, 30, 0, 0, time.UTC), WallS: 191.2, Seed: 42, Scenarios: all,
		Versions: s.Versions,
	}, map[string]*checker.Result{s.Folder: r}
}
