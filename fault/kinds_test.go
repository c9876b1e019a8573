package fault

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestEveryFaultSaysWhatItDoes: whatever a schedule can name, and whatever kind
// it is by its settings, has its meaning.
func TestEveryFaultSaysWhatItDoes(t *testing.T) {
	for _, name := range Names() {
		var ofName []string
		for _, k := range Kinds(name) {
			ofName = append(ofName, k.Name)
			if k.Meaning == "" {
				t.Errorf("%s does not say what %s does", name, k.Name)
			}
		}
		e := catalogue[name]
		seen := []string{e.zero.Kind()}
		if e.draw != nil {
			for seed := range uint64(100) {
				seen = append(seen, e.draw(rand.New(rand.NewPCG(seed, 1))).Kind())
			}
		}
		for _, kind := range seen {
			if !slices.Contains(ofName, kind) {
				t.Errorf("%s can be %s, which is not among its kinds %v", name, kind, ofName)
				break
			}
		}
	}
	for name := range kinds {
		if _, there := catalogue[name]; !there {
			t.Errorf("%s has kinds, and there is no such fault", name)
		}
	}
}
