package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Price is what one repetition of an arm came to.
type Price struct {
	Arm       string    `json:"arm"`
	Mode      string    `json:"mode"`
	Guard     string    `json:"guard"`
	Raw       float64   `json:"raw"`       // events a second of client and broker alone
	Saturated float64   `json:"saturated"` // events a second of the workers, with a backlog
	Latencies []Latency `json:"latencies"`
	PerEvent  PerEvent  `json:"per_event"`
	// Disturbed is what one odd user, event or call does to everyone else; nil if
	// that was not measured.
	Disturbed []Disturbed `json:"disturbed,omitempty"`
}

// Disturbed is how long events took while something was odd, but for those of the
// user who was.
type Disturbed struct {
	What   string  `json:"what"`
	Others Latency `json:"others"`
}

// Latency is how long events took, from when they were due to be published until
// the gateway had their texts, at a fixed rate.
type Latency struct {
	Share  float64 `json:"share"` // of the rate at saturation
	Rate   float64 `json:"rate"`  // events a second
	Events int     `json:"events"`
	P50MS  float64 `json:"p50_ms"`
	P99MS  float64 `json:"p99_ms"`
	P999MS float64 `json:"p999_ms"`
}

// PerEvent is what an event costs.
type PerEvent struct {
	ProcessorUS map[string]float64 `json:"processor_us"` // microseconds, by whom: see Priced…
	RedisTrips  float64            `json:"redis_trips"`  // round trips to all Redis servers
}

// Who has processor time.
const (
	PricedWorkers = "workers"
	PricedBroker  = "broker"
	PricedRedis   = "redis"
	PricedGateway = "gateway"
)

// priced are those, in the order of tables.
var priced = []string{PricedWorkers, PricedBroker, PricedRedis, PricedGateway}

// PriceRow is an arm over its repetitions.
type PriceRow struct {
	Arm         string
	Repetitions int
	Saturated   Spread   // events a second
	OfRaw       Spread   // Saturated as a share of the rate of its mode's raw loop in the same round
	P50, P99    []Spread // milliseconds, at each share
	P999        []Spread
	Shares      []float64
	ProcessorUS map[string]Spread
	RedisTrips  Spread
}

// Spread is a median with the least and the most beside it.
type Spread struct{ Median, Least, Most float64 }

func spreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	slices.Sort(values)
	mid := len(values) / 2
	median := values[mid]
	if len(values)%2 == 0 {
		median = (values[mid-1] + values[mid]) / 2
	}
	return Spread{median, values[0], values[len(values)-1]}
}

func (s Spread) text(format string) string {
	if s.Least == s.Most {
		return fmt.Sprintf(format, s.Median)
	}
	return fmt.Sprintf(format+" ("+format+" to "+format+")", s.Median, s.Least, s.Most)
}

// PriceRows adds up repetitions, in the order in which arms were given.
func PriceRows(s *Summary) []PriceRow {
	var rows []PriceRow
	for _, p := range s.Prices {
		if !slices.ContainsFunc(rows, func(r PriceRow) bool { return r.Arm == p.Arm }) {
			rows = append(rows, priceRow(p.Arm, s.Prices))
		}
	}
	at := func(r PriceRow) int { return slices.Index(s.Arms, r.Arm) }
	slices.SortStableFunc(rows, func(a, b PriceRow) int { return cmp.Compare(at(a), at(b)) })
	return rows
}

func priceRow(arm string, all []Price) PriceRow {
	var of []Price
	for _, p := range all {
		if p.Arm == arm {
			of = append(of, p)
		}
	}
	over := func(value func(Price) float64) Spread {
		var values []float64
		for _, p := range of {
			values = append(values, value(p))
		}
		return spreadOf(values)
	}
	row := PriceRow{
		Arm: arm, Repetitions: len(of), ProcessorUS: map[string]Spread{},
		Saturated:  over(func(p Price) float64 { return p.Saturated }),
		OfRaw:      over(func(p Price) float64 { return p.Saturated / p.Raw }),
		RedisTrips: over(func(p Price) float64 { return p.PerEvent.RedisTrips }),
	}
	for k, l := range of[0].Latencies {
		row.Shares = append(row.Shares, l.Share)
		row.P50 = append(row.P50, over(func(p Price) float64 { return p.Latencies[k].P50MS }))
		row.P99 = append(row.P99, over(func(p Price) float64 { return p.Latencies[k].P99MS }))
		row.P999 = append(row.P999, over(func(p Price) float64 { return p.Latencies[k].P999MS }))
	}
	for _, who := range priced {
		row.ProcessorUS[who] = over(func(p Price) float64 { return p.PerEvent.ProcessorUS[who] })
	}
	return row
}

// WritePrices writes the rows as a Markdown table: medians, with the least and the
// most of the repetitions beside them.
func WritePrices(w io.Writer, rows []PriceRow) {
	if len(rows) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString("| mode and remedy | events a second | of the raw loop |")
	for _, share := range rows[0].Shares {
		fmt.Fprintf(&b, " p50, p99, p99.9 in ms at %.0f %% |", 100*share)
	}
	b.WriteString(" processor time an event, in µs: " + strings.Join(priced, ", ") + " | round trips to Redis |\n|" + strings.Repeat(" --- |", 5+len(rows[0].Shares)) + "\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s |", r.Arm, r.Saturated.text("%.0f"), r.OfRaw.text("%.2f"))
		for k := range r.Shares {
			fmt.Fprintf(&b, " %.1f, %s, %.1f |", r.P50[k].Median, r.P99[k].text("%.1f"), r.P999[k].Median)
		}
		var spent []string
		for _, who := range priced {
			spent = append(spent, fmt.Sprintf("%.0f", r.ProcessorUS[who].Median))
		}
		fmt.Fprintf(&b, " %s | %.1f |\n", strings.Join(spent, ", "), r.RedisTrips.Median)
	}
	_, _ = io.WriteString(Shown(w), b.String())
}
