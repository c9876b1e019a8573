package checker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"turnstile/checker/history"
)

func TestEffects(t *testing.T) {
	const ok, failed, unclear = history.OutcomeOK, history.OutcomeFailed, history.OutcomeUnclear
	for _, c := range []struct {
		name  string
		build func(s *story)
		want  Verdict
		says  string
	}{
		{"attempts that each read what the one before wrote hold", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 30, 40, 1, "receipt"})
		}, Holds, "2 operations of 1 user"},
		{"sections that overlap may still have taken effect one after the other", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 50, 0, "welcome"}).does(try{"w2", "b", "e2", 30, 40, 1, "receipt"})
		}, Holds, ""},
		{"two that read the same version are refuted", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e8", 30, 60, 0, ""})
		}, Refuted, "user u1 got the receipt text and the state forgot it: attempts a (w1) and b (w2) both read version 0"},
		{"two welcomes decided on one version are told as what the user got", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 50, 0, "welcome"}).does(try{"w2", "b", "e7", 30, 60, 0, "welcome"})
		}, Refuted, "user u1 got the welcome text twice: attempts a (w1)"},
		{"one event handled twice at once is told by its text", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, "receipt"}).does(try{"w2", "b", "e2", 30, 60, 0, "receipt"})
		}, Refuted, "user u1 got the receipt text twice (event e2): attempts a (w1) and b (w2) both read version 0; lost updates 1, for 1 user in all"},
		{"a read of either of two writes of one version is refuted by the two writes", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, ""}).does(try{"w2", "b", "e8", 30, 60, 0, ""}).does(try{"w1", "c", "e5", 70, 80, 1, ""})
		}, Refuted, "lost updates 1"},
		{"a write that comes back to an old version is refuted", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 50, 0, ""}).does(try{"w1", "b", "e8", 60, 70, 1, ""}).does(try{"w2", "c", "e5", 20, 80, 0, ""})
		}, Refuted, "attempts a (w1) and c (w2) both read version 0"},
		{"a state before the run is as good as none", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 7, "welcome"}).does(try{"w2", "b", "e2", 30, 40, 8, "receipt"})
		}, Holds, ""},
		{"a version that nobody's read explains is refuted", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 30, 40, 5, "receipt"})
		}, Refuted, "decided on version 5 and replaced version 1"},
		{"versions that do not count up name no state", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 30, 40, 1, "receipt"})
			s.events[len(s.events)-3].Version = 1
		}, Unknown, "name no state"},
		{"neither does a write that wrote version 0", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 30, 40, 7, "receipt"})
			s.restamp = func(e *history.Event) {
				if e.Kind == history.KindStateCommit && e.Attempt == "a" {
					e.Version = 0
				}
			}
		}, Unknown, "wrote version 0 on version 0"},
		{"nor is one placed in time who read a version that nobody wrote", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 30, 40, 1, "receipt"}).skips(try{"w3", "c", "e1", 50, 60, 9, ""})
			s.restamp = func(e *history.Event) {
				if e.Kind == history.KindStateCommit && e.Attempt == "b" {
					e.Version = 1
				}
			}
		}, Unknown, "name no state"},
		{"a write without versions leaves everything open", func(s *story) {
			s.add(history.SrcStore, history.Event{Kind: history.KindStateCommit, T: 100_000, Event: "e1", User: "u1", Attempt: "a", Ordinal: 1})
		}, Unknown, ""},

		{"an attempt that is skipped by what it read holds", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).skips(try{"w2", "b", "e1", 30, 40, 1, ""}).does(try{"w1", "c", "e2", 50, 60, 1, "receipt"})
		}, Holds, "3 operations"},
		{"an attempt that is skipped by a state that was already replaced is refuted", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "c", "e2", 30, 40, 1, "receipt"}).skips(try{"w2", "b", "e1", 50, 60, 1, ""})
		}, Refuted, "effects out of place 1"},
		{"an attempt that is skipped by a state that is not written yet is refuted", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).skips(try{"w2", "b", "e1", 30, 40, 2, ""}).does(try{"w1", "c", "e2", 50, 60, 1, "receipt"})
		}, Refuted, "attempt b (w2) saw version 2 and was over before attempt c (w1) began, which read version 1 and wrote version 2"},
		{"an attempt that is skipped by a state that nobody wrote is refuted", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).skips(try{"w2", "b", "e1", 30, 40, 9, ""})
		}, Refuted, "which nobody wrote"},
		{"of two that are skipped by one state, the later one comes after that was replaced", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "c", "e2", 50, 60, 1, "receipt"})
			s.skips(try{"w2", "m", "e1", 30, 40, 1, ""}).skips(try{"w3", "n", "e1", 70, 80, 1, ""})
		}, Refuted, "effects out of place 1"},
		{"and where the later one is named first", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "c", "e2", 50, 60, 1, "receipt"})
			s.skips(try{"w2", "n", "e1", 30, 40, 1, ""}).skips(try{"w3", "m", "e1", 70, 80, 1, ""})
		}, Refuted, "effects out of place 1"},
		{"of two that are skipped by one state, the earlier one was over before that was written", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "c", "e2", 50, 60, 1, "receipt"})
			s.skips(try{"w2", "m", "e1", 70, 80, 2, ""}).skips(try{"w3", "n", "e1", 30, 40, 2, ""})
		}, Refuted, "effects out of place 1"},
		{"and where the earlier one is named first", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "c", "e2", 50, 60, 1, "receipt"})
			s.skips(try{"w2", "n", "e1", 70, 80, 2, ""}).skips(try{"w3", "m", "e1", 30, 40, 2, ""})
		}, Refuted, "effects out of place 1"},
		{"an attempt on a clock that nobody compared contradicts no order in time", func(s *story) {
			s.domains[history.WorkerSrc("w2")] = "far"
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).skips(try{"w2", "b", "e1", 30, 40, 2, ""}).does(try{"w1", "c", "e2", 50, 60, 1, "receipt"})
		}, Holds, ""},
		{"one that is skipped by a state that nobody wrote, behind two that share one", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).skips(try{"w2", "b", "e1", 30, 40, 1, ""}).skips(try{"w3", "c", "e1", 30, 40, 1, ""}).skips(try{"w2", "d", "e1", 50, 60, 9, ""})
		}, Refuted, "attempt d (w2) read version 9, which nobody wrote; effects out of place 1, for"},
		{"one that is skipped by a version that a write passed over has no place in time either", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w1", "c", "e2", 30, 40, 1, "receipt"}).skips(try{"w2", "d", "e1", 50, 60, 3, ""})
			s.restamp = func(e *history.Event) {
				if e.Kind == history.KindStateCommit && e.Attempt == "c" {
					e.Version = 5
				}
			}
		}, Refuted, "attempt d (w2) read version 3, which nobody wrote; effects out of place 1, for"},
		{"what an attempt read that then failed is no matter", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).begins(try{"w2", "b", "e2", 30, 40, 9, ""}).ends(try{"w2", "b", "e2", 30, 40, 9, ""}, failed)
			s.does(try{"w2", "c", "e2", 50, 60, 1, "receipt"})
		}, Holds, "2 operations"},
		{"an unclear write that is in the log counts, however late", func(s *story) {
			a := try{"w1", "a", "e1", 10, 20, 1, ""}
			s.skips(try{"w2", "z", "e2", 30, 40, 1, ""}).does(try{"w2", "b", "e2", 2, 5, 0, ""})
			s.begins(a).ends(a, unclear).commitOn("e1", "u1", "a", 1, "")
		}, Holds, ""},
		{"a clear write after its attempt was over contradicts time", func(s *story) {
			s.does(try{"w2", "b", "e2", 50, 60, 0, ""}).does(try{"w1", "a", "e1", 10, 20, 1, ""})
		}, Refuted, "attempt a (w1) saw version 1 and was over before attempt b (w2) began"},
		{"a write by one who died before the answer counts", func(s *story) {
			a := try{"w1", "a", "e1", 10, 20, 0, "welcome"}
			s.begins(a).commitOn("e1", "u1", "a", 0, "welcome").kill("w1", 15, 18).does(try{"w2", "b", "e2", 50, 60, 1, "receipt"})
		}, Holds, ""},
		{"one who died before its first effect is no operation", func(s *story) {
			s.begins(try{"w1", "a", "e1", 10, 20, 0, ""}).kill("w1", 15, 18).does(try{"w2", "b", "e2", 5, 60, 0, "receipt"}).does(try{"w2", "c", "e1", 70, 80, 1, "welcome"})
		}, Holds, ""},

		{"a text without a state is torn", func(s *story) {
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).kill("w1", 15, 18).does(try{"w2", "b", "e2", 50, 60, 0, "receipt"})
		}, Refuted, "welcome text of event e1: attempt a (w1) sent it and wrote no state; torn effects 1, for 1 user in all"},
		{"a text sent again by who came after the dead is got twice", func(s *story) {
			s.begins(try{"w1", "a", "e2", 10, 20, 0, "receipt"}).kill("w1", 15, 18).does(try{"w2", "b", "e2", 50, 60, 0, "receipt"})
		}, Refuted, "user u1 got the receipt text twice (event e2): attempt a (w1) sent it and wrote no state, attempt b (w2) sent it too; both read version 0"},
		{"a text whose write failed is torn", func(s *story) {
			a := try{"w1", "a", "e2", 10, 20, 0, "receipt"}
			s.begins(a).ends(a, failed).does(try{"w2", "b", "e8", 50, 60, 0, ""})
		}, Refuted, "torn effects 1"},
		{"a text whose write was unclear and never came is torn", func(s *story) {
			a := try{"w1", "a", "e2", 10, 20, 0, "receipt"}
			s.begins(a).ends(a, unclear).does(try{"w2", "b", "e8", 50, 60, 0, ""})
		}, Refuted, "torn effects 1"},
		{"who may be at work when the log is read may still write", func(s *story) {
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e2", 50, 60, 0, "receipt"})
		}, Unknown, "wrote the state after the store's log was read"},
		{"who was over only after the log was read may have written then", func(s *story) {
			s.restamp = func(e *history.Event) {
				if e.Src == history.SrcStore {
					e.T = logRead
				}
			}
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).kill("w1", 15, logRead+1).does(try{"w2", "b", "e2", 50, 60, 0, "receipt"})
		}, Unknown, "it was not surely over by then"},
		{"a send that the gateway refused is none", func(s *story) {
			a := try{"w1", "a", "e1", 10, 20, 0, "welcome"}
			b := a
			b.text = ""
			s.begins(b).arrives(a, 12, failed).ends(b, failed).does(try{"w2", "b", "e1", 50, 60, 0, "welcome"}).does(try{"w2", "c", "e2", 70, 80, 1, "receipt"})
		}, Holds, "2 operations"},
		{"a send of which the gateway is unsure leaves an attempt without a write open", func(s *story) {
			a := try{"w1", "a", "e1", 10, 20, 0, "welcome"}
			b := a
			b.text = ""
			s.begins(b).arrives(a, 12, unclear).ends(b, failed).does(try{"w2", "b", "e1", 50, 60, 0, "welcome"})
		}, Unknown, "whether the gateway accepted"},
		{"a state that tells of a text that never went out is refuted", func(s *story) {
			s.does(try{"w2", "b", "e2", 50, 60, 0, "receipt"}).begins(try{"w1", "a", "e1", 70, 80, 1, ""}).commitOn("e1", "u1", "a", 1, "welcome").ends(try{"w1", "a", "e1", 70, 80, 1, ""}, ok)
		}, Refuted, "wrote a state that tells of it, and it never reached the gateway; texts unsent 1"},
		{"a text that the gateway's record lacks and its answer told of is open", func(s *story) {
			a := try{"w1", "a", "e1", 70, 80, 1, ""}
			s.does(try{"w2", "b", "e2", 50, 60, 0, "receipt"}).begins(a).commitOn("e1", "u1", "a", 1, "welcome")
			s.step(a, 75, history.Event{Kind: history.KindSendReturn, Text: "welcome", Outcome: ok}).ends(a, ok)
		}, Unknown, "which its write tells of and the gateway's record lacks"},
		{"a text that never went out and whose answer was a failure is refuted", func(s *story) {
			a := try{"w1", "a", "e1", 70, 80, 1, ""}
			s.does(try{"w2", "b", "e2", 50, 60, 0, "receipt"}).begins(a).commitOn("e1", "u1", "a", 1, "welcome")
			s.step(a, 75, history.Event{Kind: history.KindSendReturn, Text: "welcome", Outcome: failed}).ends(a, ok)
		}, Refuted, "texts unsent 1"},
		{"a state that tells of another text is refuted", func(s *story) {
			a := try{"w1", "a", "e1", 70, 80, 1, "welcome"}
			s.does(try{"w2", "b", "e2", 50, 60, 0, "receipt"}).begins(a).commitOn("e1", "u1", "a", 1, "").ends(a, ok)
		}, Refuted, "sent it and wrote a state that tells of none"},
		{"an attempt that sends a text twice is refuted", func(s *story) {
			a := try{"w1", "a", "e1", 10, 20, 0, "welcome"}
			s.does(a).arrives(a, 15, "")
		}, Refuted, "texts sent again 1"},
		{"a text that the next text overtook is refuted", func(s *story) {
			a := try{"w1", "a", "e1", 10, 20, 0, ""}
			s.begins(a).commitOn("e1", "u1", "a", 0, "welcome").ends(a, ok)
			a.text = "welcome"
			s.does(try{"w2", "b", "e2", 30, 40, 1, "receipt"}).arrives(a, 35, "")
		}, Refuted, "the receipt text of attempt b (w2) reached the gateway before that of attempt a (w1)"},

		{"a text of the dead that the next attempt confirms and writes is one effect", func(s *story) {
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).kill("w1", 15, 18).confirms(try{"w2", "b", "e1", 50, 60, 0, "welcome"}).does(try{"w2", "c", "e2", 70, 80, 1, "receipt"})
		}, Holds, "2 operations"},
		{"a text of a fenced attempt that the next one confirms and writes is one effect", func(s *story) {
			a := try{"w1", "a", "e1", 10, 90, 0, "welcome"}
			s.begins(a).confirms(try{"w2", "b", "e1", 50, 60, 0, "welcome"}).ends(a, failed)
			s.skips(try{"w1", "a2", "e1", 95, 99, 1, ""})
		}, Holds, "2 operations"},
		{"a text that is confirmed and written after another event's effect is one effect", func(s *story) {
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).kill("w1", 15, 18).does(try{"w2", "c", "e2", 30, 40, 0, "receipt"}).confirms(try{"w2", "b", "e1", 50, 60, 1, "welcome"})
		}, Holds, ""},
		{"a text of the dead that is confirmed and never written is torn", func(s *story) {
			b := try{"w2", "b", "e1", 50, 60, 0, "welcome"}
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).kill("w1", 15, 18).arrives(b, 51, history.OutcomeDeduplicated)
			b.text = ""
			s.begins(b).ends(b, failed).does(try{"w2", "c", "e2", 70, 80, 0, "receipt"})
		}, Refuted, "torn effects 1"},
		{"a text of the dead on which the next attempt decides otherwise is torn", func(s *story) {
			s.begins(try{"w1", "a", "e5", 10, 20, 0, "campaign"}).kill("w1", 15, 18).does(try{"w2", "c", "e3", 30, 40, 0, "stop_confirmation"}).does(try{"w2", "b", "e5", 50, 60, 1, ""})
		}, Refuted, "attempt a (w1) sent it and wrote no state"},
		{"a text that two of the dead sent is confirmed for one of them", func(s *story) {
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).kill("w1", 15, 18).begins(try{"w3", "b", "e1", 30, 40, 0, "welcome"}).kill("w3", 35, 38)
			s.confirms(try{"w2", "c", "e1", 50, 60, 0, "welcome"})
		}, Refuted, "torn effects 1"},
		{"a text of the dead that is confirmed after STOP is after it", func(s *story) {
			s.begins(try{"w1", "a", "e5", 10, 20, 0, "campaign"}).kill("w1", 15, 18).does(try{"w2", "c", "e3", 30, 40, 0, "stop_confirmation"}).confirms(try{"w2", "b", "e5", 50, 60, 1, "campaign"})
		}, Refuted, "user u1 was to get the campaign text after STOP: attempt b (w2) confirmed it"},
		{"a welcome of the dead that is confirmed after another one is the second", func(s *story) {
			s.begins(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).kill("w1", 15, 18).does(try{"w2", "c", "e7", 30, 40, 0, "welcome"}).confirms(try{"w2", "b", "e1", 50, 60, 1, "welcome"})
		}, Refuted, "user u1 got the welcome text twice: attempts c (w2) of event e7 and b (w2) of event e1"},
		{"a text that is confirmed and was written by its own attempt is that one's alone", func(s *story) {
			s.does(try{"w1", "a", "e5", 10, 20, 0, "campaign"}).does(try{"w2", "c", "e3", 30, 40, 1, ""})
			s.arrives(try{"w2", "b", "e5", 50, 60, 2, "campaign"}, 51, history.OutcomeDeduplicated).begins(try{"w2", "b", "e8", 50, 60, 2, ""})
			s.commitOn("e8", "u1", "b", 2, "").ends(try{"w2", "b", "e8", 50, 60, 2, ""}, ok)
		}, Holds, ""},
		{"a confirmation of an event of another run by an attempt of none is no matter", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).arrives(try{"w9", "z", "e99", 50, 60, 1, "welcome"}, 55, history.OutcomeDeduplicated)
		}, Holds, "1 operation "},
		{"each of two texts that the one before both overtook is refuted", func(s *story) {
			a, b, c := try{"w1", "a", "e1", 10, 90, 0, ""}, try{"w2", "b", "e2", 11, 91, 1, ""}, try{"w3", "c", "e5", 12, 92, 2, ""}
			for i, x := range []try{a, b, c} {
				s.begins(x).commitOn(x.event, "u1", x.id, x.read, []string{"welcome", "receipt", "campaign"}[i]).ends(x, ok)
			}
			a.text, b.text, c.text = "welcome", "receipt", "campaign"
			s.arrives(b, 20, "").arrives(c, 30, "").arrives(a, 40, "")
		}, Refuted, "effects out of place 2"},
		{"a confirmation of a text that is not on record leaves it open", func(s *story) {
			s.confirms(try{"w2", "b", "e1", 50, 60, 0, "welcome"}).does(try{"w2", "c", "e2", 70, 80, 1, "receipt"})
		}, Unknown, "that is not on record"},

		{"a text after STOP is refuted", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 20, 0, "stop_confirmation"}).does(try{"w2", "b", "e5", 30, 40, 1, "campaign"})
		}, Refuted, "user u1 got the campaign text after STOP: attempt b (w2) sent it, attempt a (w1) had written the STOP of event e3 as version 1; it read version 1"},
		{"a text after STOP and START holds", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 20, 0, "stop_confirmation"}).does(try{"w2", "b", "e4", 30, 40, 1, ""}).does(try{"w2", "c", "e5", 50, 60, 2, "campaign"})
		}, Holds, ""},
		{"a text that went out after a STOP that it did not see is told as such", func(s *story) {
			c := try{"w2", "b", "e5", 5, 40, 0, "campaign"}
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""})
			c.text = ""
			s.begins(c)
			c.text = "campaign"
			s.arrives(c, 30, "").commitOn("e5", "u1", "b", 0, "campaign").ends(c, ok)
		}, Refuted, "got the campaign text after STOP: attempt b (w2) sent it"},
		{"a text that may have gone out before the STOP is not claimed to be after it", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""}).does(try{"w2", "b", "e5", 5, 40, 0, "campaign"})
		}, Refuted, "by an attempt that did not see the STOP, and the STOP was overwritten"},
		{"a STOP that is overwritten is told as such", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""}).does(try{"w2", "b", "e8", 5, 40, 0, ""})
		}, Refuted, "user u1 replied STOP, and that was overwritten"},
		{"a text of the dead after STOP is told as such", func(s *story) {
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""}).begins(try{"w2", "b", "e5", 30, 40, 1, "campaign"}).kill("w2", 35, 38)
		}, Refuted, "texts after stop 1"},
		{"a text just before START began is after STOP", func(s *story) {
			b := try{"w2", "b", "e5", 5, 50, 2, ""}
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""}).does(try{"w1", "g", "e4", 30, 40, 1, ""}).begins(b).commitOn("e5", "u1", "b", 2, "campaign").ends(b, ok)
			b.text = "campaign"
			s.arrives(b, 29, "")
		}, Refuted, "texts after stop 1"},
		{"a text at the instant at which START began may be after it", func(s *story) {
			b := try{"w2", "b", "e5", 5, 50, 2, ""}
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""}).does(try{"w1", "g", "e4", 30, 40, 1, ""}).begins(b).commitOn("e5", "u1", "b", 2, "campaign").ends(b, ok)
			b.text = "campaign"
			s.arrives(b, 30, "")
		}, Holds, ""},
		{"a text is after the last STOP also while the attempt of the first lingers", func(s *story) {
			b := try{"w2", "b", "e5", 4, 50, 0, ""}
			s.does(try{"w1", "a", "e3", 5, 40, 0, ""}).does(try{"w3", "g", "e4", 15, 18, 1, ""}).does(try{"w3", "h", "e3", 19, 20, 2, ""}).begins(b).kill("w2", 60, 70)
			b.text = "campaign"
			s.arrives(b, 50, "")
		}, Refuted, "texts after stop 1"},
		{"a text at the instant at which a STOP was known to be written may be before it", func(s *story) {
			b := try{"w2", "b", "e5", 5, 50, 0, ""}
			s.begins(b).commitOn("e5", "u1", "b", 0, "campaign").ends(b, ok).does(try{"w1", "a", "e3", 10, 20, 1, ""})
			b.text = "campaign"
			s.arrives(b, 20, "")
		}, Holds, ""},
		{"a text just after a STOP was known to be written is after it", func(s *story) {
			b := try{"w2", "b", "e5", 5, 50, 0, ""}
			s.begins(b).commitOn("e5", "u1", "b", 0, "campaign").ends(b, ok).does(try{"w1", "a", "e3", 10, 20, 1, ""})
			b.text = "campaign"
			s.arrives(b, 21, "")
		}, Refuted, "texts after stop 1"},
		{"a text that is confirmed after a STOP and went out before it is not after it", func(s *story) {
			b := try{"w2", "b", "e5", 5, 50, 0, ""}
			s.begins(try{"w4", "d", "e5", 1, 2, 0, "campaign"}).kill("w4", 3, 4)
			s.begins(b).commitOn("e5", "u1", "b", 0, "campaign").ends(b, ok).does(try{"w1", "a", "e3", 10, 20, 1, ""})
			b.text = "campaign"
			s.arrives(b, 21, history.OutcomeDeduplicated)
		}, Holds, ""},
		{"a text on a clock that nobody compared is after no STOP", func(s *story) {
			s.domains[history.SrcGateway] = "far"
			b := try{"w2", "b", "e5", 5, 50, 0, ""}
			s.begins(b).commitOn("e5", "u1", "b", 0, "campaign").ends(b, ok).does(try{"w1", "a", "e3", 10, 20, 1, ""})
			b.text = "campaign"
			s.arrives(b, 30, "")
		}, Holds, ""},
		{"a text after two STOPs is told by the last of them", func(s *story) {
			s.harness(history.Event{Kind: history.KindPublish, T: 9, From: 9, Event: "e9", User: "u1", Ordinal: 9, Type: "replied_stop", Outcome: ok})
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""}).does(try{"w1", "c", "e9", 21, 25, 1, ""}).begins(try{"w2", "b", "e5", 30, 40, 1, "campaign"}).kill("w2", 35, 38)
		}, Refuted, "attempt c (w1) had written the STOP of event e9"},
		{"a text after a STOP that its own event is not is told by the other", func(s *story) {
			s.harness(history.Event{Kind: history.KindPublish, T: 9, From: 9, Event: "e9", User: "u1", Ordinal: 9, Type: "replied_stop", Outcome: ok})
			s.does(try{"w1", "a", "e3", 10, 20, 0, ""}).begins(try{"w2", "b", "e3", 30, 40, 1, "stop_confirmation"}).kill("w2", 35, 38)
		}, Refuted, "torn effects 1, for"},
		{"a second welcome is refuted", func(s *story) {
			s.does(try{"w1", "a", "e1", 10, 20, 0, "welcome"}).does(try{"w2", "b", "e7", 30, 40, 1, "welcome"})
		}, Refuted, "user u1 got the welcome text twice: attempts a (w1) of event e1 and b (w2) of event e7"},
		{"a cart reminder decided without the purchase is told as such", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 20, 0, "receipt"}).does(try{"w2", "b", "e6", 5, 40, 0, "cart_reminder"})
		}, Refuted, "by an attempt that did not see the purchase"},
		{"marketing decided without other marketing is told as such", func(s *story) {
			s.does(try{"w1", "a", "e5", 10, 20, 0, "campaign"}).does(try{"w2", "b", "e6", 5, 40, 0, "cart_reminder"})
		}, Refuted, "which counts toward the cap"},
		{"an event that the state has seen takes effect once", func(s *story) {
			s.does(try{"w1", "a", "e2", 10, 20, 0, "receipt"}).does(try{"w2", "b", "e2", 30, 40, 1, "receipt"})
		}, Refuted, "user u1 got the receipt text twice (event e2): attempt b (w2) decided on version 1, which attempt a (w1)'s version 1 had come before; events twice 1"},
		{"an event that takes effect again without a text is refuted, too", func(s *story) {
			s.does(try{"w1", "a", "e8", 10, 20, 0, ""}).does(try{"w2", "b", "e8", 30, 40, 1, ""})
		}, Refuted, "event e8 took effect twice"},
		{"an event that the state has forgotten may take effect again", func(s *story) {
			s.does(try{"w1", "a", "e8", 10, 20, 0, ""})
			for i := range int64(256) {
				id := fmt.Sprintf("x%d", i)
				s.publish(id, "u1", 100+i, i, ok).does(try{"w1", id, id, 100 + 10*i, 105 + 10*i, i + 1, ""})
			}
			s.does(try{"w2", "b", "e8", 9000, 9010, 257, ""})
		}, Holds, ""},
		{"an event that is the oldest that the state remembers may not", func(s *story) {
			s.does(try{"w1", "a", "e8", 10, 20, 0, ""})
			for i := range int64(255) {
				id := fmt.Sprintf("x%d", i)
				s.publish(id, "u1", 100+i, i, ok).does(try{"w1", id, id, 100 + 10*i, 105 + 10*i, i + 1, ""})
			}
			s.does(try{"w2", "b", "e8", 9000, 9010, 256, ""})
		}, Refuted, "event e8 took effect twice"},
		{"without types of events the rules are not judged", func(s *story) {
			for i := range s.events {
				s.events[i].Type = ""
			}
			s.does(try{"w1", "a", "e3", 10, 20, 0, "stop_confirmation"}).does(try{"w2", "b", "e5", 30, 40, 1, "campaign"})
		}, Holds, ""},
		{"no log is unknown", func(s *story) {
			s.skips(try{"w1", "a", "e3", 10, 20, 0, ""})
		}, Unknown, "the store's log is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := journeys()
			c.build(s)
			r := newRecord(s.tell(t))
			j := judgeEffects(r, config{timeout: time.Minute, linearize: linearize, explain: explain, reach: boundless})
			if j.verdict != c.want || !strings.Contains(j.reason, c.says) {
				t.Errorf("got %s (%s), want %s saying %q", j.verdict, j.reason, c.want, c.says)
			}
			if (j.verdict == Refuted) != (j.witness != nil) {
				t.Errorf("%s with witness %+v", j.verdict, j.witness)
			}
		})
	}
}
