package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"turnstile/checker/history"
)

// Step is one fault of a [Schedule], and when it strikes.
type Step struct {
	// Name is what others say in After; empty: the fault's kind and its place,
	// as in "freeze-2".
	Name  string
	Fault Fault
	// After names a step that must be over, healed and all, before this one's
	// time begins to run. Steps that wait for no other start together.
	After string
	// Delay is the time from the schedule's begin, or from the end of After.
	Delay time.Duration
	// When is something to be seen in the broker's statistics, once the step's
	// time has come and before its first strike; nil: nothing.
	When *Condition `yaml:"when,omitempty"`
	// Times is how often the fault strikes, one after the other; 0 means once.
	Times int
	// Every is the pause between one strike and the next of a storm.
	Every time.Duration
}

// Schedule is several faults, in sequence, overlapping, or in storms. It is a
// fault itself: it needs what its steps need together, and is over when all of
// them are healed. Steps that overlap aim at different users.
type Schedule []Step

// Spec implements [Fault].
func (s Schedule) Spec() Spec {
	return Spec{kind: s.kind(), needs: s.needs(), wrong: s.wrong(), run: s.run}
}

// kind is the steps' kinds, each once.
func (s Schedule) kind() string {
	var kinds []string
	for _, st := range s {
		if st.Fault == nil {
			continue
		}
		if k := st.Fault.Spec().kind; !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	return strings.Join(kinds, "+")
}

func (s Schedule) needs() (n Needs) {
	for _, st := range s {
		if st.Fault != nil {
			n = n.And(st.Fault.Spec().Needs())
		}
	}
	return n
}

// named returns the steps with every name filled in.
func (s Schedule) named() Schedule {
	out := slices.Clone(s)
	for i := range out {
		if out[i].Name == "" && out[i].Fault != nil {
			out[i].Name = fmt.Sprintf("%s-%d", out[i].Fault.Spec().kind, i+1)
		}
	}
	return out
}

// wrong tells every step that is wrong, by name.
func (s Schedule) wrong() error {
	if len(s) == 0 {
		return errors.New("the schedule has no step")
	}
	var errs []error
	steps := s.named()
	for i := range steps {
		if err := steps.checkStep(i); err != nil {
			errs = append(errs, &stepError{i, fmt.Errorf("the step %s: %w", steps[i].Name, err)})
		}
	}
	if len(errs) == 0 {
		errs = append(errs, steps.checkOverlaps(), steps.checkLength())
	}
	return errors.Join(errs...)
}

// stepError is what is wrong with the step of that index.
type stepError struct {
	index int
	err   error
}

func (e *stepError) Error() string { return e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// checkLength refuses steps that would still be waiting for their time, or for
// that of their next strike, or would last, when the run has to end.
func (s Schedule) checkLength() error {
	var errs []error
	for i, st := range s {
		waits := time.Duration(0)
		for at := i; ; at = s.find(s[at].After) {
			n := s[at].strikes()
			waits += s[at].Delay + time.Duration(n-1)*s[at].Every + time.Duration(n)*least(s[at].Fault)
			if s[at].After == "" {
				break
			}
		}
		if waits > longestWait {
			errs = append(errs, &stepError{i, fmt.Errorf("the step %s: with delay, times and every of its own and of what it comes after, and with what those faults last, it takes %s: a schedule may take %s", st.Name, waits, longestWait)})
		}
	}
	return errors.Join(errs...)
}

func (s Schedule) checkStep(i int) error {
	st := s[i]
	if st.Fault == nil {
		return errors.New("it names no fault")
	}
	if _, nested := st.Fault.(Schedule); nested {
		return errors.New("it is a schedule itself: list its steps here")
	}
	errs := []error{st.Fault.Spec().Check(), notNegative("delay", st.Delay), notNegative("every", st.Every)}
	if st.When != nil {
		errs = append(errs, st.When.check())
	}
	const most = 1000
	if st.Times < 0 || st.Times > most {
		errs = append(errs, fmt.Errorf("times is %d: give 1 to %d", st.Times, most))
	}
	if slices.ContainsFunc(s[:i], func(o Step) bool { return o.Name == st.Name }) {
		errs = append(errs, errors.New("another step has the same name"))
	}
	if st.After != "" {
		errs = append(errs, s.checkAfter(i))
	}
	return errors.Join(errs...)
}

// checkAfter follows the chain of what a step waits for.
func (s Schedule) checkAfter(i int) error {
	for at, seen := i, map[int]bool{}; s[at].After != ""; {
		if seen[at] {
			return fmt.Errorf("it waits, by way of %s, for itself", s[at].After)
		}
		seen[at] = true
		next := s.find(s[at].After)
		if next < 0 {
			return fmt.Errorf("it comes after %q, and there is no such step", s[at].After)
		}
		at = next
	}
	return nil
}

func (s Schedule) find(name string) int {
	return slices.IndexFunc(s, func(st Step) bool { return st.Name == name })
}

// checkOverlaps refuses two steps that hold the same thing, unless one waits
// for the other.
func (s Schedule) checkOverlaps() error {
	var errs []error
	for i := range s {
		for k := range i {
			if s.waitsFor(i, k) || s.waitsFor(k, i) {
				continue
			}
			a, b := s[k].Fault.Spec().Needs(), s[i].Fault.Spec().Needs()
			for _, what := range b.Holds {
				if slices.Contains(a.Holds, what) {
					errs = append(errs, fmt.Errorf("the steps %s and %s may overlap, and both hold %s: let one come after the other", s[k].Name, s[i].Name, what))
				}
			}
			if a.Empties && (b.Empties || b.Adds) || b.Empties && a.Adds {
				errs = append(errs, fmt.Errorf("the steps %s and %s may overlap, and one of them needs that nobody is there while the other's consumer is or comes: let one come after the other", s[k].Name, s[i].Name))
			}
		}
	}
	return errors.Join(errs...)
}

func (s Schedule) waitsFor(i, k int) bool {
	for s[i].After != "" {
		if i = s.find(s[i].After); i == k {
			return true
		}
	}
	return false
}

// run returns when every step is healed. A step that fails stops those that wait
// for it, and no other.
func (s Schedule) run(ctx context.Context, scene *Scene) error {
	steps := s.named()
	over := map[string]chan struct{}{}
	for _, st := range steps {
		over[st.Name] = make(chan struct{})
	}
	errs := make([]error, len(steps))
	var wg sync.WaitGroup
	for i, st := range steps {
		share := scene.share(i) // here, so that each step draws the same whoever starts first
		wg.Go(func() {
			defer close(over[st.Name])
			if st.After != "" {
				<-over[st.After]
				if before := steps.find(st.After); errs[before] != nil {
					errs[i] = fmt.Errorf("the step %s did not start, because %s failed", st.Name, st.After)
					return
				}
			}
			errs[i] = st.run(ctx, share)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// MissedEvidence is the evidence that a step which missed lacks: it was never
// injected, and is on record all the same.
const MissedEvidence = "what the fault waited for came about"

// missed records a step that missed as a fault that did not bite, so that no
// property is said to hold on the strength of it. The observer is who was asked
// for what the step waited for.
func (s *Scene) missed(st Step, observer string, why error) error {
	i := &injection{scene: s, spec: st.Fault.Spec(), detail: map[string]string{}}
	if err := i.beginAt("nobody: the step " + st.Name + " missed"); err != nil {
		return err
	}
	i.unseen(MissedEvidence, observer, why.Error())
	return i.end(nil, nil)
}

// merely reports whether all that went wrong is the target error, however it is
// wrapped.
func merely(err, target error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && err != nil {
		all := joined.Unwrap()
		if slices.Contains(all, target) { // made by fmt.Errorf, for the reason that is the target
			return true
		}
		return len(all) > 0 && !slices.ContainsFunc(all, func(e error) bool { return !merely(e, target) })
	}
	if inner := errors.Unwrap(err); inner != nil {
		return merely(inner, target)
	}
	return errors.Is(err, target)
}

func (st Step) run(ctx context.Context, scene *Scene) error {
	if !sleep(ctx, st.Delay) {
		return fmt.Errorf("the step %s: its time never came: %w", st.Name, ctx.Err())
	}
	if st.When != nil {
		saw, err := st.When.wait(ctx, scene.Topic)
		if scene.NoteMisses && errors.Is(err, ErrMissed) {
			return scene.missed(st, "broker", err)
		}
		if err == nil {
			err = scene.Record(history.Event{Kind: history.KindNote, Detail: map[string]string{"step": st.Name, "when": st.When.String(), "saw": saw}})
		}
		if err != nil {
			return fmt.Errorf("the step %s: %w", st.Name, err)
		}
	}
	for n := range max(1, st.Times) {
		if n > 0 && !sleep(ctx, st.Every) {
			return fmt.Errorf("the step %s: strike %d of %d: %w", st.Name, n+1, st.Times, ctx.Err())
		}
		err := st.Fault.Spec().Inject(ctx, scene)
		if scene.NoteMisses && merely(err, ErrMissed) {
			err = scene.missed(st, "gateway", err)
		}
		if err != nil {
			return fmt.Errorf("the step %s: %w", st.Name, err)
		}
	}
	return nil
}
