package fault

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestEveryFaultSaysWhatItDoes: whatever a schedule can name has its meaning, what
// it may do to workers and messages, and is called by that name in histories.
func TestEveryFaultSaysWhatItDoes(t *testing.T) {
	for _, d := range Descriptors() {
		if d.Meaning == "" {
			t.Errorf("%s does not say what it does", d.Name)
		}
		if (d.Weight > 0) != (d.Draw != nil) {
			t.Errorf("%s has the weight %d, and can be drawn: %t", d.Name, d.Weight, d.Draw != nil)
		}
		if (d.Weight == 0) != (d.Undrawn != "") {
			t.Errorf("%s has the weight %d, and is never drawn because %q: give it a weight or a reason", d.Name, d.Weight, d.Undrawn)
		}
		if d.Draw == nil {
			continue
		}
		for seed := range uint64(100) {
			if kind := d.Draw(rand.New(rand.NewPCG(seed, 1))).Spec().Kind(); kind != d.Name {
				t.Errorf("%s was drawn, and is %s in histories", d.Name, kind)
				break
			}
		}
	}
}

// TestAFaultActsOnNothingThatItDoesNotDeclare takes away from the scene what a
// fault does not say that it acts on, and lets it strike.
func TestAFaultActsOnNothingThatItDoesNotDeclare(t *testing.T) {
	for name, all := range everyFault() {
		for _, f := range all {
			for _, unaimed := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					ctx, stop := context.WithTimeout(t.Context(), 15*time.Minute)
					defer stop()
					sp := f.Spec()
					s := newWorld(stop).scene()
					s.Unaimed = unaimed
					for _, p := range allParts {
						if !slices.ContainsFunc(sp.parts(unaimed), func(of part) bool { return of.what == p.what }) {
							p.takeFrom(s)
						}
					}
					if err := sp.Inject(ctx, s); err != nil && !strings.Contains(err.Error(), "gives it none") {
						t.Errorf("%s, %+v: %v", name, f, err)
					}
				})
			}
		}
	}
}

var allParts = []struct {
	part
	takeFrom func(*Scene)
}{
	{theWorkers, func(s *Scene) { s.Workers = nil }},
	{theDownstream, func(s *Scene) { s.Downstream = nil }},
	{theAnswers, func(s *Scene) { s.Answers = nil }},
	{thePublisher, func(s *Scene) { s.Publisher = nil }},
	{theBroker, func(s *Scene) { s.Broker = nil }},
	{theTopic, func(s *Scene) { s.Topic = nil }},
	{theLocks, func(s *Scene) { s.Locks = nil }},
	{theLockServer, func(s *Scene) { s.LockServer = nil }},
	{theLinks, func(s *Scene) { s.Links = nil }},
	{theFrames, func(s *Scene) { s.Frames = nil }},
}
