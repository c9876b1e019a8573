package checker

import (
	"fmt"
	"slices"
	"testing"

	"turnstile/checker/history"
)

// pairAmong is n attempts of which each reads what the one before wrote, but for the last, which overwrote the one
// of that number.
func pairAmong(n int, overwritten int64) *story {
	s := inARow(n - 1)
	id := fmt.Sprint(n - 1)
	return s.publish(id, "u1", int64(n), int64(n), history.OutcomeOK).does(try{"w2", id, id, 1010, 900_000, overwritten, ""})
}

func TestAMinimalPartIsFoundWithinItsBudget(t *testing.T) {
	for _, c := range []struct {
		name   string
		n      int
		given  []int // of the operations
		budget int
		want   string
		proven bool
	}{
		{"two that refute by themselves", 8, []int{3, 7}, 100, "[3 7]", true},
		{"two that refute by themselves, one named twice", 8, []int{3, 7, 3}, 100, "[3 7]", true},
		{"two and others that are not needed", 8, []int{0, 1, 3, 5, 7}, 100, "[5 7]", true},
		{"one that refutes only with others", 8, []int{7}, 100, "[6 7]", true},
		{"none that is given", 8, nil, 100, "[6 7]", true},

		// The pair is looked at by itself (2), and each of the two without the other (1 and 1).
		{"a budget for just the pair", 8, []int{3, 7}, 4, "[3 7]", true},
		{"a budget one too small for the pair", 8, []int{3, 7}, 3, "[3 7]", false},
		// One of eight by itself (1), all eight (8), the later half (4), of that the later half (2), and each of those
		// two without the other (1 and 1).
		{"a budget for all that have to be looked at", 8, []int{7}, 17, "[6 7]", true},
		{"a budget one too small for that", 8, []int{7}, 16, "[6 7]", false},
		{"a budget too small for all of the user's", 8, []int{7}, 8, "[7]", false},
		{"a budget for all of the user's and nothing more", 8, []int{7}, 9, "[0 1 2 3 4 5 6 7]", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := effectsByUser(newRecord(pairAmong(c.n, 3).tell(t)))[0]
			var given []*effect
			for _, i := range c.given {
				given = append(given, u.writes[i])
			}
			part, proven := u.minimal(given, c.budget)
			var got []string
			for _, e := range part {
				got = append(got, e.attempt)
			}
			slices.Sort(got)
			if fmt.Sprint(got) != c.want || proven != c.proven {
				t.Errorf("%v, proven: %t; want %s, %t", got, proven, c.want, c.proven)
			}
		})
	}
}

func TestWithoutVersionsPorcupineHasNoSayInAMinimalPart(t *testing.T) {
	s := pairAmong(4, 1)
	s.restamp = func(e *history.Event) { // a third write of the same version, which names no state
		if e.Kind == history.KindStateCommit && e.Attempt == "1" {
			e.Version = 1
		}
	}
	u := effectsByUser(newRecord(s.tell(t)))[0]
	if !u.vague || !u.confirmed() {
		t.Errorf("vague: %t, confirmed: %t", u.vague, u.confirmed())
	}
	if sound := effectsByUser(newRecord(inARow(3).tell(t)))[0]; sound.vague || sound.confirmed() {
		t.Errorf("of what has an order, vague: %t, confirmed: %t", sound.vague, sound.confirmed())
	}
}

func TestAPartKnowsWhatIsLeftOutOfIt(t *testing.T) {
	s := journeys()
	s.does(try{"w1", "a", "e2", 10, 20, 0, "receipt"}).does(try{"w1", "b", "e3", 30, 40, 1, ""}).does(try{"w1", "c", "e4", 50, 60, 2, ""})
	s.does(try{"w1", "d", "e1", 70, 80, 3, ""}).does(try{"w1", "e", "e2", 90, 95, 4, ""}).does(try{"w1", "f", "e5", 100, 110, 5, "campaign"}).skips(try{"w2", "r", "e5", 120, 130, 6, ""})
	u := effectsByUser(newRecord(s.tell(t)))[0]
	for _, c := range []struct {
		kept string
		want string // each with how many are left out before it, +: a START since the write before it, and the event's earlier write
	}{
		{"abcdefr", "a0 b0 c0 d0+ e0<a f0 r; 0 behind"},
		{"", "; 6 behind"},
		{"a", "a0; 5 behind"},
		{"bd", "b1 d1+; 2 behind"},
		{"cd", "c2 d0+; 2 behind"},
		{"df", "d3+ f1; 0 behind"},
		{"ae", "a0 e3+<a; 1 behind"},
		{"er", "e4+ r; 1 behind"},
		{"ab", "a0 b0; 4 behind"},
	} {
		t.Run("of "+c.kept, func(t *testing.T) {
			var part []*effect
			for _, e := range slices.Concat(u.writes, u.others) {
				if slices.Contains([]byte(c.kept), e.attempt[0]) {
					part = append(part, e)
				}
			}
			out := u.only(part)
			got := ""
			for _, w := range out.writes {
				got += fmt.Sprintf("%s%d", w.attempt, w.left)
				if w.resets {
					got += "+"
				}
				if w.earlier != nil {
					got += "<" + w.earlier.attempt
				}
				got += " "
			}
			for _, o := range out.others {
				got += o.attempt + " "
			}
			if got = fmt.Sprintf("%s; %d behind", got[:max(0, len(got)-1)], out.left); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAPartIsVagueWhereOneOfItsOwnWritesIs(t *testing.T) {
	s := journeys().does(try{"w1", "a", "e2", 10, 20, 0, ""}).does(try{"w1", "b", "e8", 30, 40, 1, ""})
	s.does(try{"w1", "c", "e1", 50, 60, 2, ""}).does(try{"w1", "d", "e4", 70, 80, 3, ""}).does(try{"w1", "z", "e5", 90, 95, 4, ""})
	s.restamp = func(e *history.Event) {
		switch {
		case e.Kind == history.KindStateCommit && e.Attempt == "b":
			e.Version = 1 // as it read
		case e.Kind == history.KindStateCommit && e.Attempt == "c":
			e.Version = 1 // less than it read
		case e.Attempt == "d" && e.Kind == history.KindStateCommit:
			e.Detail = nil // no word of what it read
		case e.Attempt == "d" && e.Kind == history.KindStateRead:
			e.Outcome = history.OutcomeFailed
		case e.Kind == history.KindStateCommit && e.Attempt == "z":
			e.Version, e.Detail = 0, map[string]string{"read_version": "-1"}
		}
	}
	u := effectsByUser(newRecord(s.tell(t)))[0]
	for i, want := range []bool{false, true, true, true, true} {
		if got := u.only(u.writes[i : i+1]).vague; got != want {
			t.Errorf("of %s alone, vague: %t", u.writes[i].attempt, got)
		}
		if got := u.only([]*effect{u.writes[i], u.writes[0]}).vague; got != want {
			t.Errorf("of %s and %s, vague: %t", u.writes[i].attempt, u.writes[0].attempt, got)
		}
	}
	if !u.vague {
		t.Error("the whole is not vague")
	}
}
