package attack

import (
	"encoding/json"
	"slices"
	"strconv"

	"turnstile/checker"
	"turnstile/checker/history"
)

// has reports whether an event of the record fits.
func (h *forgery) has(is ...where) bool {
	return slices.ContainsFunc(h.events, func(e history.Event) bool { return fits(&e, is) })
}

// gone are the lines that are in before and not in after.
func gone(before, after *forgery) (out []*history.Event) {
	of := func(e *history.Event) string {
		c := *e
		if c.Seq = 0; c.Kind == history.KindStateCommit {
			c.Ordinal = 0 // it may have been counted anew
		}
		b, _ := json.Marshal(c)
		return string(b)
	}
	left := map[string]int{}
	after.each(func(e *history.Event) { left[of(e)]++ })
	before.each(func(e *history.Event) {
		if k := of(e); left[k] > 0 {
			left[k]--
		} else {
			out = append(out, e)
		}
	}, not(kind(history.KindEnd)))
	return out
}

// cutOff: all that is gone, and that the property rests on, is of attempts, and
// what is left of each is what its worker had recorded up to some step, and what
// others know of it up to then. Steps that no worker records any more do not count.
func cutOff(p checker.Property, before, after *forgery) bool {
	before = &forgery{slices.Clone(before.events)}
	before.drop(byWorker, func(e *history.Event) bool { return !after.has(byWorker, kind(e.Kind)) })
	all := gone(before, after)
	all = slices.DeleteFunc(all, func(e *history.Event) bool {
		return p == checker.Exclusivity && !e.FromWorker() || p == checker.Duplicates && e.Text == "" ||
			!slices.Contains(atTheEnd, p) && (e.Kind == history.KindQuiet || e.Fault != "")
	})
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool { return e.Attempt == "" || !cutOffAt(e.Attempt, before, after) })
}

func cutOffAt(attempt string, before, after *forgery) bool {
	var did, tells []history.Kind
	before.each(func(e *history.Event) { did = append(did, e.Kind) }, byWorker, attemptIs(attempt))
	announced := map[string]bool{}
	after.each(func(e *history.Event) {
		tells = append(tells, e.Kind)
		announced[e.Text] = announced[e.Text] || e.Kind == history.KindSendCall
	}, byWorker, attemptIs(attempt))
	if !slices.Contains(tells, history.KindEnter) {
		tells = slices.DeleteFunc(tells, func(k history.Kind) bool { return k == history.KindAck }) // somebody may acknowledge what he never handles
	}
	if len(tells) > len(did) || !slices.Equal(tells, did[:len(tells)]) {
		return false
	}
	next := append(slices.Clone(did), "")[len(tells)] // what it may have been at
	wrote := next == history.KindStateWrite || slices.Contains(tells, history.KindStateWrite)
	return !after.has(attemptIs(attempt), kind(history.KindSendCall, history.KindSendReturn), func(e *history.Event) bool { return !announced[e.Text] }) &&
		(wrote || !after.has(attemptIs(attempt), kind(history.KindStateCommit)))
}

// writeUnknown: all that is gone are commits of the log; no worker tells that one
// of them succeeded, and nobody that he read what it wrote, or wrote on it.
func writeUnknown(_ checker.Property, before, after *forgery) bool {
	known := map[string]bool{}
	after.each(func(e *history.Event) { known[e.Attempt] = true }, byWorker, kind(history.KindStateWrite), outcome(history.OutcomeOK))
	all := gone(before, after)
	return len(all) > 0 && nothingWrittenOn("", before, after) && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return e.Kind != history.KindStateCommit || known[e.Attempt]
	})
}

// nothingWrittenOn: nobody tells that he read what is gone from the log, or wrote
// on it, but where another wrote the same version, or where it was the user's
// first, which may have been of before the run. Whether a text went out twice
// depends on no log.
func nothingWrittenOn(p checker.Property, before, after *forgery) bool {
	return p == checker.Duplicates || !slices.ContainsFunc(gone(before, after), func(e *history.Event) bool {
		if e.Kind != history.KindStateCommit {
			return false
		}
		asked := after.has(kind(history.KindStateRead, history.KindStateCommit), userIs(e.User), func(o *history.Event) bool {
			return o.Kind == history.KindStateRead && o.Version == e.Version || o.Detail["read_version"] == strconv.FormatInt(e.Version, 10)
		})
		written := after.has(kind(history.KindStateCommit), userIs(e.User), func(o *history.Event) bool { return o.Version == e.Version })
		lower := after.has(kind(history.KindStateCommit), userIs(e.User), func(o *history.Event) bool { return o.Version < e.Version })
		return asked && !written && lower
	})
}

