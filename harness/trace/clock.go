package trace

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"turnstile/checker/history"
)

// clock moves stamps of all domains to one: see [Spans].
type clock map[string]int64 // what is added to a domain's stamps

func newClock(events []history.Event) clock {
	own := ""
	for i := range events {
		if events[i].Src == history.SrcHarness {
			own = events[i].Domain
			break
		}
	}
	c := clock{own: 0}
	for i := range events {
		e := &events[i]
		if e.Kind != history.KindClockOffset {
			continue
		}
		mid := e.Lo + (e.Hi-e.Lo)/2 // T(Peer) - T(Domain)
		switch own {
		case e.Domain:
			c[e.Peer] = -mid
		case e.Peer:
			c[e.Domain] = mid
		}
	}
	c.toWall(events)
	return c
}

// toWall moves all domains so that the store's stamps of its writes lie within the
// writes that workers saw.
func (c clock) toWall(events []history.Event) {
	written := map[string]int64{} // by attempt, when its write was answered
	for i := range events {
		if e := &events[i]; e.Kind == history.KindStateWrite && e.Outcome == history.OutcomeOK && c.knows(e.Domain) {
			written[e.Attempt] = c.at(e, e.T)
		}
	}
	var ahead []int64
	for i := range events {
		e := &events[i]
		ms, _, _ := strings.Cut(e.Detail["id"], "-") // of a Redis stream: Unix milliseconds and a number
		unix, err := strconv.ParseInt(ms, 10, 64)
		if at, known := written[e.Attempt]; e.Kind == history.KindStateCommit && known && err == nil {
			ahead = append(ahead, unix*1e6-at)
		}
	}
	var by int64
	if len(ahead) > 0 {
		slices.Sort(ahead)
		by = ahead[len(ahead)/2]
	} else {
		first := int64(math.MaxInt64)
		for i := range events {
			if e := &events[i]; c.knows(e.Domain) {
				first = min(first, c.at(e, cmp.Or(e.From, e.T)))
			}
		}
		by = -first
	}
	for domain := range c {
		c[domain] += by
	}
}

func (c clock) knows(domain string) bool {
	_, known := c[domain]
	return known
}

func (c clock) at(e *history.Event, t int64) int64 { return t + c[e.Domain] }
