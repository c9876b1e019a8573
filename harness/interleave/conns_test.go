package interleave

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// served is a connection to someone who answers RESET and PING as Redis does,
// after what it says at first.
func served(t *testing.T, first string) net.Conn {
	t.Helper()
	mine, theirs := net.Pipe()
	t.Cleanup(func() { _ = mine.Close(); _ = theirs.Close() })
	go func() {
		asked := make([]byte, 4096)
		for {
			n, err := theirs.Read(asked)
			if err != nil {
				return
			}
			said := strings.Split(string(asked[:n]), "\r\n")
			answer := first + "+RESET\r\n$" + said[6][1:] + "\r\n" + said[7] + "\r\n"
			if _, err := theirs.Write([]byte(answer)); err != nil {
				return
			}
		}
	}()
	return mine
}

func TestConnectionsAreLentAgainOnlyWhereNothingIsLeftInThem(t *testing.T) {
	for name, row := range map[string]struct {
		left   string
		dialed int64
	}{
		"one that is clean is lent again":                        {"", 1},
		"one with an answer to another in it is opened anew":     {"+OK\r\n", 2},
		"one with an error of another in it is opened anew":      {"-ERR no\r\n", 2},
		"one with the same number of other bytes is opened anew": {strings.Repeat("x", 64), 2},
	} {
		t.Run(name, func(t *testing.T) {
			var s conns
			dial := s.dial(func(context.Context, string, string) (net.Conn, error) { return served(t, row.left), nil })
			for range 2 {
				c, err := dial(t.Context(), "tcp", "redis:6379")
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
				if c.Close() == nil {
					t.Error("a connection was given back twice")
				}
			}
			if got := s.dialed.Load(); got != row.dialed {
				t.Errorf("%d connections were opened, want %d", got, row.dialed)
			}
			if err := s.close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestClientsOfManyMergesShareConnections is on a real server: what one client left
// in a connection, a transaction that it did not end, the next does not see.
func TestClientsOfManyMergesShareConnections(t *testing.T) {
	x := server(t)
	for range 200 {
		c := redis.NewClient(&redis.Options{Addr: x.Redis, DisableIdentity: true})
		c.AddHook(dialOnly{&x.conns})
		one := c.Conn()
		if err := one.Set(t.Context(), "interleave:"+x.id+":shared", 1, 0).Err(); err != nil {
			t.Fatal(err)
		}
		if err := one.Do(t.Context(), "MULTI").Err(); err != nil {
			t.Fatal(err)
		}
		if err := one.Close(); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if used, dialed := x.conns.used.Load(), x.conns.dialed.Load(); used < 200 || dialed != 1 {
		t.Errorf("%d connections were asked for and %d opened, want 200 or more and 1", used, dialed)
	}
}

// TestMergesDoNotUseUpPorts: as many connections as there are at a time, and not as
// there are merges.
func TestMergesDoNotUseUpPorts(t *testing.T) {
	x := server(t)
	explore(t, x, &Exploration{Subject: unguarded(), Pair: pair(t, "two-events"), Bounds: Bounds{Tries: 1, Faults: 1}})
	most := int64(x.Parallel * 2 * 3) // two workers: a client has a connection for its lane, and one more
	if used, dialed := x.conns.used.Load(), x.conns.dialed.Load(); used <= most || dialed > most {
		t.Errorf("%d connections were asked for and %d opened, want more than %d and at most as many", used, dialed, most)
	}
}

// dialOnly is a hook for connections alone.
type dialOnly struct{ conns *conns }

func (d dialOnly) DialHook(next redis.DialHook) redis.DialHook { return d.conns.dial(next) }

func (dialOnly) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (dialOnly) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
