package decide

import (
	"time"

	"turnstile/checker"
)

// Rates is what a team knows of its platform, as a file of rates holds it: of a
// day. [Keys] says what each means.
type Rates struct {
	Events      float64                       `json:"events_a_day"`
	Users       float64                       `json:"users"`
	PeakFactor  float64                       `json:"peak_factor"`
	Workers     int                           `json:"workers"`
	Lanes       int                           `json:"lanes"`
	HandlerTime time.Duration                 `json:"handler_time_ns"`
	Order       bool                          `json:"order"`
	Patience    Patience                      `json:"patience"`
	Faults      map[string]Happens            `json:"faults"`   // by [Kind.Key]
	Tolerate    map[checker.HarmKind]*float64 `json:"tolerate"` // of what is not in it, as little as can be
}

// Patience is how long something stands still before somebody takes it for gone.
type Patience struct {
	Broker time.Duration `json:"broker_ns"`
	Lock   time.Duration `json:"lock_ns"`
}

// Happens is how often a kind of fault comes in a day, and for how long if that is
// asked.
type Happens struct {
	ADay float64       `json:"a_day"`
	For  time.Duration `json:"for_ns,omitempty"`
}

// day has so many seconds.
var day = (24 * time.Hour).Seconds()

// PerSecond is the mean rate of events.
func (r Rates) PerSecond() float64 { return r.Events / day }

// Open is how many sections are open at a moment that is drawn.
func (r Rates) Open() float64 { return r.PerSecond() * r.HandlerTime.Seconds() }

// Key is one of a file of rates.
type Key struct {
	Path    string // with dots between a key and those in it
	Meaning string
	Range   string // in words
	Must    bool   // it must be there

	set func(*Rates, value) (inRange bool)
	as  shape
}

// shape is what stands behind a key.
type shape int

const (
	aNumber shape = iota
	aWholeNumber
	aTime
	aTruth
)

// value is what stood there, in the shape of its key.
type value struct {
	number float64
	time   time.Duration
	truth  bool
}

func within[T int | float64 | time.Duration](at *T, v, least, most T) bool {
	*at = v
	return least <= v && v <= most // of no number neither is so
}

// Keys lists those that there are.
func Keys() []Key {
	const most, longest = 1e6, 24 * time.Hour
	keys := []Key{
		{Path: "events_a_day", Must: true, Range: "1 to 1e+12", Meaning: "events of users that come in a day",
			set: func(r *Rates, v value) bool { return within(&r.Events, v.number, 1, 1e12) }},
		{Path: "users", Must: true, Range: "1 to 1e+10", Meaning: "users who have some of them",
			set: func(r *Rates, v value) bool { return within(&r.Users, v.number, 1, 1e10) }},
		{Path: "peak_factor", Must: true, Range: "1 to 1000", Meaning: "the rate at the peak, as so many times the mean",
			set: func(r *Rates, v value) bool { return within(&r.PeakFactor, v.number, 1, 1000) }},
		{Path: "workers", Must: true, as: aWholeNumber, Range: "1 to 1000000", Meaning: "worker processes that run",
			set: func(r *Rates, v value) bool { return within(&r.Workers, int(v.number), 1, most) }},
		{Path: "lanes", Must: true, as: aWholeNumber, Range: "1 to 10000", Meaning: "users that a worker handles at the same time",
			set: func(r *Rates, v value) bool { return within(&r.Lanes, int(v.number), 1, 10_000) }},
		{Path: "handler_time", Must: true, as: aTime, Range: "100µs to 10m", Meaning: "from before the user's state is read to after the last effect, with the downstream's answer",
			set: func(r *Rates, v value) bool {
				return within(&r.HandlerTime, v.time, 100*time.Microsecond, 10*time.Minute)
			}},
		{Path: "order", as: aTruth, Meaning: "whether a user's events must take effect in the order in which they were published",
			set: func(r *Rates, v value) bool { r.Order = v.truth; return true }},
		{Path: "patience.broker", Must: true, as: aTime, Range: "1ms to 24h", Meaning: "how long a worker may be silent before the broker drops it: twice keepAliveIntervalSeconds, which is 30 by default",
			set: func(r *Rates, v value) bool { return within(&r.Patience.Broker, v.time, time.Millisecond, longest) }},
		{Path: "patience.lock", Must: true, as: aTime, Range: "1ms to 24h", Meaning: "a lock's lifetime, or what it would be",
			set: func(r *Rates, v value) bool { return within(&r.Patience.Lock, v.time, time.Millisecond, longest) }},
	}
	for _, k := range kinds {
		keys = append(keys, Key{Path: "faults." + k.Key + ".a_day", Range: "0 to 1e+06", Meaning: "how often in a day: " + k.Meaning, set: func(r *Rates, v value) bool {
			h := r.Faults[k.Key]
			ok := within(&h.ADay, v.number, 0, most)
			r.Faults[k.Key] = h
			return ok
		}})
		if k.Patient {
			keys = append(keys, Key{Path: "faults." + k.Key + ".for", as: aTime, Range: "1ms to 24h", Meaning: "how long each lasts", set: func(r *Rates, v value) bool {
				h := r.Faults[k.Key]
				ok := within(&h.For, v.time, time.Millisecond, longest)
				r.Faults[k.Key] = h
				return ok
			}})
		}
	}
	for _, h := range checker.HarmKinds() {
		keys = append(keys, Key{Path: "tolerate." + string(h), Range: "0 to 1e+12", Meaning: "the most in a day that is borne; left out, as little as can be", set: func(r *Rates, v value) bool {
			r.Tolerate[h] = new(float64)
			return within(r.Tolerate[h], v.number, 0, 1e12)
		}})
	}
	return keys
}
