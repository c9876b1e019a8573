package fault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"turnstile/checker/history"
)

// fakeCluster is two brokers, three bookies and a ZooKeeper that do as they are
// told. What ZooKeeper says of them changes at once with what is done to them,
// unless it is stubborn.
type fakeCluster struct {
	roll     Membership
	bookies  map[string]*fakeServer
	keeper   *fakeServer
	brokers  map[string]*fakeBroker
	writing  []string
	stubborn bool // nothing changes, whatever happens
	mute     bool // no publish is acknowledged
	acks     int64
	failing  string // the transfer fails with this

	givesBack int // so many transfers go to whom the part had
	lateEnd   int // at so many looks after it is unpaused, the bookie k2 ends; 0: it does not
}

const thePart, b1, b2 = "topic-partition-3", "broker1:8080", "broker2:8080"

func newFakeCluster() *fakeCluster {
	c := &fakeCluster{
		roll: Membership{
			Brokers: []string{b1, b2}, Bookies: []string{"k1", "k2", "k3"},
			Owners:   map[string]string{thePart: b1, "topic-partition-0": b2},
			Sessions: map[string]string{b1: "0x1", b2: "0x2", "k1": "0x3", "k2": "0x4", "k3": "0x5"},
		},
		bookies: map[string]*fakeServer{}, brokers: map[string]*fakeBroker{}, writing: []string{"k2", "k1"},
	}
	for _, id := range c.roll.Bookies {
		c.bookies[id] = newFakeServer(func(here bool) { c.present(id, here) })
	}
	for _, id := range c.roll.Brokers {
		c.brokers[id] = &fakeBroker{cluster: c, fakeServer: newFakeServer(func(here bool) {
			if !here && !c.stubborn {
				c.roll.Owners[thePart] = map[string]string{b1: b2, b2: b1}[id]
			}
		})}
	}
	c.keeper = newFakeServer(func(bool) {})
	return c
}

// present is what ZooKeeper makes of a bookie that comes or goes.
func (c *fakeCluster) present(id string, here bool) {
	switch {
	case c.stubborn:
	case here:
		c.roll.Bookies = slices.Sorted(slices.Values(append(slices.Clone(c.roll.Bookies), id)))
	default:
		c.roll.Bookies = slices.DeleteFunc(slices.Clone(c.roll.Bookies), func(b string) bool { return b == id })
		c.writing = []string{"k3", "k1"}
	}
}

func (c *fakeCluster) Members(context.Context) (Membership, error) {
	if c.keeper.state.Paused {
		return Membership{}, errors.New("ZooKeeper does not answer")
	}
	r := c.roll
	r.Owners = maps.Clone(r.Owners)
	return r, nil
}
func (c *fakeCluster) Part(string) (string, error)      { return thePart, nil }
func (c *fakeCluster) Broker(id string) (Broker, error) { return c.brokers[id], nil }
func (c *fakeCluster) Transfer(_ context.Context, from, to string) error {
	if c.failing != "" {
		return errors.New(c.failing)
	}
	if c.givesBack--; c.roll.Owners[thePart] == from && !c.stubborn && c.givesBack < 0 {
		c.roll.Owners[thePart] = to
	}
	return nil
}
func (c *fakeCluster) Writing(context.Context, string) ([]string, error) { return c.writing, nil }
func (c *fakeCluster) Bookie(id string) (Process, error)                 { return c.bookies[id], nil }
func (c *fakeCluster) ZooKeeper() Process                                { return c.keeper }
func (c *fakeCluster) Revive(ctx context.Context) (names []string, err error) {
	if c.lateEnd > 0 {
		if c.lateEnd--; c.lateEnd == 0 {
			c.bookies["k2"].state = State{}
			c.bookies["k2"].moves(false)
		}
	}
	for id, b := range c.bookies {
		if !b.state.Running {
			names = append(names, id)
			err = errors.Join(err, b.Start(ctx))
		}
	}
	return names, err
}
func (c *fakeCluster) Acknowledged() int64 {
	if !c.mute {
		c.acks += 100
	}
	return c.acks
}

// fakeServer is a process that tells when it goes and when it is here again.
type fakeServer struct {
	state State
	moves func(here bool)
	fails string
	did   []string
}

func newFakeServer(moves func(bool)) *fakeServer {
	return &fakeServer{state: State{Running: true}, moves: moves}
}

