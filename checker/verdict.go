package checker

import (
	"slices"

	"turnstile/checker/history"
)

// Verdict is the answer for one property.
type Verdict string

// The verdicts. Only [Holds] and [Refuted] are answers; the other two say why
// there is none.
const (
	Holds   Verdict = "holds"   // a complete proof for this history, with recorded opportunity
	Refuted Verdict = "refuted" // with a witness
	Unknown Verdict = "unknown" // the check could not finish, or something it needs was not observed
	Vacuous Verdict = "vacuous" // nothing was violated, but a violation never had the chance
)

// PropertyVerdict is the answer for one property with what it rests on.
type PropertyVerdict struct {
	Property Property         `json:"property"`
	Verdict  Verdict          `json:"verdict"`
	Reason   string           `json:"reason"`            // in words, for people
	Counts   map[string]int64 `json:"counts"`            // what was counted to get there
	Witness  *Witness         `json:"witness,omitempty"` // if refuted
	// Before lists the faults that had surely not begun when the property was
	// first violated, so that they cannot be what broke it. It is empty for
	// delivery and progress, which are violated at the end.
	Before []string `json:"violated_before,omitempty"`
}

// Result is all that [Check] finds. Its JSON form is stable: the harness
// writes it as verdict.json.
type Result struct {
	// HistorySHA256 is [history.History.SHA256] of the history that was judged.
	HistorySHA256 string `json:"history_sha256,omitempty"`

	Scenario    *history.Setup    `json:"scenario,omitempty"` // nil if the history does not say what was run
	Verdicts    []PropertyVerdict `json:"verdicts"`           // one for each of [Properties], in that order
	Opportunity Opportunity       `json:"opportunity"`
	Faults      []FaultEvidence   `json:"faults"`   // in the order in which they began
	Findings    []Finding         `json:"findings"` // what the self-check found amiss; empty is good
}

// Of returns the answer for one property; for one that [Check] does not know,
// an unknown that says so.
func (r *Result) Of(p Property) PropertyVerdict {
	for _, v := range r.Verdicts {
		if v.Property == p {
			return v
		}
	}
	return PropertyVerdict{Property: p, Verdict: Unknown, Reason: "this checker does not judge the property " + string(p)}
}

// FaultsBitten reports whether at least one fault was begun and every one that
// was begun bit (see [FaultEvidence.Bitten]).
func (r *Result) FaultsBitten() bool {
	return len(r.Faults) > 0 && !slices.ContainsFunc(r.Faults, func(f FaultEvidence) bool { return !f.Bitten })
}

// FaultBitten reports whether the fault of that id was begun and bit.
func (r *Result) FaultBitten(id string) bool {
	return slices.ContainsFunc(r.Faults, func(f FaultEvidence) bool { return f.Fault == id && f.Bitten })
}

// Opportunity counts what in a history gave a violation its chance. Times of
// observers on clocks that cannot be compared add nothing to a count.
type Opportunity struct {
	Attempts      int `json:"attempts"`       // critical sections entered
	Users         int `json:"users"`          // users with at least one section
	Workers       int `json:"workers"`        // workers that entered at least one section
	Contended     int `json:"contended"`      // sections during which a later event of the user was published and not yet entered
	Handovers     int `json:"handovers"`      // consecutive sections of one user, by enter, at two workers
	Redeliveries  int `json:"redeliveries"`   // events with two deliveries on record, or one that the broker counts as a redelivery
	Sends         int `json:"sends"`          // texts that the gateway accepted
	LockContended int `json:"lock_contended"` // times a worker found another owner on a lock
	FaultsBegun   int `json:"faults_begun"`
	FaultsAimed   int `json:"faults_aimed"`  // begun while the target worker was provably inside the target user's section
	FaultsBitten  int `json:"faults_bitten"` // see [FaultEvidence.Bitten]
	FaultsHealed  int `json:"faults_healed"`
}

// FaultEvidence is what the history proves of one fault.
type FaultEvidence struct {
	Fault    string             `json:"fault"`              // its id
	Worker   string             `json:"worker,omitempty"`   // the target, if it was aimed at one
	User     string             `json:"user,omitempty"`     // whose section it was aimed into, if any
	Domain   string             `json:"domain"`             // clock domain of Begin and End
	Begin    int64              `json:"begin"`              // nanoseconds, stamped before the injection
	Ended    bool               `json:"ended"`              // its end is on record
	End      int64              `json:"end,omitempty"`      // nanoseconds, after the heal
	Attempt  string             `json:"attempt,omitempty"`  // the attempt that was provably inside at Begin
	Evidence []history.Evidence `json:"evidence,omitempty"` // as recorded
	Missing  []string           `json:"missing,omitempty"`  // why it does not count as bitten, in words
	Outcome  string             `json:"outcome,omitempty"`  // of the heal
	Aimed    bool               `json:"aimed"`              // names a worker and a user, and that worker was provably inside
	Bitten   bool               `json:"bitten"`             // ended, with evidence, all of it seen; and Aimed if it names worker and user
	Healed   bool               `json:"healed"`
	Halts    bool               `json:"halts,omitempty"` // by its own word it stops everybody, as long as it lasts
	Users    []string           `json:"users,omitempty"` // that it reached by its own word, beside User
	// Recovery is how the orchestrator came back after the end; nil if that was
	// not observed.
	Recovery *Recovery `json:"recovery,omitempty"`
}

