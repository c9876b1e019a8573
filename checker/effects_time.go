package checker

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
)

// inTime puts those that only read between the writes of an unbroken chain, by
// the versions that they read, and compares the order that this makes with
// time.
//
// Versions go up along the chain. So a reader stands behind the last write
// whose version is not above the one that it read, and what it read must be
// that version, or one of the unknown versions before the next write.
func (p *pass) inTime() {
	writes := p.u.writes
	var readers []*effect
	for _, o := range p.u.others {
		if o.bad() == nil {
			readers = append(readers, o)
		}
	}
	slices.SortStableFunc(readers, func(a, b *effect) int { return cmp.Compare(a.read, b.read) })
	var order [][]*effect // operations by place; those that read one version share it
	put := 0              // writes in it
	var unknown []*effect // of each unknown version before the next write that was read, the first reader
	for _, o := range readers {
		slot := sort.Search(len(writes), func(i int) bool { return writes[i].wrote > o.read })
		for ; put < slot; put++ {
			order = append(order, []*effect{writes[put]})
			unknown = nil
		}
		if last := len(order) - 1; last >= 0 && order[last][0].place == 0 && order[last][0].read == o.read {
			order[last] = append(order[last], o)
			continue
		}
		below := slot < len(writes) && o.read < writes[slot].read
		switch {
		case slot < len(writes) && o.read > writes[slot].read:
			p.unwritten(o, []*effect{writes[slot]})
			continue
		case (slot > 0 && o.read == writes[slot-1].wrote) || (slot < len(writes) && !below):
		default:
			room := p.u.room(slot)
			if below {
				room-- // the last of them is what the next write read
			}
			if len(unknown) >= room {
				p.unwritten(o, append(slices.Clone(unknown), writes[max(0, slot-1):min(len(writes), slot+1)]...))
				continue
			}
			unknown = append(unknown, o)
		}
		order = append(order, []*effect{o})
	}
	for ; put < len(writes); put++ {
		order = append(order, []*effect{writes[put]})
	}
	p.contradicted(order)
}

// unwritten tells of one that read what none of the writes leaves room for.
func (p *pass) unwritten(o *effect, by []*effect) {
	p.found = append(p.found, violation{kind: misplaced, by: append(by, o),
		says: fmt.Sprintf("user %s: attempt %s read version %d, which nobody wrote", p.u.user, o.who(), o.read)})
}

// contradicted finds those that were over before one began that stands before
// them in an order.
func (p *pass) contradicted(order [][]*effect) {
	var latest *effect // of all before, the one that began last
	for _, same := range order {
		for _, e := range same {
			if latest != nil && e.end < latest.start {
				p.found = append(p.found, violation{kind: misplaced, by: []*effect{latest, e},
					says: fmt.Sprintf("user %s: attempt %s saw version %d and was over before attempt %s began, which %s",
						p.u.user, e.who(), e.read, latest.who(), latest.did())})
			}
		}
		for _, e := range same {
			if latest == nil || e.start > latest.start {
				latest = e
			}
		}
	}
}
