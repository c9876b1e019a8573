package checker

import "testing"

func TestASlabHasRoomForMoreThanWasExpectedAndNeverGivesTheSameTwice(t *testing.T) {
	for _, expected := range []int{0, 1, 3} {
		s := newSlab[int](expected)
		var taken []*int
		for i := range 200 {
			v := s.take()
			*v = i
			taken = append(taken, v)
		}
		for i, v := range taken {
			if *v != i {
				t.Fatalf("of a slab for %d, value %d is %d", expected, i, *v)
			}
		}
	}
}