func noWriteRecorded(_ checker.Property, _, after *forgery) bool {
	return !after.has(byWorker, kind(history.KindStateWrite))
}

// exitBeforeWhatFollows: what the worker recorded after the exit that was moved,
// and stamped as it wrote it, is not before it; nor did an ack of the attempt
// begin before.
func exitBeforeWhatFollows(_ checker.Property, before, after *forgery) bool {
	moved := gone(after, before)
	if len(moved) != 1 || moved[0].Kind != history.KindExit {
		return false
	}
	x := moved[0]
	return !after.has(func(e *history.Event) bool {
		switch {
		case e.Src != x.Src || e.Seq <= x.Seq:
			return false
		case e.Kind == history.KindAck && e.Attempt == x.Attempt:
			return e.From < x.T
		case e.Kind == history.KindDeliver || e.Kind == history.KindEnter || e.Kind == history.KindSendCall || e.Kind == history.KindNack || e.Kind == history.KindWorkerStop:
			return e.T < x.T
		}
		return false
	})
}

// begunAtOnce: of a user's events, none has a lower ordinal than one whose first
// call began before.
func begunAtOnce(_ checker.Property, _, after *forgery) bool {
	first := map[string]*history.Event{}
	after.each(func(e *history.Event) {
		if o := first[e.Event]; o == nil || e.From < o.From {
			first[e.Event] = e
		}
	}, kind(history.KindPublish))
	for _, x := range first {
		for _, y := range first {
			if x.User == y.User && x.From < y.From && x.Ordinal > y.Ordinal {
				return false
			}
		}
	}
	return true
}

// faultUnknown: all that is gone is of faults, and nothing is left of those.
func faultUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return e.Fault == "" || after.has(func(o *history.Event) bool { return o.Fault == e.Fault })
	})
}

// recognizedByWhat: some text that had been accepted is recognized now, and bears no
// key, or one that had been accepted for another user.
func recognizedByWhat(_ checker.Property, before, after *forgery) bool {
	for i := range before.events {
		was, is := &before.events[i], &after.events[i]
		if was.Outcome == is.Outcome || is.Outcome != history.OutcomeDeduplicated {
			continue
		}
		key := is.Detail["idempotency_key"]
		return key == "" || after.has(from(history.SrcGateway), kind(history.KindSendCall), outcomeOf("", history.OutcomeOK), func(e *history.Event) bool {
			return e.Seq < is.Seq && e.User != is.User && e.Detail["idempotency_key"] == key
		})
	}
	return false
}

// kindUnknown: no worker tells any more of a step of some kind that makes known
// which steps workers record.
func kindUnknown(_ checker.Property, before, after *forgery) bool {
	for _, k := range []history.Kind{history.KindSendCall, history.KindSendReturn, history.KindStateWrite} {
		if before.has(byWorker, kind(k)) && !after.has(byWorker, kind(k)) {
			return true
		}
	}
	return false
}

// noHandsUnknown: all that is gone is what workers recorded of messages that they were
// given and had done with, and none records that any more.
func noHandsUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return !byWorker(e) || e.Kind != history.KindDeliver && e.Kind != history.KindAck || after.has(byWorker, kind(e.Kind))
	})
}

// workerUnknown: nobody names any more whoever is gone, nor an attempt of its.
func workerUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return after.has(func(o *history.Event) bool {
			return e.Worker != "" && o.Worker == e.Worker || e.Attempt != "" && o.Attempt == e.Attempt
		})
	})
}

// restartUnknown: all that is gone is that a worker stopped, was dead and began anew,
// as often each as the others; one that goes on does the same.
func restartUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	of := func(k history.Kind) (n int) {
		for _, e := range all {
			if e.Kind == k {
				n++
			}
		}
		return n
	}
	begun := of(history.KindWorkerStart)
	return begun > 0 && begun == of(history.KindWorkerDead) && begun+begun+of(history.KindWorkerStop) == len(all) && of(history.KindWorkerStop) <= begun &&
		!slices.ContainsFunc(all, func(e *history.Event) bool {
			return e.Worker != all[0].Worker || !after.has(kind(history.KindWorkerStart), func(o *history.Event) bool { return o.Worker == e.Worker && after.surelyBefore(o, e) })
		})
}

// textUnanswered: all that is gone is what the gateway recorded of attempts whose
// workers had no answer to a text.
func textUnanswered(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return e.Src != history.SrcGateway || e.Attempt == "" ||
			after.has(byWorker, attemptIs(e.Attempt), kind(history.KindSendReturn), not(outcome(history.OutcomeUnclear)))
	})
}

