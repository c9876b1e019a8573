// Package history is the record of a run: what every observer saw, as events
// on one clock. It is the only thing that the checker reads.
//
// # Format
//
// A history is JSON lines (UTF-8, one object a line, "\n" after each). The
// first line is the header, naming the format and its version:
//
//	{"format":"turnstile-history","version":7}
//
// Every other line is one [Event]. The last line of a complete history is an
// event of kind [KindEnd] that carries the number of events before it, so that
// a history cut at a line's end is told from a whole one. The files that single
// observers write (a worker that may be killed at any moment) have the header
// but no end; [ReadPart] reads those.
//
// A reader takes what a writer wrote and nothing else. It refuses a kind, a key
// or a version that it does not know, a key in another case or twice, also
// within [Event.Detail] and [Setup.Settings], where keys are free, a null, a
// value of another sort, text that is not UTF-8, a key that is missing and one
// that its kind does not have, and an event by another observer than the kind's.
//
// # Keys
//
// Every event has t, domain, src, seq and kind. What else it must and may have
// depends on its kind. A string that must be there is not empty.
//
//	kind                  observer        must have                          may have
//	scenario              harness         scenario                           detail
//	clock_offset          harness         peer                               lo hi detail
//	publish               harness         user event from ordinal outcome    type at zone_minutes delay_ns detail
//	worker_start          worker                                             worker detail
//	worker_stop           worker                                             worker outcome detail
//	worker_dead           harness         worker                             from outcome detail
//	observer_start        gateway                                            detail
//	observer_stop         gateway                                            detail
//	deliver               worker          event attempt                      user worker type at zone_minutes redelivery detail
//	enter                 worker          user event attempt                 worker redelivery detail
//	state_read            worker          user event attempt outcome         worker from version detail
//	send_call             gateway, worker user event attempt text            worker outcome detail
//	send_return           gateway, worker user event attempt text outcome    worker from detail
//	state_write           worker          user event attempt version outcome worker from detail
//	state_complete        worker          user event attempt version outcome peer worker from detail (since version 7)
//	exit                  worker          user event attempt outcome         worker detail
//	ack                   worker          event attempt outcome              user worker from detail
//	nack                  worker          event attempt                      user worker from outcome detail
//	dead_letter           worker          event attempt                      user worker from outcome detail
//	lock_acquired         worker          user event attempt                 worker from outcome detail
//	lock_contended        worker          user event attempt                 worker from outcome detail
//	lock_lost             worker          user event attempt                 worker from outcome detail
//	lock_released         worker          user event attempt                 worker from outcome detail
//	state_commit          store           user event attempt ordinal version worker text by detail
//	hold_begin            gateway         attempt                            user event worker text detail
//	hold_end              gateway         attempt outcome                    user event worker text detail
//	point_begin           gateway         attempt                            user event worker text detail
//	point_end             gateway         attempt outcome                    user event worker text detail
//	fault_begin           harness         fault                              user event attempt worker detail
//	fault_end             harness         fault outcome                      user event attempt worker evidence detail
//	broker                harness                                            worker outcome detail
//	quiet                 harness         outcome                            from detail
//	note                  anyone                                             user event attempt worker from ordinal version redelivery text type fault outcome peer detail
//	link_start            link            worker peer detail                 (since version 4)
//	link_stop             link            worker peer                        (since version 4)
//	wire_connect          link            worker detail peer                 (since version 4)
//	wire_hello            link            worker detail                      peer (since version 4)
//	wire_disconnect       link            worker detail                      peer (since version 4)
//	wire_undecoded        link            worker detail                      (since version 4)
//	wire_lookup           link            worker detail                      (since version 4)
//	wire_subscribe        link            worker detail                      (since version 4)
//	wire_unsubscribe      link            worker detail                      (since version 4)
//	wire_seek             link            worker detail                      (since version 4)
//	wire_close            link            worker detail                      outcome (since version 4)
//	wire_migrated         link            worker detail                      (since version 4)
//	wire_delivered        link            worker detail                      user event redelivery outcome (since version 4)
//	wire_acknowledged     link            worker detail                      user outcome (since version 4)
//	wire_redelivery_asked link            worker detail                      user outcome (since version 4)
//	wire_permits          link            worker detail                      outcome (since version 4)
//	wire_active           link            worker detail                      outcome (since version 4)
//	wire_answer           link            worker detail                      outcome (since version 4)
//	wire_command          link            worker detail                      outcome (since version 4)
//	wire_reply            link            worker detail                      outcome (since version 4)
//	wire_push             link            worker detail                      outcome (since version 4)
//	end                   end                                                ordinal detail
//
// The keys hold, since version 1 where no other is named:
//
//	t                          a whole number
//	domain                     a string
//	src                        a string
//	seq                        a whole number of 0 or more
//	kind                       a string
//	user                       a string
//	event                      a string
//	attempt                    a string
//	worker                     a string
//	from                       a whole number
//	ordinal                    a whole number
//	version                    a whole number
//	redelivery                 a whole number
//	text                       a string
//	type                       a string
//	fault                      a string
//	outcome                    a string
//	peer                       a string
//	lo                         a whole number
//	hi                         a whole number
//	at                         a whole number, since version 2
//	zone_minutes               a whole number, since version 2
//	delay_ns                   a whole number, since version 2
//	by                         a string, since version 7
//	detail                     an object of strings
//	evidence                   a list of objects
//	scenario                   an object
//	evidence.name              a string
//	evidence.observer          a string
//	evidence.t                 a whole number, may be missing
//	evidence.seen              true or false
//	evidence.detail            a string, may be missing
//	scenario.name              a string
//	scenario.mode              a string
//	scenario.guard             a string
//	scenario.fault             a string
//	scenario.seed              a whole number of 0 or more
//	scenario.workers           a whole number
//	scenario.users             a whole number
//	scenario.require           an object
//	scenario.recover_within_ns a whole number, may be missing
//	scenario.settings          an object of strings, may be missing
//	require.attempts           a whole number
//	require.contended          a whole number
//	require.handovers          a whole number
//	require.redeliveries       a whole number
//	require.fault_bites        true or false
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
// An observer stamps an event and hands it to the kernel, in one write(2) or as a
// store into a page of the file ([mapped]), before it goes on. [KindEnter] is
// stamped after the critical section began and [KindExit] before it ended: a
// recorded section lies inside the true one, so two recorded sections that overlap
// did overlap. SIGKILL cannot take back what was handed to the kernel, so a dead
// worker's file has every step that it had passed.
package history
