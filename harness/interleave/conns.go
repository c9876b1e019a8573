package interleave

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// conns are connections to the Redis server that workers of merges had, for those
// of the next. Each worker has clients of its own, and a connection that is closed
// keeps its port for a minute: of some 28,000 ports (Linux's usual range) nothing
// is left after some 7,000 merges, and nobody gets a connection for as long.
type conns struct {
	mu   sync.Mutex
	idle []net.Conn
	shut bool

	dialed, used atomic.Int64 // connections that were opened; that were asked for
}

// dial is as next, unless there is a connection that can be had again.
func (s *conns) dial(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		s.used.Add(1)
		for {
			c := s.take()
			if c == nil {
				break
			}
			if asNew(c) == nil {
				return &lent{Conn: c, to: s}, nil
			}
			_ = c.Close()
		}
		c, err := next(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		s.dialed.Add(1)
		return &lent{Conn: c, to: s}, nil
	}
}

func (s *conns) take() net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) == 0 {
		return nil
	}
	c := s.idle[len(s.idle)-1]
	s.idle = s.idle[:len(s.idle)-1]
	return c
}

func (s *conns) giveBack(c net.Conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return c.Close()
	}
	s.idle = append(s.idle, c)
	return nil
}

// close closes what is idle, and what comes back later as it comes.
func (s *conns) close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
	for _, c := range s.idle {
		err = errors.Join(err, c.Close())
	}
	s.idle = nil
	return err
}

// lent is a connection that is given back where its client closes it.
type lent struct {
	net.Conn
	to   *conns
	once sync.Once
}

// Close implements [net.Conn].
func (l *lent) Close() (err error) {
	err = net.ErrClosed
	l.once.Do(func() { err = l.to.giveBack(l.Conn) })
	return err
}

var marks atomic.Int64

// asNew makes a connection what it is after it was opened: RESET ends whatever it
// was in (Redis 6.2 and later). What the server still had to say to the client
// before would come first, and is an error.
func asNew(c net.Conn) error {
	mark := fmt.Sprintf("interleave-%d", marks.Add(1))
	ask := fmt.Sprintf("*1\r\n$5\r\nRESET\r\n*2\r\n$4\r\nPING\r\n$%d\r\n%s\r\n", len(mark), mark)
	want := fmt.Sprintf("+RESET\r\n$%d\r\n%s\r\n", len(mark), mark)
	if err := c.SetDeadline(time.Now().Add(stuck)); err != nil {
		return err
	}
	if _, err := io.WriteString(c, ask); err != nil {
		return err
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if string(got) != want {
		return fmt.Errorf("the connection answers %q, not %q", got, want)
	}
	return c.SetDeadline(time.Time{})
}