// callUnknown: all that is gone, and that the property rests on, is of calls to the
// gateway, and of the attempts that made them worker and gateway tell of as many calls,
// and of as many answers.
func callUnknown(p checker.Property, before, after *forgery) bool {
	all := slices.DeleteFunc(gone(before, after), func(e *history.Event) bool { return p == checker.Duplicates && e.Text == "" })
	count := func(e *history.Event, is ...where) (n int) {
		after.each(func(*history.Event) { n++ }, append(is, attemptIs(e.Attempt), textIs(e.Text), not(outcome(history.OutcomeFailed)))...)
		return n
	}
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		if e.Kind != history.KindSendCall && e.Kind != history.KindSendReturn {
			return true
		}
		return count(e, byWorker, kind(history.KindSendCall)) != count(e, from(history.SrcGateway), kind(history.KindSendCall)) ||
			count(e, byWorker, kind(history.KindSendReturn)) != count(e, from(history.SrcGateway), kind(history.KindSendReturn))
	})
}

// refusalUnknown: publishes are told as failed, of events that nobody but the
// harness names, and all else is as it was.
func refusalUnknown(p checker.Property, before, after *forgery) bool {
	_, now := restated(before, after)
	return len(now) > 0 && only(func(e *history.Event) { e.Outcome = "" }, kind(history.KindPublish))(p, before, after) &&
		!slices.ContainsFunc(now, func(e *history.Event) bool {
			return after.has(not(from(history.SrcHarness)), func(o *history.Event) bool { return o.Event == e.Event })
		})
}

// tryUnknown: all that is gone is calls of events that were published once more, or
// before.
func tryUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return e.Kind != history.KindPublish ||
			!after.has(kind(history.KindPublish), func(o *history.Event) bool { return o.Event == e.Event })
	})
}

// lastUnknown: all that is gone is calls of events that nobody names any more, and
// of whose users no later one is left, so that no ordinal is missing.
func lastUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		return e.Kind != history.KindPublish || after.has(func(o *history.Event) bool {
			return o.Event == e.Event || o.Kind == history.KindPublish && o.User == e.User && o.Ordinal > e.Ordinal
		})
	})
}

// hungUnknown: all that is gone is of events that nobody names any more, as in
// lastUnknown, or is the end of a worker's record. A worker that hangs records
// nothing more, either.
func hungUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	ordinals := map[string]int64{}
	for i := range before.events {
		if e := &before.events[i]; e.Kind == history.KindPublish {
			ordinals[e.Event] = e.Ordinal
		}
	}
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool {
		named := e.Event == "" || after.has(func(o *history.Event) bool {
			return o.Event == e.Event || o.Kind == history.KindPublish && o.User == e.User && o.Ordinal > ordinals[e.Event]
		})
		goesOn := !e.FromWorker() || after.has(func(o *history.Event) bool { return o.Src == e.Src && o.T > e.T })
		return named && goesOn
	})
}

// deathsUnknown: all that is gone is deaths of workers, and none is left; or of those
// alone that were asked to end once the run was over.
func deathsUnknown(_ checker.Property, before, after *forgery) bool {
	over := func(e *history.Event) bool {
		return after.has(kind(history.KindQuiet), func(q *history.Event) bool { return e.From >= q.T }) &&
			after.has(kind(history.KindWorkerStop), func(o *history.Event) bool { return o.Worker == e.Worker })
	}
	none := !after.has(kind(history.KindWorkerDead))
	return !slices.ContainsFunc(gone(before, after), func(e *history.Event) bool { return e.Kind != history.KindWorkerDead || !none && !over(e) })
}

// scenarioUnknown: all that is gone is what the run was to show.
func scenarioUnknown(_ checker.Property, before, after *forgery) bool {
	return !slices.ContainsFunc(gone(before, after), func(e *history.Event) bool { return e.Kind != history.KindScenario })
}

// parkedUnknown: all that is gone is that events were put among the dead letters.
func parkedUnknown(_ checker.Property, before, after *forgery) bool {
	return !slices.ContainsFunc(gone(before, after), func(e *history.Event) bool { return e.Kind != history.KindDeadLetter })
}

// doneUnknown: all that is gone is that workers had done with messages, or handed them
// back, and the broker had something left.
func doneUnknown(_ checker.Property, before, after *forgery) bool {
	all := gone(before, after)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *history.Event) bool { return e.Kind != history.KindAck && e.Kind != history.KindNack }) &&
		after.has(kind(history.KindQuiet), outcome(history.OutcomeFailed))
}
