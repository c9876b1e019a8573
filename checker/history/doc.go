// Package history is the record of a run: what every observer saw, as events
// on one clock. It is the only thing that the checker reads.
//
// # Format
//
// A history is JSON lines (UTF-8, one object a line, "\n" after each). The
// first line is the header, naming the format and its version:
//
//	{"format":"turnstile-history","version":1}
//
// Every other line is one [Event]. The last line of a complete history is an
// event of kind [KindEnd] that carries the number of events before it, so that
// a history cut at a line's end is told from a whole one. The files that single
// observers write (a worker that may be killed at any moment) have the header
// but no end; [ReadPart] reads those.
//
// # Clocks
//
// T is CLOCK_MONOTONIC in nanoseconds, which all containers on one engine
// share with their host's kernel; Domain names that kernel's boot (boot_id).
// Times of two domains must not be compared unless the history bears a
// [KindClockOffset] event that bounds the difference.
//
// # Lives
//
// A worker's name may be borne by one process after another. Their records have
// one source and one count of sequence numbers, which goes on; each begins with
// a [KindWorkerStart], and a [KindWorkerDead] of the harness tells of each end
// before the next begin. Ids of attempts are unique over all lives.
//
// # Points
//
// A [KindPointBegin] names in Detail["point"] where in its handling the attempt
// was: "delivered" and "locked" lie before the critical section, "read" inside
// it, "written" and "ack" behind its last effect, with which it ends. Any other
// name proves nothing of the section.
//
// # What a stamp promises
//
// An observer stamps an event and hands it to the kernel in one write(2)
// before it goes on. [KindEnter] is stamped after the critical section began
// and [KindExit] before it ended: a recorded section lies inside the true one,
// so two recorded sections that overlap did overlap. SIGKILL cannot take back
// what was handed to the kernel, so a dead worker's file has every step that
// it had passed.
package history
