package fault

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// fakeLocks is a lock server that does as it is told, or fails at one step.
// Another has the lock as soon as the server has forgotten it.
type fakeLocks struct {
	state   State
	account Account
	locks   map[string]LockState
	copied  map[string]LockState // what the replica knows
	fails   string               // the step that fails
	keeps   bool                 // it forgets nothing, whatever happens
	did     []string
}

func (l *fakeLocks) step(name string) error {
	l.did = append(l.did, name)
	if name == l.fails {
		return errors.New("refused: " + name)
	}
	return nil
}

func (l *fakeLocks) forget() {
	if !l.keeps {
		l.locks = map[string]LockState{"u1": {Token: "other", Counter: 1}}
	}
}

func (l *fakeLocks) Kill(context.Context) error {
	l.state = State{ExitCode: 137}
	return l.step("kill")
}
func (l *fakeLocks) Stop(context.Context) error { return nil }
func (l *fakeLocks) Pause(context.Context) error {
	l.state.Paused = true
	return l.step("pause")
}
func (l *fakeLocks) Unpause(context.Context) error {
	if err := l.step("unpause"); err != nil {
		return err
	}
	l.state.Paused = false
	l.forget()
	return nil
}
func (l *fakeLocks) State(context.Context) (State, error) { return l.state, nil }
func (l *fakeLocks) Start(context.Context) error {
	if err := l.step("start"); err != nil {
		return err
	}
	l.state = State{Running: true}
	l.account.RunID += "'"
	l.forget()
	return nil
}
func (l *fakeLocks) Account(context.Context) (Account, error) {
	if l.state.Paused || !l.state.Running {
		return Account{}, errors.New("no answer")
	}
	return l.account, nil
}
func (l *fakeLocks) Lock(_ context.Context, user string) (LockState, error) {
	return l.locks[user], nil
}
func (l *fakeLocks) Flush(context.Context) error {
	l.account.Flushes++
	l.forget()
	return l.step("flush")
}
func (l *fakeLocks) LimitMemory(context.Context, string) error { return l.step("limit the memory") }
func (l *fakeLocks) Fill(context.Context) error {
	time.Sleep(pollEvery)
	if slices.Contains(l.did, "fill") { // at first there is room
		l.account.Evicted++
		l.forget()
	}
	return l.step("fill")
}
func (l *fakeLocks) LiftMemoryLimit(context.Context) error { return l.step("lift the memory limit") }
func (l *fakeLocks) Replica() LockReplica                  { return &fakeReplica{l} }

type fakeReplica struct{ of *fakeLocks }

func (r *fakeReplica) Account(context.Context) (Account, error) {
	return Account{RunID: "r2", Role: "slave", Link: "down"}, nil
}
func (r *fakeReplica) Lock(_ context.Context, user string) (LockState, error) {
	return r.of.copied[user], nil
}
func (r *fakeReplica) Detach(context.Context) error { return r.of.step("detach") }
func (r *fakeReplica) Attach(context.Context) error {
	delete(r.of.copied, "u2") // its lock was released meanwhile
	return r.of.step("attach")
}
func (r *fakeReplica) Promote(context.Context) error {
	if err := r.of.step("promote"); err != nil {
		return err
	}
	r.of.state = State{Running: true}
	r.of.account = Account{RunID: "r2", Role: "master"}
	r.of.forget()
	return nil
}
func (r *fakeReplica) Rebuild(context.Context) error { return r.of.step("rebuild") }

// busyDownstream has w1 wait at once for every user, and w2 send soon.
type busyDownstream struct{}

func (busyDownstream) Arm(_ context.Context, user string, _ Point) (string, error) { return user, nil }
func (busyDownstream) ArmWorker(_ context.Context, user, _ string, _ Point) (string, error) {
	return user, nil
}
func (busyDownstream) Held(_ context.Context, user string, _ time.Duration) (Send, bool, error) {
	return Send{User: user, Worker: "w1", Attempt: "w1-1", Event: user + "-1"}, true, nil
}
func (busyDownstream) Release(context.Context, string) error { return nil }
func (busyDownstream) Sends(_ context.Context, user string, _ uint64, _ time.Duration) ([]Send, uint64, error) {
	return []Send{{User: user, Worker: "w2", Event: user + "-2"}}, 1, nil
}

