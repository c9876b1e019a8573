package harness

import (
	"strings"
	"testing"
)

const aProfile = `goroutine 12 [chan receive, 3 minutes]:
turnstile/harness.(*publisher).run(0xc0001, {0x1, 0x2})
	/src/harness/load.go:150 +0x1d
created by turnstile/harness.(*run).play in goroutine 7
	/src/harness/run.go:170 +0x4f3

goroutine 13 [running]:
turnstile/harness.(*publisher).publish(...)
	/src/harness/load.go:205
turnstile/harness.(*publisher).run(0xc0002, {0x3, 0x2})
	/src/harness/load.go:155 +0x1d
created by turnstile/harness.(*run).play in goroutine 9
	/src/harness/run.go:170 +0x4f3

goroutine 20 [IO wait]:
net/http.(*persistConn).readLoop(0xc0003)
	/go/net/http/transport.go:2205 +0x354
created by net/http.(*Transport).dialConn in goroutine 12
	/go/net/http/transport.go:1776 +0x169f

goroutine 30 [running]:
turnstile/harness.presentGoroutines()
	/src/harness/goroutines.go:30 +0x5
main.main()
	/src/main.go:3 +0x5
`

func TestGoroutinesAreGroupedByWhereTheyBegan(t *testing.T) {
	g := parseGoroutines(aProfile)
	run := g["turnstile/harness.(*publisher).run"]
	if len(g) != 2 || g.total() != 3 || run.n != 2 || g.connections() != 1 {
		t.Fatalf("got %+v, want two of the publisher's, one of a connection, and not the one that asks", g)
	}
	if want := "turnstile/harness.(*publisher).run\n\t/src/harness/load.go:150\ncreated by turnstile/harness.(*run).play\n\t/src/harness/run.go:170"; run.stack != want {
		t.Errorf("the stack is\n%s\nwant\n%s", run.stack, want)
	}
	before := goroutines{"turnstile/harness.(*publisher).run": {n: 1}, "net/http.(*persistConn).readLoop": {n: 4}}
	grown := g.grownSince(before)
	if len(grown) != 1 || grown[0].Entry != "turnstile/harness.(*publisher).run" || grown[0].Before != 1 || grown[0].Now != 2 || grown[0].Stack != run.stack {
		t.Errorf("grown: %+v, want the publisher's alone", grown)
	}
}

func TestAGoroutineThatStaysIsFound(t *testing.T) {
	before, err := presentGoroutines()
	if err != nil {
		t.Fatal(err)
	}
	end := make(chan struct{})
	waits := func() { <-end }
	for range 3 {
		go waits()
	}
	find := func() (n int) {
		now, err := presentGoroutines()
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range now.grownSince(before) {
			if strings.Contains(g.Entry, "TestAGoroutineThatStaysIsFound") {
				n += g.Now - g.Before
			}
		}
		return n
	}
	if n := find(); n != 3 {
		t.Errorf("%d found, want 3", n)
	}
	close(end)
	for n := find(); n > 0; n = find() {
		if !sleep(t.Context(), 0) {
			t.Fatalf("%d are still found after their end", n)
		}
	}
}

func TestTheProcessKnowsItsMemory(t *testing.T) {
	m := presentMemory()
	if m.Heap == 0 || m.RSS != 0 && m.RSS < m.Heap/2 {
		t.Errorf("got %+v", m)
	}
}
