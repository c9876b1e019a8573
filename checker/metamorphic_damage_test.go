package checker

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// damages are ways to spoil one record of a history that a reader lets pass, each
// with all that it can make of a record in that history. None may make anything hold
// that did not, nor refute without a finding what was not refuted and did not hold.
var damages = map[string]func(e history.Event, of []history.Event) []history.Event{
	"the stamp":      bits(func(e *history.Event) *int64 { return &e.T }),
	"the version":    bits(func(e *history.Event) *int64 { return &e.Version }),
	"the ordinal":    bits(func(e *history.Event) *int64 { return &e.Ordinal }),
	"the kind":       others(func(e *history.Event) *history.Kind { return &e.Kind }),
	"the user":       others(func(e *history.Event) *string { return &e.User }),
	"the event":      others(func(e *history.Event) *string { return &e.Event }),
	"the attempt":    others(func(e *history.Event) *string { return &e.Attempt }),
	"the worker":     others(func(e *history.Event) *string { return &e.Worker }),
	"the outcome":    others(func(e *history.Event) *string { return &e.Outcome }),
	"its maker":      others(func(e *history.Event) *string { return &e.By }),
	"whose it is":    others(func(e *history.Event) *string { return &e.Peer }),
	"the text":       others(func(e *history.Event) *string { return &e.Text }),
	"the type":       others(func(e *history.Event) *string { return &e.Type }),
	"a letter of it": letters,
}

// bits has each of the bits turned that a number has.
func bits(number func(*history.Event) *int64) func(history.Event, []history.Event) []history.Event {
	return func(e history.Event, _ []history.Event) (all []history.Event) {
		n := *number(&e)
		for bit := 0; bit == 0 || n>>bit > 0; bit++ {
			*number(&e) = n ^ 1<<bit
			all = append(all, e)
		}
		return all
	}
}

// others has a field take each other value that it has anywhere.
func others[V ~string](field func(*history.Event) *V) func(history.Event, []history.Event) []history.Event {
	return func(e history.Event, of []history.Event) (all []history.Event) {
		values := map[V]bool{}
		for i := range of {
			values[*field(&of[i])] = true
		}
		delete(values, *field(&e))
		for _, v := range slices.Sorted(maps.Keys(values)) {
			*field(&e) = v
			all = append(all, e)
		}
		return all
	}
}

// letters has each letter changed of each of the names.
func letters(e history.Event, _ []history.Event) (all []history.Event) {
	for _, name := range []*string{&e.User, &e.Event, &e.Attempt, &e.Worker, &e.Text, &e.Type, &e.Fault, &e.Outcome, &e.By} {
		was := *name
		for i := range len(was) {
			spelt := []byte(was)
			spelt[i] ^= 1
			*name = string(spelt)
			all = append(all, e)
		}
		*name = was
	}
	return all
}

// sound lists the bases that do not contradict themselves: what is amiss with
// another, damage may mend.
func sound() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(bases())), func(name string) bool {
		return slices.ContainsFunc(judgedBase(name).Findings, func(f Finding) bool { return len(f.Properties) > 0 })
	})
}

// spoil is one record of a history, and what damage made of it.
type spoil struct {
	line   int
	how    string
	spoilt history.Event
}

// spoils are all that damage can make of one line.
func spoils(events []history.Event, line int) (all []spoil) {
	for _, how := range slices.Sorted(maps.Keys(damages)) {
		for _, e := range damages[how](events[line], events) {
			all = append(all, spoil{line, how, e})
		}
	}
	return all
}

// toldAlone reports whether a line is the gateway's word on what an attempt sent of
// which nobody else says what it was, as where its worker died: that another text was
// sent is then what another run left, and may be refuted as that one is.
func toldAlone(events []history.Event, line int) bool {
	e := events[line]
	return e.Src == history.SrcGateway && e.Kind == history.KindSendCall && !slices.ContainsFunc(events, func(o history.Event) bool {
		return o.Src != e.Src && o.Attempt == e.Attempt && o.Text != ""
	})
}

// in spoils the history, and says what is worse then than it may be.
func (s spoil) in(name string) (is *Result, worsened string) {
	h := &history.History{Events: slices.Clone(bases()[name].Events)}
	before := h.Events[s.line]
	h.Events[s.line] = s.spoilt
	is = Check(h)
	w := worse(judgedBase(name), is)
	if s.how == "the text" && toldAlone(bases()[name].Events, s.line) {
		w = held(judgedBase(name), is)
	}
	if w != "" {
		worsened = fmt.Sprintf("%s: %s damaged from %+v to %+v: %s", name, s.how, before, s.spoilt, w)
	}
	return is, worsened
}

// short is how long a history is of which each damage is tried.
const short = 100

// TestNoDamageOfAShortHistoryMakesAnythingHold spoils each record in each way.
func TestNoDamageOfAShortHistoryMakesAnythingHold(t *testing.T) {
	tried := 0
	for _, name := range sound() {
		events := bases()[name].Events
		for line := 0; len(events) <= short && line < len(events); line++ {
			for _, s := range spoils(events, line) {
				tried++
				if _, worsened := s.in(name); worsened != "" {
					t.Error(worsened)
				}
			}
		}
	}
	if tried < 10_000 {
		t.Errorf("%d damages were tried", tried)
	}
}

// TestDamageNeverMakesAnythingHold spoils one record, of long histories too.
func TestDamageNeverMakesAnythingHold(t *testing.T) {
	names := sound()
	property(t, 500, []string{"found amiss", "all the same"}, func(t *rapid.T, n *tally) {
		name := rapid.SampledFrom(names).Draw(t, "history")
		events := bases()[name].Events
		all := spoils(events, rapid.IntRange(0, len(events)-1).Draw(t, "line"))
		is, worsened := all[rapid.IntRange(0, len(all)-1).Draw(t, "damaged")].in(name)
		if worsened != "" {
			t.Fatal(worsened)
		}
		told(n, judgedBase(name), is)
	})
}