func (s *fakeServer) step(name string, to State) error {
	s.did = append(s.did, name)
	if name == s.fails {
		return errors.New("refused: " + name)
	}
	s.state = to
	s.moves(to == State{Running: true})
	return nil
}
func (s *fakeServer) Kill(context.Context) error    { return s.step("kill", State{ExitCode: 137}) }
func (s *fakeServer) Stop(context.Context) error    { return s.step("stop", State{ExitCode: 143}) }
func (s *fakeServer) Start(context.Context) error   { return s.step("start", State{Running: true}) }
func (s *fakeServer) Unpause(context.Context) error { return s.step("unpause", State{Running: true}) }
func (s *fakeServer) Pause(context.Context) error {
	return s.step("pause", State{Running: true, Paused: true})
}
func (s *fakeServer) State(context.Context) (State, error) { return s.state, nil }

// fakeBroker lists w1 on a connection that changes with the owner of the part.
type fakeBroker struct {
	*fakeServer
	cluster *fakeCluster
	blind   bool // it sees no bookie
}

func (b *fakeBroker) Healthy(context.Context) error {
	if b.state != (State{Running: true}) {
		return errors.New("no answer")
	}
	if b.blind {
		return errors.New("it sees no bookie")
	}
	return nil
}
func (b *fakeBroker) Connections(context.Context) (Connections, error) {
	return Connections{"w1": {thePart: "at " + b.cluster.roll.Owners[thePart]}}, nil
}

// strikeCluster injects a fault into the fake and returns the fault's end.
func strikeCluster(t *testing.T, f Fault, c *fakeCluster) (history.Event, error) {
	t.Helper()
	var recorded []history.Event
	var err error
	synctest.Test(t, func(t *testing.T) {
		err = f.Spec().Inject(t.Context(), &Scene{
			Users: []string{"u1"}, Downstream: caught{}, Cluster: c, Record: toldOf(&recorded),
			// The scene's broker is whichever served the first partition when the scene
			// was made.
			Broker: c.brokers[b2], Workers: someWorkers{},
		})
	})
	if len(recorded) != 2 || recorded[1].Kind != history.KindFaultEnd {
		t.Fatalf("recorded %+v, want a begin and an end (%v)", recorded, err)
	}
	return recorded[1], err
}

func TestFaultsOnAClusterWriteDownWhatTheySaw(t *testing.T) {
	const ms = time.Millisecond
	const owner, written, acked = "ZooKeeper names another broker as the owner", "the user's part of the topic is written to other bookies", "publishes are acknowledged while the bookie is gone"
	stubborn := func(c *fakeCluster) { c.stubborn = true }
	expired := func(c *fakeCluster) {
		c.keeper.moves = func(here bool) { c.roll.Sessions = map[string]string{b1: "0x6", b2: "0x7"} }
	}
	for _, c := range []struct {
		name    string
		fault   Fault
		but     func(*fakeCluster)
		want    string   // a piece of evidence that is asked for
		missing []string // what must not be seen; empty: all is
	}{
		{"a transfer after which another broker owns the topic has bitten", Transfer{}, nil, owner, nil},
		{"a transfer to whom the topic had has not", Transfer{}, stubborn, owner, []string{owner, "the broker has another consumer of the worker than before"}},
		{"a pause until another broker is the owner has bitten", BrokerPause{For: ms, Deposed: true}, nil, owner, nil},
		{"a kill until another broker is the owner has bitten", BrokerRestart{Deposed: true}, nil, owner, nil},
		{"a graceful restart likewise", BrokerRestart{Deposed: true, Graceful: true}, nil, owner, nil},
		{"a bookie that is killed and done without has bitten", BookieLoss{Kill: true}, nil, acked, nil},
		{"a bookie that is paused and done without has bitten", BookieLoss{}, nil, written, nil},
		{"a bookie without which nothing is acknowledged has not", BookieLoss{}, func(c *fakeCluster) { c.mute = true }, acked, []string{acked}},
		{"a pause of ZooKeeper that leaves the sessions is what was asked for", ZooKeeperPause{For: ms}, nil, ZooKeeperPause{}.aftermath(), nil},
		{"one that costs them is another fault", ZooKeeperPause{For: ms}, expired, ZooKeeperPause{}.aftermath(), []string{ZooKeeperPause{}.aftermath()}},
		{"a pause of ZooKeeper that costs the sessions is what was asked for", ZooKeeperPause{For: ms, Expires: true}, expired, ZooKeeperPause{Expires: true}.aftermath(), nil},
		{"one that leaves them has not bitten", ZooKeeperPause{For: ms, Expires: true}, nil, ZooKeeperPause{Expires: true}.aftermath(), []string{ZooKeeperPause{Expires: true}.aftermath()}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newFakeCluster()
			if c.but != nil {
				c.but(k)
			}
			end, err := strikeCluster(t, c.fault, k)
			if err != nil || end.Outcome != history.OutcomeHealed {
				t.Errorf("outcome %s, error %v: want it healed", end.Outcome, err)
			}
			if !slices.ContainsFunc(end.Evidence, func(ev history.Evidence) bool { return ev.Name == c.want }) {
				t.Errorf("the evidence %q was not asked for: %+v", c.want, end.Evidence)
			}
			if got := unseen(end); !slices.Equal(got, c.missing) {
				t.Errorf("not seen: %q, want %q", got, c.missing)
			}
		})
	}
}

