package checker

import (
	"fmt"
	"strconv"

	"turnstile/checker/history"
)

// An operation, in these benchmarks, is one recorded event. A bare section is
// what exclusivity and order are decided by: the publish, the enter, the exit
// and the commit in the store's log. A whole one is all that a real run records
// of an attempt, so that every property has its say.
const (
	bare  = 4
	whole = 12
)

const (
	domain      = "boot:a9e05283-b4fb-4e68-aa5f-a011565f75e7" // as long as a real one
	benchmarked = 4                                           // workers
)

// generator gives emit a valid history of operations events (and some twenty
// more) in the order of time: users take turns, each user's sections follow one
// another at workers that take turns.
type generator struct {
	operations, users, perSection int
	emit                          func(*history.Event)
	seqs                          map[string]uint64
}

func (g *generator) add(src string, t int64, e history.Event) {
	g.seqs[src]++
	e.Src, e.Seq, e.Domain, e.T = src, g.seqs[src], domain, t
	g.emit(&e)
}

func (g *generator) run() {
	g.seqs = map[string]uint64{}
	t := int64(4_379_435_716_990)
	g.add(history.SrcHarness, t, history.Event{Kind: history.KindScenario, Scenario: &history.Setup{
		Name: "scale", Workers: benchmarked, Users: g.users, Require: history.Require{Attempts: 2, Handovers: 1},
	}})
	g.add(history.SrcGateway, t, history.Event{Kind: history.KindObserverStart})
	for w := range benchmarked {
		g.add(history.WorkerSrc(fmt.Sprint("w", w)), t, history.Event{Kind: history.KindWorkerStart})
	}
	commits := make([]history.Event, 0, g.operations/g.perSection)
	if g.perSection == whole { // one more user, by whom the rules are put to the test
		for i, h := range fullLife() {
			commits = append(commits, g.attempt("felt", i+1, i+1, "w0", "felt-"+strconv.Itoa(i+1), h, t))
			t += 1000
		}
	}
	lived := len(commits)
	for i := range g.operations / g.perSection {
		commits = append(commits, g.section(i, lived, t))
		t += 1000
	}
	for _, c := range commits { // the store's log is read at the end
		g.add(history.SrcStore, t, c)
	}
	for w := range benchmarked {
		g.add(history.WorkerSrc(fmt.Sprint("w", w)), t, history.Event{Kind: history.KindWorkerStop})
	}
	g.add(history.SrcGateway, t, history.Event{Kind: history.KindObserverStop})
	g.add(history.SrcHarness, t, history.Event{Kind: history.KindQuiet, Outcome: history.OutcomeOK})
}

// section records the i-th section of those that the users take in turns, after
// so many of others, and returns its commit.
func (g *generator) section(i, others int, t int64) history.Event {
	u, n := i%g.users, i/g.users+1
	w := "w" + strconv.Itoa((u+n)%benchmarked)
	return g.attempt("u"+strconv.Itoa(u), n, i+others+1, w, w+"-"+strconv.Itoa(i), happening{typ: typePurchased, text: textReceipt}, t)
}

// attempt records the section of a user's n-th event and returns its commit,
// which has that place in the store's log.
func (g *generator) attempt(user string, n, place int, w, attempt string, what happening, t int64) history.Event {
	worker, event := history.WorkerSrc(w), user+"-"+strconv.Itoa(n)
	of := func(k history.Kind, outcome string) history.Event {
		return history.Event{Kind: k, User: user, Event: event, Attempt: attempt, Worker: w, Outcome: outcome}
	}
	full := g.perSection == whole
	publish := history.Event{Kind: history.KindPublish, From: t + 1, User: user, Event: event, Ordinal: int64(n), Type: what.typ, Outcome: history.OutcomeOK}
	if full {
		publish.At = noon + what.after.Milliseconds()
	}
	g.add(history.SrcHarness, t+5, publish)
	if full {
		g.add(worker, t+8, of(history.KindDeliver, ""))
	}
	g.add(worker, t+10, of(history.KindEnter, ""))
	if full {
		read, write := of(history.KindStateRead, history.OutcomeOK), of(history.KindStateWrite, history.OutcomeOK)
		read.From, read.Version, write.From, write.Version = t+11, int64(n-1), t+17, int64(n)
		g.add(worker, t+12, read)
		if what.text != "" {
			call, answer := of(history.KindSendCall, ""), of(history.KindSendReturn, history.OutcomeOK)
			call.Text, answer.Text = what.text, what.text
			g.add(worker, t+13, call)
			g.add(history.SrcGateway, t+14, call)
			g.add(history.SrcGateway, t+15, answer)
			g.add(worker, t+16, answer)
		}
		g.add(worker, t+18, write)
	}
	left := history.OutcomeSent
	if !full || what.text == "" { // of a bare one no text is on record
		left = history.OutcomeSkipped
	}
	g.add(worker, t+20, of(history.KindExit, left))
	if full {
		g.add(worker, t+21, of(history.KindAck, history.OutcomeOK))
	}
	commit := of(history.KindStateCommit, "")
	commit.Version, commit.Ordinal = int64(n), int64(place)
	if full {
		commit.Text = what.text
		commit.Detail = map[string]string{"id": fmt.Sprintf("1795385804812-%d", place-1), "read_version": strconv.Itoa(n - 1)}
	}
	return commit
}
