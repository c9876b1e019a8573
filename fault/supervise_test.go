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
	end, err := strikeCluster(t, BookieLoss{}, c, 20*time.Second)
	if err != nil || end.Detail["started_again"] != "k2" || !slices.Contains(c.roll.Bookies, "k2") {
		t.Errorf("%+v, %v, ZooKeeper lists %v", end, err, c.roll.Bookies)
	}
}

func TestABookieThatEndsAfterItWasListedAgainIsStartedAgain(t *testing.T) {
	t.Parallel()
	c := newFakeCluster()
	c.lateEnd = 5
	end, err := strikeCluster(t, BookieLoss{}, c, 20*time.Second)
	if err != nil || end.Detail["started_again"] != "k2" || !c.bookies["k2"].state.Running {
		t.Errorf("%+v, %v, the bookie %+v", end, err, c.bookies["k2"])
	}
}

func TestABrokerThatStaysUnregisteredAfterItLostItsSessionIsRestarted(t *testing.T) {
	t.Parallel()
	for _, fails := range []string{"", "kill", "start"} {
		t.Run("and the step that fails is: "+fails, func(t *testing.T) {
			t.Parallel()
			c := newFakeCluster()
			c.keeper.moves = func(bool) { c.roll.Brokers, c.roll.Sessions = []string{b2}, map[string]string{b2: "0x7"} }
			b := c.brokers[b1].fakeServer
			b.fails = fails
			b.moves = func(here bool) {
				if here {
					c.roll.Brokers = []string{b1, b2}
				}
			}
			end, err := strikeCluster(t, ZooKeeperPause{For: time.Millisecond, Expires: true}, c, 40*time.Second)
			if got := end.Detail["restarted_unregistered"]; got != b1 {
				t.Errorf("restarted: %q, want %s", got, b1)
			}
			switch {
			case fails != "" && (end.Outcome != history.OutcomeHealFailed || err == nil || !strings.Contains(err.Error(), fails)):
				t.Errorf("outcome %s, error %v: want the heal to have failed, and why", end.Outcome, err)
			case fails == "" && (err != nil || len(unseen(end)) > 0 || fmt.Sprint(b.did) != "[kill start]"):
				t.Errorf("%+v, %v, steps %v: want it killed and started", end, err, b.did)
			}
		})
	}
}
