package fault

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Connections are the consumers that the broker has, by worker and by part of
// the topic: words that identify each, so that another consumer of the same
// worker on the same part has other words.
type Connections map[string]map[string]string

// kept reports whether the worker has all the consumers that it had before.
func (c Connections) kept(before Connections, worker string) bool {
	for part, was := range before[worker] {
		if c[worker][part] != was {
			return false
		}
	}
	return len(before[worker]) > 0
}

// made looks for another consumer of the worker than before, on that part of
// the topic, or on any that it was on if that is "". One that it no longer has
// is none.
func (c Connections) made(before Connections, worker, part string) (what string, anew bool) {
	parts := slices.Sorted(maps.Keys(before[worker]))
	if part != "" {
		parts = []string{part}
	}
	gone := 0
	for _, p := range parts {
		was, is := before[worker][p], c[worker][p]
		switch {
		case is == "":
			gone++
		case was != "" && is != was:
			return fmt.Sprintf("%s on %s: before %s, now %s", worker, p, was, is), true
		}
	}
	return fmt.Sprintf("%s has %d of the %d consumers that it had, and none anew", worker, len(parts)-gone, len(parts)), false
}

// reconnected looks for a consumer that the worker did not have before: on the
// part of the topic that has the aimed user's events, where it is known.
func (s *Scene) reconnected(worker string, before Connections) func(context.Context) (string, bool, error) {
	return s.reconnectedOn(s.serving.part, worker, before)
}

func (s *Scene) reconnectedOn(part, worker string, before Connections) func(context.Context) (string, bool, error) {
	return func(ctx context.Context) (string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		now, err := s.Broker.Connections(ctx)
		if err != nil {
			return "", false, err
		}
		what, anew := now.made(before, worker, part)
		return what, anew, nil
	}
}

// noteReconnected writes down which workers have other consumers than before,
// and which have none where they had some.
func (i *injection) noteReconnected(ctx context.Context, before Connections) {
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	now, err := i.scene.Broker.Connections(ctx)
	if err != nil {
		i.detail["reconnected"] = err.Error()
		return
	}
	var anew, lost []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		switch _, made := now.made(before, name, ""); {
		case made:
			anew = append(anew, name)
		case !now.kept(before, name):
			lost = append(lost, name)
		}
	}
	i.detail["reconnected"] = cmp.Or(strings.Join(anew, ", "), "nobody")
	if len(lost) > 0 {
		i.detail["not_connected"] = strings.Join(lost, ", ")
	}
}
