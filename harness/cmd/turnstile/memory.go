package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/pflag"
)

// memory is a budget in bytes, as a flag: 512MiB, 4g.
type memory int64

// leastMemory is what the program needs for anything at all.
const leastMemory = 32 << 20

func (m *memory) String() string { return units.BytesSize(float64(*m)) }
func (*memory) Type() string     { return "size" }
func (m *memory) Set(s string) error {
	n, err := units.RAMInBytes(s)
	if err != nil || n < leastMemory {
		return fmt.Errorf("%q is no budget: name at least %s, such as 512MiB or 4GiB", s, units.BytesSize(leastMemory))
	}
	*m = memory(n)
	return nil
}

func (m *memory) flag(f *pflag.FlagSet) {
	f.Var(m, "max-memory", "how much memory it may take; a history that needs more is not judged or shown")
	f.Lookup("max-memory").DefValue = "three quarters of what is free"
}

// usualMemory is three quarters of what the machine, or the container that this
// runs in, has to spare now; 2 GiB where neither says.
func usualMemory() memory {
	spare := int64(-1)
	least := func(n int64, ok bool) {
		if ok && (spare < 0 || n < spare) {
			spare = n
		}
	}
	least(available())
	for _, cgroup := range [][2]string{
		{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
		{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"},
	} {
		limit, limited := number(cgroup[0])
		used, known := number(cgroup[1])
		least(limit-used, limited && known)
	}
	if spare < 0 {
		return 2 << 30
	}
	return memory(max(leastMemory, spare/4*3))
}

// available is the memory that Linux says could be used without swapping.
func available() (int64, bool) {
	text, _ := os.ReadFile("/proc/meminfo")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10, err == nil
		}
	}
	return 0, false
}

func number(path string) (int64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}

// memoryError is why work was given up.
type memoryError struct{ budget memory }

func (e memoryError) Error() string {
	return fmt.Sprintf("it needs more than the %s of memory that it may take (--max-memory)", e.budget.String())
}

// within does work on a memory budget: as the budget is neared the garbage
// collector runs more often, and when that no longer helps the work is given up
// with [memoryError], well before the machine has none left.
//
// What was given up cannot be stopped and goes on until the program ends, so the
// caller is to end it. The watch looks every few milliseconds, in which work can
// take some tens of MiB; a sixteenth of the budget is kept for that. Room that
// was made and not used yet counts, so that a file which will not fit is refused
// when its room is made, long before it is read.
func within[T any](budget memory, work func() (T, error)) (T, error) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(int64(budget - budget/8)))
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		v, err := work()
		done <- outcome{v, err}
	}()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case o := <-done:
			return o.value, o.err
		case <-look.C:
			if taken() > int64(budget-budget/16) {
				var nothing T
				return nothing, memoryError{budget}
			}
		}
	}
}

// taken is the memory that the Go runtime has from the system, which is all but
// a few MiB of what the process has.
func taken() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}
