package checker

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"turnstile/checker/history"
)

// story builds a history by hand. Its methods may be called in any order: each
// source's records are sorted by stamp and numbered when the story is told.
// What a sound run always has (starts, stops, a quiet end) is filled in, unless
// a test takes it away with without.
type story struct {
	scenario *history.Setup
	events   []history.Event
	domains  map[string]string // by source; "d" where absent
	dead     map[string]bool
	drop     func(history.Event) bool
	restamp  func(*history.Event) // once the order within each source is settled
	commits  int64
	versions map[string]int64 // by user, of its state
	last     int64
	bare     bool // see unwritten
}

func newStory() *story {
	return &story{
		scenario: &history.Setup{Name: "story", Mode: "keyshared", Guard: "none", Fault: "none"},
		domains:  map[string]string{}, dead: map[string]bool{}, versions: map[string]int64{},
	}
}

func (s *story) add(src string, e history.Event) *story {
	e.Src, e.Domain = src, cmp.Or(s.domains[src], "d")
	s.events = append(s.events, e)
	s.last = max(s.last, e.T)
	return s
}

func (s *story) worker(w string, e history.Event) *story { return s.add(history.WorkerSrc(w), e) }
func (s *story) gateway(e history.Event) *story          { return s.add(history.SrcGateway, e) }
func (s *story) harness(e history.Event) *story          { return s.add(history.SrcHarness, e) }

func (s *story) publish(event, user string, ordinal, t int64, outcome string) *story {
	return s.harness(history.Event{Kind: history.KindPublish, T: t, From: t, Event: event, User: user, Ordinal: ordinal, Outcome: outcome})
}

// logRead is when the store's log is read, if the story is over by then.
const logRead = 100_000

// commit is a write in the store's log, decided on the state that it replaces.
func (s *story) commit(event, user, attempt string) *story {
	return s.commitOn(event, user, attempt, s.versions[user], "")
}

// commitOn is a write in the store's log that was decided on a version and
// tells of a text.
func (s *story) commitOn(event, user, attempt string, read int64, text string) *story {
	s.commits++
	s.versions[user] = read + 1
	return s.add(history.SrcStore, history.Event{Kind: history.KindStateCommit, T: logRead, Event: event, User: user, Attempt: attempt, Ordinal: s.commits,
		Version: read + 1, Text: text, Detail: map[string]string{"read_version": strconv.FormatInt(read, 10)}})
}

func (s *story) enter(w, attempt, event, user string, t int64) *story {
	return s.worker(w, history.Event{Kind: history.KindEnter, T: t, Event: event, User: user, Attempt: attempt})
}

func (s *story) exit(w, attempt, event, user string, t int64) *story {
	return s.worker(w, history.Event{Kind: history.KindExit, T: t, Event: event, User: user, Attempt: attempt, Outcome: history.OutcomeSent})
}

// section is an attempt with nothing but its ends.
func (s *story) section(w, attempt, event, user string, enter, exit int64) *story {
	return s.enter(w, attempt, event, user, enter).worker(w, history.Event{Kind: history.KindExit, T: exit, Event: event, User: user, Attempt: attempt, Outcome: history.OutcomeSkipped})
}

// handle is a whole attempt: delivered, entered, sent, written, left, acked.
func (s *story) handle(w, attempt, event, user string, enter, exit int64) *story {
	s.given(w, attempt, event, user, enter-1).enter(w, attempt, event, user, enter).exit(w, attempt, event, user, exit)
	s.sends(w, attempt, event, user, "receipt", enter+1).acked(w, attempt, event, user, exit+1)
	return s.commit(event, user, attempt)
}

// given is a delivery.
func (s *story) given(w, attempt, event, user string, t int64) *story {
	return s.worker(w, history.Event{Kind: history.KindDeliver, T: t, Event: event, User: user, Attempt: attempt})
}

// acked is what tells that a worker had done with an attempt's message.
func (s *story) acked(w, attempt, event, user string, t int64) *story {
	return s.worker(w, history.Event{Kind: history.KindAck, T: t, Event: event, User: user, Attempt: attempt, Outcome: history.OutcomeOK})
}

