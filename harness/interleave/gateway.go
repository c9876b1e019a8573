package interleave

import (
	"context"
	"net"
	"sync"
	"time"

	"turnstile/checker/history"
	"turnstile/fixtures/gateway"
)

// gatewayServer is a merge's own gateway: the one of command gateway, on
// addresses of this machine, without a latency.
type gatewayServer struct {
	url   string
	stop  context.CancelFunc
	ended chan error

	writer *history.Writer
	mu     sync.Mutex
	events []history.Event
}

func startGateway() (*gatewayServer, error) {
	writer, err := history.NewWriter(discard{}, history.SrcGateway)
	if err != nil {
		return nil, err
	}
	g := &gatewayServer{writer: writer, ended: make(chan error, 1)}
	server, err := gateway.New(gateway.Config{}, g)
	if err != nil {
		return nil, err
	}
	send, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		_ = send.Close()
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	g.url, g.stop = "http://"+send.Addr().String(), stop
	go func() { g.ended <- server.Serve(ctx, send, control, 10*time.Second) }()
	return g, nil
}

// Record implements [gateway.Recorder].
func (g *gatewayServer) Record(e history.Event) (history.Event, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, err := g.writer.Record(e)
	g.events = append(g.events, e)
	return e, err
}

// close ends it and returns its record, which then is whole.
func (g *gatewayServer) close() ([]history.Event, error) {
	g.stop()
	err := <-g.ended
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.events, err
}
