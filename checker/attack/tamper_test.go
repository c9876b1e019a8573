package attack

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"turnstile/checker/history"
)

// tampering changes a record on purpose and coherently: sequence numbers and
// counts are right afterwards. It reports what it did; nothing, if the record
// gave it no chance.
type tampering struct {
	name string
	do   func(draw *rand.Rand, h *forgery) (did string)
}

// forgery is a record that is being tampered with.
type forgery struct{ events []history.Event }

// forge makes a forgery of a file.
func forge(t testing.TB, f file) *forgery {
	h, err := history.Read(bytes.NewReader(f.bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return &forgery{h.Events}
}

// file is the forgery with sequence numbers and counts as they should be.
func (h *forgery) file(t testing.TB, name string) file {
	next := map[string]uint64{}
	for i := range h.events {
		e := &h.events[i]
		next[e.Src]++
		e.Seq = next[e.Src]
	}
	var buf bytes.Buffer
	if err := history.Write(&buf, h.events); err != nil {
		t.Fatal(err)
	}
	return newFile(name, buf.Bytes())
}

type where func(*history.Event) bool

// of is the place of one drawn event, or -1.
func (h *forgery) of(draw *rand.Rand, is ...where) int {
	var all []int
	for i := range h.events {
		if fits(&h.events[i], is) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return -1
	}
	return all[draw.IntN(len(all))]
}

func fits(e *history.Event, is []where) bool {
	for _, w := range is {
		if !w(e) {
			return false
		}
	}
	return true
}

// each changes all that fit, and reports how many.
func (h *forgery) each(change func(*history.Event), is ...where) (n int) {
	for i := range h.events {
		if fits(&h.events[i], is) {
			change(&h.events[i])
			n++
		}
	}
	return n
}

// drop removes all that fit, and reports how many.
func (h *forgery) drop(is ...where) (n int) {
	before := len(h.events)
	h.events = slices.DeleteFunc(h.events, func(e history.Event) bool { return fits(&e, is) })
	return before - len(h.events)
}

// positions counts the store's log anew.
func (h *forgery) positions() {
	n := int64(0)
	h.each(func(e *history.Event) { n++; e.Ordinal = n }, kind(history.KindStateCommit))
}

func kind(kinds ...history.Kind) where {
	return func(e *history.Event) bool { return slices.Contains(kinds, e.Kind) }
}
func from(src string) where          { return func(e *history.Event) bool { return e.Src == src } }
func byWorker(e *history.Event) bool { return e.FromWorker() }
func attemptIs(id string) where      { return func(e *history.Event) bool { return e.Attempt == id } }
func userIs(u string) where          { return func(e *history.Event) bool { return e.User == u } }
func outcome(o string) where         { return func(e *history.Event) bool { return e.Outcome == o } }
func not(w where) where              { return func(e *history.Event) bool { return !w(e) } }

func says(e history.Event) string {
	return fmt.Sprintf("%s of %s, %s %s %s %s", e.Kind, e.Src, e.User, e.Event, e.Attempt, e.Outcome)
}

func TestATamperedRecordIsNotBelieved(t *testing.T) {
	files := soundFiles(t)
	draw := rand.New(rand.NewPCG(*seed, 3))
	say("%-75s %s", "tampering", tallied)
	total := &tally{}
	for _, tp := range tamperings {
		y := &tally{}
		// Some need a record of a certain kind.
		for tries := 0; y.done < *tamperDraws && tries < 200+20**tamperDraws; tries++ {
			of := files[draw.IntN(len(files))]
			h := forge(t, of.file)
			did := tp.do(draw, h)
			if did == "" {
				continue
			}
			y.add(t, trial{of, h.file(t, of.name), tp.name, did, fmt.Sprintf("tamper-%d-%d", *seed, total.done+y.done)})
		}
		say("%-75s %s", tp.name, y)
		if y.done == 0 {
			t.Errorf("%s: no record gave it a chance", tp.name)
		}
		total.sum(y)
	}
	say("%-75s %s", "all tamperings", total)
	say("%d tamperings of %d kinds, %d excused, %d wrong (seed %d)", total.done, len(tamperings), total.excused, total.wrong, *seed)
}
