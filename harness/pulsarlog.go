package harness

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	pulsargo "github.com/apache/pulsar-client-go/pulsar"
	pulsarlog "github.com/apache/pulsar-client-go/pulsar/log"
)

// newPulsarClient connects this process to a broker. The client library's own
// log would drown the progress lines: what matters of it is in the events and
// errors.
func newPulsarClient(b Pulsar) (pulsargo.Client, error) {
	o := pulsargo.ClientOptions{
		URL: b.URL(), KeepAliveInterval: workerKeepAlive, ConnectionTimeout: 5 * time.Second, OperationTimeout: 30 * time.Second,
		// The library registers its metrics for the whole process: with their
		// namespaces for labels, a session of hundreds of runs keeps them all.
		MetricsCardinality: pulsargo.MetricsCardinalityNone,
		Logger:             pulsarlog.NewLoggerWithSlog(slog.New(slog.NewTextHandler(io.Discard, nil))),
	}
	b.Access().Apply(&o)
	c, err := pulsargo.NewClient(o)
	if err != nil {
		return nil, fmt.Errorf("connecting to the broker at %s: %w", b.URL(), err)
	}
	return c, nil
}