// sends is a text on its way to the gateway.
func (s *story) sends(w, attempt, event, user, text string, t int64) *story {
	call := history.Event{Kind: history.KindSendCall, T: t, Event: event, User: user, Attempt: attempt, Worker: w, Text: text}
	return s.worker(w, call).gateway(call)
}

// kill is a confirmed death of a worker by SIGKILL, sent after from.
func (s *story) kill(w string, from, t int64) *story {
	return s.dies(w, from, t, history.ExitCodeOfKill)
}

// dies is a confirmed death of a worker that was signalled after from and ended
// with that exit code.
func (s *story) dies(w string, from, t int64, code string) *story {
	s.dead[w] = true
	return s.harness(history.Event{Kind: history.KindWorkerDead, T: t, From: from, Worker: w, Detail: map[string]string{history.DetailExitCode: code}})
}

func (s *story) hold(attempt string, begin int64) *story {
	return s.gateway(history.Event{Kind: history.KindHoldBegin, T: begin, Attempt: attempt})
}

func (s *story) release(attempt string, end int64, outcome string) *story {
	return s.gateway(history.Event{Kind: history.KindHoldEnd, T: end, Attempt: attempt, Outcome: outcome})
}

func (s *story) waits(attempt string, begin int64) *story {
	return s.waitsAt(attempt, "read", begin)
}

// reads is a read of the state that saw that version.
func (s *story) reads(w, attempt string, version, t int64) *story {
	return s.worker(w, history.Event{Kind: history.KindStateRead, T: t, Attempt: attempt, Version: version, Outcome: history.OutcomeOK})
}

func (s *story) waitsAt(attempt, point string, begin int64) *story {
	return s.gateway(history.Event{Kind: history.KindPointBegin, T: begin, Attempt: attempt, Detail: map[string]string{"point": point}})
}

func (s *story) goesOn(attempt string, end int64, outcome string) *story {
	return s.gateway(history.Event{Kind: history.KindPointEnd, T: end, Attempt: attempt, Outcome: outcome})
}

func (s *story) fault(id, w, user string, begin, end int64, evidence ...history.Evidence) *story {
	s.harness(history.Event{Kind: history.KindFaultBegin, T: begin, Fault: id, Worker: w, User: user})
	return s.harness(history.Event{Kind: history.KindFaultEnd, T: end, Fault: id, Evidence: evidence, Outcome: history.OutcomeHealed})
}

func (s *story) offset(domain, peer string, lo, hi int64) *story {
	s.events = append(s.events, history.Event{T: 0, Src: history.SrcHarness, Domain: domain, Kind: history.KindClockOffset, Peer: peer, Lo: lo, Hi: hi})
	return s
}

func (s *story) without(drop func(history.Event) bool) *story {
	if before := s.drop; before != nil {
		s.drop = func(e history.Event) bool { return before(e) || drop(e) }
		return s
	}
	s.drop = drop
	return s
}

func (s *story) require(r history.Require) *story {
	s.scenario.Require = r
	return s
}

func kind(k history.Kind) func(history.Event) bool {
	return func(e history.Event) bool { return e.Kind == k }
}

// unwritten is told without the file format, whose reader refuses what it has.
func (s *story) unwritten() *story {
	s.bare = true
	return s
}

// complete says what rows leave out since their tests do not turn on it, though
// the format requires it: whose attempt it is, and that a step went well.
func complete(events []history.Event) {
	entered := map[string]*history.Event{}
	for i := range events {
		if e := &events[i]; e.Kind == history.KindEnter {
			entered[e.Attempt] = e
		}
	}
	for i := range events {
		e := &events[i]
		if in := entered[e.Attempt]; in != nil && e.FromWorker() {
			e.User, e.Event = cmp.Or(e.User, in.User), cmp.Or(e.Event, in.Event)
		}
		switch e.Kind {
		case history.KindStateRead, history.KindStateWrite, history.KindAck:
			e.Outcome = cmp.Or(e.Outcome, history.OutcomeOK)
		case history.KindSendReturn:
			e.Text = cmp.Or(e.Text, "receipt")
		case history.KindHoldEnd, history.KindPointEnd:
			e.Outcome = cmp.Or(e.Outcome, history.OutcomeReleased)
		case history.KindLockContended:
			e.Event, e.Attempt = cmp.Or(e.Event, "waiting"), cmp.Or(e.Attempt, "waiting")
		}
	}
}

