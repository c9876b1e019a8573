package checker

import (
	"maps"
	"testing"
	"time"

	"turnstile/checker/history"
)

// TestWhatIsCountedIsWhatHappened compares reasons and counts as a whole: what should not be there shows, too.
func TestWhatIsCountedIsWhatHappened(t *testing.T) {
	const ok, failed, unclear, deduplicated = history.OutcomeOK, history.OutcomeFailed, history.OutcomeUnclear, history.OutcomeDeduplicated
	type counts = map[string]int64
	effects := func(some counts) counts {
		out := counts{"operations": 0, "writes": 0, "reads": 0, "undecided": 0, "confirmed_users": 0, "pass_only_users": 0}
		for _, k := range violationKinds {
			out[string(k)] = 0
		}
		maps.Copy(out, some)
		return out
	}
	nothing := map[string]string{ // why what holds is vacuous
		"an effect of one who is alone":    "no user had two attempts that took effect",
		"a log without what was published": "no publish was acknowledged",
		"texts that were all refused":      "no text was sent",
		"events of one for each user":      "no user had two events that took effect",
	}
	for _, c := range []struct {
		name   string
		build  func() *story
		p      Property
		want   Verdict
		reason string
		counts counts
	}{
		{"effects of every sort", tangled, Effects, Refuted,
			"user u1 got the cart_reminder text by an attempt that did not see the campaign text before it, which counts toward the cap: attempts g (w1) and h (w2) both read version 4; lost updates 1, for 1 user in all",
			effects(counts{"operations": 7, "writes": 6, "reads": 1, "confirmed_users": 1, "lost_updates": 1})},
		{"effects of two users, of whom one's have no order", func() *story {
			s := takeTurns().publish("f1", "u2", 1, 41, ok).publish("f2", "u2", 2, 42, ok)
			for _, a := range []string{"x1", "x2"} {
				e := "f" + a[1:]
				s.worker("w3", history.Event{Kind: history.KindEnter, T: 700, Event: e, User: "u2", Attempt: a})
				s.commitOn(e, "u2", a, 0, "")
				s.worker("w3", history.Event{Kind: history.KindExit, T: 800, Event: e, User: "u2", Attempt: a, Outcome: ok})
			}
			return s
		}, Effects, Refuted, "user u2: what event f1 changed was overwritten: attempts x1 (w3) and x2 (w3) both read version 0; lost updates 1, for 1 user in all",
			effects(counts{"operations": 5, "writes": 5, "confirmed_users": 2, "lost_updates": 1})},
		{"an update that was lost, after which no order is looked for in time", func() *story {
			return journeys().does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e8", 30, 60, 0, ""}).skips(try{"w3", "c", "e2", 70, 80, 9, ""})
		}, Effects, Refuted, "user u1 got the receipt text and the state forgot it: attempts a (w1) and b (w2) both read version 0; lost updates 1, for 1 user in all",
			effects(counts{"operations": 3, "writes": 2, "reads": 1, "confirmed_users": 1, "lost_updates": 1})},
		{"an effect that is not known", func() *story {
			return journeys().begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 50, 60, 0, "receipt"})
		}, Effects, Unknown, "not known of 1 effect: whether attempt a, which sent text \"welcome\" of event e1, wrote the state after the store's log was read: its worker's death is not on record",
			effects(counts{"operations": 1, "writes": 1, "undecided": 1, "confirmed_users": 1})},
		{"an effect of one who is alone", func() *story { return journeys().does(try{"w2", "b", "e2", 50, 60, 0, "receipt"}) }, Effects, Holds,
			"1 operation of 1 user have an order in which each reads what the one before it wrote, and the texts are theirs; pass and porcupine agree",
			effects(counts{"operations": 1, "writes": 1, "confirmed_users": 1})},
		{"texts that were refused, known, unclear and sent", func() *story {
			s := journeys()
			a := try{"w1", "a", "e1", 10, 20, 0, "welcome"}
			s.arrives(a, 11, failed).arrives(a, 12, deduplicated).arrives(a, 13, unclear).arrives(a, 14, failed)
			b := try{"w1", "b", "e2", 30, 40, 1, "receipt"}
			s.arrives(b, 31, deduplicated).arrives(b, 32, failed).arrives(b, 33, "").arrives(b, 34, deduplicated)
			return s.arrives(try{"w1", "c", "e5", 50, 60, 1, "campaign"}, 51, failed).arrives(try{"w1", "z", "e99", 50, 60, 1, "campaign"}, 52, "")
		}, Duplicates, Holds, "", counts{"sends": 1, "texts": 2, "refused": 4, "deduplicated": 3, "unclear": 1, "duplicated": 0}},
		{"texts of which some came twice, surely and perhaps", func() *story {
			s := journeys()
			for i, event := range []string{"e1", "e1", "e1", "e2", "e2", "e5"} {
				s.arrives(try{"w1", "a", event, 0, 0, 0, "welcome"}, int64(10+i), "")
			}
			return s.arrives(try{"w1", "b", "e5", 0, 0, 0, "welcome"}, 20, unclear)
		}, Duplicates, Refuted, "", counts{"sends": 6, "texts": 3, "refused": 0, "deduplicated": 0, "unclear": 1, "duplicated": 2}},
		{"a text that came, perhaps came, and came again, behind one of another run", func() *story {
			s, a := journeys(), try{"w1", "a", "e1", 0, 0, 0, "welcome"}
			return s.arrives(try{"w1", "z", "e99", 0, 0, 0, "welcome"}, 9, "").arrives(a, 10, "").arrives(a, 11, unclear).arrives(a, 12, "")
		}, Duplicates, Refuted, "", counts{"sends": 2, "texts": 1, "refused": 0, "deduplicated": 0, "unclear": 1, "duplicated": 1}},
		{"events of which one was held back", func() *story {
			s := newStory().heldBack("e1", 1, 10, 50, ok).heldBack("e2", 2, 20, 0, ok).heldBack("e3", 3, 30, 0, ok)
			return s.commit("e2", "u1", "x").commit("e3", "u1", "y").commit("e1", "u1", "z")
		}, Order, Holds, "2 events of 1 user first took effect in publish order", counts{"events": 2, "users": 1, "inversions": 0, "inversions_by_unclear_publishes": 0, "held_back": 1}},
		{"a read of a version that nobody wrote, of before all writes: it is told once", func() *story {
			return journeys().does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 50, 60, 1, "receipt"}).skips(try{"w3", "c", "e2", 1, 5, 9, ""})
		}, Effects, Refuted, "user u1: attempt c (w3) read version 9, which nobody wrote; effects out of place 1, for 1 user in all",
			effects(counts{"operations": 3, "writes": 2, "reads": 1, "confirmed_users": 1, "effects_out_of_place": 1})},
		{"texts without a record of the gateway", func() *story {
			return takeTurns().without(func(e history.Event) bool { return e.Src == history.SrcGateway })
		}, Duplicates, Unknown, "nothing of the gateway is on record, so what reached it was not observed",
			counts{"sends": 0, "texts": 0, "refused": 0, "deduplicated": 0, "unclear": 0, "duplicated": 0}},
		{"a section whose end nobody knows before one that was killed", func() *story {
			s := newStory().publish("f1", "u2", 1, 41, ok)
			return s.enter("w3", "x1", "f1", "u2", 50).enter("w4", "x2", "f1", "u2", 100).kill("w4", 200, 300)
		}, Exclusivity, Unknown, "", counts{"sections": 2, "users": 1, "operations": 4, "overlapping_pairs": 0, "overlapping_users": 0, "ends_by_death": 1, "ends_unbounded": 1,
			"undecided": 0, "entered_between_signal_and_death": 0, "confirmed_users": 1, "sweep_only_users": 0}},
		{"a section that the clocks' bound leaves an instant of, inside another", func() *story {
			s := newStory().publish("e1", "u1", 1, 10, ok).publish("e2", "u1", 2, 20, ok)
			s.domains[history.WorkerSrc("w2")] = "far"
			s.offset("d", "far", 990, 1010).section("w1", "a", "e1", "u1", 100, 200).section("w1", "b", "e1", "u1", 300, 310)
			return s.section("w2", "x", "e2", "u1", 1140, 1160)
		}, Exclusivity, Refuted, "", counts{"sections": 3, "users": 1, "operations": 10, "overlapping_pairs": 1, "overlapping_users": 1, "ends_by_death": 0, "ends_unbounded": 0,
			"undecided": 0, "entered_between_signal_and_death": 0, "confirmed_users": 1, "sweep_only_users": 0}},
		{"sections of two users that the clocks' bound leaves open", func() *story {
			s := newStory()
			s.domains[history.WorkerSrc("w2")] = "far"
			s.offset("d", "far", 990, 1010)
			for i, user := range []string{"u1", "u2"} {
				e, at := "e"+user, int64(1000*i)
				s.publish(e, user, 1, 10, ok).section("w1", "a"+user, e, user, at+100, at+200).section("w2", "x"+user, e, user, at+1195, at+1300)
			}
			return s
		}, Exclusivity, Unknown, "", counts{"sections": 4, "users": 2, "operations": 16, "overlapping_pairs": 0, "overlapping_users": 0, "ends_by_death": 0, "ends_unbounded": 0,
			"undecided": 2, "entered_between_signal_and_death": 0, "confirmed_users": 2, "sweep_only_users": 0}},
		{"texts that perhaps came twice", func() *story {
			s := journeys()
			for i, event := range []string{"e1", "e1", "e2", "e5"} {
				s.arrives(try{"w1", "a", event, 0, 0, 0, "welcome"}, int64(10+i), unclear)
			}
			return s.arrives(try{"w1", "b", "e5", 0, 0, 0, "welcome"}, 20, "")
		}, Duplicates, Unknown, "", counts{"sends": 1, "texts": 3, "refused": 0, "deduplicated": 0, "unclear": 4, "duplicated": 0}},
		{"a log with events of this run and of another", func() *story {
			return takeTurns().publish("e4", "u1", 4, 40, failed).commit("e4", "u1", "w1-9").commit("foreign", "u1", "w1-8").commit("foreign", "u1", "w1-7")
		}, Delivery, Holds, "all 3 acknowledged publishes took effect", counts{"acknowledged": 3, "committed": 5, "missing": 0, "dead_lettered": 0}},
		{"a log without what was published", func() *story { return newStory().publish("e4", "u1", 4, 40, failed).commit("e4", "u1", "w1-9") },
			Delivery, Holds, "all 0 acknowledged publishes took effect", counts{"acknowledged": 0, "committed": 1, "missing": 0, "dead_lettered": 0}},
		{"texts that were all refused", func() *story { return journeys().arrives(try{"w1", "a", "e1", 10, 20, 0, "welcome"}, 11, failed) }, Duplicates, Holds, "",
			counts{"sends": 0, "texts": 0, "refused": 1, "deduplicated": 0, "unclear": 0, "duplicated": 0}},
		{"events of one for each user", func() *story {
			return newStory().publish("a", "a", 1, 1, ok).publish("b", "b", 1, 2, ok).commit("b", "b", "x").commit("a", "a", "y").commit("a", "a", "z")
		}, Order, Holds, "2 events of 2 users first took effect in publish order", counts{"events": 2, "users": 2, "inversions": 0, "inversions_by_unclear_publishes": 0}},
		{"events of which one was given up", func() *story {
			s := takeTurns().publish("e4", "u1", 4, 40, ok).publish("e5", "u2", 1, 41, ok).publish("e6", "u2", 2, 42, ok)
			return s.worker("w1", history.Event{Kind: history.KindDeadLetter, T: 700, Event: "e5", User: "u2", Attempt: "w1-5"})
		}, Delivery, Refuted, "3 of 6 acknowledged publishes never took effect: e4, e5, e6 (dead-lettered: e5)", counts{"acknowledged": 6, "committed": 3, "missing": 3, "dead_lettered": 1}},
		{"events of which none was given up", func() *story { return takeTurns().publish("e4", "u1", 4, 40, ok) },
			Delivery, Refuted, "1 of 4 acknowledged publishes never took effect: e4", counts{"acknowledged": 4, "committed": 3, "missing": 1, "dead_lettered": 0}},
		{"events of three users, of which some are out of order", func() *story {
			s := newStory().section("w1", "a", "a1", "a", 100, 110)
			for i, e := range []string{"a1", "a2", "a3", "b1", "b2", "c1"} {
				s.publish(e, e[:1], int64(i+1), int64(i+1), map[bool]string{true: unclear, false: ok}[e == "a2"])
			}
			for _, e := range []string{"a3", "a1", "a2", "b2", "c1", "b1", "b1"} {
				s.commit(e, e[:1], "a")
			}
			return s
		}, Order, Refuted, "user a: event a3 (published as number 3) took effect at position 1 of the store's log, before event a1 (number 1) at position 2; 2 inversions for 2 users in all",
			counts{"events": 6, "users": 3, "inversions": 2, "inversions_by_unclear_publishes": 1}},
		{"sections of which one entered while the worker of another died", func() *story {
			s := newStory().publish("f1", "u2", 1, 41, ok).publish("f2", "u2", 2, 42, ok).publish("f3", "u1", 1, 43, ok)
			return s.enter("w3", "x1", "f1", "u2", 100).kill("w3", 200, 300).section("w2", "x2", "f2", "u2", 250, 260).section("w2", "x3", "f3", "u1", 250, 260)
		}, Exclusivity, Holds, "3 critical sections of 2 users form a linearizable mutex per user; sweep and porcupine agree" +
			" (1 section entered between the signal to another's worker and its confirmed death, which one order allows)",
			counts{"sections": 3, "users": 2, "operations": 6, "overlapping_pairs": 0, "overlapping_users": 0, "ends_by_death": 1, "ends_unbounded": 0,
				"undecided": 0, "entered_between_signal_and_death": 1, "confirmed_users": 2, "sweep_only_users": 0}},
		{"a section whose end nobody knows beside others", func() *story {
			s := newStory().publish("f1", "u2", 1, 41, ok)
			return s.enter("w3", "x1", "f1", "u2", 100).section("w2", "x2", "f1", "u2", 250, 260)
		}, Exclusivity, Unknown, "the end of 1 section cannot be bounded: attempt x1 of w3 (its worker's death is not on record)",
			counts{"sections": 2, "users": 1, "operations": 4, "overlapping_pairs": 0, "overlapping_users": 0, "ends_by_death": 0, "ends_unbounded": 1,
				"undecided": 0, "entered_between_signal_and_death": 0, "confirmed_users": 1, "sweep_only_users": 0}},
		{"sections on two clocks, of which some surely overlapped and some perhaps", func() *story {
			s := newStory().publish("e1", "u1", 1, 10, ok).publish("e2", "u1", 2, 20, ok)
			s.domains[history.WorkerSrc("w2")] = "far"
			s.offset("d", "far", 990, 1010)
			s.section("w1", "a", "e1", "u1", 100, 200).section("w1", "b", "e1", "u1", 300, 400).section("w1", "c", "e1", "u1", 500, 600)
			return s.section("w2", "x", "e2", "u1", 1150, 1250).section("w2", "y", "e2", "u1", 1395, 1399).section("w2", "z", "e2", "u1", 1595, 1599)
		}, Exclusivity, Refuted, "", counts{"sections": 6, "users": 1, "operations": 16, "overlapping_pairs": 1, "overlapping_users": 1, "ends_by_death": 0, "ends_unbounded": 0,
			"undecided": 2, "entered_between_signal_and_death": 0, "confirmed_users": 1, "sweep_only_users": 0}},
		{"sections of every sort", func() *story {
			s := frozen().publish("f1", "u2", 1, 41, ok).publish("f2", "u2", 2, 42, ok).publish("g1", "u3", 1, 43, ok)
			s.enter("w3", "x1", "f1", "u2", 100).kill("w3", 200, 300).section("w2", "x2", "f2", "u2", 250, 260) // between signal and death
			return s.enter("w4", "y1", "g1", "u3", 100)
		}, Exclusivity, Refuted, "", counts{"sections": 6, "users": 3, "operations": 10, "overlapping_pairs": 1, "overlapping_users": 1, "ends_by_death": 1, "ends_unbounded": 1,
			"undecided": 0, "entered_between_signal_and_death": 1, "confirmed_users": 3, "sweep_only_users": 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecord(c.build().tell(t))
			j := judge(r, c.p, config{linearize: linearize, explain: explain, reach: usualReach, timeout: time.Minute})
			if j.verdict != c.want || c.reason != "" && j.reason != c.reason {
				t.Errorf("%s: %q, want %s: %q", j.verdict, j.reason, c.want, c.reason)
			}
			if j.nothing != nothing[c.name] {
				t.Errorf("there was nothing to judge: %q, want %q", j.nothing, nothing[c.name])
			}
			if !maps.Equal(j.counts, c.counts) {
				t.Errorf("%s: %q: got %v, want %v", j.verdict, j.reason, j.counts, c.counts)
			}
		})
	}
}
