package fault

import (
	"strings"
	"testing"
	"time"
)

// The modes of these tests: what faults ask about, in each way.
var (
	modeShared    = Traits{Name: "shared"}
	modeLock      = Traits{Name: "lock", Locks: true}
	modeFailover  = Traits{Name: "failover", Partitioned: true}
	modeKeyShared = Traits{Name: "keyshared", Drains: true}
	modePlaces    = Traits{Name: "places", Places: true}

	terms = Terms{Modes: []Traits{modeShared, modeLock, modeFailover, modeKeyShared, modePlaces}, Guards: []string{"none", "fenced"}}
)

// needOthers are faults that are seen by another worker's having the user, or
// bring one more, whatever their settings.
var needOthers = []string{"freeze", "join", "stalled-consumer"}

func modeOf(name string) Traits { m, _ := terms.mode(name); return m }

func TestWhereUsersBelongToPlacesAFaultIs(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault Fault
		says  string // empty: accepted
	}{
		{"accepted where a replacement comes", Kill{}, ""},
		{"accepted where the worker comes back", Leave{SameName: true}, ""},
		{"accepted where everybody is replaced", Rolling{}, ""},
		{"accepted where everybody reconnects", BrokerRestart{}, ""},
		{"accepted where nobody is to take over", Freeze{AtLeast: time.Second, Kept: true}, ""},
		{"accepted where one that lives on is replaced", Evict{For: time.Second}, ""},
		{"refused where nobody comes", Kill{NoReplacement: true}, "leaves the worker's place empty"},
		{"refused where one more comes", Join{}, "every place is taken"},
		{"refused where another is to take over", Freeze{AtLeast: time.Second}, "nobody has them but a replacement"},
		{"refused where somebody is to be given all", Unload{Alone: time.Second}, "nobody has them but a replacement"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := modePlaces.refuses(c.fault)
			if (c.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if err := modeKeyShared.refuses(c.fault); err != nil {
				t.Errorf("it is refused also where users do not: %v", err)
			}
		})
	}
}

func TestWhereUsersBelongToPlacesTheReplacementComesAtOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		mode Traits
		able int
	}{
		{"where they do not, the others may take over", modeKeyShared, 2},
		{"where they do, nobody may", modePlaces, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &Scene{Mode: c.mode, Workers: someWorkers{names: []string{"w1", "w2"}}}
			if got := s.able(); len(got) != c.able {
				t.Errorf("%v may, want %d of them", got, c.able)
			}
		})
	}
}
