package decide

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"turnstile/checker"
)

// Decision is all that is said to a file of rates.
type Decision struct {
	Rates    Rates     `json:"rates"`
	Odds     Source    `json:"odds"`
	Prices   Source    `json:"prices"`
	Busy     float64   `json:"busy"` // see [Busy]
	Outlooks []Outlook `json:"outlooks"`
	Advice   Advice    `json:"advice"`
}

// Decide answers a file of rates.
func Decide(m Measured, r Rates) Decision {
	all := Predict(m, r)
	return Decision{Rates: r, Odds: m.Odds.Source, Prices: m.Prices.Source, Busy: Busy, Outlooks: all, Advice: Advise(all, r)}
}

// WriteJSON writes it for machines.
func (d Decision) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

// Write writes it for people.
func (d Decision) Write(w io.Writer) error {
	var b strings.Builder
	d.harms(&b)
	d.sizes(&b)
	d.advice(&b)
	d.basis(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (d Decision) harms(b *strings.Builder) {
	b.WriteString("What is to be expected in a day, with 95 % intervals:\n\n| mode and remedy | order |")
	for _, h := range checker.HarmKinds() {
		fmt.Fprintf(b, " %s |", Words(h))
	}
	b.WriteString("\n| --- | --- |" + strings.Repeat(" --- |", len(checker.HarmKinds())) + "\n")
	for _, o := range d.Outlooks {
		order := "no"
		if o.InOrder {
			order = "yes"
		}
		fmt.Fprintf(b, "| %s | %s |", o.Arm, order)
		for _, h := range checker.HarmKinds() {
			fmt.Fprintf(b, " %s |", o.Harms[h])
		}
		b.WriteString("\n")
	}
}

func (d Decision) sizes(b *strings.Builder) {
	r := d.Rates
	fmt.Fprintf(b, "\nWhat it takes, at the mean of %s and at the peak of %s events a second:\n\n| mode and remedy | workers | partitions | processors: %s | round trips to Redis a second | p50, p99, p99.9 in ms, beside the handler's %s |\n| --- | --- | --- | --- | --- | --- |\n",
		figure(r.PerSecond()), figure(r.PerSecond()*r.PeakFactor), strings.Join(Spenders(), ", "), r.HandlerTime)
	for _, o := range d.Outlooks {
		s := o.Size
		if s == nil {
			fmt.Fprintf(b, "| %s | unknown | unknown | unknown | unknown | unknown |\n", o.Arm)
			continue
		}
		var spent []string
		for _, who := range Spenders() {
			spent = append(spent, fmt.Sprintf("%s, %s", figure(s.Mean.Processors[who]), figure(s.Peak.Processors[who])))
		}
		latency := "unknown"
		if s.P999 > 0 {
			latency = fmt.Sprintf("%.1f, %.1f, %.1f", s.P50, s.P99, s.P999)
		}
		fmt.Fprintf(b, "| %s | %.0f, %.0f | %.0f, %.0f | %s | %s, %s | %s |\n", o.Arm, s.Mean.Workers, s.Peak.Workers, s.Mean.Partitions, s.Peak.Partitions,
			strings.Join(spent, "; "), figure(s.Mean.Rate*s.RedisTrips), figure(s.Peak.Rate*s.RedisTrips), latency)
	}
}

func (d Decision) advice(b *strings.Builder) {
	name := d.Advice.Arm
	if name == "" {
		name = "none of these"
	}
	fmt.Fprintf(b, "\nTake: %s\n\n", name)
	for _, why := range d.Advice.Reasons {
		fmt.Fprintf(b, "- %s\n", why)
	}
	for _, o := range d.Outlooks {
		if o.Arm == d.Advice.Arm {
			o.parts(b)
		}
	}
}

// parts tells where the harm of one comes from.
func (o *Outlook) parts(b *strings.Builder) {
	fmt.Fprintf(b, "\nWhere that comes from, of %s: harm a day, and in how many of the faults that were measured there was some\n\n", o.Arm)
	for _, h := range checker.HarmKinds() {
		var of []string
		for _, p := range o.Harms[h].Parts {
			if p.Kind == "" {
				of = append(of, withoutFault+" "+p.String())
			} else {
				of = append(of, fmt.Sprintf("%s %s, %d of %d", p.Kind, p.Estimate, p.Harmful, p.Faults))
			}
		}
		fmt.Fprintf(b, "- %s: %s\n", Words(h), strings.Join(of, "; "))
	}
}

func (d Decision) basis(b *strings.Builder) {
	r := d.Rates
	fmt.Fprintf(b, "\nWhat it rests on:\n\n- rates: %s events and %s users a day, a peak of %g times the mean; %d workers of %d lanes; a handler of %s, so that %s sections are open in the mean; patience %s of the broker, %s of a lock\n",
		figure(r.Events), figure(r.Users), r.PeakFactor, r.Workers, r.Lanes, r.HandlerTime, figure(r.Open()), r.Patience.Broker, r.Patience.Lock)
	for _, k := range kinds {
		if h := r.Faults[k.Key]; h.ADay > 0 {
			fmt.Fprintf(b, "- %s: %g a day", k.Key, h.ADay)
			if h.For > 0 {
				fmt.Fprintf(b, " of %s", h.For)
			}
			fmt.Fprintf(b, " (%s)\n", k.Meaning)
		}
	}
	fmt.Fprintf(b, "- odds of harm: %s\n- prices: %s\n- planned for workers that are busy %.0f %% of the time; the definition is in harness/decide/doc.go\n", d.Odds, d.Prices, 100*Busy)
}