func newFakeLocks() *fakeLocks {
	held := LockState{Token: "mine", Left: time.Minute, Counter: 7}
	return &fakeLocks{
		state: State{Running: true}, account: Account{RunID: "r1", Role: "master"},
		locks: map[string]LockState{"u1": held, "u2": held}, copied: map[string]LockState{},
	}
}

// strikeLocks injects a fault into the fake and returns the fault's end.
func strikeLocks(t *testing.T, f Fault, l *fakeLocks) (history.Event, error) {
	t.Helper()
	var recorded []history.Event
	var err error
	synctest.Test(t, func(t *testing.T) {
		err = f.Spec().Inject(t.Context(), &Scene{
			Users: []string{"u1", "u2"}, Downstream: busyDownstream{}, LockServer: l, Record: toldOf(&recorded),
		})
	})
	if len(recorded) != 2 || recorded[0].Kind != history.KindFaultBegin || recorded[1].Kind != history.KindFaultEnd {
		t.Fatalf("recorded %+v, want a begin and an end (%v)", recorded, err)
	}
	return recorded[1], err
}

// unseen names the evidence that was not seen.
func unseen(e history.Event) (names []string) {
	for _, ev := range e.Evidence {
		if !ev.Seen {
			names = append(names, ev.Name)
		}
	}
	return names
}

func TestFaultsOnTheLockServerWriteDownWhatTheySaw(t *testing.T) {
	const gone, outlived = "the holder's lock is gone while it is inside", "the holder's lock has outlived the pause"
	short := func(l *fakeLocks) { l.locks["u1"] = LockState{Token: "mine", Left: time.Millisecond} }
	keeps := func(l *fakeLocks) { l.keeps = true }
	for _, c := range []struct {
		name    string
		fault   Fault
		but     func(*fakeLocks)
		want    string // a piece of evidence that is asked for
		missing string // one that must not be seen; empty: all are
	}{
		{"a flush after which another has the lock has bitten", LockFlush{}, nil, gone, ""},
		{"a flush after which the holder has its lock has not", LockFlush{}, keeps, gone, gone},
		{"a restart after which another has the lock has bitten", LockRestart{}, nil, gone, ""},
		{"a restart of a server that remembers has not", LockRestart{}, keeps, gone, gone},
		{"a failover after which another has the lock has bitten", LockFailover{}, nil, gone, ""},
		{"a failover to a replica that has the lock has not", LockFailover{}, keeps, gone, gone},
		{"an eviction of the lock has bitten", LockEviction{Policy: "allkeys-lru"}, nil, gone, ""},
		{"an eviction of other keys has not", LockEviction{Policy: "allkeys-lru"}, keeps, gone, gone},
		{"a pause beyond the lock's lifetime bites when the lock is gone", LockPause{For: 100 * time.Millisecond}, short, gone, ""},
		{"a pause below the lock's lifetime bites when the lock is still there", LockPause{For: time.Millisecond}, keeps, outlived, ""},
		{"a pause below the lock's lifetime that lost it has not", LockPause{For: time.Millisecond}, nil, outlived, outlived},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newFakeLocks()
			if c.but != nil {
				c.but(l)
			}
			end, err := strikeLocks(t, c.fault, l)
			if err != nil || end.Outcome != history.OutcomeHealed {
				t.Errorf("outcome %s, error %v: want it healed", end.Outcome, err)
			}
			if !slices.ContainsFunc(end.Evidence, func(ev history.Evidence) bool { return ev.Name == c.want }) {
				t.Errorf("the evidence %q was not asked for: %+v", c.want, end.Evidence)
			}
			if got := unseen(end); c.missing == "" && len(got) > 0 || c.missing != "" && !slices.Equal(got, []string{c.missing}) {
				t.Errorf("not seen: %q, want %q", got, c.missing)
			}
		})
	}
}

func TestALockServerThatCannotBeHealedIsAnError(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault Fault
		fails string
	}{
		{"one that does not start again", LockRestart{}, "start"},
		{"one that stays paused", LockPause{For: time.Millisecond}, "unpause"},
		{"one that keeps its limit of memory", LockEviction{Policy: "volatile-ttl"}, "lift the memory limit"},
		{"one whose replica does not come back", LockFailover{}, "rebuild"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newFakeLocks()
			l.fails = c.fails
			end, err := strikeLocks(t, c.fault, l)
			if end.Outcome != history.OutcomeHealFailed || err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("outcome %s, error %v: want one that says what failed", end.Outcome, err)
			}
		})
	}
}

