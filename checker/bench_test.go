package checker

import (
	"fmt"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// benchUsers is 20,000 operations: 10,000 sections of 100 users, one after
// another, each with its lock for some time before it was entered.
func benchUsers(early int64) [][]interval {
	users := make([][]interval, 100)
	for u := range users {
		for i := range int64(100) {
			s := &section{attempt: fmt.Sprint(i), user: fmt.Sprint(u), worker: fmt.Sprintf("w%d", i%4), domain: "d",
				before: max(0, 100*i-early), enter: 100 * i, end: 100*i + 50, possible: 100*i + 50, over: 100*i + 60, exited: true}
			users[u] = append(users[u], interval{s.enter, s.end, s})
		}
	}
	return users
}

func BenchmarkExclusivitySweep(b *testing.B) {
	users := benchUsers(10)
	for b.Loop() {
		for _, ivs := range users {
			if sweep(ivs, false).pairs != 0 {
				b.Fatal("an overlap where there is none")
			}
		}
	}
}

func BenchmarkExclusivityPorcupine(b *testing.B) {
	for name, early := range map[string]int64{"exact": 0, "one open at a time": 10, "fifty open at once": 5000} {
		users := benchUsers(early)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for _, ivs := range users {
					if got := linearize(operations(ivs, true), time.Minute); got != porcupine.Ok {
						b.Fatal(got)
					}
				}
			}
		})
	}
}
