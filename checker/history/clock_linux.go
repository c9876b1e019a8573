package history

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Now is CLOCK_MONOTONIC in nanoseconds: the same clock in every container of
// this kernel (clock_gettime(2); Docker gives containers no time namespace).
func Now() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(fmt.Sprintf("clock_gettime(CLOCK_MONOTONIC) failed, which no Linux kernel does: %v", err))
	}
	return ts.Nano()
}

// Domain names the clock that [Now] reads: this kernel's boot.
func Domain() (string, error) {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("reading the boot id that names this machine's clock: %w (is /proc mounted?)", err)
	}
	return "boot:" + strings.TrimSpace(string(b)), nil
}
