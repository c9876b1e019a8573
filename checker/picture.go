package checker

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"turnstile/checker/history"
)

// maxPictured bounds the operations in a picture; each section is two.
const maxPictured = 60

// WritePicture writes an HTML page in which porcupine shows the witness's user:
// each worker's enters and exits as operations on the user's mutex, how far
// they can be put in an order, and, as annotations, the sections' true extent
// and the witness's faults. It shows the sections around the witness's attempts
// if there are more than 30. Its times are nanoseconds since the earliest that
// it shows; its axis is ordinal.
//
// It fails if the witness names no user with sections (delivery can be refuted
// by an event that nobody received).
func WritePicture(w io.Writer, h *history.History, wit *Witness) error {
	if h == nil || wit == nil {
		return fmt.Errorf("drawing a witness: there is none; only a refuted property has one")
	}
	r := newRecord(h)
	ivs := r.pictured(wit)
	if len(ivs) == 0 {
		return fmt.Errorf("drawing the witness of %s: user %q has no critical section in this history", wit.Property, wit.User)
	}
	ref := ivs[0].s.domain
	if len(wit.Attempts) > 0 {
		ref = wit.Attempts[0].Domain
	}
	shown := make([]interval, 0, len(ivs))
	origin := int64(math.MaxInt64)
	for _, iv := range ivs {
		start, ok := r.clocks.on(ref, iv.s.domain, iv.start)
		end, _ := r.clocks.on(ref, iv.s.domain, iv.end)
		if ok {
			shown = append(shown, interval{start.hi, max(start.hi, end.lo), iv.s})
			origin = min(origin, start.hi)
		}
	}
	var notes []porcupine.Annotation
	for _, iv := range shown {
		notes = append(notes, porcupine.Annotation{
			Tag: "inside, by " + iv.s.worker, Start: iv.start, End: iv.end,
			Description:     fmt.Sprintf("%s (%s)", iv.s.event, iv.s.attempt),
			Details:         fmt.Sprintf("inside for %s; ended by %s", inWords(iv.end-iv.start), iv.s.endedBy),
			BackgroundColor: "#dfe9f5", TextColor: "#1d2b3a",
		})
	}
	for _, f := range wit.Faults {
		begin, ok := r.clocks.on(ref, f.Domain, f.Begin)
		if !ok {
			continue
		}
		end, _ := r.clocks.on(ref, f.Domain, max(f.Begin, f.End))
		origin = min(origin, begin.lo)
		notes = append(notes, porcupine.Annotation{
			Tag: "fault", Start: begin.lo, End: end.hi, Description: f.Fault,
			Details: fmt.Sprintf("%s %s, bitten: %t", f.Worker, f.User, f.Bitten), BackgroundColor: "#f8d7da", TextColor: "#58151c",
		})
	}
	for i := range notes {
		notes[i].Start, notes[i].End = notes[i].Start-origin, notes[i].End-origin
	}
	ops := operations(shown, false)
	for i := range ops {
		ops[i].Call, ops[i].Return = ops[i].Call-origin, ops[i].Return-origin
	}
	model := mutex
	model.DescribeState = func(state any) string {
		if id := state.(int); id != free {
			return "inside: " + shown[id].s.attempt
		}
		return "free"
	}
	_, info := porcupine.CheckOperationsVerbose(model, ops, 10*time.Second)
	info.AddAnnotations(notes)
	if err := porcupine.Visualize(model, info, w); err != nil {
		return fmt.Errorf("drawing the witness of %s for user %s: %w", wit.Property, wit.User, err)
	}
	return nil
}

// pictured picks the sections to show: all of the user's, or those around the
// witness's attempts.
func (r *record) pictured(wit *Witness) []interval {
	sections := r.byEnter(r.byUser[wit.User], r.reference())
	around := 0
	for i, s := range sections {
		if slices.ContainsFunc(wit.Attempts, func(a WitnessAttempt) bool { return a.Attempt == s.attempt }) {
			around = i
		}
	}
	const fit = maxPictured / 2
	all := len(sections) <= fit
	from := max(0, min(around-fit/2, len(sections)-fit))
	var out []interval
	for i, s := range sections {
		named := slices.ContainsFunc(wit.Attempts, func(a WitnessAttempt) bool { return a.Attempt == s.attempt })
		if all || (i >= from && i < from+fit-len(wit.Attempts)) || named {
			out = append(out, interval{s.enter, s.end, s})
		}
	}
	return out
}
