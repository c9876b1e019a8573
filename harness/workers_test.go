package harness

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

// stubborn is a container: what ends it, and whether its engine says so at once.
type stubborn struct {
	heeds string // the signal that ends it, with exit code 0 unless it is SIGKILL
	late  bool   // its engine is silent until it is asked to kill
	mute  bool   // its engine never reports an end
	code  int    // of its exit by SIGTERM

	dead, told bool
	got        []string
}

func (c *stubborn) Signal(_ context.Context, name string) error {
	c.got = append(c.got, name)
	c.dead = c.dead || c.heeds == name
	c.told = c.dead && !c.late
	return nil
}

func (c *stubborn) Kill(context.Context) error {
	c.got = append(c.got, "SIGKILL")
	c.told = true
	if c.dead {
		return errors.New("the container is not running")
	}
	c.dead, c.code = true, 128+9
	return nil
}

func (c *stubborn) WaitDead(ctx context.Context) (int, error) {
	if c.told && !c.mute {
		return c.code, nil
	}
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestOnlyTheClientsOwnPanicAtItsEndIsNoFailure(t *testing.T) {
	const end = `w1 says it is stopping
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0xbc85b2]

goroutine 846 [running]:
github.com/apache/pulsar-client-go/pulsar.(*partitionConsumer).Close(0x0?)
	github.com/apache/pulsar-client-go@v0.19.0/pulsar/consumer_partition.go:976 +0x12
github.com/apache/pulsar-client-go/pulsar.(*consumer).Close.func1.1(0x0?)
	github.com/apache/pulsar-client-go@v0.19.0/pulsar/consumer_impl.go:719 +0x45
created by github.com/apache/pulsar-client-go/pulsar.(*consumer).Close.func1 in goroutine 816
`
	for _, c := range []struct {
		name, output string
		known        bool
	}{
		{"a consumer of its own that was never made", end, true},
		{"another panic there", strings.Replace(end, "invalid memory address or nil pointer dereference", "index out of range [8] with length 8", 1), false},
		{"the same of the worker's own", strings.ReplaceAll(end, "github.com/apache/pulsar-client-go/pulsar.(*consumer).Close", "turnstile/fixtures/orchestrator.(*Worker).run"), false},
		{"no panic", "the history could not be written", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := closePanic(c.output); got != c.known {
				t.Errorf("known: %t", got)
			}
		})
	}
}

func TestWhetherAWorkerHungIsToldByWhatEndedIt(t *testing.T) {
	for _, c := range []struct {
		name   string
		worker stubborn
		code   int
		hung   bool
		fails  bool
		got    int // signals
	}{
		{name: "one that stops when asked is not killed", worker: stubborn{heeds: "SIGTERM"}, got: 1},
		{name: "one that stops in a bad way keeps its exit code", worker: stubborn{heeds: "SIGTERM", code: 1}, code: 1, got: 1},
		{name: "one that does not stop is killed and hung", worker: stubborn{}, code: 137, hung: true, got: 2},
		{name: "one that stopped, of which the engine says so late, did not hang", worker: stubborn{heeds: "SIGTERM", late: true}, got: 2},
		{name: "one of which the engine never says anything is an error", worker: stubborn{heeds: "SIGTERM", mute: true}, fails: true, got: 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
				defer cancel()
				code, killed, err := askToStop(ctx, &c.worker, 20*time.Millisecond)
				hung := killed != 0
				if code != c.code || hung != c.hung || (err != nil) != c.fails || len(c.worker.got) != c.got {
					t.Errorf("code %d, hung %t, error %v after %v; want %d, %t, an error %t after %d signals",
						code, hung, err, c.worker.got, c.code, c.hung, c.fails, c.got)
				}
			})
		})
	}
}

func TestNoTwoWorkersGetOneName(t *testing.T) {
	f := &fleet{}
	if err := f.claimNamed("w7"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var names []string
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			claimed := f.claimNumbered(2)
			mu.Lock()
			defer mu.Unlock()
			names = append(names, claimed...)
		})
	}
	wg.Wait()
	slices.Sort(names)
	if n := len(slices.Compact(names)); n != 16 || slices.Contains(names, "w7") {
		t.Errorf("16 names were claimed beside w7, and these are %v", names)
	}
	if err := f.claimNamed("w7"); err == nil {
		t.Error("a name was given out twice")
	}
}
