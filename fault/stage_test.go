package fault

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestASchedulesFileIsAcceptedOrRefused has the outcome of every schedule in
// testdata/schedules.
func TestASchedulesFileIsAcceptedOrRefused(t *testing.T) {
	says := map[string]string{ // empty: accepted
		"35-everybody-dies.yaml":               "",
		"35-nobody-comes-back.yaml":            "35-nobody-comes-back.yaml:5: the step kill-1: nobody would be left, and nobody would come: of 2 workers it ends 2 without a replacement",
		"36-lock-answer-lost-mid-section.yaml": "",
		"36-lock-answer-lost.yaml":             "",
		"42-both-leave-at-once.yaml":           "",
		"42-last-consumer-leaves.yaml":         "",
	}
	files, err := filepath.Glob("testdata/schedules/*")
	if err != nil || len(files) != len(says) {
		t.Fatalf("%d files and %d outcomes: %v", len(files), len(says), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want, known := says[filepath.Base(path)]
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			_, err = ReadPlan(f, filepath.Base(path), terms)
			if !known || (want == "") != (err == nil) || err != nil && !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

func TestOnAStageAScheduleIs(t *testing.T) {
	const s = time.Second
	on := Stage{Mode: modeLock, Workers: 4, Users: 4, KeepAlive: s, LockTTL: 3 * s, LockPatience: 2 * s, Tries: 5}
	of := func(mode Traits, workers int) Stage { o := on; o.Mode, o.Workers = mode, workers; return o }
	last := Kill{NoReplacement: true}
	for _, c := range []struct {
		name     string
		on       Stage
		schedule Schedule
		says     string // empty: accepted
	}{
		{"refused where a fault has no descriptor", on, Schedule{{Fault: told{kind: "hiccup"}}}, `the fault "hiccup" has no descriptor: add one (describe) to the file of fault.told in fault/`},
		{"accepted where three workers are killed at once", of(modeFailover, 3), Schedule{{Fault: Kill{}}, {Fault: Kill{}}, {Fault: Kill{}}}, ""},
		{"accepted where the only worker is killed, and replaced", of(modeShared, 1), Schedule{{Fault: Kill{}}}, ""},
		{"accepted where all are killed but one", of(modeShared, 3), Schedule{{Fault: last, Times: 2}}, ""},
		{"refused where nobody would be left", of(modeShared, 3), Schedule{{Fault: last, Times: 3}}, "nobody would be left, and nobody would come: of 3 workers it ends 3"},
		{"refused where two steps leave nobody", of(modeShared, 2), Schedule{{Name: "a", Fault: last}, {Fault: last, After: "a"}}, "nobody would be left"},
		{"accepted where others join before", of(modeShared, 2), Schedule{{Name: "j", Fault: Join{}}, {Fault: last, Times: 2, After: "j"}}, ""},
		{"refused where others join only meanwhile", of(modeShared, 2), Schedule{{Name: "j", Fault: Join{}}, {Fault: last, Times: 2}}, "nobody would be left"},
		{"refused where nobody can take over from the frozen", of(modeKeyShared, 1), Schedule{{Fault: Freeze{AtLeast: s}}}, "it needs 2 workers, so that another"},
		{"refused where nobody can by then", of(modeKeyShared, 2), Schedule{{Name: "k", Fault: last}, {Fault: Freeze{AtLeast: s}, After: "k"}}, "for other steps may have ended 1 of them"},
		{"refused where there is no bystander", of(modeFailover, 2), Schedule{{Fault: Kill{Bystander: true}}}, "it needs 3 workers"},
		{"refused where there is no second user for one", Stage{Users: 1}, Schedule{{Fault: Kill{Bystander: true}}}, "it needs 2 users to aim at, and the load has 1"},
		{"refused where there is nobody to aim at", Stage{Users: -1}, Schedule{{Fault: Kill{}}}, "it needs 1 users to aim at, and the load has 0"},
		{"refused where one alone is to be left alone", of(modeKeyShared, 1), Schedule{{Fault: Unload{Alone: s}}}, "it needs 2 workers"},
		{"refused where nobody takes a lock over", of(modeLock, 1), Schedule{{Fault: LockExpiry{}}}, "it needs 2 workers"},
		{"refused where the point is never come by", of(modeShared, 4), Schedule{{Fault: Kill{At: PointLocked}}}, "where workers take locks only"},
		{"refused where there are no locks to be cut off from", of(modeFailover, 4), Schedule{{Fault: LinkCut{Of: ToLocks, For: s}}}, "where workers take locks only"},
		{"refused where a version says nothing of keys that drain", Stage{Mode: modeKeyShared, Workers: 4, Pulsar: "3.3.6"}, Schedule{{Fault: Kill{}, When: &Condition{Seen: MetricDrain}}, {Fault: Join{}}}, "which Pulsar has since 4.0.0, and this is 3.3.6"},
		{"accepted in a version that does", Stage{Mode: modeKeyShared, Workers: 4, Pulsar: "4.0.6"}, Schedule{{Fault: Kill{}, When: &Condition{Seen: MetricDrain}}, {Fault: Join{}}}, ""},
		{"refused where the dispatcher knows nothing of keys that drain", Stage{Mode: modeKeyShared, Workers: 4, Pulsar: "4.0.8", Classic: true}, Schedule{{Fault: Kill{}, When: &Condition{Seen: MetricDrain}}, {Fault: Join{}}}, "not seen with the classic dispatcher"},
		{"refused where a version cannot move a topic to a broker that is named", Stage{Mode: modeKeyShared, Workers: 4, Pulsar: "2.10.1"}, Schedule{{Fault: Transfer{}}}, "it needs an unload that names the next owner, which Pulsar has since 3.0.0, and this is 2.10.1"},
		{"refused where nobody is kept waiting", of(modeFailover, 4), Schedule{{Fault: Stalled{For: time.Second, Kept: true}}}, "kept_waiting is seen where users wait"},
		{"refused where no key drains", of(modeFailover, 4), Schedule{{Fault: Kill{}, When: &Condition{Seen: MetricDrain}}, {Fault: Join{}}}, "the condition drain is seen where users wait"},
		{"refused where no partition has an owner", of(modeShared, 4), Schedule{{Fault: Kill{}, When: &Condition{Seen: MetricOwner}}, {Fault: Join{}}}, "the condition owner-changed is seen where partitions have"},
		{"refused where nobody else makes anybody leave", of(modeShared, 4), Schedule{{Fault: Kill{}, When: &Condition{Seen: MetricLeft}}}, "no other step may be under way meanwhile"},
		{"accepted where another makes somebody leave meanwhile", of(modeShared, 4), Schedule{{Fault: Kill{}, When: &Condition{Seen: MetricLeft}}, {Fault: Leave{}}}, ""},
		{"refused where nobody is there for too long", of(modeShared, 4), Schedule{{Name: "e", Fault: Everybody{Down: time.Minute}}, {Fault: Kill{}}}, "while e lasts, 1m0s, nobody comes to where it would strike"},
		{"accepted where it comes after that", of(modeShared, 4), Schedule{{Name: "e", Fault: Everybody{Down: time.Minute}}, {Fault: Kill{}, After: "e"}}, ""},
		{"refused where others have every worker for too long", of(modeShared, 2), Schedule{{Fault: Freeze{AtLeast: time.Minute}}, {Fault: Freeze{AtLeast: time.Minute}}, {Fault: Freeze{AtLeast: time.Minute}}}, "2 other steps that may overlap with it have a worker each for 30s and longer, there are 2 workers"},
		{"refused where nobody notices the pause", on, Schedule{{Fault: BrokerPause{For: s / 2}}}, "is noticed by nobody"},
		{"refused where each freeze is noticed and must not be", on, Schedule{{Fault: Stutter{Freezes: 2, For: 2 * s, Every: s, Unnoticed: true}}}, "the broker notices every freeze of 2s or more"},
		{"refused where an event is to be given up and is not", on, Schedule{{Fault: Poison{Times: 4, Given: true}}}, "refusals is 4: an event is given up after 5 tries"},
		{"refused where an event is to be sent and is given up", on, Schedule{{Fault: Poison{Times: 5}}}, "refusals is 5: an event is given up after 5 tries"},
		{"refused where the worker gives its lock server up first", on, Schedule{{Fault: LinkSlow{Of: ToLocks, Latency: 4 * s, For: s, PastLifetime: true}}}, "it would get no lock"},
		{"refused where the lock is not gone when it comes", on, Schedule{{Fault: LinkSlow{Of: ToLocks, Latency: s / 2, For: s, PastLifetime: true}}}, "would not be gone when its owner learns of it"},
		{"refused where a lock is gone before it is seen to stay", Stage{Mode: modeLock, LockTTL: s}, Schedule{{Fault: LinkCut{Of: ToLocks, For: s}}}, "a lock lives for 1s"},
		{"refused where locks are renewed and it waits for one to run out", Stage{Mode: modeLock, Renewed: true}, Schedule{{Fault: LockExpiry{}}}, "locks are renewed"},
		{"refused where one of several servers forgets a lock, and another is waited for", Stage{Mode: modeLock, LockServers: 3}, Schedule{{Fault: LockFlush{}}}, "the lock is on 3 servers"},
		{"refused where a lock is to be kept that is on one server", Stage{Mode: modeLock, LockServers: 1}, Schedule{{Fault: LockRestart{Down: s, Kept: s}}}, "the lock is on one server"},
		{"refused where a lock lives on", Stage{Mode: modeLock, LockTTL: time.Minute}, Schedule{{Fault: LockExpiry{}}}, "a lock lives for 1m0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.schedule.Spec().Check(); err != nil {
				t.Fatalf("by itself it is refused: %v", err)
			}
			err := c.schedule.CheckOn(c.on)
			if (c.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestSettingsThatContradictEachOtherAreRefused(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name  string
		fault Fault
		says  string
	}{
		{"back under its name, and never back", Kill{SameName: true, NoReplacement: true}, "same_name brings the worker back at once"},
		{"the dead hold an answer", Everybody{Hold: s}, "hold is for graceful"},
		{"a lock stays before it is asked for", LinkCut{Of: ToLocks, At: PointDelivered, For: s}, "has no lock that could stay"},
		{"an answer is lost when nothing is asked", LinkCut{Of: ToLocks, At: PointAck, Direction: FromServer, For: s}, "asks for nothing until its next event"},
		{"everybody twice at once", Schedule{{Fault: Everybody{}}, {Fault: Everybody{}}}, "needs that nobody is there"},
		{"a newcomer while nobody is to be there", Schedule{{Fault: Everybody{}}, {Fault: Join{}}}, "needs that nobody is there"},
		{"strikes that last longer than a run", Schedule{{Fault: Freeze{AtLeast: time.Minute}, Times: 30}}, "it takes 30m0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.fault.Spec().Check(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}
