package checker

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"turnstile/checker/history"
)

// bulk is a history of whole attempts, for sizes at which stories are slow.
type bulk struct {
	h       history.History
	commits int64
	log     []history.Event
}

func (b *bulk) add(src string, t int64, e history.Event) {
	e.Src, e.T, e.Domain = src, t, "d"
	b.h.Events = append(b.h.Events, e)
}

// begin is an attempt that enters, reads and, if it has a text, sends it.
func (b *bulk) begin(worker, attempt, event, user string, enter, read int64, text string) {
	b.add(history.SrcHarness, 0, history.Event{Kind: history.KindPublish, Event: event, User: user, Type: "purchased", Outcome: history.OutcomeOK})
	src := history.WorkerSrc(worker)
	b.add(src, enter, history.Event{Kind: history.KindEnter, Event: event, User: user, Attempt: attempt})
	b.add(src, enter, history.Event{Kind: history.KindStateRead, Event: event, User: user, Attempt: attempt, Version: read})
	if text != "" {
		b.add(history.SrcGateway, enter, history.Event{Kind: history.KindSendCall, Event: event, User: user, Attempt: attempt, Text: text})
	}
}

func (b *bulk) commit(attempt, event, user string, read int64, text string) {
	b.commits++
	b.log = append(b.log, history.Event{Kind: history.KindStateCommit, Event: event, User: user, Attempt: attempt, Ordinal: b.commits, Version: read + 1, Text: text,
		Detail: map[string]string{"read_version": strconv.FormatInt(read, 10)}})
}

// exit ends an attempt; write is the outcome of its write, if it made one.
func (b *bulk) exit(worker, attempt string, t int64, write, outcome string) {
	if write != "" {
		b.add(history.WorkerSrc(worker), t, history.Event{Kind: history.KindStateWrite, Attempt: attempt, Outcome: write})
	}
	b.add(history.WorkerSrc(worker), t, history.Event{Kind: history.KindExit, Attempt: attempt, Outcome: outcome})
}

func (b *bulk) die(worker string, from, t int64) {
	b.add(history.SrcHarness, t, history.Event{Kind: history.KindWorkerDead, From: from, Worker: worker})
}

func (b *bulk) record() *record {
	for _, c := range b.log {
		b.add(history.SrcStore, 1<<40, c)
	}
	b.log = nil
	b.add(history.SrcGateway, 1<<40, history.Event{Kind: history.KindObserverStop})
	return newRecord(&b.h)
}

// inTurn is attempts of one user, one after the other, each with a text; every
// tenth is followed by one that is skipped.
func (b *bulk) inTurn(user string, attempts int) {
	for i := range int64(attempts) {
		w, id := fmt.Sprintf("w%d", i%4), fmt.Sprintf("%s-%d", user, i)
		event, at, version := id, 100*i, i-i/10
		if i%10 == 9 {
			b.begin(w, id, event, user, at, version, "")
			b.exit(w, id, at+50, "", history.OutcomeSkipped)
			continue
		}
		b.begin(w, id, event, user, at, version, "receipt")
		b.commit(id, event, user, version, "receipt")
		b.exit(w, id, at+50, history.OutcomeOK, history.OutcomeSent)
	}
}

