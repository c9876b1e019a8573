package fault

import "context"

// This file declares what the faults of workers act on: the orchestrator's
// processes, and the downstream that they send to.

// State is what the engine says of a process's container.
type State struct {
	Running  bool
	Paused   bool
	ExitCode int
}

// Process is something that can be killed, asked to stop, and frozen.
type Process interface {
	Kill(ctx context.Context) error
	Stop(ctx context.Context) error // asks, and does not wait
	Pause(ctx context.Context) error
	Unpause(ctx context.Context) error
	State(ctx context.Context) (State, error)
}

// Workers are the orchestrator's processes, by their names.
type Workers interface {
	// Names are those that were started and are not known to be dead.
	Names() []string
	Process(name string) (Process, error)
	// Replace starts a fresh worker in the place of another, or one more for "".
	Replace(ctx context.Context, worker string) error
	// Start starts one more worker under a name of its own.
	Start(ctx context.Context, name string) error
	// Return starts a fresh worker under the name of a dead one: its next life.
	Return(ctx context.Context, dead string) error
	// Died is told that a worker's death was confirmed: the signal was sent after
	// from and the engine reported the end before to.
	Died(worker string, from, to int64, exitCode int) error
}
