package interleave

import (
	"fmt"
	"math/big"
)

// audit holds what was executed against what could have been. It asks the
// explorer for nothing, and so finds a merge that was left out, whoever did it.
type audit struct {
	covered map[uint64]bool            // beginnings of merges that were executed, or are equal to one that was
	follows map[uint64]map[string]move // what then goes next in one of them: by party, at the first of the ways
	kept    map[uint64]Exclusion       // by the name of a beginning that ends with a step that the lock kept out
}

// newAudit takes in the merges that were executed.
func newAudit(taken []*Taken) *audit {
	a := &audit{covered: map[uint64]bool{}, follows: map[uint64]map[string]move{}, kept: map[uint64]Exclusion{}}
	for _, t := range taken {
		c := newClass(t.merged())
		c.reach(func(made []int, name uint64) {
			a.covered[name] = true
			next := a.follows[name]
			if next == nil {
				next = map[string]move{}
				a.follows[name] = next
			}
			for p, chain := range c.chains {
				if made[p] == len(chain) {
					next[c.moves[chain[0]].Who] = t.after(c.moves[chain[0]].Who)
				} else if v := c.moves[chain[made[p]]]; v.What == Goes {
					next[v.Who] = v
				}
			}
		})
		for _, x := range t.Exclusions {
			if x.At < len(c.hashes) {
				a.kept[c.hashes[x.At]] = x
			}
		}
	}
	return a
}

// after is what a party does first when the merge is over: nothing, where it has
// ended.
func (t *Taken) after(who string) move {
	for _, v := range t.moves[t.tail:] {
		if v.Who == who {
			return v
		}
	}
	return move{}
}

// missing are the beginnings that were possible at some step of an executed merge
// and that no executed merge has, nor one that is equal to it.
func (a *audit) missing(taken []*Taken) (lacks []Failure) {
	told := map[uint64]bool{}
	for _, t := range taken {
		merged := t.merged()
		c := newClass(merged)
		names := c.names()
		for i, choices := range t.choices {
			for _, v := range choices {
				_, hash := c.after(i, v)
				if name := names[i] + hash; !a.covered[name] && !told[name] {
					told[name] = true
					lacks = append(lacks, Failure{choicesOf(append(merged[:i:i], v)), fmt.Errorf("no executed merge begins so, or in an equal way")})
				}
			}
		}
	}
	return lacks
}

func choicesOf(moves []move) []Choice {
	out := make([]Choice, len(moves))
	for i, v := range moves {
		out[i] = v.Choice
	}
	return out
}

// Count is how many of the merges of two attempts' own steps, those that each
// makes where nobody is in its way, came to what.
type Count struct {
	Possible *big.Int // all ways to merge them
	Executed *big.Int // this one or an equal one was
	Excluded *big.Int // the lock kept a step out, by the server's word
	// By says what excluded them: by whom waited and whose name the server had, how
	// many.
	By       map[Excluder]*big.Int
	Diverged *big.Int // at some step an attempt, refused or told more, went another way; what follows was driven from there
	Missing  *big.Int
}

// Excluder is whose lock kept whom out.
type Excluder struct{ Waits, Holds string }

// count walks all merges of the steps that each makes alone.
func (a *audit) count(first, second []move) Count {
	w := walker{a, [2][]move{first, second}, map[string]Count{}}
	c := w.from(nil, 0, 0)
	c.Possible = merges(len(first), len(second))
	return c
}

type walker struct {
	a      *audit
	own    [2][]move
	counts map[string]Count
}

func newCount() Count {
	return Count{Possible: new(big.Int), Executed: new(big.Int), Excluded: new(big.Int), By: map[Excluder]*big.Int{}, Diverged: new(big.Int), Missing: new(big.Int)}
}

func (w walker) from(begin []move, i, j int) Count {
	names := newClass(begin).names()
	name := names[len(names)-1]
	key := fmt.Sprint(name, i, j)
	if c, known := w.counts[key]; known {
		return c
	}
	c := newCount()
	at := [2]int{i, j}
	if i == len(w.own[0]) && j == len(w.own[1]) {
		c.Executed.SetInt64(1)
	}
	for x := range at {
		if at[x] == len(w.own[x]) {
			continue
		}
		next := at
		next[x]++
		v := w.own[x][at[x]]
		if w.a.covered[nameWith(begin, v)] {
			c.add(w.from(append(begin[:len(begin):len(begin)], v), next[0], next[1]))
			continue
		}
		w.put(&c, begin, v, merges(len(w.own[0])-next[0], len(w.own[1])-next[1]))
	}
	w.counts[key] = c
	return c
}

// put counts so many merges under what a step that nobody made next comes to.
func (w walker) put(c *Count, begin []move, v move, n *big.Int) {
	k := newClass(begin)
	names := k.names()
	for i := len(begin) - 1; i >= 0; i-- {
		if begin[i].Who != v.Who {
			continue
		}
		if x, kept := w.a.kept[k.hashes[i]]; kept {
			c.exclude(Excluder{x.Waits, x.Holds}, n)
			return
		}
		break
	}
	if other, goes := w.a.follows[names[len(names)-1]][v.Who]; goes && other.Step != v.Step {
		c.Diverged.Add(c.Diverged, n)
		return
	}
	c.Missing.Add(c.Missing, n)
}

func (c *Count) exclude(by Excluder, n *big.Int) {
	c.Excluded.Add(c.Excluded, n)
	if c.By[by] == nil {
		c.By[by] = new(big.Int)
	}
	c.By[by].Add(c.By[by], n)
}

func (c *Count) add(d Count) {
	c.Executed.Add(c.Executed, d.Executed)
	for by, n := range d.By {
		c.exclude(by, n)
	}
	c.Diverged.Add(c.Diverged, d.Diverged)
	c.Missing.Add(c.Missing, d.Missing)
}

// merges is in how many ways n steps and m steps can be merged: C(n+m, n).
func merges(n, m int) *big.Int { return new(big.Int).Binomial(int64(n+m), int64(n)) }