// TestOpenAttemptsAreDecidedAtOnce gives one user fifty attempts that were all
// under way at once and did not end by themselves.
func TestOpenAttemptsAreDecidedAtOnce(t *testing.T) {
	const n = 50
	each := func(do func(b *bulk, i int64, w, id string)) func(*bulk) {
		return func(b *bulk) {
			for i := range int64(n) {
				do(b, i, fmt.Sprintf("v%d", i), fmt.Sprintf("open-%d", i))
			}
		}
	}
	after := func(b *bulk, version int64) { // everybody else goes on
		for i := range int64(20) {
			id := fmt.Sprintf("after-%d", i)
			b.begin("w1", id, id, "u", 2000+100*i, version+i, "receipt")
			b.commit(id, id, "u", version+i, "receipt")
			b.exit("w1", id, 2000+100*i+50, history.OutcomeOK, history.OutcomeSent)
		}
	}
	writes := each(func(b *bulk, i int64, w, id string) { // killed before the answer came
		b.begin(w, id, id, "u", 10, i, "receipt")
		b.commit(id, id, "u", i, "receipt")
		b.die(w, 500, 1000)
	})
	readers := each(func(b *bulk, i int64, w, id string) {
		for k, until := range []int64{1000, 1500} {
			id := fmt.Sprintf("reader-%d-%d", i, k)
			b.begin(w, id, id, "u", 10+int64(k), i, "")
			b.exit(w, id, until, "", history.OutcomeSkipped)
		}
	})
	for _, c := range []struct {
		name  string
		build func(b *bulk)
		want  Verdict
	}{
		{"died after the read", func(b *bulk) {
			each(func(b *bulk, _ int64, w, id string) { b.begin(w, id, id, "u", 10, 0, ""); b.die(w, 500, 1000) })(b)
			after(b, 0)
		}, Holds},
		{"died after the send", func(b *bulk) {
			each(func(b *bulk, _ int64, w, id string) { b.begin(w, id, id, "u", 10, 0, "receipt"); b.die(w, 500, 1000) })(b)
			after(b, 0)
		}, Refuted},
		{"died after the write", func(b *bulk) { writes(b); after(b, n) }, Holds},
		{"died after the write, all on one version", func(b *bulk) {
			each(func(b *bulk, _ int64, w, id string) {
				b.begin(w, id, id, "u", 10, 0, "receipt")
				b.commit(id, id, "u", 0, "receipt")
				b.die(w, 500, 1000)
			})(b)
			after(b, 1)
		}, Refuted},
		{"died after the write, with readers of every version", func(b *bulk) { writes(b); readers(b); after(b, n) }, Holds},
		{"died after the write, with readers of every version and one that comes too late", func(b *bulk) {
			writes(b)
			readers(b)
			after(b, n)
			b.begin("w2", "late", "late", "u", 9000, n, "")
			b.exit("w2", "late", 9001, "", history.OutcomeSkipped)
		}, Refuted},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bulk{}
			c.build(b)
			// A search that has to go through the orders of fifty does not end within a minute either.
			cfg := config{timeout: time.Minute, linearize: linearize, reach: boundless, explain: func(initial userState, ops []porcupine.Operation, within time.Duration) porcupine.CheckResult {
				got := explain(initial, ops, within)
				if got == porcupine.Unknown {
					t.Error("porcupine had no answer after a minute")
				}
				return got
			}}
			if j := judgeEffects(b.record(), cfg); j.verdict != c.want {
				t.Errorf("got %s (%s), want %s", j.verdict, j.reason, c.want)
			}
		})
	}
}

func BenchmarkEffects(b *testing.B) {
	for _, c := range []struct {
		name            string
		users, attempts int
	}{{"20,000 attempts of 100 users", 100, 200}, {"20,000 attempts of one user", 1, 20_000}} {
		var in bulk
		for u := range c.users {
			in.inTurn(fmt.Sprintf("u%d", u), c.attempts)
		}
		r := in.record()
		judge := func(b *testing.B, explain explainer, want Verdict) {
			for b.Loop() {
				if j := judgeEffects(r, config{timeout: time.Minute, linearize: linearize, explain: explain, reach: boundless}); j.verdict != want {
					b.Fatal(j.verdict, j.reason)
				}
			}
		}
		b.Run(c.name, func(b *testing.B) { judge(b, explain, Holds) })
		b.Run(c.name+", the pass alone", func(b *testing.B) {
			judge(b, func(userState, []porcupine.Operation, time.Duration) porcupine.CheckResult { return porcupine.Ok }, Holds)
		})
	}
	b.Run("50 attempts of one user died after the write", func(b *testing.B) {
		var in bulk
		for i := range int64(50) {
			w, id := fmt.Sprintf("v%d", i), fmt.Sprintf("open-%d", i)
			in.begin(w, id, id, "u", 10, i, "receipt")
			in.commit(id, id, "u", i, "receipt")
			in.die(w, 500, 1000)
		}
		r := in.record()
		for b.Loop() {
			if j := judgeEffects(r, config{timeout: time.Minute, linearize: linearize, explain: explain, reach: boundless}); j.verdict != Holds {
				b.Fatal(j.verdict, j.reason)
			}
		}
	})
	b.Run("20,000 attempts of one user, every second one lost", func(b *testing.B) {
		var in bulk
		for i := range int64(20_000) {
			w, id := fmt.Sprintf("w%d", i%4), fmt.Sprint(i)
			in.begin(w, id, id, "u", 100*i, i/2, "receipt")
			in.commit(id, id, "u", i/2, "receipt")
			in.exit(w, id, 100*i+150, history.OutcomeOK, history.OutcomeSent)
		}
		r := in.record()
		for b.Loop() {
			if j := judgeEffects(r, config{timeout: time.Minute, linearize: linearize, explain: explain, reach: boundless}); j.verdict != Refuted {
				b.Fatal(j.verdict, j.reason)
			}
		}
	})
}
