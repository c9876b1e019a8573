package interleave

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// text is an argument of a command as it goes over the wire.
func text(a any) string {
	switch v := a.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return fmt.Sprint(a)
}

// errTimeLimit is what a client's time limit comes to while it waits for an
// answer.
var errTimeLimit = &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}

// redisHook has each command of a worker wait for its turn. One whose script the
// server did not know is asked with the script right after: the two are one step,
// since the first did nothing.
type redisHook struct {
	m      *merge
	worker *worker
	prefix string
	late   *redis.Client // carries what arrives after its sender stopped waiting

	mu      sync.Mutex
	unknown bool // the last command's script was not known
}

func (h *redisHook) DialHook(next redis.DialHook) redis.DialHook { return h.m.x.conns.dial(next) }

func (h *redisHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if handshake(cmd) || h.again(cmd) {
			return next(ctx, cmd)
		}
		var answer error
		err := h.m.step(h.worker, redisOp(h.prefix, cmd.Args()), carry{
			now: func() { answer = h.noting(next(ctx, cmd)) },
			late: func() {
				_ = h.late.Do(context.Background(), cmd.Args()...).Err()
			},
		})
		if err != nil {
			cmd.SetErr(err)
			return err
		}
		return answer
	}
}

func (h *redisHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if handshake(cmds[0]) {
			return next(ctx, cmds)
		}
		op := Op{Via: "PIPELINE"}
		var names []string
		for _, c := range cmds {
			one := redisOp(h.prefix, c.Args())
			if transaction(c) {
				continue
			}
			op.Reads, op.Writes = append(op.Reads, one.Reads...), append(op.Writes, one.Writes...)
			names = append(names, one.Name)
		}
		op.Name = strings.Join(names, ", ")
		var answer error
		err := h.m.step(h.worker, op, carry{now: func() { answer = next(ctx, cmds) }})
		if err != nil {
			for _, c := range cmds {
				c.SetErr(err)
			}
			return err
		}
		return answer
	}
}

// again reports whether the command repeats, with its script, the one that the
// server did not know.
func (h *redisHook) again(cmd redis.Cmder) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.unknown
	h.unknown = false
	return was && strings.EqualFold(cmd.Name(), "eval")
}

func (h *redisHook) noting(err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unknown = err != nil && strings.HasPrefix(err.Error(), "NOSCRIPT")
	return err
}

// handshake reports whether a command belongs to a connection and touches
// nothing.
func handshake(cmd redis.Cmder) bool {
	switch strings.ToLower(cmd.Name()) {
	case "hello", "client", "ping", "auth", "select", "script":
		return true
	}
	return false
}

func transaction(cmd redis.Cmder) bool {
	name := strings.ToLower(cmd.Name())
	return name == "multi" || name == "exec"
}

// gatewayHook has each request of a worker to the gateway wait for its turn.
type gatewayHook struct {
	m      *merge
	worker *worker
	next   http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (h gatewayHook) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	request := func(ctx context.Context) *http.Request {
		c := r.Clone(ctx)
		c.Body = io.NopCloser(bytes.NewReader(body))
		return c
	}
	var resp *http.Response
	var answer error
	err = h.m.step(h.worker, gatewayOp(r, body), carry{
		now: func() { resp, answer = h.whole(request(r.Context())) }, //nolint:bodyclose // its body is in memory: whole closes the connection's
		late: func() {
			_, _ = h.whole(request(context.Background())) //nolint:bodyclose // as above
		},
	})
	if err != nil {
		return nil, err
	}
	return resp, answer
}

// whole makes the request and takes in all of its answer, so that the gateway
// has done with it.
func (h gatewayHook) whole(r *http.Request) (*http.Response, error) {
	resp, err := h.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(said))
	return resp, err
}

// CloseIdleConnections is what [http.Client.CloseIdleConnections] looks for.
func (h gatewayHook) CloseIdleConnections() {
	if c, ok := h.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func gatewayOp(r *http.Request, body []byte) Op {
	var said struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(body, &said) // what is no JSON has no text
	o := Op{Via: r.Method + " " + r.URL.Path, Writes: []string{theGateway}}
	switch r.URL.Path {
	case "/fence":
		o.Name = "announces its epoch"
	case "/accepted":
		o.Name = "asks what became of a text"
	case "/send":
		o.Name = "sends " + said.Text
		o.Writes = append(o.Writes, theLook)
	default:
		o.Name = o.Via
		o.Writes = []string{everything}
	}
	return o
}
