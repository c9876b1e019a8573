package report

import "turnstile/checker/history"

// frame is the clocks whose times can be told together, as those of one of
// them. A history of an engine on this machine has one; where the engine runs
// in a virtual machine, its containers have another clock, whose offset is
// measured.
type frame struct {
	origin int64            // its first event
	shift  map[string]int64 // what to add to a domain's times
	doubt  int64            // by how much an offset in it may be wrong
}

// frames puts every clock of a history into one frame, in the order of their
// first events. A shift takes the middle of a measured bound: enough to show
// records in a likely order, never to judge.
func frames(h *history.History) []*frame {
	var offsets []*history.Event
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == history.KindClockOffset && e.Src == history.SrcHarness && e.Lo <= e.Hi {
			offsets = append(offsets, e)
		}
	}
	var out []*frame
	placed := map[string]bool{}
	for i := range h.Events {
		e := &h.Events[i]
		if placed[e.Domain] {
			continue
		}
		f := &frame{origin: e.T, shift: map[string]int64{e.Domain: 0}}
		f.reach(offsets)
		for domain := range f.shift {
			placed[domain] = true
		}
		out = append(out, f)
	}
	return out
}

// reach adds the clocks whose offset to one of the frame's is measured.
func (f *frame) reach(offsets []*history.Event) {
	for grown := true; grown; {
		grown = false
		for _, o := range offsets { // T(Peer) - T(Domain) lies in [Lo, Hi]
			half := o.Hi/2 - o.Lo/2
			middle := o.Lo + half
			own, known := f.shift[o.Domain]
			peer, peerKnown := f.shift[o.Peer]
			switch {
			case known && !peerKnown:
				f.shift[o.Peer] = own - middle
			case peerKnown && !known:
				f.shift[o.Domain] = peer + middle
			default:
				continue
			}
			f.doubt += half
			grown = true
		}
	}
}

// since is a time relative to the frame's first event.
func (f *frame) since(domain string, t int64) (ns int64, ok bool) {
	shift, ok := f.shift[domain]
	return t + shift - f.origin, ok
}
