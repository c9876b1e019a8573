package interleave

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"turnstile/fixtures/engine"
	"turnstile/fixtures/images"
	"turnstile/fixtures/redis"
)

// ServerVariable names a Redis server to use in place of one in a container:
// host:port. Keys under "interleave:" are then used and removed there.
const ServerVariable = "TURNSTILE_TEST_REDIS"

// StartServer starts a Redis server in a container, unless [ServerVariable] names
// one, and returns its address and what ends it.
func StartServer(ctx context.Context) (addr string, stop func() error, err error) {
	if addr := os.Getenv(ServerVariable); addr != "" {
		if host, port, err := net.SplitHostPort(addr); err != nil || host == "" || port == "" {
			return "", nil, fmt.Errorf("%s=%q is no address: give host:port of a Redis server, or unset it", ServerVariable, addr)
		}
		return addr, func() error { return nil }, nil
	}
	e, err := engine.Open(ctx)
	if err != nil {
		return "", nil, err
	}
	end := func() error {
		_, err := e.Clear(context.WithoutCancel(ctx))
		return errors.Join(err, e.Close(context.WithoutCancel(ctx)))
	}
	image, err := images.Redis.Resolve(ctx, e)
	if err != nil {
		return "", nil, errors.Join(err, end())
	}
	s, err := redis.Start(ctx, e, image, "interleave")
	if err != nil {
		return "", nil, errors.Join(err, end())
	}
	if addr, err = s.Address(ctx, "6379/tcp"); err != nil {
		return "", nil, errors.Join(err, end())
	}
	return addr, end, nil
}