func TestATopicIsTransferredThereAndBackUntilItsUserMovesOn(t *testing.T) {
	for times, owner := range map[int]string{1: b2, 2: b1, 3: b2} {
		c := newFakeCluster()
		end, err := strikeCluster(t, Transfer{Times: times, Linger: time.Millisecond}, c)
		if err != nil || c.roll.Owners[thePart] != owner || end.Detail["transfers"] != fmt.Sprint(times) {
			t.Errorf("%d times: %+v, %v, %v; want it at %s", times, c.roll, end.Detail, err, owner)
		}
	}
}

func TestAFaultStrikesTheBrokerThatServesTheAimedUserNow(t *testing.T) {
	c := newFakeCluster()
	if _, err := strikeCluster(t, Transfer{}, c); err != nil || c.roll.Owners[thePart] != b2 {
		t.Fatalf("%+v, %v", c.roll, err)
	}
	if _, err := strikeCluster(t, BrokerPause{For: time.Millisecond, Deposed: true}, c); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(c.brokers[b1].did) != "[]" || fmt.Sprint(c.brokers[b2].did) != "[pause unpause]" {
		t.Errorf("%s: %v, %s: %v; want the new owner struck", b1, c.brokers[b1].did, b2, c.brokers[b2].did)
	}
}

func TestAClustersMemberIsPutInOrder(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   Fault
		server  func(*fakeCluster) *fakeServer
		fails   string
		heals   string // done after the failure; empty: it cannot be healed
		outcome string
	}{
		{"a bookie's pause of which the engine says that it failed", BookieLoss{}, bookie2, "pause", "", history.OutcomeHealed},
		{"a bookie that stays paused", BookieLoss{}, bookie2, "unpause", "", history.OutcomeHealFailed},
		{"a bookie that does not start", BookieLoss{Kill: true}, bookie2, "start", "", history.OutcomeHealFailed},
		{"a ZooKeeper that stays paused", ZooKeeperPause{For: time.Millisecond}, keeperOf, "unpause", "", history.OutcomeHealFailed},
		{"an owner that stays paused", BrokerPause{For: time.Millisecond, Deposed: true}, owner1, "unpause", "", history.OutcomeHealFailed},
		{"an owner that does not start", BrokerRestart{Deposed: true}, owner1, "start", "", history.OutcomeHealFailed},
		{"an owner's kill of which the engine says that it failed", BrokerRestart{Deposed: true}, owner1, "kill", "start", history.OutcomeHealed},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newFakeCluster()
			server := c.server(k)
			server.fails = c.fails
			end, err := strikeCluster(t, c.fault, k)
			if end.Outcome != c.outcome || err == nil || !strings.Contains(err.Error(), c.fails) || c.heals != "" && !slices.Contains(server.did, c.heals) {
				t.Errorf("outcome %s, error %v, steps %v: want %s, and an error that says what failed", end.Outcome, err, server.did, c.outcome)
			}
		})
	}
}

func bookie2(c *fakeCluster) *fakeServer  { return c.bookies["k2"] }
func keeperOf(c *fakeCluster) *fakeServer { return c.keeper }
func owner1(c *fakeCluster) *fakeServer   { return c.brokers[b1].fakeServer }

func TestATransferIsAskedForUntilTheTopicMoves(t *testing.T) {
	c := newFakeCluster()
	c.givesBack = 1
	end, err := strikeCluster(t, Transfer{}, c)
	if err != nil || end.Detail["asked"] != "2" || len(unseen(end)) > 0 {
		t.Errorf("%+v, %v: want it asked for twice", end, err)
	}
}

