package fault

import (
	"context"
	"testing"
)

// ended is a worker's process that ended with an exit code, whatever was done to it.
type ended struct {
	Process
	code int
}

func (e ended) Kill(context.Context) error           { return nil }
func (e ended) Stop(context.Context) error           { return nil }
func (e ended) State(context.Context) (State, error) { return State{ExitCode: e.code}, nil }

// buried are workers whose deaths are of no interest.
type buried struct{ someWorkers }

func (buried) Died(string, int64, int64, int) error { return nil }

func TestTheExitCodeTellsHowAWorkerEnded(t *testing.T) {
	for _, c := range []struct {
		name string
		how  ending
		code int
		want bool
	}{
		{"killed, by SIGKILL", bySIGKILL, 137, true},
		{"killed, by itself before", bySIGKILL, 0, false},
		{"asked, and it ended by itself", byItself, 0, true},
		{"asked, as a JVM ends after its hooks", byItself, 143, true},
		{"asked, and it crashed", byItself, 2, false},
		{"asked, and it was killed", byItself, 137, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := &injection{scene: &Scene{Workers: buried{someWorkers{process: func(string) Process { return ended{code: c.code} }}}}}
			if ev, err, healErr := i.endOne(t.Context(), "w1", c.how, nil); err != nil || healErr != nil || ev.Seen != c.want {
				t.Errorf("the evidence is %+v (%v, %v), want it seen: %v", ev, err, healErr, c.want)
			}
		})
	}
}
