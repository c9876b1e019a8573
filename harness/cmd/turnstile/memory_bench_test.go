package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// asCommand makes the test program be the command, in a process of its own
// whose memory can be measured.
const asCommand = "TURNSTILE_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// BenchmarkGigabyte checks a recorded run that was scaled to 1 GB, within the
// usual budget and within one that is too small for it. peak-MiB is the most
// memory that the command had resident.
func BenchmarkGigabyte(b *testing.B) {
	one, err := os.Stat(scaled(b, 1))
	if err != nil {
		b.Fatal(err)
	}
	path := scaled(b, int(1e9/one.Size()))
	for _, budget := range []string{"usual", "4GiB", "1GiB"} {
		b.Run("max-memory "+budget, func(b *testing.B) {
			args := []string{"check", path}
			if budget != "usual" {
				args = append(args, "--max-memory", budget)
			}
			var peak int64
			var out strings.Builder
			for b.Loop() {
				out.Reset()
				cmd := exec.Command(os.Args[0], args...)
				cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), asCommand+"=1"), &out, &out
				_ = cmd.Run() // the exit code is looked at
				if code := cmd.ProcessState.ExitCode(); code != exitHolds && code != exitUnknown {
					b.Fatalf("exit code %d\n%s", code, out.String())
				}
				if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
					peak = max(peak, usage.Maxrss)
				}
				b.ReportMetric(float64(cmd.ProcessState.ExitCode()), "exit-code")
				b.ReportMetric((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), "s-cpu")
			}
			b.ReportMetric(float64(peak)/1024, "peak-MiB")
			b.Logf("%.1500s", out.String())
		})
	}
}
