package harness

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"turnstile/checker/history"
	"turnstile/fixtures/links/tap"
)

// tapKinds reads the kinds of a tap's events from the source, where they are
// declared.
func tapKinds(t *testing.T) (kinds []tap.Kind) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../fixtures/links/tap/event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); !ok || of.Name != "Kind" {
			return true
		}
		name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, tap.Kind(name))
		return true
	})
	return kinds
}

func TestWhateverATapRecordsIsReadAsPartOfAHistory(t *testing.T) {
	kinds := tapKinds(t)
	if len(kinds) == 0 {
		t.Fatal("no kinds are declared")
	}
	for _, k := range kinds {
		t.Run(string(k), func(t *testing.T) {
			in := tap.Event{T: 5, Domain: "boot:a", Src: "link/w1-broker", Seq: 7, Kind: k, Conn: 3}
			switch k {
			case tap.KindObserverStart:
				in.Conn, in.Server, in.Type = 0, "pulsar:6650", tap.Pulsar
			case tap.KindObserverStop:
				in.Conn = 0
			case tap.KindConnect, tap.KindDisconnect:
				in.Server = "pulsar:6650"
			case tap.KindDelivered:
				in.Key, in.Properties, in.Redelivery, in.Message = "u1", map[string]string{eventProperty: "u1-4"}, 2, "1:2:-1:-1"
			case tap.KindCommand:
				in.Keys = []string{"lock:u1", "epoch:u1"}
			}
			e, err := wireEvent(&in, "w1")
			if err != nil {
				t.Fatal(err)
			}
			if k == tap.KindObserverStop {
				e.Peer = "pulsar:6650"
			}
			var b bytes.Buffer
			if err := history.Write(&b, numbered([]history.Event{e})); err != nil {
				t.Fatal(err)
			}
			h, err := history.Read(&b)
			if err != nil || len(h.Events) != 1 {
				t.Fatalf("%+v is not read: %v", e, err)
			}
			got := h.Events[0]
			if got.T != 5 || got.Src != "link/w1" || got.Seq != 1 || got.Worker != "w1" {
				t.Errorf("read %+v", got)
			}
			if k == tap.KindDelivered && (got.User != "u1" || got.Event != "u1-4" || got.Redelivery != 2 || fmt.Sprint(got.Detail) != "map[conn:3 message:1:2:-1:-1]") {
				t.Errorf("read %+v", got)
			}
			if k == tap.KindCommand && got.Detail["keys"] != "lock:u1 epoch:u1" {
				t.Errorf("read %+v", got)
			}
		})
	}
}

func TestTheRecordsOfAWorkersLinksAreOneInTheOrderOfTheirStamps(t *testing.T) {
	all := numbered([]history.Event{{T: 1, Peer: "broker"}, {T: 4, Peer: "broker"}, {T: 2, Peer: "locks"}, {T: 4, Peer: "locks"}})
	if got, want := fmt.Sprint(all[0].Peer, all[1].Peer, all[2].Peer, all[3].Peer), "brokerlocksbrokerlocks"; got != want {
		t.Errorf("in the order %s, want %s", got, want)
	}
	for i, e := range all {
		if e.Seq != uint64(i+1) {
			t.Errorf("number %d in place %d", e.Seq, i+1)
		}
	}
}
