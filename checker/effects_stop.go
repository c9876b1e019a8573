package checker

import (
	"cmp"
	"slices"
	"sort"
)

// window is a time on the reference clock in which a user had surely replied
// STOP and surely not START again.
type window struct {
	from, to int64
	stop     *effect
}

// stopped finds those windows, from the instant at which a STOP's worker knew
// its write committed to the first enter of an attempt that wrote a START after
// it in the log. They are sorted by from, and each ends no earlier than those
// before it.
func (u *userEffects) stopped() []window {
	var out []window
	to, next := int64(unbounded), len(u.starts)-1
	for _, w := range slices.Backward(u.writes) {
		for ; next >= 0 && u.starts[next].place > w.place; next-- {
			to = min(to, u.starts[next].start)
		}
		if w.typ == effectRules.stop && w.end != unbounded {
			out = append(out, window{w.end, to, w})
		}
	}
	slices.SortStableFunc(out, func(a, b window) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(out); i++ {
		if out[i-1].to > out[i].to {
			out[i].to, out[i].stop = out[i-1].to, out[i-1].stop
		}
	}
	return out
}

// markLate marks the effects whose text was accepted, by the clocks, surely in
// one of those windows, also by another attempt that they completed. An operation after a STOP in the log is caught by its
// place; this one catches texts of attempts that are before it there, or are
// not in it at all.
func (b *effectBuilder) markLate(u *userEffects) {
	windows := u.stopped()
	if len(windows) == 0 {
		return
	}
	for _, group := range [][]*effect{u.writes, u.others} {
		for _, e := range group {
			for _, call := range e.wentOut {
				at, ok := b.r.clocks.on(b.ref, call.Domain, call.T)
				i := sort.Search(len(windows), func(i int) bool { return windows[i].from >= at.lo }) - 1
				if ok && i >= 0 && at.hi < windows[i].to && windows[i].stop.event != e.event {
					e.late = &wrong{kind: afterStop, text: call.Text, stop: windows[i].stop}
				}
			}
		}
	}
}
