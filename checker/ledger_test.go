package checker

import (
	"fmt"
	"testing"

	"turnstile/checker/history"
)

func TestWritesAreFoundByTheirVersion(t *testing.T) {
	for _, c := range []struct {
		name  string
		first int64
		known bool
		log   []int64 // versions in the log's order
		want  map[int64]string
	}{
		{"counted up one by one", 0, true, []int64{1, 2, 3}, map[int64]string{0: "[]", 1: "[0]", 2: "[1]", 3: "[2]", 4: "[]", -1: "[]"}},
		{"counted up from another version", 7, true, []int64{8, 9}, map[int64]string{7: "[]", 8: "[0]", 9: "[1]", 10: "[]", 1: "[]"}},
		{"where the first is not known", 0, false, []int64{1, 2, 3}, map[int64]string{1: "[0]", 3: "[2]", 4: "[]"}},
		{"with one twice", 0, true, []int64{1, 2, 2, 3}, map[int64]string{1: "[0]", 2: "[1 2]", 3: "[3]", 4: "[]"}},
		{"with one twice and another between", 0, true, []int64{2, 1, 2}, map[int64]string{1: "[1]", 2: "[0 2]", 3: "[]"}},
		{"out of order", 0, true, []int64{3, 1, 2}, map[int64]string{1: "[1]", 2: "[2]", 3: "[0]", 4: "[]"}},
		{"out of order, and in place again", 0, true, []int64{1, 5, 3}, map[int64]string{1: "[0]", 3: "[2]", 5: "[1]"}},
		{"with a gap", 0, true, []int64{1, 5, 6}, map[int64]string{1: "[0]", 2: "[]", 5: "[1]", 6: "[2]", 7: "[]"}},
		{"none", 0, true, nil, map[int64]string{0: "[]", 1: "[]"}},
	} {
		for version, want := range c.want {
			t.Run(fmt.Sprintf("%s, version %d", c.name, version), func(t *testing.T) {
				v := &versions{first: c.first, known: c.known}
				places := map[*ledger]int{}
				for i, w := range c.log {
					by := &ledger{}
					places[by] = i
					v.add(written{w, by})
				}
				for range 2 { // the first may put them in order
					got := []int{}
					for _, w := range v.of(version) {
						got = append(got, places[w.by])
					}
					if fmt.Sprint(got) != want {
						t.Errorf("found %v, want %s", got, want)
					}
				}
			})
		}
	}
}

func TestIdsOfALogGoUp(t *testing.T) {
	for _, c := range []struct {
		before, id string
		want       bool
	}{
		{"5-0", "6-0", true}, {"5-0", "5-1", true}, {"5-1", "5-0", false}, {"5-0", "5-0", false}, {"5-3", "4-9", false}, {"5-3", "6-0", true},
		{"", "5-0", true}, {"5-0", "", true}, {"5-0", "x-1", true}, {"5-0", "4-x", true}, {"5-0", "4", true}, {"0-0", "0-0", true},
	} {
		var ids streamIDs
		if c.before != "" && !ids.follow(c.before) {
			t.Errorf("%s is not taken as the first", c.before)
		}
		if got := ids.follow(c.id); got != c.want {
			t.Errorf("%q after %q: %t, want %t", c.id, c.before, got, c.want)
		}
	}
	var ids streamIDs
	for _, id := range []string{"5-0", "nothing", "4-0"} { // what says nothing is passed over
		if got := ids.follow(id); got != (id != "4-0") {
			t.Errorf("%q follows: %t", id, got)
		}
	}
}

func TestTextsOfAnAttemptAreToldApart(t *testing.T) {
	var l ledger
	record := func(event, text string) *sending { return l.of(&history.Event{Event: event, Text: text}) }
	record("e1", "welcome").calls++
	record("e1", "receipt").calls += 2
	record("e2", "welcome").calls += 4
	record("e1", "welcome").calls += 8
	var got []int32
	for _, s := range l.sends {
		got = append(got, s.calls)
	}
	if fmt.Sprint(got) != "[9 2 4]" {
		t.Errorf("calls %v", got)
	}
}