func TestATransferThatIsRefusedIsAnErrorThatNamesBothBrokers(t *testing.T) {
	c := newFakeCluster()
	c.failing = "no such bundle"
	if _, err := strikeCluster(t, Transfer{}, c); err == nil || !strings.Contains(err.Error(), b1) || !strings.Contains(err.Error(), b2) {
		t.Errorf("got %v", err)
	}
	c = newFakeCluster()
	c.roll.Brokers = []string{b1}
	scene := &Scene{Users: []string{"u1"}, Downstream: caught{}, Cluster: c, Broker: c.brokers[b1], Workers: someWorkers{}}
	if err := (Transfer{}).Spec().Inject(t.Context(), scene); err == nil || !strings.Contains(err.Error(), "no other broker") {
		t.Errorf("got %v", err)
	}
}

func TestFaultsOfAClusterNeedOne(t *testing.T) {
	for _, f := range []Fault{Transfer{}, BookieLoss{}, BookieLoss{Kill: true}, ZooKeeperPause{}, BrokerPause{Deposed: true}, BrokerRestart{Deposed: true}} {
		if n := f.Spec().Needs(); !n.Cluster() {
			t.Errorf("%s needs %+v, want a cluster", f.Spec().Kind(), n)
		}
		scene := &Scene{Users: []string{"u1"}, Broker: lists{}}
		if err := f.Spec().Inject(t.Context(), scene); err == nil || !strings.Contains(err.Error(), "a cluster") || !strings.Contains(err.Error(), f.Spec().Kind()) {
			t.Errorf("%s: got %v, want an error about the cluster", f.Spec().Kind(), err)
		}
	}
}

func TestFaultsOfSharedServersAreToldFromThoseOfARunsOwn(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		want  bool
	}{
		{Kill{}, false}, {Freeze{}, false}, {LockFlush{}, false}, {Unload{}, false},
		{Unload{Bundle: true}, true}, {BrokerPause{}, true}, {BrokerRestart{}, true},
		{BookieLoss{}, true}, {ZooKeeperPause{}, true}, {Transfer{}, true},
		{Schedule{{Fault: Kill{}}, {Fault: BookieLoss{}}}, true},
	} {
		n := c.fault.Spec().Needs()
		if got := n.Servers(); got != c.want {
			t.Errorf("%s: %t, want %t", c.fault.Spec().Kind(), got, c.want)
		}
		if n.Servers() && len(n.Acts) == 0 {
			t.Errorf("%s disturbs servers, and does not say by what act", c.fault.Spec().Kind())
		}
	}
}

func TestWhatAFaultDoesToServersCanBeAllowedUnlessItIsToTheirProcesses(t *testing.T) {
	for _, c := range []struct {
		fault   Fault
		allowed []Act
		beyond  []Act
	}{
		{Kill{}, nil, nil},
		{LinkCut{}, nil, nil},
		{Unload{}, nil, []Act{ActUnload}},
		{CloseLost{}, nil, []Act{ActUnload}},
		{ActiveHeld{}, []Act{ActTransfer}, []Act{ActUnload}},
		{Unload{Bundle: true}, []Act{ActUnload}, nil},
		{Transfer{}, []Act{ActUnload}, []Act{ActTransfer}},
		{Transfer{}, Allowable(), nil},
		{BrokerPause{}, []Act{ActServers, ActUnload, ActTransfer}, []Act{ActServers}},
		{Schedule{{Fault: Kill{}}, {Fault: BookieLoss{}}, {Fault: Unload{}}}, nil, []Act{ActServers, ActUnload}},
	} {
		if got := c.fault.Spec().Needs().Beyond(c.allowed); !slices.Equal(got, c.beyond) {
			t.Errorf("of %s with %v allowed, %v is beyond that, want %v", c.fault.Spec().Kind(), c.allowed, got, c.beyond)
		}
	}
	for _, name := range Names() {
		f := descriptors[name].From
		if n := f.Spec().Needs(); n.Servers() && len(n.Acts) == 0 {
			t.Errorf("%s disturbs servers, and does not say by what act", name)
		}
	}
}

func TestSettingsOfClusterFaultsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  Fault
		reason string // empty: accepted
	}{
		{"a transfer that leaves one alone for ever", Transfer{Alone: time.Hour}, "alone is 1h"},
		{"a transfer at no point", Transfer{At: "lunch"}, "lunch"},
		{"a bookie that is gone for ever", BookieLoss{For: time.Hour}, "for is 1h"},
		{"a pause of ZooKeeper of no time", ZooKeeperPause{}, "for is 0s"},
		{"a pause of ZooKeeper", ZooKeeperPause{For: time.Second}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.fault.Spec().Check()
			if (c.reason == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.reason) {
				t.Errorf("got %v, want %q", err, c.reason)
			}
		})
	}
}
