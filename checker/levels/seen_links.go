package levels

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"turnstile/checker/history"
)

// link is what is kept of a worker's links as a whole.
type link struct {
	starts, stops int
	ended         bool            // its last line is a stop
	of            map[string]bool // what it leads to, as [history.KindLinkStart] says
}

// What links lead to.
const (
	toPulsar = "pulsar"
	toRedis  = "redis"
)

func (s *seen) seeLinks() {
	redis := newRedisReader(s)
	pulsar := newPulsarReader(s)
	for i := range s.h.Events {
		e := &s.h.Events[i]
		worker, ok := strings.CutPrefix(e.Src, history.SrcLinkPrefix)
		if !ok {
			continue
		}
		l := s.links[worker]
		if l == nil {
			l = &link{of: map[string]bool{}}
			s.links[worker] = l
			s.named[worker] = true
		}
		l.ended = e.Kind == history.KindLinkStop
		switch e.Kind {
		case history.KindLinkStart:
			l.starts++
			l.of[e.Detail["type"]] = true
		case history.KindLinkStop:
			l.stops++
		case history.KindWireUndecoded:
			s.found("link-undecoded", Store, fmt.Sprintf("worker %s's link passed on what it could not read: %s (line %d)", worker, e.Detail["opaque"], e.Seq))
		case history.KindWireCommand:
			redis.command(worker, e)
		case history.KindWireReply:
			redis.reply(e)
		case history.KindWireDelivered:
			pulsar.delivered(worker, e)
		case history.KindWireAcknowledged:
			pulsar.acknowledged(worker, e)
		case history.KindWireRedeliveryAsked:
			pulsar.handedBack(worker, e)
		}
	}
	redis.finish()
	pulsar.finish()
	for _, worker := range slices.Sorted(maps.Keys(s.links)) {
		if l := s.links[worker]; l.starts == 0 || l.starts != l.stops || !l.ended {
			s.found("link-unfinished", Store, fmt.Sprintf("of worker %s's links %d began and %d ended: what passed after the last record would not be on it", worker, l.starts, l.stops))
		}
	}
}

// connection is what tells a worker's connections apart: their numbers count
// within one of its links.
func connection(e *history.Event) string {
	return e.Src + "\x00" + e.Detail[history.DetailLink] + "\x00" + e.Detail["conn"]
}
