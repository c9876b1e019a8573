package suites

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"turnstile/checker"
	"turnstile/checker/history"
	"turnstile/harness"
	"turnstile/harness/report"
)

const (
	Holds   = checker.Holds
	Refuted = checker.Refuted
	Open    = report.Open

	// Unrefuted is for what a scenario's load does not put to the test.
	Unrefuted = report.Unrefuted
)

// AllHold is what a scenario claims of every property, but for its exceptions.
var AllHold = harness.AllHold

// The properties, as exceptions name them.
const (
	Exclusivity = checker.Exclusivity
	Effects     = checker.Effects
	Order       = checker.Order
	Delivery    = checker.Delivery
	Duplicates  = checker.Duplicates
	Progress    = checker.Progress
	Rules       = checker.Rules
)

// parallel is how many scenarios run at once, unless -parallel says otherwise.
// Four together keep two cores nearly nine tenths busy; with more, brokers and
// clients lose patience with each other where no fault asks them to.
var parallel = 4

// waiting is how many may wait for their turn. Go starts none beyond -parallel,
// and one that waits for an environment would keep the place of another.
const waiting = "1000"

var (
	ctx     context.Context // ends when the process is asked to end
	session = sync.OnceValues(func() (*harness.Session, error) {
		opened = true
		return harness.OpenSession(ctx, progress, parallel)
	})
	opened   bool
	progress = progressWriter()
)

func TestMain(m *testing.M) {
	flag.Parse()
	if isSet("test.parallel") {
		parallel = flag.Lookup("test.parallel").Value.(flag.Getter).Get().(int)
	}
	if err := flag.Set("test.parallel", waiting); err != nil {
		panic(err)
	}
	if os.Getenv(exploreVariable) != "" {
		runtime.MemProfileRate = 16 << 10 // fine enough to see some kilobytes a run grow
	}
	var stop context.CancelFunc
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := m.Run()
	stop()
	if opened {
		if s, err := session(); err == nil {
			if err := s.Close(context.Background()); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}
	}
	os.Exit(code)
}

func isSet(name string) (set bool) {
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// progressWriter shows each scenario's line as it ends. `go test ./suites/...`
// keeps a package's output back until the end and drops it when the package
// passes, so the lines also go to the terminal itself, if there is one that
// would not show them otherwise.
func progressWriter() io.Writer {
	if stdout, err := os.Stdout.Stat(); err == nil && stdout.Mode()&os.ModeCharDevice != 0 {
		return os.Stdout
	}
	if tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
		return io.MultiWriter(os.Stdout, tty)
	}
	return os.Stdout
}

// movedOn requires what a kill or freeze must bring about for a "holds" to say
// anything: the user moved to another worker, and its event was delivered again.
var movedOn = history.Require{Attempts: 200, Contended: 50, Handovers: 1, Redeliveries: 1}

// redelivered requires that events came again while their first handling went
// on, wherever to.
var redelivered = history.Require{Attempts: 200, Contended: 50, Redeliveries: 1}

// busy requires contention only: without a fault nobody has to move.
var busy = history.Require{Attempts: 200, Contended: 50}

// frozen is beyond the broker's patience (2 s at these settings) and the
// default lock's lifetime (3 s).
const frozen = 6 * time.Second

// longBursts has bursts that no worker's queue has room for, so that the broker
// deals each to several workers, who race for the lock (bursts-at-a-lock). Where a
// fault lasts no time, or there is none, shorter ones go to one worker each, and
// whether order breaks is chance.
func longBursts() harness.Load {
	l := harness.DefaultLoad()
	l.Burst, l.Every = 24, 3*time.Second
	return l
}

// inTurn has a user's next event come when the last is done, so that nobody else
// asks for the lock when it is given. The broker deals events out in turn: with as
// many users as can be divided by the workers, who come in turn too, each worker
// would get the same users again and again, and nobody would go from one to another.
func inTurn() harness.Load {
	l := harness.DefaultLoad()
	l.Burst, l.Every, l.Ordinary = 1, 400*time.Millisecond, 9
	return l
}

// lockContention requires that workers met each other at the locks.
var lockContention = history.Require{Attempts: 200, Contended: 50, Handovers: 20}
