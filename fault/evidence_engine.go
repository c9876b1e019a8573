package fault

import (
	"context"
	"fmt"
	"time"
)

// What the engine says of processes.

// which is the process that a step is about.
type which func(i *injection) (Process, error)

func struckWorker(i *injection) (Process, error)  { return i.scene.Workers.Process(i.worker()) }
func servingBroker(i *injection) (Process, error) { return i.scene.Broker, nil }
func ownLockServer(i *injection) (Process, error) { return i.scene.LockServer, nil }
func keeper(i *injection) (Process, error)        { return i.scene.Cluster.ZooKeeper(), nil }

// state looks whether a process is in a state, which the words describe.
func state(of which, words func(State) (string, bool)) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		p, err := of(i)
		if err != nil {
			return "", false, err
		}
		st, err := p.State(ctx)
		what, is := words(st)
		return what, is && err == nil, err
	}
}

// isPaused: the engine reports the process frozen.
func isPaused(name string, of which) step {
	return await("the engine reports "+name, "engine", engineLimit, state(of, func(st State) (string, bool) {
		return fmt.Sprintf("paused: %t", st.Paused), st.Paused
	}))
}

// wasFrozen: the engine reported the worker frozen so often.
func wasFrozen(all *freezes, times int) step {
	return await(fmt.Sprintf("the engine reports the worker frozen, %d times", times), "engine", pollEvery, func(context.Context, *injection) (string, bool, error) {
		return fmt.Sprintf("%d times, %s in all", all.seen, all.total.Round(time.Millisecond)), all.seen == times, nil
	})
}

// isKilled: the engine reports that the process died by SIGKILL.
func isKilled(name string, of which) step {
	const killed = 128 + 9
	return await("the engine reports "+name+" dead by SIGKILL", "engine", engineLimit, state(of, func(st State) (string, bool) {
		return fmt.Sprintf("running: %t, exit code %d", st.Running, st.ExitCode), !st.Running && st.ExitCode == killed
	}))
}

// brokerEnded: the engine reports that the broker has ended, however it did.
var brokerEnded = await("the engine reports that the broker has ended", "engine", stopLimit, state(servingBroker, func(st State) (string, bool) {
	if st.Running {
		return "the broker is running", false
	}
	return fmt.Sprintf("it ended with exit code %d", st.ExitCode), true
}))

// workerRuns: the engine reports that a worker that was frozen runs.
var workerRuns = await("the engine reports that the cut-off worker runs", "engine", engineLimit, state(struckWorker, func(st State) (string, bool) {
	return fmt.Sprintf("running: %t, paused: %t", st.Running, st.Paused), st.Running && !st.Paused
}))

// allPaused: the engine reports all of them frozen, and one is left that is not.
func allPaused(others []Process, alone string) step {
	return await("the engine reports all workers frozen but one", "engine", engineLimit, func(ctx context.Context, _ *injection) (string, bool, error) {
		for n, w := range others {
			if st, err := w.State(ctx); err != nil || !st.Paused {
				return fmt.Sprintf("%d of %d", n, len(others)), false, err
			}
		}
		return fmt.Sprintf("%d of them", len(others)), alone != "", nil
	})
}
