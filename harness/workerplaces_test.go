package harness

import "testing"

func TestAPlaceIsOnesOwnUntilAReplacementHasIt(t *testing.T) {
	var p workerPlaces
	p.give("w1")
	p.give("w2")
	p.inherit("w3", "w1")
	p.inherit("w4", "w3")
	p.inherit("w5", "nobody")
	p.give("w6")
	for worker, want := range map[string]int{"w1": 1, "w2": 2, "w3": 1, "w4": 1, "w5": 3, "w6": 4, "a stranger": 5} {
		if got := p.at(worker); got != want {
			t.Errorf("%s is at place %d, want %d", worker, got, want)
		}
	}
}
