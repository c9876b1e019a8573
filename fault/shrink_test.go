package fault

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawnPlan is a plan as an exploration draws it.
func drawnPlan(t *rapid.T) Plan {
	m := rapid.SampledFrom(terms.Modes).Draw(t, "mode")
	p := Plan{Mode: m.Name, Seed: rapid.Uint64Range(1, 1e6).Draw(t, "seed")}
	p.Faults = Generate(m, p.Seed)
	p.Lanes = rapid.SampledFrom([]int{0, 1, 9}).Draw(t, "lanes")
	if rapid.Bool().Draw(t, "has settings of the broker") {
		p.Broker = map[string]string{"a": "1", "b": "2"}
	}
	if n := p.Faults.Spec().Needs(); n.Cluster() {
		p.Brokers, p.Bookies = max(1, n.Brokers), max(1, n.Bookies)
	}
	if err := p.allowed(terms); err != nil {
		t.Skip(err)
	}
	return p
}

func TestWhatIsShrunkIsMinimalAndOfWhatWasSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawnPlan(t)
		salt := rapid.Uint32().Draw(t, "salt")
		share := rapid.Uint32Range(1, 10).Draw(t, "share")
		seen := func(p Plan) bool { // anything, but always the same
			h := fnv.New32a()
			h.Write([]byte(p.text()))
			return (h.Sum32()^salt)%10 < share
		}
		once := map[string]bool{}
		got, err := Shrink(t.Context(), p, terms, func(_ context.Context, _ string, q Plan) (bool, error) {
			if err := q.allowed(terms); err != nil {
				t.Fatalf("a plan was tried that is refused: %v\n%s", err, q.text())
			}
			if once[q.text()] {
				t.Fatalf("a plan was tried twice:\n%s", q.text())
			}
			once[q.text()] = true
			return seen(q), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got.text() != p.written().text() && !seen(got) {
			t.Fatalf("it was not seen of the smallest:\n%s", got.text())
		}
		for _, m := range moves(got) {
			next := got.written()
			m.make(&next)
			if next.allowed(terms) == nil && seen(next) && next.text() != got.text() && next.text() != p.written().text() {
				t.Errorf("%q leads on from the smallest:\n%s", m.what, got.text())
			}
		}
	})
}

// Of what depends on two faults alone, those two are left, as short as allowed.
func TestWhatDependsOnSomeFaultsKeepsTheseAlone(t *testing.T) {
	p := Plan{Mode: "keyshared", Seed: 7, Workers: 6, Settings: Settings{Lanes: 9, Broker: map[string]string{"a": "1"}}, Faults: Schedule{
		{Fault: Stutter{Freezes: 9, For: 500 * time.Millisecond, Every: 200 * time.Millisecond}, Delay: 2 * time.Second},
		{Name: "gc", Fault: Freeze{At: PointRead, AtLeast: 6 * time.Second}, Times: 3, Every: time.Second},
		{Fault: BrokerPause{For: 4 * time.Second}, After: "gc"},
		{Name: "k", Fault: Kill{SameName: true}, After: "gc", Delay: time.Second, When: &Condition{Seen: "drain"}},
		{Fault: Kill{}, After: "k"},
	}}
	got, err := Shrink(t.Context(), p, terms, func(_ context.Context, _ string, q Plan) (bool, error) {
		kinds := q.Faults.kind()
		k := slices.IndexFunc(q.Faults, func(st Step) bool { f, ok := st.Fault.(Freeze); return ok && f.AtLeast >= 2*time.Second })
		return k >= 0 && strings.Contains(kinds, "kill") && q.Load.Aimed >= 2, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `mode: keyshared
seed: 7
workers: 2
aimed_users: 2
ordinary_users: 0
burst: 1
faults:
  - fault: freeze
    name: gc
    for: 3s
  - fault: kill
    name: kill-5
`
	if got.text() != want {
		t.Errorf("got\n%swant\n%s", got.text(), want)
	}
}

func TestWhoTakesAStepAwayLetsOthersComeAfterWhatItCameAfter(t *testing.T) {
	s := Schedule{{Name: "a"}, {Name: "b", After: "a"}, {Name: "c", After: "b"}, {Name: "d", After: "c"}}
	left := s.without([]string{"b", "c"})
	if len(left) != 2 || left[1].Name != "d" || left[1].After != "a" {
		t.Errorf("got %+v", left)
	}
	if s[3].After != "c" {
		t.Error("the schedule itself was changed")
	}
}

func TestWhatCannotBeTriedOnEndsTheSearchWithTheSmallestSoFar(t *testing.T) {
	broken := errors.New("the engine is gone")
	p := Plan{Mode: "shared", Faults: Schedule{{Fault: Kill{}}, {Fault: Kill{}}, {Fault: Kill{}}}}
	n := 0
	got, err := Shrink(t.Context(), p, terms, func(context.Context, string, Plan) (bool, error) {
		if n++; n == 2 {
			return false, broken
		}
		return true, nil
	})
	if !errors.Is(err, broken) || len(got.Faults) != 2 {
		t.Errorf("got %d steps and %v", len(got.Faults), err)
	}
}
