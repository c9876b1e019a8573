package decide

import "math"

// Who has processor time, as prices name them. The downstream's is its own affair.
const (
	ofWorkers = "workers"
	ofBroker  = "broker"
	ofRedis   = "redis"
)

// Spenders lists them, in the order of reports.
func Spenders() []string { return []string{ofWorkers, ofBroker, ofRedis} }

// load is what a rate of events a second takes.
func (p *Price) load(r Rates, rate float64, partitioned bool) Load {
	l := Load{Rate: rate, Processors: map[string]float64{}}
	for _, who := range Spenders() {
		l.Processors[who] = rate * p.ProcessorUS[who] / 1e6
	}
	lanes := rate * r.HandlerTime.Seconds() / float64(r.Lanes)
	l.Workers = math.Ceil(max(lanes, l.Processors[ofWorkers]) / Busy)
	l.Partitions = math.Ceil(rate / (Busy * p.Saturated))
	if partitioned {
		l.Partitions = perWorker * l.Workers
	}
	return l
}

// All is the processor time of all of them together, in processors.
func (l Load) All() (sum float64) {
	for _, who := range Spenders() {
		sum += l.Processors[who]
	}
	return sum
}

// Size is what it takes to run one mode and remedy (see 9).
type Size struct {
	Mean       Load    `json:"mean"`
	Peak       Load    `json:"peak"`
	RedisTrips float64 `json:"redis_trips"` // round trips to Redis an event
	// P50, P99 and P999 are what an event takes in milliseconds from when it was due
	// to be published, beside the handler's own time (see 10); 0 if that was not measured.
	P50  float64 `json:"p50_ms"`
	P99  float64 `json:"p99_ms"`
	P999 float64 `json:"p999_ms"`
}

// Load is what it takes at one rate.
type Load struct {
	Rate       float64            `json:"rate"` // events a second
	Workers    float64            `json:"workers"`
	Partitions float64            `json:"partitions"`
	Processors map[string]float64 `json:"processors"` // busy all the time, by whom
}

// perWorker is how many partitions a worker has where the mode needs some, as
// measured.
const perWorker = 2

func (p *Price) size(r Rates, partitioned bool) *Size {
	s := &Size{RedisTrips: p.RedisTrips, Mean: p.load(r, r.PerSecond(), partitioned), Peak: p.load(r, r.PerSecond()*r.PeakFactor, partitioned)}
	for _, l := range p.Latencies {
		if l.Share == Busy {
			s.P50, s.P99, s.P999 = l.P50, l.P99, l.P999
		}
	}
	return s
}
