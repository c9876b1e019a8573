package attack

import (
	"time"

	"pgregory.net/rapid"
)

// dice draws, so that rapid can make what came of it smaller. Every draw tends to
// the quiet end: no fault, no delay, the first of a list.
type dice struct{ t *rapid.T }

// rare is true once in 2^n times.
func (d dice) rare(n int) bool {
	for range n {
		if !rapid.Bool().Draw(d.t, "") {
			return false
		}
	}
	return true
}

// upTo draws from 0 to n, small ones more often than large ones.
func (d dice) upTo(n int) int { return rapid.IntRange(0, n).Draw(d.t, "") }

// index draws one of n, all as often.
func (d dice) index(n int) int {
	if n < 2 {
		return 0
	}
	at := 0
	for size := 1; size < n; size *= 2 {
		at *= 2
		if rapid.Bool().Draw(d.t, "") {
			at++
		}
	}
	return at % n
}

// between draws a time.
func (d dice) between(least, most time.Duration) int64 {
	return int64(least) + rapid.Int64Range(0, int64(most-least)/int64(time.Microsecond)).Draw(d.t, "")*int64(time.Microsecond)
}

// spread draws a time, all between the two as often.
func (d dice) spread(least, most time.Duration) int64 {
	const parts = 64
	return int64(least) + int64(most-least)*int64(d.index(parts))/parts
}

func pick[T any](d dice, of ...T) T { return of[d.index(len(of))] }
