package fault

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// few is a number from which single things are taken away too.
const few = 4

// plainerSettings leaves settings out, and makes the load and the cluster smaller.
func plainerSettings(p Plan) (all []move) {
	for _, s := range p.settings() {
		add := func(what string, change func(Setting)) {
			all = append(all, move{what, func(p *Plan) {
				now := p.settings()
				change(now[slices.IndexFunc(now, func(o Setting) bool { return o.Name == s.Name })])
			}})
		}
		if number, ok := s.at.(*int); ok && s.counts {
			to := []int{s.fewest, *number / 2}
			if *number <= few {
				to = append(to, *number-1)
			}
			for _, to := range slices.Compact(to) {
				if s.fewest <= to && to < *number {
					add(fmt.Sprintf("%s %d", s.Name, to), func(s Setting) { *s.at.(*int) = to })
				}
			}
			continue
		}
		if _, is := s.at.(*bool); (is || !s.ofLoad) && !s.zero() {
			add("without "+s.Name, func(s Setting) { reflect.ValueOf(s.at).Elem().SetZero() })
		}
		if words, ok := s.at.(*map[string]string); ok && len(*words) > 1 {
			for _, key := range slices.Sorted(maps.Keys(*words)) {
				add(s.Name+": without "+key, func(s Setting) { delete(*s.at.(*map[string]string), key) })
			}
		}
	}
	return all
}
