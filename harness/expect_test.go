package harness

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker"
	"turnstile/harness/report"
)

func TestAnExpectationIsOneForAllButForItsExceptions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		verdicts := rapid.SampledFrom([]checker.Verdict{checker.Holds, checker.Refuted, report.Open})
		all := verdicts.Draw(t, "all")
		e, want := All(all), map[checker.Property]checker.Verdict{}
		for _, p := range checker.Properties() {
			want[p] = all
		}
		for range rapid.IntRange(0, 4).Draw(t, "exceptions") {
			v := verdicts.Draw(t, "but")
			of := rapid.SliceOfDistinct(rapid.SampledFrom(checker.Properties()), rapid.ID).Draw(t, "of")
			e = e.But(v, of...)
			for _, p := range of {
				want[p] = v
			}
		}
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var written map[checker.Property]checker.Verdict
		if err := json.Unmarshal(b, &written); err != nil {
			t.Fatal(err)
		}
		if len(written) != len(want) {
			t.Fatalf("written are %d properties of %d: %s", len(written), len(want), b)
		}
		for p, v := range want {
			if e.Of(p) != v || written[p] != v {
				t.Fatalf("%s: claimed %q, written as %q, and it should be %q", p, e.Of(p), written[p], v)
			}
		}
	})
}

func TestAnExceptionLeavesTheExpectationThatItWasMadeOfAsItWas(t *testing.T) {
	base := AllHold.But(checker.Refuted, checker.Order)
	base.But(report.Open, checker.Order, checker.Effects)
	if base.Of(checker.Order) != checker.Refuted || base.Of(checker.Effects) != checker.Holds {
		t.Errorf("order is now %s and effects %s", base.Of(checker.Order), base.Of(checker.Effects))
	}
}

func TestClaimsSayNothingOfWhatTheyDoNotName(t *testing.T) {
	named := []checker.Property{checker.Exclusivity, checker.Delivery}
	e := Claims(checker.Holds, named...)
	for _, p := range checker.Properties() {
		want := report.Any
		if slices.Contains(named, p) {
			want = checker.Holds
		}
		if e.Of(p) != want {
			t.Errorf("%s: %q, and it should be %q", p, e.Of(p), want)
		}
	}
}
