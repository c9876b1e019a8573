package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func prices() *Summary {
	price := func(arm string, raw, saturated, p99 float64) Price {
		return Price{
			Arm: arm, Raw: raw, Saturated: saturated, Latencies: []Latency{{Share: 0.3, P50MS: 2, P99MS: p99, P999MS: 9}},
			PerEvent: PerEvent{ProcessorUS: map[string]float64{PricedWorkers: 400, PricedBroker: 90}, RedisTrips: 2},
		}
	}
	return &Summary{
		Arms:   []string{"shared", "lock <b>"},
		Prices: []Price{price("lock <b>", 4000, 1000, 8), price("shared", 4000, 2000, 4), price("lock <b>", 2000, 1000, 6), price("lock <b>", 4000, 1200, 7)},
	}
}

func TestAPriceIsTheMedianOfItsRepetitionsAndRatiosAreWithinOne(t *testing.T) {
	rows := PriceRows(prices())
	if len(rows) != 2 || rows[0].Arm != "shared" {
		t.Fatalf("the rows are %+v", rows)
	}
	lock := rows[1]
	if want := (Spread{1000, 1000, 1200}); lock.Repetitions != 3 || lock.Saturated != want {
		t.Errorf("saturated: %+v of %d, want %+v of 3", lock.Saturated, lock.Repetitions, want)
	}
	// 0.25, 0.5 and 0.3: not the ratio of the medians, which is 0.25.
	if want := (Spread{0.3, 0.25, 0.5}); lock.OfRaw != want {
		t.Errorf("of the raw loop: %+v, want %+v", lock.OfRaw, want)
	}
	if want := (Spread{7, 6, 8}); lock.P99[0] != want {
		t.Errorf("p99: %+v, want %+v", lock.P99[0], want)
	}
}

func TestAnEvenNumberOfRepetitionsHasTheMiddleOfTwoForItsMedian(t *testing.T) {
	if got := spreadOf([]float64{4, 1, 3, 2}); got != (Spread{2.5, 1, 4}) {
		t.Errorf("of 1 to 4: %+v", got)
	}
}

func TestThePricesTableHasARowForEachArmAndNothingWithoutOne(t *testing.T) {
	var b strings.Builder
	WritePrices(&b, PriceRows(prices()))
	if got := b.String(); strings.Count(got, "\n") != 4 || !strings.Contains(got, "| shared | 2000 | 0.50 | 2.0, 4.0, 9.0 | 400, 90, 0, 0 | 2.0 |") {
		t.Errorf("the table is\n%s", got)
	}
	b.Reset()
	WritePrices(&b, nil)
	if b.Len() > 0 {
		t.Errorf("of nothing: %q", b.String())
	}
}

func TestThePictureOfPricesIsWellFormedWhateverAnArmIsCalled(t *testing.T) {
	for name, rows := range map[string][]PriceRow{"of some": PriceRows(prices()), "of none": nil, "of nothing measured": {{Arm: "x"}}} {
		var b bytes.Buffer
		if err := DrawPrices(&b, rows); err != nil {
			t.Fatal(name, err)
		}
		for d := xml.NewDecoder(&b); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}
