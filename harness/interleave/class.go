package interleave

import (
	"fmt"
	"hash/fnv"
	"math/big"
	"slices"
)

// class is all merges that are equal to one that was executed: those that come of
// it by changing the places of neighbours that are independent. What comes after
// the first tail moves is the same for all.
type class struct {
	moves  []move
	chains [][]int  // by party: the places of its moves
	who    []int    // by place: the party
	place  []int    // by place: the place among the party's moves, from 0
	before [][]int  // by place: for each party so far, how many of its moves must have been made
	hashes []uint64 // by place: the move and what it must come after
}

func newClass(moves []move) *class {
	c := &class{moves: moves}
	for i, v := range moves {
		need, hash := c.after(i, v)
		p := c.party(v.Who)
		if p < 0 {
			p = len(c.chains)
			c.chains = append(c.chains, nil)
		}
		c.before, c.hashes = append(c.before, need), append(c.hashes, hash)
		c.who, c.place = append(c.who, p), append(c.place, len(c.chains[p]))
		c.chains[p] = append(c.chains[p], i)
	}
	return c
}

// party is the number of a party that has made a move; -1: it has made none.
func (c *class) party(who string) int {
	return slices.IndexFunc(c.chains, func(chain []int) bool { return c.moves[chain[0]].Who == who })
}

// after is what a move must come after that follows the first n: for each party,
// how many of its moves. hash is of that and of the move.
func (c *class) after(n int, v move) (need []int, hash uint64) {
	need = make([]int, len(c.chains))
	for i := range n {
		if !ordered(c.moves[i], v) {
			continue
		}
		for p, made := range c.before[i] { // what that one must come after
			need[p] = max(need[p], made)
		}
		need[c.who[i]] = max(need[c.who[i]], 1+c.place[i])
	}
	of := map[string]int{}
	for p, made := range need {
		if made > 0 {
			of[c.moves[c.chains[p][0]].Who] = made
		}
	}
	h := fnv.New64a()
	fmt.Fprint(h, v.Choice, of) // maps are printed in the order of their keys
	return need, h.Sum64()
}

// ordered reports whether the first of two moves must come before the second, in
// every merge that is equal.
func ordered(first, second move) bool {
	return !independent(first, second) || first.What == TimesOutLate && second.Who == late
}

// reach calls visit with each way to have made some of the moves that is the
// beginning of an equal merge: how many of each party's, and a name that equal
// beginnings share, whatever merge they are the beginning of.
func (c *class) reach(visit func(made []int, name uint64)) {
	seen := map[string]bool{}
	var from func(made []int, name uint64)
	from = func(made []int, name uint64) {
		key := fmt.Sprint(made)
		if seen[key] {
			return
		}
		seen[key] = true
		visit(made, name)
		for p, chain := range c.chains {
			if made[p] < len(chain) && c.may(chain[made[p]], made) {
				next := slices.Clone(made)
				next[p]++
				from(next, name+c.hashes[chain[made[p]]])
			}
		}
	}
	from(make([]int, len(c.chains)), 0)
}

// may reports whether a move may follow when so many of each party's were made.
func (c *class) may(at int, made []int) bool {
	for p, n := range c.before[at] {
		if made[p] < n && p != c.who[at] {
			return false
		}
	}
	return true
}

// size is how many merges are equal, this one among them.
func (c *class) size() *big.Int {
	ways := map[string]*big.Int{}
	var from func(made []int) *big.Int
	from = func(made []int) *big.Int {
		key := fmt.Sprint(made)
		if n := ways[key]; n != nil {
			return n
		}
		n, ended := new(big.Int), true
		for p, chain := range c.chains {
			if made[p] == len(chain) {
				continue
			}
			ended = false
			if c.may(chain[made[p]], made) {
				made[p]++
				n.Add(n, from(made))
				made[p]--
			}
		}
		if ended {
			n.SetInt64(1)
		}
		ways[key] = n
		return n
	}
	return from(make([]int, len(c.chains)))
}

// names are those of the merge's own beginnings: of none of its moves, of one, of
// two, and on.
func (c *class) names() []uint64 {
	all := []uint64{0}
	for i := range c.moves {
		all = append(all, all[i]+c.hashes[i])
	}
	return all
}

// name is that of a beginning to which a move is added.
func nameWith(begin []move, v move) uint64 {
	names := newClass(append(slices.Clone(begin), v)).names()
	return names[len(names)-1]
}
