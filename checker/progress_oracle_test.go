package checker

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"turnstile/checker/history"
)

// TestProgressAgainstItsDefinition draws small worlds on a clock of seconds and
// decides them as the words of judgeProgress's comment read.
func TestProgressAgainstItsDefinition(t *testing.T) {
	tb := t
	seen := map[Verdict]int{}
	rapid.Check(t, func(t *rapid.T) {
		const limit, patient = standstillLimit / second, patience / second
		at := func(name string, from, to int64) int64 { return rapid.Int64Range(from, to).Draw(t, name) }
		s := newStory()
		s.restamp = readLate
		end := at("end", 30, 60)
		begin, heal := at("begin", 2, 8), int64(0)
		heal = begin + at("lasts", 3, 25)
		halts := rapid.IntRange(0, 4).Draw(t, "halts") == 0
		drained := rapid.Bool().Draw(t, "drained")

		type event struct {
			user, worker      string
			since, enter, out int64
			happened          bool
		}
		type step struct {
			worker, user string
			at           int64
		}
		var events []event
		var steps []step
		home := map[string]string{}
		for i, user := range []string{"u1", "u2", "u3"} { // u1 and w1 are aimed at
			home[user] = []string{"w1", rapid.SampledFrom([]string{"w1", "w2"}).Draw(t, "home"), "w2"}[i]
			t0 := int64(0)
			for n := range rapid.IntRange(1, 5).Draw(t, "events") {
				by := home[user]
				if rapid.IntRange(0, 4).Draw(t, "moved") == 0 {
					by = "w1"
				}
				e := event{user: user, worker: by, since: t0 + at("publish", 0, 12)}
				t0 = e.since
				id := fmt.Sprintf("%s-%d", user, n)
				s.publish(id, user, int64(n+1), e.since*second, history.OutcomeOK)
				if e.happened = rapid.IntRange(0, 5).Draw(t, "happens") > 0; e.happened {
					e.enter = e.since + at("waits", 0, 9)
					e.out = e.enter + at("takes", 0, 3)
					s.section(e.worker, id, id, user, e.enter*second, e.out*second).commit(id, user, id)
					steps = append(steps, step{e.worker, user, e.enter}, step{e.worker, user, e.out})
				}
				events = append(events, e)
			}
		}
		s.publish("other", "u9", 1, 1, history.OutcomeOK).section("w2", "other", "other", "u9", 1, 1).commit("other", "u9", "other")
		steps = append(steps, step{"w2", "u9", 0})
		events = append(events, event{user: "u9", worker: "w2", happened: true})
		var held []step
		for n := range rapid.IntRange(0, 3).Draw(t, "deliveries") {
			d := step{rapid.SampledFrom([]string{"w1", "w2"}).Draw(t, "to"), rapid.SampledFrom([]string{"u1", "u2"}).Draw(t, "of"), at("delivered", 1, 60)}
			id := fmt.Sprintf("%s-0", d.user)
			given(s, d.worker, id, d.user, d.at*second)
			s.events[len(s.events)-1].Attempt = fmt.Sprint("d", n)
			steps = append(steps, d)
			if rapid.Bool().Draw(t, "done") {
				d.at += at("kept", 0, 20)
				s.worker(d.worker, history.Event{Kind: history.KindAck, T: d.at * second, Event: id, User: d.user, Attempt: fmt.Sprint("d", n), Outcome: history.OutcomeOK})
				steps = append(steps, d)
				if d.at <= end {
					continue // done with, by the end
				}
			}
			held = append(held, d)
		}
		given(s, "w1", "u1-0", "u1", 0) // w1 is there in any case, and done
		s.worker("w1", history.Event{Kind: history.KindAck, T: 0, Event: "u1-0", User: "u1", Attempt: "w1/u1-0", Outcome: history.OutcomeOK})

		begun := history.Event{Kind: history.KindFaultBegin, T: begin * second, Fault: "f", Worker: "w1", User: "u1"}
		if halts {
			begun.Detail = map[string]string{history.DetailHalts: "yes"}
		}
		s.harness(begun)
		s.harness(history.Event{Kind: history.KindFaultEnd, T: heal * second, Fault: "f", Outcome: history.OutcomeHealed})
		outcome := history.OutcomeFailed
		if drained {
			outcome = history.OutcomeOK
		}
		s.publish("last", "u1", 99, 100*second, history.OutcomeFailed)
		s.harness(history.Event{Kind: history.KindQuiet, T: end * second, Outcome: outcome})
		s.without(func(e history.Event) bool { return e.Kind == history.KindQuiet && e.T > end*second })

		// The definitions, tried at every second.
		untouched := func(u string) bool { // last in other hands than w1's before the begin
			at, worker := int64(-1), ""
			for _, e := range events {
				if e.user == u && e.happened && e.enter < begin && e.enter > at {
					at, worker = e.enter, e.worker
				}
			}
			return u != "u1" && worker != "" && worker != "w1"
		}
		still, perhaps := false, false
		for t1 := begin; t1 <= heal; t1++ {
			for t2 := t1 + limit; t2 <= heal && !halts && heal-begin >= limit; t2++ {
				waited, mayHave, served, surelyServed := false, false, false, false
				behind := map[string]int64{}
				for _, e := range events {
					if !untouched(e.user) {
						continue
					}
					since := max(e.since, behind[e.user])
					taken := e.happened && e.worker == "w1" // by the hands of the fault
					waited = waited || !taken && since <= t1 && (!e.happened || e.enter >= t2)
					mayHave = mayHave || !taken && since <= t1 && (!e.happened || e.out >= t2)
					if taken {
						behind[e.user] = max(behind[e.user], e.out)
					}
					served = served || e.happened && e.enter < t2 && e.out > t1
					surelyServed = surelyServed || e.happened && e.enter > t1 && e.out < t2
					// An effect at one known instant, between the two.
					served = served || e.happened && e.enter == e.out && e.enter > t1 && e.enter < t2
				}
				still = still || waited && !served
				perhaps = perhaps || mayHave && !surelyServed
			}
		}
		quietSince := func(of func(step) bool) int64 {
			last := heal
			for _, st := range steps {
				if of(st) && st.at <= end {
					last = max(last, st.at)
				}
			}
			return last
		}
		stalled := false
		for _, d := range held {
			touched := quietSince(func(st step) bool { return st.worker == d.worker && st.user == d.user })
			stalled = stalled || d.at <= end && end-touched >= patient
		}
		stuck := false
		for _, u := range []string{"u1", "u2", "u3", "u9"} {
			last, since, waits := heal, int64(1000), false
			for _, e := range events {
				if e.user == u && e.happened && e.enter < end {
					last = max(last, e.out)
				}
				if e.user == u && (!e.happened || e.enter >= end) {
					waits, since = true, min(since, e.since)
				}
			}
			stuck = stuck || waits && !drained && end-max(last, since) >= patient
		}
		atRest := !drained && end-quietSince(func(step) bool { return true }) >= patient

		want := Holds
		switch {
		case still || stalled || stuck || atRest:
			want = Refuted
		case perhaps || !drained:
			want = Unknown
		}
		j := newRecord(s.tell(tb)).judgeProgress()
		seen[j.verdict]++
		if j.verdict != want {
			t.Fatalf("%s, the definition says %s (still %t, perhaps %t, stalled %t, stuck %t, at rest %t): %s\nfault %d to %d, end %d\n%+v\nheld %+v",
				j.verdict, want, still, perhaps, stalled, stuck, atRest, j.reason, begin, heal, end, events, held)
		}
	})
	const enough = 100 // draws, to expect each verdict among them; -short makes fewer
	for _, v := range []Verdict{Holds, Refuted, Unknown} {
		if seen[v] == 0 && seen[Holds]+seen[Refuted]+seen[Unknown] >= enough {
			t.Errorf("no drawn run was %s, so nothing was tested of it: %v", v, seen)
		}
	}
}