// tell puts the story into a history, by way of the file format.
func (s *story) tell(t testing.TB) *history.History {
	t.Helper()
	told := s.history()
	if s.bare {
		return told
	}
	complete(told.Events)
	var buf bytes.Buffer
	if err := history.Write(&buf, told.Events); err != nil {
		t.Fatal(err)
	}
	h, err := history.Read(&buf)
	if err != nil {
		t.Fatalf("the story does not read back: %v", err)
	}
	return h
}

// history is what the story comes to, without the file format.
func (s *story) history() *history.History {
	told := *s
	told.events = slices.Clone(s.events)
	end := s.last + 1000
	seen := map[string]bool{}
	for _, e := range s.events {
		if name, ok := workerOf(&e); ok && !seen[name] {
			seen[name] = true
			told.worker(name, history.Event{Kind: history.KindWorkerStart, T: 0})
			if !s.dead[name] {
				told.worker(name, history.Event{Kind: history.KindWorkerStop, T: end})
			}
		}
	}
	told.gateway(history.Event{Kind: history.KindObserverStart, T: 0})
	told.gateway(history.Event{Kind: history.KindObserverStop, T: end})
	told.harness(history.Event{Kind: history.KindQuiet, T: end - 1, Outcome: history.OutcomeOK})
	if s.scenario != nil {
		told.harness(history.Event{Kind: history.KindScenario, T: 0, Scenario: s.scenario})
	}
	parts := map[string][]history.Event{}
	for _, e := range told.events {
		if e.Src == history.SrcStore && e.T == logRead { // when all is over
			e.T = max(logRead, end)
		}
		if s.drop == nil || !s.drop(e) {
			parts[e.Src] = append(parts[e.Src], e)
		}
	}
	var all [][]history.Event
	for _, p := range parts {
		slices.SortStableFunc(p, func(a, b history.Event) int {
			first := func(e history.Event) int { // a start is first whatever shares its stamp
				if e.Kind == history.KindWorkerStart {
					return 0
				}
				return 1
			}
			return cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(first(a), first(b)))
		})
		for i := range p {
			p[i].Seq = uint64(i + 1)
			if s.restamp != nil {
				s.restamp(&p[i])
			}
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b []history.Event) int { return cmp.Compare(a[0].Src, b[0].Src) })
	return &history.History{Events: history.Merge(all...)}
}

// takeTurns is a sound run: two workers, one user, three events, nothing
// violated, the second event waiting while the first is handled.
func takeTurns() *story {
	s := newStory()
	for i := int64(1); i <= 3; i++ {
		s.publish(fmt.Sprintf("e%d", i), "u1", i, 10*i, history.OutcomeOK)
	}
	s.handle("w1", "w1-1", "e1", "u1", 100, 200)
	s.handle("w2", "w2-1", "e2", "u1", 300, 400)
	s.handle("w1", "w1-2", "e3", "u1", 500, 600)
	return s
}

// frozen is a run in which a fault aimed into a section breaks exclusivity.
func frozen() *story {
	s := newStory()
	for i := int64(1); i <= 3; i++ {
		s.publish(fmt.Sprintf("e%d", i), "u1", i, 10*i, history.OutcomeOK)
	}
	s.handle("w1", "w1-1", "e1", "u1", 100, 900)
	s.fault("freeze-1", "w1", "u1", 150, 850, history.Evidence{Name: "engine reports the container paused", Observer: "engine", Seen: true})
	s.handle("w2", "w2-1", "e2", "u1", 300, 400)
	s.handle("w2", "w2-2", "e3", "u1", 950, 960)
	return s
}

func mustBe(t *testing.T, r *Result, p Property, want Verdict) PropertyVerdict {
	t.Helper()
	v := r.Of(p)
	if v.Verdict != want {
		t.Errorf("%s is %s, want %s: %s\nfindings: %+v", p, v.Verdict, want, v.Reason, r.Findings)
	}
	if (v.Verdict == Refuted) != (v.Witness != nil) {
		t.Errorf("%s is %s with witness %v", p, v.Verdict, v.Witness)
	}
	if v.Reason == "" {
		t.Errorf("%s is %s without a reason", p, v.Verdict)
	}
	return v
}
