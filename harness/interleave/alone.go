package interleave

import (
	"fmt"
	"slices"
)

// alone are the steps that each worker makes when it begins once those before it
// are done, and it itself is first: what its merges are counted by.
func (x *Explorer) alone(s Subject, p Pair) (own [][]move, err error) {
	for i := range p.workers() {
		who := workerName(i)
		t, err := x.serial(s, p, who)
		if err != nil {
			return nil, fmt.Errorf("the steps of %s alone: %w", who, err)
		}
		own = append(own, slices.DeleteFunc(slices.Clone(t.moves), func(v move) bool { return v.Who != who }))
	}
	return own, nil
}

// serial drives the merge in which one is done before the others begin.
func (x *Explorer) serial(s Subject, p Pair, first string) (*Taken, error) {
	e := &Exploration{Subject: s, Pair: p, Bounds: Bounds{Tries: 2}, taken: func(*Taken) {}, pick: func(moves []move) int {
		return max(0, slices.IndexFunc(moves, func(v move) bool { return v.Who == first }))
	}}
	return x.drive(e, job{}, nil)
}