func TestALockServerIsPutInOrderWhenTheInjectionFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault Fault
		fails string
		heals string
	}{
		{"a pause of which the engine says that it failed is taken back", LockPause{For: time.Millisecond}, "pause", "unpause"},
		{"a kill of which the engine says that it failed is followed by a start", LockRestart{}, "kill", "start"},
		{"memory that could not be filled is given back", LockEviction{Policy: "allkeys-lru"}, "fill", "lift the memory limit"},
		{"a promotion that failed is followed by the primary's start", LockFailover{}, "promote", "start"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newFakeLocks()
			l.fails = c.fails
			end, err := strikeLocks(t, c.fault, l)
			if end.Outcome != history.OutcomeHealed || err == nil || !slices.Contains(l.did, c.heals) {
				t.Errorf("outcome %s, error %v, steps %v: want an error, and %s after it", end.Outcome, err, l.did, c.heals)
			}
		})
	}
}

func TestAFailoverTakesTheLockOfAUserThatTheReplicaKnowsNothingOf(t *testing.T) {
	known := LockState{Token: "old"}
	for _, c := range []struct {
		name   string
		copied map[string]LockState
		user   string
		did    string
	}{
		{"the first, where the replica knows no lock", nil, "u1", "detach"},
		{"the next, where the replica knows the first one's", map[string]LockState{"u1": known}, "u2", "detach"},
		{"after another try, where the replica knows all", map[string]LockState{"u1": known, "u2": known}, "u2", "detach attach detach"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newFakeLocks()
				l.copied = c.copied
				i := &injection{scene: &Scene{Users: []string{"u1", "u2"}, LockServer: l}}
				err := fallBehind(t.Context(), i)
				if did := strings.Join(l.did, " "); err != nil || !slices.Equal(i.users, []string{c.user}) || did != c.did {
					t.Errorf("got %v after %q (%v), want %s after %q", i.users, did, err, c.user, c.did)
				}
			})
		})
	}
}

func TestFaultsOnTheLockServerNeedOneOfTheRunsOwn(t *testing.T) {
	for _, f := range []Fault{LockFlush{}, LockRestart{}, LockFailover{}, LockEviction{}, LockPause{}} {
		if n := f.Spec().Needs(); !n.OwnLocks || !slices.Contains(n.Holds, TheLockServer) {
			t.Errorf("%s needs %+v", f.Spec().Kind(), n)
		}
		if err := f.Spec().Inject(t.Context(), &Scene{Users: []string{"u1"}}); err == nil || !strings.Contains(err.Error(), "lock server of the run's own") {
			t.Errorf("%s: got %v, want an error about the lock server", f.Spec().Kind(), err)
		}
	}
}

func TestSettingsOfLockServerFaultsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  Fault
		reason string // empty: accepted
	}{
		{"a flush while the worker is in its lane", LockFlush{At: PointDelivered}, "no lock"},
		{"a restart after the section", LockRestart{At: PointAck}, "no lock"},
		{"a failover at a point that there is not", LockFailover{At: "somewhere"}, "somewhere"},
		{"a restart that comes back before it died", LockRestart{Down: -time.Second}, "down is -1s"},
		{"a pause without end", LockPause{For: time.Hour}, "for is 1h"},
		{"a pause of no time", LockPause{}, "for is 0s"},
		{"an eviction under a policy that evicts nothing", LockEviction{Policy: "noeviction"}, "allkeys-lru"},
		{"an eviction under no policy", LockEviction{}, "evicts nothing"},
		{"a flush while the worker has the lock and is not inside yet", LockFlush{At: PointLocked}, ""},
		{"an eviction under a policy that evicts", LockEviction{Policy: "volatile-ttl"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.fault.Spec().Check()
			if c.reason == "" && err != nil || c.reason != "" && (err == nil || !strings.Contains(err.Error(), c.reason)) {
				t.Errorf("got %v, want %q", err, c.reason)
			}
		})
	}
}

func TestAFailoverThatCouldNotBeAimedMendsTheReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newFakeLocks()
		err := LockFailover{}.Spec().Inject(t.Context(), &Scene{Users: []string{"u1"}, Downstream: quietDownstream{}, LockServer: l})
		if !merely(err, ErrMissed) || !slices.Equal(l.did, []string{"detach", "attach"}) {
			t.Errorf("got %v after %v, want a miss, and the replica attached again", err, l.did)
		}
	})
}
