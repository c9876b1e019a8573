package interleave

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"turnstile/checker"
)

// Result is what all merges of a pair came to.
type Result struct {
	Subject Subject
	Pair    Pair
	Bounds  Bounds

	Executed int      // merges that were driven to their end, no two of them equal
	Merges   *big.Int // these and all that are equal to one of them
	Left     int      // merges that were begun and left, since an equal one was driven
	Own      Count    // of the merges of what each does alone
	KeptOut  int      // executed merges in which the lock kept a step out
	Met      int      // executed merges in which both were at work at the same time, or something struck
	Missing  []Failure
	Took     time.Duration

	Verdicts []Verdict // one for each property of the checker, in its order
	all      []*Taken
	own      [2][]move // what each does alone
}

// Verdict is what all merges say of a property.
type Verdict struct {
	Property checker.Property
	Verdict  checker.Verdict
	Reason   string   // in words
	Refuted  int      // executed merges that refute it
	Merges   *big.Int // these and all that are equal
	Unknown  int      // executed merges of which it is not known
	Witness  *Taken   // the one of those that refute it that is told in the fewest lines
}

// Of is the verdict on a property.
func (r *Result) Of(p checker.Property) Verdict {
	for _, v := range r.Verdicts {
		if v.Property == p {
			return v
		}
	}
	return Verdict{Property: p, Verdict: checker.Unknown, Reason: "no merge was judged by it"}
}

// Run drives every merge of the pair within the bounds and judges each alone. It
// fails where not even the steps of each alone could be had. What was not
// executed is told in the result and leaves every property that is not refuted
// unknown.
func (x *Explorer) Run(ctx context.Context, s Subject, p Pair, b Bounds) (*Result, error) {
	began := time.Now()
	var mu sync.Mutex
	var all []*Taken
	ended := 0
	best := map[checker.Property]*Taken{}
	e := &Exploration{Subject: s, Pair: p, Bounds: b}
	if p.Three() {
		return nil, fmt.Errorf("%s: merges of three are drawn, not driven one and all", p.Name)
	}
	if p.retries() {
		e.Bounds.Tries = max(b.Tries, 2) // its second attempt is its retry
	}
	own, err := x.alone(s, p)
	if err != nil {
		return nil, err
	}
	x.Explore(ctx, e, func(t *Taken) {
		mu.Lock()
		defer mu.Unlock()
		if ended++; ended == x.LeaveOut {
			return
		}
		all = append(all, t)
		kept := false
		for _, v := range t.Check.Verdicts { // the fence's among them
			if b := best[v.Property]; v.Verdict == checker.Refuted && (b == nil || t.shorter(b)) {
				best[v.Property], kept = t, true
			}
		}
		if !kept {
			t.History = nil // it is told by another
		}
	})
	if ended < x.LeaveOut {
		return nil, fmt.Errorf("merge %d is to be left out, and there are %d", x.LeaveOut, ended)
	}
	r := &Result{own: [2][]move(own), Subject: s, Pair: p, Bounds: e.Bounds, Left: e.Equal, Missing: e.Failed, all: all}
	r.judge()
	r.Took = time.Since(began)
	return r, nil
}

// judge holds what was executed against what could have been, and sums up what
// each merge was found to be.
func (r *Result) judge() {
	a := newAudit(r.all)
	r.Missing = append(r.Missing, a.missing(r.all)...)
	r.Own = a.count(r.own[0], r.own[1])
	if r.Own.Missing.Sign() > 0 && len(r.Missing) == 0 {
		r.Missing = append(r.Missing, Failure{Err: fmt.Errorf("%v merges of the steps that each makes alone were not executed", r.Own.Missing)})
	}
	r.Executed, r.Merges = len(r.all), new(big.Int)
	r.Verdicts = nil
	for _, p := range Properties() {
		r.Verdicts = append(r.Verdicts, Verdict{Property: p, Merges: new(big.Int)})
	}
	for _, t := range r.all {
		size := newClass(t.merged()).size()
		r.Merges.Add(r.Merges, size)
		if len(t.Exclusions) > 0 {
			r.KeptOut++
		}
		if len(t.Exclusions) > 0 || t.met() {
			r.Met++
		}
		for i := range r.Verdicts {
			v := &r.Verdicts[i]
			switch t.Check.Of(v.Property).Verdict {
			case checker.Refuted:
				v.Refuted++
				v.Merges.Add(v.Merges, size)
				if v.Witness == nil || t.shorter(v.Witness) {
					v.Witness = t
				}
			case checker.Unknown:
				v.Unknown++
			}
		}
	}
	for i := range r.Verdicts {
		r.settle(&r.Verdicts[i])
	}
}

// settle says what the counts come to: refuted by one merge; unknown as long as
// one is missing or not known; vacuous where no two ever met.
func (r *Result) settle(v *Verdict) {
	switch {
	case v.Refuted > 0:
		v.Verdict = checker.Refuted
		v.Reason = fmt.Sprintf("refuted by %d of %d merges (with those that are equal: %v of %v)", v.Refuted, r.Executed, v.Merges, r.Merges)
	case len(r.Missing) > 0:
		v.Verdict = checker.Unknown
		v.Reason = fmt.Sprintf("%d were not executed, the first: %v", len(r.Missing), r.Missing[0])
	case v.Unknown > 0:
		v.Verdict = checker.Unknown
		v.Reason = fmt.Sprintf("not known of %d of %d merges", v.Unknown, r.Executed)
	case r.Met == 0:
		v.Verdict = checker.Vacuous
		v.Reason = "in no merge two were at work at the same time"
	default:
		v.Verdict = checker.Holds
		v.Reason = fmt.Sprintf("by each of %d merges, to which all %v within the bounds are equal", r.Executed, r.Merges)
	}
}

// met reports whether one party went on after another had begun, or something
// struck.
func (t *Taken) met() bool {
	return len(t.Lines()) > 2 || slices.ContainsFunc(t.moves, func(v move) bool { return v.What.fault() })
}

// shorter reports whether the merge is told in fewer lines, or steps.
func (t *Taken) shorter(than *Taken) bool {
	a, b := len(t.Lines()), len(than.Lines())
	if a != b {
		return a < b
	}
	if len(t.moves) != len(than.moves) {
		return len(t.moves) < len(than.moves)
	}
	return strings.Join(t.Lines(), "\n") < strings.Join(than.Lines(), "\n")
}

// Lines tell the merge, a line for what one party does before another does
// anything.
func (t *Taken) Lines() (lines []string) {
	var steps []string
	for i, v := range t.moves {
		step := v.Step
		switch {
		case v.What == leftRunsOut || v.What == LockRunsOut || v.What == LocksAreForgot:
		case v.What != Goes:
			step += " (" + string(v.What) + ")"
		}
		steps = append(steps, step)
		if i == len(t.moves)-1 || t.moves[i+1].Who != v.Who {
			lines = append(lines, fmt.Sprintf("%-5s %s", v.Who, strings.Join(steps, ", ")))
			steps = nil
		}
	}
	return lines
}

// String is a failure as a line.
func (f Failure) String() string {
	steps := make([]string, len(f.Begin))
	for i, c := range f.Begin {
		steps[i] = strings.Join(strings.Fields(c.String()), " ")
	}
	if len(steps) == 0 {
		return f.Err.Error()
	}
	return fmt.Sprintf("%s: %v", strings.Join(steps, "; "), f.Err)
}
