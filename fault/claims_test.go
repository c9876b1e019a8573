package fault

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAWorkerIsOneFaultsAtATime(t *testing.T) {
	s := &Scene{}
	first := s.share(0)
	unclaim, ok := first.claim("w1", "w2")
	if !ok {
		t.Fatal("nobody had them")
	}
	second := s.share(1)
	if _, ok := second.claim("w3", "w2"); ok {
		t.Error("w2 was given away twice")
	}
	if _, ok := second.claim("w3"); !ok {
		t.Error("a claim that failed kept w3")
	}
	unclaim()
	if _, ok := second.claim("w1", "w2"); !ok {
		t.Error("what was given back is not free")
	}
}

// TestFaultsThatOverlapDoNotEndOneWorkerTwice has a worker stopped by one fault
// while another comes to it.
func TestFaultsThatOverlapDoNotEndOneWorkerTwice(t *testing.T) {
	for name, other := range map[string]Fault{
		"by its turn in a rollout": Rolling{},
		"by another's aim":         Kill{},
		"by a freeze":              Freeze{AtLeast: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				w := newWorld(cancel)
				s := w.scene()
				s.Users = s.Users[:1] // both aim at u1, who is always at w1
				s.NoteMisses = true
				err := Schedule{
					{Fault: Leave{Hold: 5 * time.Second}},
					{Fault: other, Delay: time.Second},
				}.Spec().Inject(ctx, s)
				if err != nil {
					t.Error(err)
				}
				var ended []string
				for _, c := range w.calls {
					if n, ok := strings.CutPrefix(c, "stop "); ok {
						ended = append(ended, n)
					}
					if n, ok := strings.CutPrefix(c, "kill "); ok {
						ended = append(ended, n)
					}
				}
				slices.Sort(ended)
				if len(ended) == 0 || len(slices.Compact(slices.Clone(ended))) != len(ended) {
					t.Errorf("%v were ended", ended)
				}
			})
		})
	}
}

func TestTwoThatWaitForEachOthersWorkersBothComeToThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Scene{Workers: someWorkers{names: []string{"w1", "w2"}}}
		s.init()
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				_, unclaim, err := s.share(i).claimEveryone(t.Context(), itself)
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Second)
				unclaim()
			})
		}
		wg.Wait()
	})
}

func TestAClaimThatIsNeverGivenBackIsAMiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Scene{}
		if _, ok := s.claim("w1"); !ok {
			t.Fatal("nobody had it")
		}
		if _, err := s.claimWaiting(t.Context(), "w1"); !errors.Is(err, ErrMissed) {
			t.Error(err)
		}
	})
}

func TestTheLinksOfAWorkerAreOneFaultsAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := newWorld(cancel)
		s := w.scene()
		if _, ok := s.claim("w1's links"); !ok {
			t.Fatal("nobody had them")
		}
		for _, f := range []Fault{LinkCut{For: time.Second}, LinkReset{}, LinkSlow{Latency: time.Second, For: time.Second}, LinkThrottle{KBps: 1, For: time.Second}, BrokerCut{For: time.Second}} {
			if err := f.Spec().Inject(ctx, s); !errors.Is(err, ErrMissed) {
				t.Errorf("%s: %v", f.Spec().Kind(), err)
			}
		}
		if err := (Kill{}).Spec().Inject(ctx, s); err != nil || w.began != 1 {
			t.Errorf("the worker itself is anybody's: %d injections, %v", w.began, err)
		}
	})
}
