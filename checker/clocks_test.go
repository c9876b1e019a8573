package checker

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

func TestClocksOfTwoDomains(t *testing.T) {
	// w2 stamps on a clock that is really 1000 ahead.
	far := func() *story {
		s := newStory()
		s.domains[history.WorkerSrc("w2")] = "far"
		return s.publish("e1", "u1", 1, 10, history.OutcomeOK).publish("e2", "u1", 2, 20, history.OutcomeOK).
			section("w1", "a", "e1", "u1", 100, 200)
	}
	for _, c := range []struct {
		name  string
		story *story
		want  Verdict
		says  string
	}{
		{"without a measured offset nothing is known", far().section("w2", "b", "e2", "u1", 1300, 1400), Unknown,
			"workers stamp on two clocks, d and far"},
		{"sections apart by more than the bound hold", far().offset("d", "far", 990, 1010).section("w2", "b", "e2", "u1", 1300, 1400), Holds, ""},
		{"the offset may be measured the other way round", far().offset("far", "d", -1010, -990).section("w2", "b", "e2", "u1", 1300, 1400), Holds, ""},
		{"sections that overlap whatever the offset are refuted", far().offset("d", "far", 990, 1010).section("w2", "b", "e2", "u1", 1150, 1400), Refuted, "40 ns"},
		{"an offset that is known exactly orders sections exactly", far().offset("d", "far", 1000, 1000).section("w2", "b", "e2", "u1", 1200, 1400), Holds, ""},
		{"sections that may overlap within the bound are unknown", far().offset("d", "far", 990, 1010).section("w2", "b", "e2", "u1", 1205, 1400), Unknown,
			"whose measured bound leaves their order open"},
		{"an overlap by less than the bound is unknown", far().offset("d", "far", 990, 1010).section("w2", "b", "e2", "u1", 1195, 1400), Unknown, ""},
		{"a section shorter than the bound is unknown inside another", far().offset("d", "far", 990, 1010).section("w2", "b", "e2", "u1", 1145, 1150), Unknown, ""},
		{"an entry on another clock while a later killed attempt had no exit is unknown", func() *story {
			s := newStory()
			s.domains[history.WorkerSrc("w2")] = "far"
			s.publish("e1", "u1", 1, 10, history.OutcomeOK).enter("w1", "a", "e1", "u1", 100).kill("w1", 500, 510)
			return s.offset("d", "far", 990, 1010).section("w2", "b", "e1", "u1", 1300, 1400)
		}(), Unknown, "1 overlap"},
		{"two measurements that drifted apart are both believed", far().offset("d", "far", 990, 991).offset("d", "far", 1009, 1010).
			section("w2", "b", "e2", "u1", 1205, 1400), Unknown, ""},
		{"clocks can be compared by way of a third", far().offset("d", "hub", 500, 505).offset("hub", "far", 490, 505).
			section("w2", "b", "e2", "u1", 1300, 1400), Holds, ""},
		{"two sections on the far clock compare exactly", far().offset("d", "far", 0, 2000).
			section("w2", "b", "e2", "u1", 9000, 9010).section("w2", "c", "e1", "u1", 9009, 9020), Refuted, "1 ns"},
		{"a death on a clock that cannot be compared bounds nothing", func() *story {
			s := newStory()
			s.domains[history.SrcHarness] = "host"
			return s.publish("e1", "u1", 1, 10, history.OutcomeOK).enter("w1", "a", "e1", "u1", 100).kill("w1", 110, 120)
		}(), Unknown, "its worker's death is stamped on clock host, which cannot be compared with d"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := mustBe(t, Check(c.story.tell(t)), Exclusivity, c.want)
			if !strings.Contains(v.Reason, c.says) {
				t.Errorf("the reason %q does not say %q", v.Reason, c.says)
			}
		})
	}
	t.Run("other properties do not compare clocks", func(t *testing.T) {
		s := far().section("w2", "b", "e2", "u1", 1300, 1400).commit("e1", "u1", "a").commit("e2", "u1", "b")
		r := Check(s.tell(t))
		mustBe(t, r, Exclusivity, Unknown)
		mustBe(t, r, Order, Holds)
		mustBe(t, r, Delivery, Holds)
	})
}

// TestCarriedInstantsContainTheTruth gives every domain a true offset and
// measures some of them: an instant carried between clocks must lie in the
// interval that is given for it.
func TestCarriedInstantsContainTheTruth(t *testing.T) {
	property(t, 0, []string{"4 comparable", "16 comparable"}, func(t *rapid.T, n *tally) {
		names := []string{"a", "b", "c", "d"}
		ahead := map[string]int64{}
		for _, n := range names {
			ahead[n] = rapid.Int64Range(-1000, 1000).Draw(t, "ahead")
		}
		h := &history.History{}
		for range rapid.IntRange(0, 5).Draw(t, "measurements") {
			from, to := rapid.SampledFrom(names).Draw(t, "from"), rapid.SampledFrom(names).Draw(t, "to")
			d := ahead[to] - ahead[from]
			h.Events = append(h.Events, history.Event{Kind: history.KindClockOffset, Src: history.SrcHarness, Domain: from, Peer: to,
				Lo: d - rapid.Int64Range(0, 50).Draw(t, "below"), Hi: d + rapid.Int64Range(0, 50).Draw(t, "above")})
		}
		c := newClocks(h)
		compared := 0
		for _, from := range names {
			for _, to := range names {
				at, ok := c.on(to, from, 5000+ahead[from])
				if ok {
					compared++
				}
				if ok != c.comparable(from, to) {
					t.Fatalf("%s and %s compare one way only", from, to)
				}
				if want := 5000 + ahead[to]; ok && (at.lo > want || at.hi < want) {
					t.Fatalf("%s on %s: %+v does not contain %d", from, to, at, want)
				}
			}
		}
		n.drew("%d comparable", compared)
	})
}

func TestSurelyBeforeWantsTheWholeBound(t *testing.T) {
	c := newClocks(&history.History{Events: []history.Event{
		{Kind: history.KindClockOffset, Src: history.SrcHarness, Domain: "a", Peer: "b", Lo: 10, Hi: 20},
		{Kind: history.KindClockOffset, Src: history.WorkerSrc("w1"), Domain: "a", Peer: "c", Lo: 10, Hi: 20}, // not its business
	}})
	for _, x := range []struct {
		a, b int64 // a on clock a, b on clock b
		want bool
	}{{100, 121, true}, {100, 120, false}, {100, 111, false}} {
		if got := c.surelyBefore("a", x.a, "b", x.b); got != x.want {
			t.Errorf("%d on a is surely before %d on b: %t", x.a, x.b, got)
		}
	}
	if c.surelyBefore("a", 0, "c", 1_000_000) {
		t.Error("clocks without a measurement by the harness were compared")
	}
}

func TestBoundsTooLargeForATimeStayTooLarge(t *testing.T) {
	for _, c := range []struct{ a, b, want int64 }{
		{1, 2, 3}, {math.MaxInt64, 1, math.MaxInt64}, {math.MinInt64, -1, math.MinInt64}, {math.MinInt64, math.MinInt64, math.MinInt64}, {math.MaxInt64, math.MinInt64, -1},
	} {
		if got := add(c.a, c.b); got != c.want {
			t.Errorf("add(%d, %d) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
	if got := negate(math.MinInt64); got != math.MaxInt64 {
		t.Errorf("negate(least) = %d", got)
	}
}
