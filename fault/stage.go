package fault

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Stage is what a schedule is carried out on, as far as that decides whether its
// faults can bite. A zero field is not known, and refuses nothing.
type Stage struct {
	Mode    Traits
	Workers int
	Users   int // whom faults can aim at
	// KeepAlive is how often broker and workers ask each other for a sign of life;
	// the second that goes unanswered ends a connection.
	KeepAlive time.Duration
	// LockTTL is a lock's lifetime, and LockPatience how long a worker waits for
	// its lock server's answer.
	LockTTL, LockPatience time.Duration
	Renewed               bool // locks, for as long as their holder is inside
	LockServers           int  // how many a lock asks; of several a majority must grant it
	// Pulsar is its version. Classic: KEY_SHARED's dispatcher is the one of before
	// 4.0, in which no keys drain.
	Pulsar  string
	Classic bool
	// Tries is how often an event is tried before it is given up.
	Tries int
}

// DefaultWorkers is how many there are where nothing else is said.
const DefaultWorkers = 4

// stageRules refuse a step that could not bite on the stage, or would never
// heal. Each says why and what to do about it.
var stageRules = []func(s Schedule, i int, on Stage) error{
	Schedule.isDescribed, Schedule.belongs, Schedule.hasVersion, Schedule.hasUsers, Schedule.leavesSomebody, Schedule.hasWorkers,
	Schedule.seesItsCondition, Schedule.findsSomebody, Schedule.canBite,
}

// CheckOn refuses what cannot bite or would never heal on the stage, before
// anything is started: a run that finds out so minutes later has said nothing.
// Its error tells every step that is wrong, by name. The schedule itself must
// have passed Check.
func (s Schedule) CheckOn(on Stage) error {
	steps := s.named()
	var errs []error
	for i := range steps {
		for _, rule := range stageRules {
			if err := rule(steps, i, on); err != nil {
				errs = append(errs, &stepError{i, fmt.Errorf("the step %s: %w", steps[i].Name, err)})
				break // one reason is enough, and others may follow from it
			}
		}
	}
	return errors.Join(errs...)
}

// CheckOn is [Schedule.CheckOn] of any fault.
func CheckOn(f Fault, on Stage) error {
	if s, ok := f.(Schedule); ok {
		return s.CheckOn(on)
	}
	err := Schedule{{Fault: f}}.CheckOn(on)
	var of *stepError
	if errors.As(err, &of) {
		return errors.Unwrap(of.err)
	}
	return err
}

// isDescribed refuses a fault that no list, table or schedule could name.
func (s Schedule) isDescribed(i int, _ Stage) error {
	if kind := s[i].Fault.Spec().kind; descriptors[kind].Name == "" {
		return fmt.Errorf("the fault %q has no descriptor: add one (describe) to the file of %T in fault/", kind, s[i].Fault)
	}
	return nil
}

// belongs refuses a fault that its mode has nothing for.
func (s Schedule) belongs(i int, on Stage) error { return on.Mode.refuses(s[i].Fault) }

// canBite refuses what the fault itself says could not bite.
func (s Schedule) canBite(i int, on Stage) error {
	if refuses := s[i].Fault.Spec().refuses; refuses != nil {
		return refuses(on)
	}
	return nil
}

// hasUsers refuses a fault that has nobody to aim at.
func (s Schedule) hasUsers(i int, on Stage) error {
	if n := max(1, s[i].Fault.Spec().Needs().Users); on.Users != 0 && on.Users < n {
		return fmt.Errorf("it needs %d users to aim at, and the load has %d: give it more aimed users", n, max(0, on.Users))
	}
	return nil
}

// overlaps reports whether the two steps may be under way at the same time.
func (s Schedule) overlaps(i, k int) bool {
	return i != k && !s.waitsFor(i, k) && !s.waitsFor(k, i)
}

// strikes is how often a step strikes.
func (st Step) strikes() int { return max(1, st.Times) }

// endsForGood is how many workers the step ends in whose place nobody comes.
func (st Step) endsForGood() int {
	if st.Fault.Spec().forGood {
		return st.strikes()
	}
	return 0
}

// leftFor is the least number of workers that a step finds at its first strike:
// others may have ended some for good, and those that join before it are there.
func (s Schedule) leftFor(i int, on Stage) (left, ended int) {
	left = on.Workers
	for k, st := range s {
		if k != i && !s.waitsFor(k, i) {
			ended += st.endsForGood()
		}
		if st.Fault.Spec().adds && k != i && s.waitsFor(i, k) {
			left += st.strikes()
		}
	}
	return left - ended, ended
}

