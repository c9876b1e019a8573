package checker

import (
	"fmt"
	"slices"
	"strings"
)

// Which properties rest on what, for the findings that touch them.
var (
	everything = Properties()
	bySections = restOn(onSections)
	byStore    = restOn(onStore)
	byGateway  = restOn(onGateway)
	byEvents   = restOn(onEvents)
	byTypes    = restOn(onTypes)
	byTimes    = restOn(onTimes)
	byOwnTimes = restOn(onOwnTimes)
	byOrdinals = restOn(onOrdinals)
	afterHeal  = restOn(onEnd)
	none       = []Property{}
)

// findingKind says of one kind of finding what it touches.
type findingKind struct {
	name string
	// blocks are the properties that cannot hold: a would-be holds becomes unknown.
	// Those in breaks are blocked too, and even a refutation of them would rest on
	// records that are not what they seem.
	blocks, breaks []Property
	why            string
}

// findingKinds lists every kind of finding. [findings.found] takes from it what a
// finding touches, and findings.md is written from it.
var findingKinds = []findingKind{
	// Of the whole record.
	{"scenario-ambiguous", everything, everything, "records of more than one run are mixed, so ids, users and thresholds may be another run's"},
	{"lines-missing", everything, everything, "an observer's lines are counted, and one that is missing or told twice may be any"},
	{"kind-misplaced", everything, everything, "a record of a kind that its observer does not make is damaged, and may have been any other"},
	{"span-reversed", everything, byTimes, "an operation that ended before it began has a time that is not what it says"},
	{"stamps-run-back", everything, byTimes, "an observer that stamps and writes under one lock cannot go back in time, so its stamps or its order are wrong"},
	{"clock-changed", byTimes, byTimes, "a process stamps on one clock, so a stamp on another is not what it says"},
	{"clock-offset-invalid", bySections, none, "what is no measurement of two clocks is not used, and what rests on it is open"},
	{"clocks-incomparable", bySections, none, "sections on two clocks without a bound between them may overlap unseen"},
	{"clocks-disagree", byTimes, byTimes, "an effect that is stamped before its cause says that the clocks are not what they are taken for"},

	// Of the workers and their sections.
	{"worker-record-missing", append(slices.Clone(bySections), Delivery), []Property{Progress}, "sections of a worker that left no record were not observed, nor whom it had last, nor that what has no answer was published"},
	{"workers-missing", bySections, []Property{Progress}, "sections of a worker that left no record were not observed, nor whom it had last"},
	{"worker-not-started", everything, bySections, "a record without its begin may lack more, or be another run's"},
	{"worker-before-start", everything, bySections, "what comes before a worker's start is of another run"},
	{"worker-restarted", bySections, []Property{Progress}, "where a life ended is not known, and so not what it was at and for how long"},
	{"worker-died-again", bySections, bySections, "which death ended which life is not known"},
	{"worker-end-unknown", bySections, none, "its record may be cut short"},
	{"worker-after-death", bySections, bySections, "what is recorded after the confirmed death says that one of the two is wrong"},
	{"signal-astray", bySections, bySections, "a signal from before the process began is another's, or its time is wrong, as is one of the two where a fault strikes who had been seen dead; when the process was killed is not known"},
	{"worker-unasked", []Property{Progress}, []Property{Progress}, "for how long a worker served that stopped is not known without the time at which it was asked to, or where it stopped before"},
	{"section-unnamed", bySections, none, "a section of nobody's cannot be held against others"},
	{"attempt-reused", everything, everything, "two handlings under one id cannot be told apart: state was left over from another run"},
	{"attempt-inconsistent", everything, everything, "records of one attempt that name two users, events or workers are not all its own"},
	{"delivered-twice", everything, none, "each delivery begins an attempt of its own, so one of the two is something else, and no redelivery"},
	{"entered-twice", bySections, bySections, "where the section began is not known"},
	{"exited-twice", bySections, bySections, "where the section ended is not known"},
	{"exit-without-enter", everything, everything, "a step that must have been made is not on record, and others may be missing with it"},
	{"effect-outside-section", bySections, []Property{Effects}, "the section is wider than its records say, so its effects are not bounded by them"},
	{"stamps-go-backwards", bySections, bySections, "an attempt's steps are not stamped in their order, so its extent is not known"},
	{"steps-missing", everything, everything, "a step that must have been made is not on record, and others may be missing with it"},
	{"delivery-missing", everything, none, "where a record lacks that a worker was given what it handled, it may lack what was done with others"},
	{"read-missing", everything, none, "where a record lacks what an attempt read before it wrote, it may lack what others did"},
	{"ack-missing", everything, none, "where a record lacks that a worker had done with an event before it stopped, it may lack what was done with others"},
	{"unobserved-section", bySections, []Property{Effects, Progress}, "somebody whose sections are not on record was at work, or an effect is not that attempt's"},

	// Of the publishes.
	{"publish-ambiguous", byOrdinals, byOrdinals, "an event with two ordinals, or none, or whose tries are told in another order than that in which they began, has no place among the others"},
	{"ordinals-collide", everything, everything, "events of one user do not share an ordinal, so whose they are is not known"},
	{"publish-missing", []Property{Delivery}, none, "a user's ordinals count up from 1, so an event was published of which nothing is on record"},
	{"ordinals-disagree", byOrdinals, byOrdinals, "the ordinals say one order of the publishes and the times of their calls another"},
	{"publish-after-quiet", afterHeal, afterHeal, "nobody knows whether what was published after the broker was found quiet was delivered by the end"},
	{"left-over", everything, byEvents, "an event that this run did not publish is another run's, or the name of one of this run's is damaged"},
	{"user-mismatch", everything, everything, "whose the event is, and so whose section, state and text, is not known"},
	{"type-mismatch", byTypes, byTypes, "what the event was, and so what the rules say of it, is not known"},
	{"time-mismatch", byOwnTimes, byOwnTimes, "when the event itself happened, and so what the rules say of it, is not known"},
	{"type-unknown", byTypes, none, "an event of a type without rules, where others have one, may have been any; the rules are suspended from it on"},

	// Of the store's log.
	{"store-missing", byStore, byStore, "effects were not observed"},
	{"store-incomplete", byStore, byStore, "what the log lacks looks like an effect that never was"},
	{"store-disordered", byStore, byStore, "the log's positions contradict the order in which it was read or its own ids"},
	{"store-early", afterHeal, afterHeal, "what took effect after the log was read is not in it"},
	{"failed-write-logged", byStore, byStore, "the log has a write of which its worker knows that it did not happen"},
	{"texts-disagree", []Property{Effects, Progress}, none, "the log tells of another text than its worker sent: the attempt was torn, or one of the two is wrong, and when it took effect is not known"},
	{"write-logged-twice", byStore, byStore, "the log has more writes of an attempt than its worker made"},
	{"versions-disagree", append(slices.Clone(byTypes), Progress), byTypes, "the log and the worker say different things of the states of one attempt: whose write it is, and so when it took effect, is not known"},
	{"read-unwritten", byStore, byStore, "a version that was read and is not in the log of all writes says that one of the two is wrong"},
	{"writer-unobserved", bySections, none, "whoever wrote what was read, or a later write was built on, and a log without gaps lacks, may have been inside with others, and nobody tells of it"},

	// Of the gateway.
	{"gateway-missing", byGateway, []Property{Duplicates}, "what reached the gateway was not observed"},
	{"gateway-unfinished", byGateway, none, "sends after its last record would not be on it"},
	{"gateway-restarted", byGateway, []Property{Rules}, "a gateway that began twice, or went on after its end, forgot what it had accepted, and may lack records"},
	{"gateway-incomplete", everything, byGateway, "a text that its worker saw accepted and that is not on record may stand there as another; others may be missing with it"},
	{"send-unannounced", byGateway, byGateway, "a text that its worker never recorded that it would send is another's, or another text"},
	{"outcome-unknown", byGateway, byGateway, "whether the text went out is told in no known word"},
	{"outcomes-disagree", byGateway, byGateway, "whether the text went out is told in two ways"},
	{"answer-without-call", everything, byGateway, "an answer whose call is not on record says that a text is missing there, or is told of another; others may be missing with it"},
	{"recognized-unaccepted", everything, byGateway, "a text that was recognized had been accepted before, so that acceptance is missing, or this is one; others may be missing with it"},
	{"accepted-again", byGateway, byGateway, "a gateway that recognizes texts by their keys accepts none twice under one key of a user, so one of the two was not accepted, or had another"},
	{"call-without-answer", everything, byGateway, "the gateway ends when it has answered everybody, so a call or an answer of its record is missing or something else; others may be missing with it"},
	{"hold-unpaired", everything, everything, "where the gateway's record lacks that it made an attempt wait, or let it go on, it may lack more"},

	// Of the workers' links, where they are observers.
	{"link-missing", everything, none, "what became of a worker's messages on their way is not on record, and the run was to record it"},
	{"link-unfinished", everything, none, "what passed a link after its last record would not be on it, nor what it held or lost"},
	{"link-disagrees", everything, none, "a message that reached its worker around its link, or that one of the two recorded as another"},
	{"link-undecoded", none, none, "what a link passed on unread it cannot tell of; no property rests on it"},

	// Of the faults and the end.
	{"fault-not-ended", everything, afterHeal, "the fault was still there when the run ended"},
	{"fault-not-healed", afterHeal, afterHeal, "what comes after a fault that was not healed is not what comes after its end"},
	{"fault-ambiguous", everything, []Property{Progress}, "from when to when the fault lasted is not known"},
	{"fault-elsewhere", []Property{Progress}, []Property{Progress}, "whom a fault struck, and so whom it did not touch, is not known where the worker that it names is unknown or came later, the attempt was not inside, or its end names another"},
	{"quiet-disputed", afterHeal, afterHeal, "whether the broker had something left is told in two ways"},
	{"backlog-unexplained", everything, none, "what the broker had left was published, and neither that nor what became of it is on record"},
	{"harness-unfinished", everything, none, "publishes, and all that came of them, may be missing at the end of its record"},

	// Told, and no contradiction: people decide about them.
	{"parked-twice", none, none, "whoever works the dead letters off finds the event twice"},
	{"parked-and-handled", none, none, "whoever works the dead letters off handles the event again"},
}

