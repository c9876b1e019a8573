//go:build !linux

package history

import (
	"crypto/rand"
	"time"
)

var (
	processStart  = time.Now()
	processDomain = "process:" + rand.Text()
)

// Now is this process's monotonic clock in nanoseconds. Where the engine runs
// in a virtual machine (Docker Desktop), its containers have another clock;
// the harness then measures the offset.
func Now() int64 { return int64(time.Since(processStart)) + 1 }

// Domain names the clock that [Now] reads: this process.
func Domain() (string, error) { return processDomain, nil }