// leavesSomebody refuses to end so many workers for good that nobody is left.
func (s Schedule) leavesSomebody(i int, on Stage) error {
	n := s[i].endsForGood()
	if n == 0 || on.Workers == 0 {
		return nil
	}
	if left, ended := s.leftFor(i, on); left-n < 1 {
		return fmt.Errorf("nobody would be left, and nobody would come: of %d workers it ends %d without a replacement, and other steps %d: strike less often, give more workers, or leave out no_replacement", left+ended, n, ended)
	}
	return nil
}

// hasWorkers refuses a fault whose evidence asks for more workers than it finds.
func (s Schedule) hasWorkers(i int, on Stage) error {
	need := s[i].Fault.Spec().Needs().Workers
	if on.Workers == 0 || need == 0 {
		return nil
	}
	left, ended := s.leftFor(i, on)
	if left -= max(0, s[i].endsForGood()-1); left >= need { // at its last strike
		return nil
	}
	gone := ""
	if ended > 0 {
		gone = fmt.Sprintf(", for other steps may have ended %d of them without a replacement", ended)
	}
	return fmt.Errorf("it needs %d workers, so that another can have what the one that is struck has, and finds %d%s: give more workers", need, left, gone)
}

// seesItsCondition refuses to wait for what nobody brings about.
func (s Schedule) seesItsCondition(i int, on Stage) error {
	c := s[i].When
	if c == nil {
		return nil
	}
	if g := metricGrounds[c.Seen]; g.lacks(on.Mode) {
		return fmt.Errorf("the condition %s is seen %s only, and the mode is %q", c.Seen, g.words, on.Mode.Name)
	}
	if on.Classic && c.Seen == MetricDrain {
		return fmt.Errorf("the condition %s is not seen with the classic dispatcher, which knows nothing of it: leave out classic, or wait for something else", c.Seen)
	}
	// What has changed by itself has not changed: it takes another fault.
	if slices.Contains([]Metric{MetricOwner, MetricJoined, MetricLeft}, c.Seen) {
		for k := range s {
			if s.overlaps(i, k) {
				return nil
			}
		}
		return fmt.Errorf("it waits until the condition %s is seen, and no other step may be under way meanwhile to bring that about: let one not wait for it", c.Seen)
	}
	return nil
}

// metricGrounds are what must be so in a mode for a condition to be seen.
var metricGrounds = map[Metric]*ground{MetricDrain: whereItWaits, MetricOwner: partitioned}

// findsSomebody refuses a step that may wait, for longer than it does, while
// nobody comes to where it would strike.
func (s Schedule) findsSomebody(i int, on Stage) error {
	busy := 0
	for k := range s {
		if !s.overlaps(i, k) {
			continue
		}
		if d := s[k].Fault.Spec().standstill; d >= aimLimit {
			return fmt.Errorf("while %s lasts, %s, nobody comes to where it would strike, and it waits for %s: let it come after %s, or make that shorter", s[k].Name, d, aimLimit, s[k].Name)
		}
		if claimsWorker(s[k].Fault) && least(s[k].Fault) >= aimLimit {
			busy++
		}
	}
	if on.Workers > 0 && claimsWorker(s[i].Fault) && busy >= on.Workers {
		return fmt.Errorf("%d other steps that may overlap with it have a worker each for %s and longer, there are %d workers, and it waits for %s: let it come after one of them", busy, aimLimit, on.Workers, aimLimit)
	}
	return nil
}

// claimsWorker reports whether the fault has a worker to itself.
func claimsWorker(f Fault) bool { return f.Spec().aim.claims == itself }

// lastsFor are the settings for whose time a fault certainly lasts.
var lastsFor = []string{"for", "hold", "section_goes_on", "down", "anew_after"}

// least is the shortest time that the fault takes.
func least(f Fault) (d time.Duration) {
	if d := f.Spec().least; d > 0 {
		return d
	}
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Struct {
		return 0
	}
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if slices.Contains(lastsFor, tag) && v.Field(i).Type() == reflect.TypeFor[time.Duration]() {
			d += time.Duration(v.Field(i).Int())
		}
	}
	return d
}
