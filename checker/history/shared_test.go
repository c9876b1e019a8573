package history

import (
	"hash/maphash"
	"testing"
	"unsafe"
)

func TestWhatIsNamedAgainIsTheSameString(t *testing.T) {
	names := []string{"enter", "worker/w1", "u1", "e1", "welcome"}
	// What falls on one place is forgotten. By which seed that is so is chance: one is taken by which it is not.
	k := newShared()
	for apart := false; !apart; {
		k = newShared()
		places := map[uint64]bool{}
		for _, s := range names {
			places[maphash.String(k.seed, s)%uint64(len(k.strings))] = true
		}
		apart = len(places) == len(names)
	}
	first := map[string]*byte{}
	for _, s := range names {
		first[s] = unsafe.StringData(k.string([]byte(s)))
	}
	for _, s := range names {
		if got := k.string([]byte(s)); got != s || unsafe.StringData(got) != first[s] {
			t.Errorf("%q became %q, or is held twice", s, got)
		}
	}
	if got := k.string(nil); got != "" {
		t.Errorf("nothing became %q", got)
	}
}

func TestADetailThatIsSaidAgainIsTheSameMap(t *testing.T) {
	k := newShared()
	a, b := k.detail([]byte("try"), []byte("1")), k.detail([]byte("try"), []byte("1"))
	a["changed"] = "yes" // only to see whether it is the same map
	if b["changed"] != "yes" || b["try"] != "1" {
		t.Errorf("it is held twice: %v and %v", a, b)
	}
}

func TestWhatFallsOnOnePlaceIsToldApart(t *testing.T) {
	k := newShared()
	for round := range 3 {
		for i := range 4 * len(k.details) { // four for each place
			s := string(rune('a' + i))
			if d := k.detail([]byte("n"), []byte(s)); d["n"] != s || len(d) != 1 {
				t.Fatalf("in round %d, detail %d became %v", round, i, d)
			}
			if d := k.detail([]byte(s), []byte("n")); d[s] != "n" || len(d) != 1 {
				t.Fatalf("in round %d, detail %d became %v", round, i, d)
			}
		}
	}
}