// Recovery is how long a fault was felt after its end. Times are nanoseconds
// from the end, at the most by the clocks' bounds; each is nil if it did not
// come to that while it was watched.
type Recovery struct {
	// FirstEffectNS: until the next event took effect.
	FirstEffectNS *int64 `json:"first_effect_ns,omitempty"`
	// WaitedNS: until the last event that had been acknowledged by the end took
	// effect; 0 if that was before.
	WaitedNS *int64 `json:"waited_ns,omitempty"`
	// FullRateNS: until the begin of the first second in which as many events
	// took effect, but for a tenth, as in an average second before the fault.
	FullRateNS *int64 `json:"full_rate_ns,omitempty"`
}

// Finding is one thing that the self-check of the run found amiss.
type Finding struct {
	Name       string     `json:"name"`       // stable, for machines: "worker-not-started", …
	Detail     string     `json:"detail"`     // in words, with names
	Properties []Property `json:"properties"` // these cannot hold: a would-be holds becomes unknown
	Breaks     []Property `json:"breaks"`     // for these even a refutation cannot be trusted
}

// Witness is a part of a history that refutes a property, no larger than
// needed. Fields that say nothing about the property are empty.
type Witness struct {
	Property     Property         `json:"property"`
	Summary      string           `json:"summary"` // one sentence with names and times
	User         string           `json:"user,omitempty"`
	Events       []string         `json:"events,omitempty"`        // the message ids: of the two sections, the inverted pair, the missing, the duplicated
	Attempts     []WitnessAttempt `json:"attempts,omitempty"`      // the attempts involved, by enter
	OverlapNS    int64            `json:"overlap_ns,omitempty"`    // exclusivity: for how long both were provably inside, nanoseconds
	Worker       string           `json:"worker,omitempty"`        // progress: the consumer that is stalled, if it is one
	StandstillNS int64            `json:"standstill_ns,omitempty"` // progress: for how long nothing took effect, or nothing of the user was recorded, nanoseconds
	Text         string           `json:"text,omitempty"`          // duplicates: the text that went out more than once; effects: the text that the violation is about, if it is about one
	Minimal      bool             `json:"minimal"`                 // without any one of the attempts (those told beside apart), the rest refutes no more; false if that is not proven, and of delivery and progress, where each refutes by itself
	Total        int              `json:"total"`                   // violations of this kind in the whole history: overlapping pairs, operations without a place in the order, inversions, missing events, duplicated texts, standstills with stalled consumers and stuck users
	Users        int              `json:"users"`                   // users that they touch
	Faults       []WitnessFault   `json:"faults,omitempty"`
	Timeline     []history.Event  `json:"timeline"` // the records that tell it, in the history's order
}

// WitnessAttempt is one attempt in a [Witness].
type WitnessAttempt struct {
	Attempt string `json:"attempt"`
	Event   string `json:"event"`
	Worker  string `json:"worker,omitempty"`
	Domain  string `json:"domain,omitempty"`   // clock domain of Enter and End
	Enter   int64  `json:"enter,omitempty"`    // nanoseconds: it was inside by then
	End     int64  `json:"end,omitempty"`      // nanoseconds: it was inside until then
	EndedBy string `json:"ended_by,omitempty"` // what bounds End, in words
	Exited  bool   `json:"-"`                  // by its exit on record
	Beside  bool   `json:"beside,omitempty"`   // told for the story: the others refute without it
}

// WitnessFault is a fault that was going on during a [Witness] or came before.
type WitnessFault struct {
	Fault    string `json:"fault"`
	Worker   string `json:"worker,omitempty"`
	User     string `json:"user,omitempty"`
	Domain   string `json:"domain"`
	Begin    int64  `json:"begin"`         // nanoseconds on Domain's clock
	End      int64  `json:"end,omitempty"` // nanoseconds on Domain's clock; 0: never ended
	Relation string `json:"relation"`      // "during" the witness, or "before" it
	Bitten   bool   `json:"bitten"`
}
