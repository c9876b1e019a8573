package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAFaultUndoesWhatItDidOrSaysThatItDidNot makes each call of each fault go
// wrong in turn, in every way, with a world that can be put right and with one
// that cannot. Whatever is broken afterwards must be named in the error: a run
// whose worker stays frozen and that says nothing of it would be judged, and its
// environment given to the next.
func TestAFaultUndoesWhatItDidOrSaysThatItDidNot(t *testing.T) {
	for name, all := range everyFault() {
		for n, f := range all {
			t.Run(fmt.Sprintf("%s %d", name, n+1), func(t *testing.T) {
				t.Parallel()
				clean := injectInto(t, f, 0, unharmed, true)
				if clean.err != nil {
					if strings.Contains(clean.err.Error(), "gives it none") {
						t.Skipf("the world of this test lacks what it needs: %v", clean.err)
					}
					t.Fatalf("%+v: with nothing wrong it fails: %v", f, clean.err)
				}
				if clean.began == 0 || len(clean.left) > 0 {
					t.Fatalf("%+v: with nothing wrong %d injections are on record, and it leaves %q", f, clean.began, clean.left)
				}
				injectInto(t, f, 0, unharmed, false).check(t, f, 0, unharmed, false)
				for _, at := range telling(clean.calls) {
					for _, how := range []trouble{refused, done, tooLate, midway} {
						for _, heals := range []bool{true, false} {
							injectInto(t, f, at, how, heals).check(t, f, at, how, heals)
						}
					}
				}
			})
		}
	}
}

// telling are the numbers of the calls that are worth failing: of the rounds of
// one poll, the first two.
func telling(calls []string) (numbers []int) {
	const longest = 3 // calls in a round
	for i := range calls {
		again := false
		for n := 1; n <= longest && i+1 >= 3*n; n++ {
			third, second, first := calls[i+1-n:i+1], calls[i+1-2*n:i+1-n], calls[i+1-3*n:i+1-2*n]
			again = again || slices.Equal(first, second) && slices.Equal(second, third)
		}
		if !again {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

// everyFault draws some of each fault that is drawn.
func everyFault() map[string][]Fault {
	draws := uint64(4)
	if testing.Short() {
		draws = 1
	}
	all := map[string][]Fault{"unsubscribe": {Unsubscribe{After: time.Second}}, "seek": {Seek{Back: time.Second}, Seek{Earliest: true}}}
	for _, d := range Descriptors() {
		for seed := range draws {
			if d.Draw != nil {
				all[d.Name] = append(all[d.Name], d.Draw(rand.New(rand.NewPCG(seed, 3))))
			}
		}
	}
	// What is never drawn, and has ways of its own.
	all["topic-unload"] = append(all["topic-unload"], Unload{Alone: time.Second})
	all["join"] = append(all["join"], Join{Whenever: true}, Join{Behind: true, Hold: time.Second, Many: 2})
	all["stalled-consumer"] = append(all["stalled-consumer"], Stalled{For: time.Second, Kept: true})
	all["evict"] = append(all["evict"], Evict{For: time.Second})
	all["freeze"] = append(all["freeze"], Freeze{AtLeast: time.Second, Kept: true})
	all["kill"] = append(all["kill"], Kill{Bystander: true}, Kill{NoReplacement: true}, Kill{SameName: true})
	all["leave"] = append(all["leave"], Leave{Hold: time.Second, SameName: true})
	all["rolling"] = append(all["rolling"], Rolling{SameName: true})
	all["everybody-dies"] = append(all["everybody-dies"], Everybody{Down: time.Second}, Everybody{Graceful: true, Hold: time.Second}, Everybody{Down: time.Second, SameName: true}, Everybody{Graceful: true, SameName: true})
	all["broker-cut"] = append(all["broker-cut"], BrokerCut{For: time.Second, Alone: time.Second})
	all["link-cut"] = append(all["link-cut"], LinkCut{Of: ToLocks, For: time.Second},
		LinkCut{Of: ToLocks, Direction: FromServer, For: time.Second}, LinkCut{Of: ToLocks, Direction: FromServer, At: PointDelivered, For: time.Second})
	all["link-slow"] = append(all["link-slow"], LinkSlow{Of: ToLocks, Latency: time.Second, For: time.Second, PastLifetime: true, Linger: time.Second})
	all["poison-event"] = append(all["poison-event"], Poison{Times: 5, Given: true})
	all["stutter"] = append(all["stutter"], Stutter{Freezes: 2, For: time.Second, Every: time.Second, Unnoticed: true})
	return all
}

// outcome is what came of one injection.
type outcome struct {
	err   error
	left  []string
	calls []string
	began int
}

// injectInto injects the fault into a world of its own, in which time passes as
// soon as everybody waits for it.
func injectInto(t *testing.T, f Fault, at int, how trouble, heals bool) (o outcome) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 15*time.Minute)
		defer stop()
		w := newWorld(stop)
		w.at, w.how, w.heals = at, how, heals
		o.err = f.Spec().Inject(ctx, w.scene())
		o.left, o.calls, o.began = w.left(), w.calls, w.began
	})
	return o
}

func (o outcome) check(t *testing.T, f Fault, at int, how trouble, heals bool) {
	t.Helper()
	said := ""
	if o.err != nil {
		said = o.err.Error()
	}
	for _, left := range o.left {
		thing, _, _ := strings.Cut(left, ": ")
		thing = strings.TrimPrefix(thing, "hold ")
		user, _, hold := strings.Cut(thing, "#") // whom it is for is all that is known of one that was perhaps armed
		if hold {
			thing = user
		}
		if !strings.Contains(said, thing) {
			call := ""
			if at > 0 && at <= len(o.calls) {
				call = o.calls[at-1]
			}
			t.Errorf("%s %+v: at the call %d (%s) %s; heals work: %t; it leaves %q and the error is %v", f.Spec().Kind(), f, at, call, how, heals, left, o.err)
		}
	}
}
