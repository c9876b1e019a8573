package fault

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// strikesIn injects the fault into a world and returns what was recorded of its
// ends.
func strikesIn(t *testing.T, f Fault, workers ...string) (w *world, ends []history.Event) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w = newWorld(cancel)
		if len(workers) > 0 {
			w.alive = workers
		}
		s := w.scene()
		s.NoteMisses = true
		s.Record = func(e history.Event) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			if e.Kind == history.KindFaultEnd {
				ends = append(ends, e)
			}
			return nil
		}
		if err := f.Spec().Inject(ctx, s); err != nil {
			t.Error(err)
		}
	})
	return w, ends
}

func allSeen(e history.Event) bool {
	return len(e.Evidence) > 0 && !slices.ContainsFunc(e.Evidence, func(ev history.Evidence) bool { return !ev.Seen })
}

func TestEverybodyIsGoneBeforeAnybodyIsBack(t *testing.T) {
	for name, same := range map[string]bool{"under other names": false, "under their names": true} {
		t.Run(name, func(t *testing.T) {
			w, ends := strikesIn(t, Everybody{Down: time.Second, SameName: same})
			if len(ends) != 1 || !allSeen(ends[0]) {
				t.Fatalf("recorded %+v", ends)
			}
			lastKill, firstStart, started := 0, 0, []string{}
			for n, c := range w.calls {
				if strings.HasPrefix(c, "kill ") {
					lastKill = n
				}
				if who, ok := strings.CutPrefix(c, "start "); ok {
					started = append(started, who)
					if firstStart == 0 {
						firstStart = n
					}
				}
			}
			slices.Sort(started)
			if lastKill == 0 || firstStart < lastKill || len(started) != 4 || slices.Equal(started, []string{"w1", "w2", "w3", "w4"}) != same {
				t.Errorf("started %v, calls %v", started, w.calls)
			}
		})
	}
}

func TestKillsThatTogetherLeaveNobodyAreFollowedByNewcomers(t *testing.T) {
	w, ends := strikesIn(t, Schedule{{Fault: Kill{}}, {Fault: Kill{}}, {Fault: Kill{}}}, "w1", "w2", "w3")
	if len(ends) != 3 || slices.ContainsFunc(ends, func(e history.Event) bool { return !allSeen(e) }) || len(w.alive) != 3 {
		t.Errorf("alive %v, recorded %+v", w.alive, ends)
	}
}

func TestTheOnlyWorkersUserWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, f := range []Fault{Kill{}, Leave{}, Kill{SameName: true}} {
			w := newWorld(func() {})
			w.alive = []string{"w1"}
			s := w.scene()
			s.Downstream = afterStart{worldDownstream{w}}
			var begin, end history.Event
			s.Record = func(e history.Event) error { begin, end = end, e; return nil }
			began := time.Now()
			if err := f.Spec().Inject(t.Context(), s); err != nil || !allSeen(end) {
				t.Errorf("%+v: %v, recorded %+v", f, err, end)
			}
			if begin.Detail[history.DetailHalts] == "" {
				t.Errorf("%+v: began with %+v: the end of the only worker stops everybody", f, begin)
			}
			if time.Since(began) > takeoverLimit {
				t.Errorf("%+v waited for somebody to take over, and nobody was there", f)
			}
		}
	})
}

// afterStart is a downstream in which a user is sent for only once a worker has
// been started.
type afterStart struct{ worldDownstream }

func (d afterStart) Sends(ctx context.Context, user string, after uint64, wait time.Duration) ([]Send, uint64, error) {
	sends, last, err := d.worldDownstream.Sends(ctx, user, after, wait)
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	if !slices.ContainsFunc(d.w.calls, func(c string) bool { return strings.HasPrefix(c, "start ") }) {
		sends = nil
	}
	return sends, last, err
}
