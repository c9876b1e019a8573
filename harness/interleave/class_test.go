package interleave

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// anyMoves draws a merge of some parties' moves, which touch few things.
func anyMoves(t *rapid.T) []move {
	n := rapid.IntRange(0, 7).Draw(t, "moves")
	made := map[string]int{}
	var moves []move
	for range n {
		who := rapid.SampledFrom([]string{"w1", "w2", lock}).Draw(t, "who")
		made[who]++
		op := Op{Name: fmt.Sprintf("%s's %d", who, made[who])}
		switch rapid.IntRange(0, 3).Draw(t, "sort") {
		case 0:
			op.Enters = true
		case 1:
			op.Reads = []string{rapid.SampledFrom([]string{"x", "y"}).Draw(t, "read")}
		default:
			op.Writes = []string{rapid.SampledFrom([]string{"x", "y", theBroker + "1", theBroker + "2"}).Draw(t, "written")}
		}
		moves = append(moves, move{Choice{who, Goes, op.Name}, op})
	}
	return moves
}

// equals are all merges that come of one by changing the places of independent
// neighbours, found by doing so.
func equals(moves []move) map[string][]move {
	found := map[string][]move{}
	var visit func([]move)
	visit = func(m []move) {
		key := fmt.Sprint(choicesOf(m))
		if found[key] != nil || len(m) == 0 {
			found[key] = m
			return
		}
		found[key] = m
		for i := range len(m) - 1 {
			if independent(m[i], m[i+1]) {
				other := slices.Clone(m)
				other[i], other[i+1] = other[i+1], other[i]
				visit(other)
			}
		}
	}
	visit(moves)
	return found
}

func TestAClassIsWhatComesOfChangingPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moves := anyMoves(t)
		all := equals(moves)
		c := newClass(moves)
		if size := c.size(); size.Cmp(big.NewInt(int64(len(all)))) != 0 {
			t.Fatalf("it counts %v, and changing places leads to %d", size, len(all))
		}
		begins := map[uint64]bool{}
		c.reach(func(_ []int, name uint64) { begins[name] = true })
		want := map[uint64]bool{}
		for _, m := range all {
			for _, name := range newClass(m).names() {
				want[name] = true
			}
		}
		if len(begins) != len(want) {
			t.Fatalf("it has %d beginnings, and those of all equal merges are %d", len(begins), len(want))
		}
		for name := range want {
			if !begins[name] {
				t.Fatal("an equal merge has a beginning that it lacks")
			}
		}
	})
}

func TestWhoeverIsOrderedKeepsTheOrder(t *testing.T) {
	w := func(who string, o Op) move { return move{Choice{who, Goes, o.Name}, o} }
	for _, c := range []struct {
		name string
		a, b move
		may  bool
	}{
		{"two writes of one key", w("w1", Op{Writes: []string{"x"}}), w("w2", Op{Writes: []string{"x"}}), false},
		{"two reads of one key", w("w1", Op{Reads: []string{"x"}}), w("w2", Op{Reads: []string{"x"}}), true},
		{"a read and a write", w("w1", Op{Reads: []string{"x"}}), w("w2", Op{Writes: []string{"x"}}), false},
		{"writes of two keys", w("w1", Op{Writes: []string{"x"}}), w("w2", Op{Writes: []string{"y"}}), true},
		{"a command that nobody knows", w("w1", Op{Writes: []string{everything}}), w("w2", Op{Reads: []string{"y"}}), false},
		{"a text and a state", w("w1", Op{Writes: []string{theGateway, theLook}}), w("w2", Op{Writes: []string{"state", theLook}}), false},
		{"two begins", w("w1", Op{Enters: true}), w("w2", Op{Enters: true}), true},
		{"a begin and what may end a section", w("w1", Op{Enters: true}), w("w2", Op{Writes: []string{"x"}}), false},
		{"a begin and an ack", w("w1", Op{Enters: true}), w("w2", Op{Writes: []string{theBroker + "1"}}), true},
		{"answers for one message", w("w1", Op{Writes: []string{theBroker + "1"}}), w("w2", Op{Writes: []string{theBroker + "1"}}), false},
		{"answers for two messages", w("w1", Op{Writes: []string{theBroker + "1"}}), w("w2", Op{Writes: []string{theBroker + "2"}}), true},
		{"one party's moves", w("w1", Op{}), w("w1", Op{}), false},
		{"two faults", move{Choice{"w1", DiesBefore, ""}, Op{}}, move{Choice{"w2", DiesAfter, ""}, Op{}}, false},
		{"a call that was lost and a write", move{Choice{"w1", TimesOutLost, ""}, Op{Writes: []string{"x"}}}, w("w2", Op{Writes: []string{"x"}}), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if independent(c.a, c.b) != c.may || independent(c.b, c.a) != c.may {
				t.Errorf("they may change places: want %t", c.may)
			}
		})
	}
}

func TestCommandsAreKnownByTheirKeys(t *testing.T) {
	for _, c := range []struct {
		args   []any
		name   string
		reads  []string
		writes []string
	}{
		{[]any{"evalsha", "f00", 2, "p:state:u1", "p:fence:u1", 3, "w1-1"}, "reads the state", nil, []string{"state", "fence"}},
		{[]any{"evalsha", "f00", 3, "p:state:u1", "p:fence:u1", "p:log", 3}, "writes the state", nil, []string{"state", "fence", "log", theLook}},
		{[]any{"get", "p:lock:u1"}, "GET lock", []string{"lock"}, nil},
		{[]any{"set", "p:lock:u1", "x", "px", 100}, "SET lock", nil, []string{"lock"}},
		{[]any{"del", "p:lock:u1", "p:epoch:u1"}, "DEL lock epoch", nil, []string{"lock", "epoch"}},
		{[]any{"xadd", "p:log", "*", "a", "b"}, "XADD log", nil, []string{"log", theLook}},
		{[]any{"get", "another's"}, "GET another's", nil, []string{everything}},
		{[]any{"flushall"}, "FLUSHALL", nil, []string{everything}},
		{[]any{"evalsha", "f00", "x"}, "EVALSHA", nil, []string{everything}},
	} {
		o := redisOp("p:", c.args)
		if o.Name != c.name || !slices.Equal(o.Reads, c.reads) || !slices.Equal(o.Writes, c.writes) {
			t.Errorf("%v is %+v, want %+v", c.args, o, c)
		}
	}
}
