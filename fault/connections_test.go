package fault

import (
	"context"
	"strings"
	"testing"
)

func TestAConsumerThatWasLostIsNotOneThatWasMade(t *testing.T) {
	before := Connections{"w1": {"p0": "a since 1", "p1": "b since 1"}}
	for _, c := range []struct {
		name string
		now  map[string]string
		part string
		anew bool
		kept bool
		says string
	}{
		{"nothing has changed", map[string]string{"p0": "a since 1", "p1": "b since 1"}, "", false, true, "2 of the 2"},
		{"one is lost and the other as it was", map[string]string{"p1": "b since 1"}, "", false, false, "1 of the 2"},
		{"all are lost", nil, "", false, false, "0 of the 2"},
		{"one is another", map[string]string{"p0": "a since 2", "p1": "b since 1"}, "", true, false, "now a since 2"},
		{"the one that was asked for is lost, and another is another", map[string]string{"p1": "b since 2"}, "p0", false, false, "0 of the 1"},
		{"the one that was asked for is another", map[string]string{"p0": "a since 2"}, "p0", true, false, "p0"},
		{"one that was not there before says nothing of those that were", map[string]string{"p0": "a since 1", "p1": "b since 1", "p2": "c since 2"}, "", false, true, "2 of the 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := Connections{"w1": c.now}
			what, anew := now.made(before, "w1", c.part)
			if anew != c.anew || !strings.Contains(what, c.says) {
				t.Errorf("anew %t, %q; want %t and the words %q", anew, what, c.anew, c.says)
			}
			if kept := now.kept(before, "w1"); kept != c.kept {
				t.Errorf("kept %t, want %t", kept, c.kept)
			}
		})
	}
	if (Connections{}).kept(Connections{}, "w1") {
		t.Error("a worker of which nothing was known has kept it")
	}
}

func TestAWorkerIsBackWhollyWithAllItsConsumers(t *testing.T) {
	before := Connections{"w1": {"p0": "a", "p1": "b"}}
	for _, c := range []struct {
		name   string
		now    map[string]string
		part   string
		wholly bool
	}{
		{"none is another", map[string]string{"p0": "a", "p1": "b"}, "", false},
		{"one is another", map[string]string{"p0": "a2", "p1": "b"}, "", false},
		{"one is another and one is lost", map[string]string{"p0": "a2"}, "", false},
		{"all are others", map[string]string{"p0": "a2", "p1": "b2"}, "", true},
		{"the one that was asked for is another", map[string]string{"p0": "a2", "p1": "b"}, "p0", true},
		{"the one that was asked for is not", map[string]string{"p0": "a2", "p1": "b"}, "p1", false},
	} {
		if what, wholly := (Connections{"w1": c.now}).madeWholly(before, "w1", c.part); wholly != c.wholly {
			t.Errorf("%s: %t, %s", c.name, wholly, what)
		}
	}
	if _, wholly := (Connections{"w1": {"p0": "a"}}).madeWholly(Connections{}, "w1", ""); wholly {
		t.Error("a worker of which nothing was known is back")
	}
}

// connected is a broker that has those consumers.
type connected struct {
	Broker
	all Connections
}

func (c connected) Connections(context.Context) (Connections, error) { return c.all, nil }

func TestAWorkerIsThereWhollyWhenItIsOnAsManyPartsAsAnyOther(t *testing.T) {
	both := map[string]string{"p0": "a", "p1": "b"}
	for _, c := range []struct {
		name   string
		all    Connections
		wholly bool
	}{
		{"on all parts, as the other is", Connections{"w1": both, "w2": both}, true},
		{"on fewer than the other", Connections{"w1": {"p0": "a"}, "w2": both}, false},
		{"on more than the other", Connections{"w1": both, "w2": {"p0": "a"}}, true},
		{"on none", Connections{"w2": both}, false},
		{"nobody is there", Connections{}, false},
	} {
		i := &injection{scene: &Scene{Broker: connected{all: c.all}}}
		if what, wholly, err := isWholly("w1")(t.Context(), i); wholly != c.wholly || err != nil {
			t.Errorf("%s: %t, %s, %v", c.name, wholly, what, err)
		}
	}
}