var findingKindOf = func() map[string]*findingKind {
	out := make(map[string]*findingKind, len(findingKinds))
	for i := range findingKinds {
		k := &findingKinds[i]
		for _, p := range k.breaks {
			if !slices.Contains(k.blocks, p) {
				k.blocks = append(slices.Clone(k.blocks), p)
			}
		}
		out[k.name] = k
	}
	return out
}()

// gathered is a finding in the making: what was found amiss in the same way is
// told in one.
type gathered struct {
	kind    *findingKind
	details []string
}

type findings []*gathered

// found notes one thing amiss, of a kind in [findingKinds].
func (f *findings) found(name, detail string) {
	for _, g := range *f {
		if g.kind.name == name {
			g.details = append(g.details, detail)
			return
		}
	}
	*f = append(*f, &gathered{findingKindOf[name], []string{detail}})
}

// reported lists what was found, in the order of [findingKinds].
func (f *findings) reported() []Finding {
	out := []Finding{}
	for i := range findingKinds {
		k := &findingKinds[i]
		for _, g := range *f {
			if g.kind == k {
				slices.Sort(g.details)
				out = append(out, Finding{Name: k.name, Detail: some(g.details), Properties: k.blocks, Breaks: k.breaks})
			}
		}
	}
	return out
}

// FindingsTable is the list of what the self-check may find, and of what each
// finding touches, in Markdown.
func FindingsTable() string {
	var b strings.Builder
	b.WriteString("| finding | cannot hold | cannot even be refuted | why |\n|---|---|---|---|\n")
	list := func(properties []Property) string {
		if len(properties) == len(everything) {
			return "any"
		}
		words := make([]string, len(properties))
		for i, p := range properties {
			words[i] = string(p)
		}
		return strings.Join(words, ", ")
	}
	for i := range findingKinds {
		k := &findingKinds[i]
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", k.name, list(k.blocks), list(k.breaks), k.why)
	}
	return b.String()
}
