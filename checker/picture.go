package checker

import (
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"turnstile/checker/history"
)

// maxPictured bounds the operations in a picture; each section is two.
const maxPictured = 60

// WritePicture writes an HTML page in which porcupine shows the witness's user.
// Of a witness against effects it shows the attempts as operations on the user's
// state, by the model of effects_model.go; of any other, each worker's enters
// and exits as operations on the user's mutex. It shows how far the operations
// can be put in an order and, as annotations, the sections' true extent and the
// witness's faults; where there are more than fit, those around the witness's
// attempts. Its times are nanoseconds since the earliest that it shows; its axis
// is ordinal.
//
// It fails if the witness names no user with sections (delivery can be refuted
// by an event that nobody received).
func WritePicture(w io.Writer, h *history.History, wit *Witness) error {
	if h == nil || wit == nil {
		return fmt.Errorf("drawing a witness: there is none; only a refuted property has one")
	}
	r := newRecord(h)
	p := &picture{r: r, ref: r.reference(), origin: math.MaxInt64}
	if wit.Property == Effects {
		p.effects(wit)
	} else {
		p.mutex(wit)
	}
	if len(p.ops) == 0 {
		return fmt.Errorf("drawing the witness of %s: user %q has no critical section in this history", wit.Property, wit.User)
	}
	p.faults(wit)
	// A damaged history may have times that no clock shows; wrapped round, a
	// return would come before its call, which porcupine does not bear.
	since := negate(p.origin)
	for i := range p.notes {
		p.notes[i].Start, p.notes[i].End = add(p.notes[i].Start, since), add(p.notes[i].End, since)
	}
	for i := range p.ops {
		p.ops[i].Call, p.ops[i].Return = add(p.ops[i].Call, since), add(p.ops[i].Return, since)
	}
	p.inert()
	_, info := porcupine.CheckOperationsVerbose(p.model, p.ops, 10*time.Second)
	info.AddAnnotations(p.notes)
	if err := porcupine.Visualize(p.model, info, w); err != nil {
		return fmt.Errorf("drawing the witness of %s for user %s: %w", wit.Property, wit.User, err)
	}
	return nil
}

// inert makes every name in the picture one that is shown and not obeyed.
// Porcupine's page takes a state's description for HTML, and the rest for text.
func (p *picture) inert() {
	state, operation := p.model.DescribeState, p.model.DescribeOperation
	p.model.DescribeState = func(s any) string { return html.EscapeString(history.Visible(state(s))) }
	p.model.DescribeOperation = func(in, out any) string { return history.Visible(operation(in, out)) }
	for i := range p.notes {
		n := &p.notes[i]
		n.Tag, n.Description, n.Details = history.Visible(n.Tag), history.Visible(n.Description), history.Visible(n.Details)
	}
}

// picture is what a page shows. All its times are on the clock ref.
type picture struct {
	r      *record
	ref    string
	origin int64 // the earliest time
	model  porcupine.Model
	ops    []porcupine.Operation
	notes  []porcupine.Annotation
}

// mutex shows sections as operations on the user's mutex.
func (p *picture) mutex(wit *Witness) {
	if len(wit.Attempts) > 0 && wit.Attempts[0].Domain != "" {
		p.ref = wit.Attempts[0].Domain
	}
	var shown []interval
	for _, iv := range p.pictured(wit) {
		if iv, ok := p.inside(iv); ok {
			shown = append(shown, iv)
		}
	}
	p.ops, p.model = operations(shown, false), mutex
	p.model.DescribeState = func(state any) string {
		if id := state.(int); id != free {
			return "inside: " + shown[id].s.attempt
		}
		return "free"
	}
}

// inside notes a section's extent.
func (p *picture) inside(iv interval) (interval, bool) {
	start, ok := p.r.clocks.on(p.ref, iv.s.domain, iv.start)
	end, _ := p.r.clocks.on(p.ref, iv.s.domain, iv.end)
	if !ok {
		return interval{}, false
	}
	iv.start, iv.end = start.hi, max(start.hi, end.lo)
	p.origin = min(p.origin, iv.start)
	p.notes = append(p.notes, porcupine.Annotation{
		Tag: "inside, by " + iv.s.worker, Start: iv.start, End: iv.end,
		Description:     fmt.Sprintf("%s (%s)", iv.s.event, iv.s.attempt),
		Details:         fmt.Sprintf("inside for %s; ended by %s", inWords(iv.end-iv.start), iv.s.endedBy),
		BackgroundColor: "#dfe9f5", TextColor: "#1d2b3a",
	})
	return iv, true
}

func (p *picture) faults(wit *Witness) {
	for _, f := range wit.Faults {
		begin, ok := p.r.clocks.on(p.ref, f.Domain, f.Begin)
		if !ok {
			continue
		}
		end, _ := p.r.clocks.on(p.ref, f.Domain, max(f.Begin, f.End))
		p.origin = min(p.origin, begin.lo)
		p.notes = append(p.notes, porcupine.Annotation{
			Tag: "fault", Start: begin.lo, End: end.hi, Description: f.Fault,
			Details: fmt.Sprintf("%s %s, bitten: %t", f.Worker, f.User, f.Bitten), BackgroundColor: "#f8d7da", TextColor: "#58151c",
		})
	}
}

// pictured picks the sections to show: all of the user's, or those around the
// witness's attempts.
func (p *picture) pictured(wit *Witness) []interval {
	sections := p.r.clocks.byEnter(p.r.byUser[wit.User], p.r.reference())
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
