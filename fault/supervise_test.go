package fault

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
)

func TestABookieThatEndsWhenItThawsIsStartedAgain(t *testing.T) {
	c := newFakeCluster()
	b := c.bookies["k2"]
	moves := b.moves
	b.moves = func(here bool) {
		if here && b.did[len(b.did)-1] == "unpause" {
			b.state = State{} // its session has expired
			return
		}
		moves(here)
	}
	end, err := strikeCluster(t, BookieLoss{}, c)
	if err != nil || end.Detail["started_again"] != "k2" || !slices.Contains(c.roll.Bookies, "k2") {
		t.Errorf("%+v, %v, ZooKeeper lists %v", end, err, c.roll.Bookies)
	}
}

func TestABookieThatEndsAfterItWasListedAgainIsStartedAgain(t *testing.T) {
	c := newFakeCluster()
	c.lateEnd = 5
	end, err := strikeCluster(t, BookieLoss{}, c)
	if err != nil || end.Detail["started_again"] != "k2" || !c.bookies["k2"].state.Running {
		t.Errorf("%+v, %v, the bookie %+v", end, err, c.bookies["k2"])
	}
}

func TestABrokerThatDoesNotGetOverTheLossOfItsSessionIsRestarted(t *testing.T) {
	unregistered := func(c *fakeCluster, here bool) {
		if c.roll.Brokers = []string{b2}; here {
			c.roll.Brokers = []string{b1, b2}
		}
	}
	blind := func(c *fakeCluster, here bool) { c.brokers[b1].blind = !here }
	for _, c := range []struct {
		name, fails, why string
		loses            func(c *fakeCluster, back bool)
	}{
		{"it is not registered again", "", "it is not registered", unregistered},
		{"it is registered and its health check fails", "", "it sees no bookie", blind},
		{"it cannot be ended", "kill", "it is not registered", unregistered},
		{"it cannot be started", "start", "it is not registered", unregistered},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newFakeCluster()
			k.keeper.moves = func(here bool) {
				if c.loses(k, false); here {
					k.roll.Sessions = map[string]string{b1: "0x6", b2: "0x7"}
				}
			}
			b := k.brokers[b1].fakeServer
			b.fails = c.fails
			b.moves = func(here bool) { c.loses(k, here) }
			end, err := strikeCluster(t, ZooKeeperPause{For: time.Millisecond, Expires: true}, k)
			if got, want := end.Detail["restarted"], b1+": "+c.why; got != want {
				t.Errorf("restarted: %q, want %q", got, want)
			}
			switch {
			case c.fails != "" && (end.Outcome != history.OutcomeHealFailed || err == nil || !strings.Contains(err.Error(), c.fails)):
				t.Errorf("outcome %s, error %v: want the heal to have failed, and why", end.Outcome, err)
			case c.fails == "" && (err != nil || len(unseen(end)) > 0 || fmt.Sprint(b.did) != "[kill start]"):
				t.Errorf("%+v, %v, steps %v: want it killed and started", end, err, b.did)
			}
		})
	}
}

func TestASessionThatARestartEndedIsNotOneThatThePauseDid(t *testing.T) {
	for _, expires := range []bool{true, false} {
		t.Run(fmt.Sprintf("sessions expire: %t", expires), func(t *testing.T) {
			k := newFakeCluster()
			k.keeper.moves = func(bool) { k.brokers[b1].blind = true }
			k.brokers[b1].moves = func(here bool) {
				if k.brokers[b1].blind = !here; here {
					k.roll.Sessions = map[string]string{b1: "0x6", b2: "0x2"}
				}
			}
			z := ZooKeeperPause{For: time.Millisecond, Expires: expires}
			end, err := strikeCluster(t, z, k)
			if err != nil || end.Detail["restarted"] == "" {
				t.Fatalf("%+v, %v: want it restarted", end, err)
			}
			if got := unseen(end); !slices.Equal(got, []string{z.aftermath()}) {
				t.Errorf("not seen: %q, want %q", got, z.aftermath())
			}
		})
	}
}
