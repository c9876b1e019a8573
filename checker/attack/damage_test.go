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

// wrongAfter says what is wrong with the answers on a spoiled record, by what
// they were before. It is empty if nothing is.
func wrongAfter(before, after told) (wrong []string) {
	for _, p := range checker.Properties() {
		was, is := before.verdict(p), after.verdict(p)
		switch {
		case was == is || is == checker.Unknown || is == checker.Vacuous:
		case was == checker.Unknown && touched(before.result, p):
			// What was broken already, a damage may mend.
		case is == checker.Holds || !tells(before.result, after.result, p):
			wrong = append(wrong, fmt.Sprintf("%s: %s became %s", p, was, is))
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
type tally struct{ done, refused, told, changed, wrong int }

func (y *tally) String() string {
	return fmt.Sprintf("%7d %7d %7d %7d %7d", y.done, y.refused, y.told, y.changed, y.wrong)
}

const tallied = "   done refused    told changed   wrong"

// add judges a spoiled file and returns what is wrong with the answers.
func (y *tally) add(before told, spoiled file) []string {
	y.done++
	after := judge(spoiled)
	if after.refused != nil {
		y.refused++
		return nil
	}
	if len(after.result.Findings) > len(before.result.Findings) {
		y.told++
	}
	if slices.ContainsFunc(checker.Properties(), func(p checker.Property) bool { return before.verdict(p) != after.verdict(p) }) {
		y.changed++
	}
	wrong := wrongAfter(before, after)
	if len(wrong) > 0 {
		y.wrong++
	}
	return wrong
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
		wrong := count[d.name].add(of.told, f)
		if len(wrong) == 0 {
			continue
		}
		why := fmt.Sprintf("%s, %s, %s: %s", of.name, d.name, did, strings.Join(wrong, "; "))
		path := keep(t, fmt.Sprintf("damage-%d-%d", *seed, n), f, why)
		if believed[d.name] == "" {
			t.Errorf("%s\n\t%s", why, path)
		}
	}
	say("%-45s %s", "damage", tallied)
	for _, d := range kinds {
		y := count[d.name]
		total.done, total.refused, total.told, total.changed, total.wrong = total.done+y.done, total.refused+y.refused, total.told+y.told, total.changed+y.changed, total.wrong+y.wrong
		say("%-45s %s", d.name, y)
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
