package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"turnstile/checker/history"
)

// injection is one fault on its way from begin to end.
type injection struct {
	scene    *Scene
	spec     Spec
	users    []string  // whom it aims at
	targets  []*target // the workers that are inside; nil of a fault that is aimed at nobody
	id       string
	number   int // of the scene's injections
	evidence []history.Evidence
	detail   map[string]string

	struck   time.Time // when the strike began
	round    int
	moved    bool             // another worker has an aimed user
	back     history.Evidence // that the worker that was left alone was back in time
	unhealed error            // what could not be put right
	undo     []func(ctx context.Context) error
}

// first is the worker that the fault strikes, or is timed by.
func (i *injection) first() *target { return i.targets[0] }

// worker is that worker's name.
func (i *injection) worker() string { return i.targets[0].Worker }

func (i *injection) note(key string, value any) { i.detail[key] = fmt.Sprint(value) }

func (i *injection) noteTime(key string, since time.Time) {
	i.note(key, time.Since(since).Round(time.Millisecond))
}

// finally has something done when the fault is over, or could not be aimed.
func (i *injection) finally(f func(ctx context.Context) error) { i.undo = append(i.undo, f) }

func (i *injection) putBack(ctx context.Context) (err error) {
	for _, f := range slices.Backward(i.undo) {
		hctx, cancel := healing(ctx, 0)
		err = errors.Join(err, f(hctx))
		cancel()
	}
	return err
}

// failsToHeal puts what could not be put right on record, if there is an error.
func (i *injection) failsToHeal(err error) { i.unhealed = errors.Join(i.unhealed, err) }
