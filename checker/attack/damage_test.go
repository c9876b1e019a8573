package attack

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"turnstile/checker"
)

// change is a verdict on a spoiled record that was another before.
type change struct {
	property checker.Property
	was, is  checker.Verdict
}

func (c change) String() string { return fmt.Sprintf("%s: %s became %s", c.property, c.was, c.is) }

// wrongAfter lists what is wrong with the answers on a spoiled record, by what
// they were before.
func wrongAfter(before, after told) (wrong []change) {
	for _, p := range checker.Properties() {
		was, is := before.verdict(p), after.verdict(p)
		switch {
		case was == is || is == checker.Unknown || is == checker.Vacuous:
		case was == checker.Unknown && touched(before.result, p):
			// What was broken already, a damage may mend.
		case is == checker.Holds || !tells(before.result, after.result, p):
			wrong = append(wrong, change{p, was, is})
		}
	}
	return wrong
}

// touched reports whether a finding of the self-check touches the property.
func touched(r *checker.Result, p checker.Property) bool {
	return slices.ContainsFunc(r.Findings, func(f checker.Finding) bool { return touches(f, p) })
}

func touches(f checker.Finding, p checker.Property) bool {
	return slices.Contains(f.Properties, p) || slices.Contains(f.Breaks, p)
}

// tells reports whether a finding says what was not said before, and touches
// the property.
func tells(before, after *checker.Result, p checker.Property) bool {
	known := map[string]bool{}
	for _, f := range before.Findings {
		known[f.Name+f.Detail] = true
	}
	return slices.ContainsFunc(after.Findings, func(f checker.Finding) bool { return !known[f.Name+f.Detail] && touches(f, p) })
}

// tally counts what came of one kind of damage or tampering.
type tally struct{ done, refused, told, changed, excused, wrong int }

func (y *tally) String() string {
	return fmt.Sprintf("%7d %7d %7d %7d %7d %7d", y.done, y.refused, y.told, y.changed, y.excused, y.wrong)
}

func (y *tally) sum(of *tally) {
	y.done, y.refused, y.told = y.done+of.done, y.refused+of.refused, y.told+of.told
	y.changed, y.excused, y.wrong = y.changed+of.changed, y.excused+of.excused, y.wrong+of.wrong
}

const tallied = "   done refused    told changed excused   wrong"

// trial is what a record was put to.
type trial struct {
	of      sound
	spoiled file
	name    string // of the damage or the tampering
	did     string
	keptAs  string
}

// add judges a spoiled record, and fails the test where an answer is wrong and
// nothing excuses it.
func (y *tally) add(t *testing.T, try trial) {
	t.Helper()
	y.done++
	before, after := try.of.told, judge(try.spoiled)
	if after.refused != nil {
		y.refused++
		return
	}
	if len(after.result.Findings) > len(before.result.Findings) {
		y.told++
	}
	if slices.ContainsFunc(checker.Properties(), func(p checker.Property) bool { return before.verdict(p) != after.verdict(p) }) {
		y.changed++
	}
	var wrong, why []string
	for _, c := range wrongAfter(before, after) {
		if reason := excused(try.name, c.property, forge(t, try.of.file), forge(t, try.spoiled)); reason != "" {
			why = append(why, reason)
		} else {
			wrong = append(wrong, c.String())
		}
	}
	switch {
	case len(wrong) > 0:
		y.wrong++
		says := fmt.Sprintf("%s, %s, %s: %s", try.of.name, try.name, try.did, strings.Join(wrong, "; "))
		t.Errorf("%s\n\t%s (before: %s)", says, keep(t, try.keptAs, try.spoiled, says), keep(t, try.keptAs+"-before", try.of.file, says))
	case len(why) > 0:
		y.excused++
	}
}

func TestADamagedRecordIsNotBelieved(t *testing.T) {
	files := soundFiles(t)
	kinds := damages
	if *onlyDamage != "" {
		kinds = slices.DeleteFunc(slices.Clone(damages), func(d damage) bool { return d.name != *onlyDamage })
		if len(kinds) == 0 {
			t.Fatalf("there is no damage %q", *onlyDamage)
		}
	}
	count := map[string]*tally{}
	for _, d := range kinds {
		count[d.name] = &tally{}
	}
	draw := rand.New(rand.NewPCG(*seed, 2))
	total := &tally{}
	for n := range *damageDraws {
		of, d := files[draw.IntN(len(files))], kinds[draw.IntN(len(kinds))]
		f := of.clone()
		did := d.do(draw, &f)
		if did == "" {
			continue
		}
		count[d.name].add(t, trial{of, f, d.name, did, fmt.Sprintf("damage-%d-%d", *seed, n)})
	}
	say("%-45s %s", "damage", tallied)
	for _, d := range kinds {
		total.sum(count[d.name])
		say("%-45s %s", d.name, count[d.name])
	}
	say("%-45s %s (seed %d)", "all damages", total, *seed)
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	var out []K
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
