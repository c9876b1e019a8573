package harness

import (
	"slices"
	"testing"

	"turnstile/checker"
	"turnstile/checker/history"
)

func TestTheLivesOfAWorkerAreOneObserver(t *testing.T) {
	event := func(seq uint64, worker string) history.Event {
		return history.Event{Seq: seq, Src: history.WorkerSrc(worker)}
	}
	parts := joined([]record{
		{"w1", []history.Event{event(1, "w1"), event(2, "w1")}},
		{"w2", []history.Event{event(1, "w2")}},
		{"w3", nil},
		{"w1", []history.Event{event(1, "w1")}},
		{"w3", []history.Event{event(1, "w3")}},
		{"w1", []history.Event{event(1, "w1"), event(2, "w1")}},
	})
	var numbers [][]uint64
	for _, p := range parts {
		var of []uint64
		for _, e := range p {
			of = append(of, e.Seq)
		}
		numbers = append(numbers, of)
	}
	if want := [][]uint64{{1, 2, 3, 4, 5}, {1}, {1}}; !slices.EqualFunc(numbers, want, slices.Equal) {
		t.Errorf("numbered %v, want %v", numbers, want)
	}
}

func TestNobodyComesBackWhoseDeathIsNotOnRecord(t *testing.T) {
	f := &fleet{workers: []*worker{{name: "w1", life: 1}}}
	for _, name := range []string{"w1", "w2"} {
		if err := f.startAgain(t.Context(), name); err == nil {
			t.Errorf("%s came back", name)
		}
	}
}

func TestEachLifeHasARecordOfItsOwn(t *testing.T) {
	first, second := &worker{name: "w1", life: 1}, &worker{name: "w1", life: 2}
	if first.file() != "w1" || second.file() == first.file() {
		t.Errorf("%s and %s", first.file(), second.file())
	}
	f := &fleet{workers: []*worker{first, {name: "w2"}, second}}
	if w, err := f.find("w1"); err != nil || w != second {
		t.Errorf("found %+v (%v), want the life that lives", w, err)
	}
}

func TestARunInWhichEveryFaultMissedHasNotPassed(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults []checker.FaultEvidence
		passes bool
	}{
		{"none was begun", nil, false},
		{"the only one missed", []checker.FaultEvidence{{Fault: "kill-1"}}, false},
		{"two missed", []checker.FaultEvidence{{Fault: "kill-1"}, {Fault: "kill-2"}}, false},
		{"one of two bit", []checker.FaultEvidence{{Fault: "kill-1"}, {Fault: "kill-2", Bitten: true}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := passing()
			r.Fault, r.explored, r.Check.Faults = "kill", true, c.faults
			if problems := r.Problems(); (len(problems) == 0) != c.passes || r.NothingTried() == c.passes {
				t.Errorf("problems %q, nothing tried: %t", problems, r.NothingTried())
			}
		})
	}
}
