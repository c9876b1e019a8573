package fault

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Metric is something that is counted in the broker's statistics.
type Metric string

// The metrics.
const (
	// MetricDrain: keys that were given to another consumer wait until their old
	// one has acknowledged what it has of them. AtLeast counts hashes of keys.
	MetricDrain Metric = "drain"
	// MetricOwner: partitions have another active consumer than when the waiting
	// began. AtLeast counts partitions.
	MetricOwner Metric = "owner-changed"
	// MetricJoined and MetricLeft: consumers that were not there, or no longer
	// are. AtLeast counts consumers.
	MetricJoined Metric = "joined"
	MetricLeft   Metric = "left"
	// MetricBacklog: messages that nobody has acknowledged. AtLeast counts them.
	MetricBacklog Metric = "backlog"
	// MetricBlocked: consumers that the broker gives nothing more, because they
	// acknowledge nothing. AtLeast counts consumers.
	MetricBlocked Metric = "blocked"
)

// Metrics lists all of them.
func Metrics() []Metric {
	return []Metric{MetricDrain, MetricOwner, MetricJoined, MetricLeft, MetricBacklog, MetricBlocked}
}

// Condition is something to be seen in the broker's statistics, which a
// [Step] of a schedule waits for.
type Condition struct {
	Seen    Metric        `yaml:"seen"`
	AtLeast int           `yaml:"at_least,omitempty"` // 0 means 1
	Within  time.Duration `yaml:"within,omitempty"`   // 0 means 30 s
}

func (c Condition) String() string {
	return fmt.Sprintf("%s (at least %d)", c.Seen, max(1, c.AtLeast))
}

func (c Condition) limit() time.Duration {
	if c.Within == 0 {
		return aimLimit
	}
	return c.Within
}

func (c Condition) check() error {
	if !slices.Contains(Metrics(), c.Seen) {
		names := make([]string, 0, len(Metrics()))
		for _, s := range Metrics() {
			names = append(names, string(s))
		}
		return fmt.Errorf("there is no condition %q: the conditions are %s", c.Seen, strings.Join(names, ", "))
	}
	if c.AtLeast < 0 {
		return fmt.Errorf("at_least is %d: give 1 or more", c.AtLeast)
	}
	return notNegative("within", c.Within)
}

// wait returns what was seen, as soon as it is; past its limit it returns an
// error that wraps [ErrMissed] and names the condition and what was seen
// instead.
func (c Condition) wait(ctx context.Context, t Topic) (string, error) {
	if t == nil {
		return "", fmt.Errorf("the condition %s needs a topic whose statistics can be read, and this environment gives it none", c)
	}
	run := ctx
	ctx, cancel := context.WithTimeout(ctx, c.limit())
	defer cancel()
	var before *Statistics
	last := "nothing yet"
	for {
		now, err := t.Statistics(ctx)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				last = err.Error()
			}
		default:
			if before == nil {
				before = &now
			}
			n, what := c.count(*before, now)
			if n >= max(1, c.AtLeast) {
				return what, nil
			}
			last = what
		}
		if !sleep(ctx, pollEvery) {
			if run.Err() != nil {
				return "", fmt.Errorf("waiting for the condition %s: %w", c, run.Err())
			}
			return "", fmt.Errorf("%w: waiting for the condition %s: not seen within %s; last: %s", ErrMissed, c, c.limit(), last)
		}
	}
}

// count is how much of the metric there is, in a number and in words.
func (c Condition) count(before, now Statistics) (int, string) {
	switch c.Seen {
	case MetricDrain:
		n, at := now.draining()
		if n == 0 {
			return 0, "no hash drains"
		}
		return n, fmt.Sprintf("%d hashes drain, some of them at %s", n, at)
	case MetricOwner:
		was, n, last := before.owners(), 0, ""
		for partition, owner := range now.owners() {
			if old := was[partition]; old != "" && old != owner {
				n, last = n+1, fmt.Sprintf(", as %s from %s to %s", partition, old, owner)
			}
		}
		return n, fmt.Sprintf("%d partitions have another active consumer%s", n, last)
	case MetricJoined:
		return came(now, before, "has joined")
	case MetricLeft:
		return came(before, now, "has left")
	case MetricBacklog:
		return int(now.Backlog), fmt.Sprintf("%d messages are not acknowledged", now.Backlog)
	case MetricBlocked:
		n, last := 0, ""
		for _, k := range now.Consumers {
			if k.Blocked {
				n, last = n+1, ", as "+k.Name
			}
		}
		return n, fmt.Sprintf("%d consumers are blocked%s", n, last)
	}
	return 0, "no such condition"
}

// came counts the consumers of one view that the other lacks.
func came(in, other Statistics, verb string) (int, string) {
	var names []string
	for _, c := range in.Consumers {
		there := slices.ContainsFunc(other.Consumers, func(o Consumer) bool { return o.Name == c.Name })
		if !there && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return 0, "nobody " + verb
	}
	return len(names), strings.Join(names, " and ") + " " + verb
}
