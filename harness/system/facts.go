package system

import (
	"fmt"
	"strings"

	"turnstile/checker/history"
)

// Facts is what was recorded of a run, in numbers, and whether its faults bit.
// They are no verdict.
type Facts struct {
	Published, Delivered, Redelivered, Acknowledged, Calls, Commands int

	Given int // events that were delivered at least once

	Faults  int
	Missing []string // evidence that was not seen of them
	Ended   []Ended  // workers that did not end as they should
	Quiet   bool     // in the end nothing was left to be handled
}

// Ended is how a container ended that did not when and as it was asked to.
type Ended struct {
	Worker   string `json:"worker"`
	How      string `json:"how"`                 // in words, with the last of its output
	ExitCode string `json:"exit_code,omitempty"` // of one that ended by itself
	Log      string `json:"log,omitempty"`       // of it, in the run folder
}

// ByItself reports whether nobody had asked it to end.
func (e Ended) ByItself() bool { return e.ExitCode != "" }

// DetailEnded is of the note that tells how a worker ended, and DetailLog of the file
// that has its output.
const (
	DetailEnded = "ended"
	DetailLog   = "log"
)

// FactsOf counts them.
func FactsOf(h *history.History) (f Facts) {
	given := map[string]bool{}
	for i := range h.Events {
		e := &h.Events[i]
		switch e.Kind {
		case history.KindPublish:
			f.Published++
		case history.KindWireDelivered:
			f.Delivered++
			given[e.Event] = true
			if e.Redelivery > 0 {
				f.Redelivered++
			}
		case history.KindWireAcknowledged:
			f.Acknowledged++
		case history.KindSendCall:
			f.Calls++
		case history.KindWireCommand:
			f.Commands++
		case history.KindQuiet:
			f.Quiet = e.Outcome == history.OutcomeOK
		case history.KindFaultEnd:
			f.Faults++
			for _, v := range e.Evidence {
				if !v.Seen {
					f.Missing = append(f.Missing, fmt.Sprintf("%s: %s (%s)", e.Fault, v.Name, v.Detail))
				}
			}
		case history.KindNote:
			if how := e.Detail[DetailEnded]; how != "" {
				f.Ended = append(f.Ended, Ended{e.Worker, how, e.Detail[history.DetailExitCode], e.Detail[DetailLog]})
			}
		}
	}
	f.Given = len(given)
	return f
}

func (f Facts) String() string {
	var lines []string
	lines = append(lines, fmt.Sprintf("%d events published; %d deliveries of %d events (%d by the broker's word again) and %d acknowledgements on the wire, %d commands to Redis, %d calls",
		f.Published, f.Delivered, f.Given, f.Redelivered, f.Acknowledged, f.Commands, f.Calls))
	switch {
	case f.Faults == 0:
	case len(f.Missing) == 0:
		lines = append(lines, "the fault bit: all of its evidence was seen")
	default:
		lines = append(lines, "the fault did not bite: "+strings.Join(f.Missing, "; "))
	}
	if !f.Quiet {
		lines = append(lines, "in the end something was still to be handled")
	}
	for _, e := range f.Ended {
		lines = append(lines, e.Worker+": "+e.How)
	}
	return strings.Join(lines, "\n")
}
