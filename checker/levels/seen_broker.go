package levels

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"turnstile/checker/history"
)

// given is a message that passed a link to its worker: once each time.
type given struct {
	e, ack                       *history.Event // ack nil: nothing on record ends it but a death, or nothing at all
	worker, user, event, message string
	entry, partition             string
	index                        int  // in the batch, -1: of none
	again                        bool // by the broker's count, or passed before
	// Whatever was done with it by this delivery was done between start and end.
	start, end int64
	back       bool // the worker asked for it to be delivered again
}

// pulsarReader puts deliveries and acknowledgements together.
type pulsarReader struct {
	s    *seen
	open map[string][]*given // by worker and entry
	seen map[string]bool     // events that passed some link
}

func newPulsarReader(s *seen) *pulsarReader {
	return &pulsarReader{s: s, open: map[string][]*given{}, seen: map[string]bool{}}
}

// idOf reads a message's id, ledger:entry:partition:batch. entry is ledger:entry,
// which no two messages of a cluster have in common but those of one batch: the
// client in C++ acknowledges without the partition what it was given with one.
// index is the place in the batch, -1 for the whole.
func idOf(message string) (entry, partition string, index int) {
	part := strings.Split(message, ":")
	if len(part) != 4 {
		return message, "", -1
	}
	index, err := strconv.Atoi(part[3])
	if err != nil {
		return message, "", -1
	}
	return part[0] + ":" + part[1], part[2], index
}

// noPartition is what an id says that names none, or is of a topic without.
const noPartition = "-1"

func (p *pulsarReader) delivered(worker string, e *history.Event) {
	if e.Outcome == history.OutcomeHeld || e.Outcome == history.OutcomeLost || e.Detail["settled"] != "" {
		return
	}
	s := p.s
	if e.User == "" || e.Event == "" || e.Detail["opaque"] != "" {
		s.found("traffic-of-nobody", Broker, fmt.Sprintf("a message came to worker %s that does not tell whose it is, or which event: %s %s", worker, e.Detail["message"], e.Detail["opaque"]))
	}
	if e.User != "" {
		s.whose(e, e.User, e.Event)
	}
	lo, _, ok := s.at(e, e.T)
	g := &given{e: e, worker: worker, user: e.User, event: e.Event, message: e.Detail["message"], again: e.Redelivery > 0 || p.seen[e.Event], start: lo, end: unbounded}
	if !ok {
		g.start = -unbounded
	}
	p.seen[e.Event] = true
	s.given = append(s.given, g)
	g.entry, g.partition, g.index = idOf(g.message)
	k := worker + "\x00" + g.entry
	p.open[k] = append(p.open[k], g)
}

// acknowledged ends what the worker had of a message, if it had it once. Where it
// was given it more often, this may be the acknowledgement of any, and another may
// still be to come.
func (p *pulsarReader) acknowledged(worker string, e *history.Event) {
	_, hi, ok := p.s.at(e, e.T)
	if !ok {
		return
	}
	entry, partition, index := idOf(e.Detail["message"])
	if e.Detail["cumulative"] == "" {
		p.end(worker, entry, index, owed(e.Detail["owed"]), e, hi)
		return
	}
	if open := p.open[worker+"\x00"+entry]; partition == noPartition && len(open) > 0 {
		partition = open[0].partition // its own
	}
	for k, open := range p.open {
		if w, other, _ := strings.Cut(k, "\x00"); w == worker && len(open) > 0 && open[0].partition == partition && before(other, entry) {
			p.end(worker, other, -1, nil, e, hi)
		}
	}
	p.end(worker, entry, -1, func(i int) bool { return index >= 0 && i > index }, e, hi)
}

func (p *pulsarReader) end(worker, entry string, index int, owes func(int) bool, e *history.Event, t int64) {
	open := p.open[worker+"\x00"+entry]
	times := map[int]int{}
	for _, g := range open {
		times[g.index]++
	}
	var left []*given
	for _, g := range open {
		of := index < 0 || g.index == index
		if of && times[g.index] == 1 && !(owes != nil && g.index >= 0 && owes(g.index)) {
			g.ack, g.end = e, t
			continue
		}
		left = append(left, g)
	}
	p.open[worker+"\x00"+entry] = left
}

// owed is the set of a batch's messages that an acknowledgement leaves; nil: none.
func owed(words string) func(int) bool {
	if words == "" {
		return nil
	}
	var set []uint64
	for _, w := range strings.Split(words, ",") {
		n, err := strconv.ParseUint(w, 16, 64)
		if err != nil {
			return func(int) bool { return true } // it is not known which, so all
		}
		set = append(set, n)
	}
	return func(i int) bool { return i/64 < len(set) && set[i/64]>>(i%64)&1 == 1 }
}

// before reports whether the entry a stands before b, of one partition.
func before(a, b string) bool {
	x, y := placeOf(a), placeOf(b)
	return x != nil && y != nil && slices.Compare(x, y) < 0
}

// placeOf is an entry's ledger and number; nil: it has none.
func placeOf(entry string) []uint64 {
	ledger, number, _ := strings.Cut(entry, ":")
	m, errM := strconv.ParseUint(ledger, 10, 64)
	n, errN := strconv.ParseUint(number, 10, 64)
	if errM != nil || errN != nil {
		return nil
	}
	return []uint64{m, n}
}

// handedBack notes that a worker wants a message again. That ends nothing: whoever
// was at it may go on.
func (p *pulsarReader) handedBack(worker string, e *history.Event) {
	entry, _, index := idOf(e.Detail["message"])
	for k, open := range p.open {
		for _, g := range open {
			w, of, _ := strings.Cut(k, "\x00")
			if w == worker && (e.Detail["message"] == "" || of == entry && (index < 0 || g.index == index)) {
				g.back = true
			}
		}
	}
}

// finish ends what nothing acknowledged with the death of its worker.
func (p *pulsarReader) finish() {
	for _, g := range p.s.given {
		if g.ack == nil {
			// One that may have been before is of whoever had the name then.
			if _, hi, ok := p.s.at(g.e, g.e.T); ok {
				g.end = p.s.deathAfter(g.worker, hi)
			}
		}
	}
}
