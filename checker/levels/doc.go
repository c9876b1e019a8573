// Package levels judges a system by what can be seen of it from outside, and says
// of each answer which level of sight it took. The system is not asked to record
// anything: its downstream is ours, and its ways to Redis and Pulsar lead through
// links that understand what passes ([turnstile/fixtures/links/tap]).
//
// [Check] is the entry point. It takes any [history.History] with the observers
// harness, gateway and link/<worker>, and a [Mapping] that says what the system's
// keys of Redis are; of a worker's own record it reads the marks, an enter and an
// exit for each section, and those only at level 3. [Calibrated] tells of a run with
// a probe event which observers did not see it, and [Control] of a run that must be
// refuted whether the observers are blind.
//
// # Levels
//
//	level  observer                                      refutes by                             supports holds by
//	0      the downstream                                a send that has arrived, until its     –
//	                                                     answer begins
//	1      and the links to Redis                        the last read of the user's state      –
//	                                                     before a write, until that is answered
//	2      and the links to Pulsar                       as 1                                   delivered until acknowledged
//	3      and marks                                     the section                            the section
//
// # Definitions
//
//  1. An attempt i is one handling of one event by one worker. Its section S(i) lasts
//     from before it reads its user's state until after its last effect, which is a
//     send or a write of the state. Exclusivity is violated if the sections of two
//     attempts of one user have more than an endpoint in common.
//  2. An inner bound is an interval I = [a, b] with I ⊆ S(i) for some attempt i of a
//     known user, though i may be unknown. An outer bound of an attempt is an interval
//     O ⊇ S(i).
//  3. Two inner bounds are distinct if they cannot be of one attempt: their workers
//     are known and differ, or their events are and do; or both are marked, by two
//     names.
//  4. Level k sees the observers of levels 0 to k. A level decides if it says holds or
//     refuted.
//
// # Assumptions
//
// Of the system, each true of any that handles a message as a whole:
//
//	A1  Read, decide, send and write are one section, and a section is of one event.
//	A2  A section is synchronous: it does one thing after the other and waits for each.
//	    If it repeats a call that is not answered, it waits for the first answer to any.
//	A3  Who gives up on an answer hangs up, and the observer sees that before the
//	    stamps by which it would be taken to wait still. So a caller that hangs up ends
//	    the bound. Over a connection to Redis, a later command proves that nobody hung
//	    up; of a client that shares a connection among callers that give up, the mapping
//	    says after what time they do.
//	A4  A message is acknowledged after its section is over, and whatever is done with a
//	    message is done by a worker that it was delivered to.
//	A5  A worker's name is borne by one process at a time, whose signal and death the
//	    harness records.
//
// By the mapping's word only, and checked as far as the record can:
//
//	A6  [Mapping.ReadsFirst]: a section reads the state over its link before it writes
//	    it. Refuted, and then not used, where a write comes without a read since the
//	    worker's last write of that state; nor used where not every worker's commands are
//	    on record.
//	A7  [Mapping.NamesEvent]: a write has the id of its section's event among its words.
//	    Not so of a section that makes a write which another left undone. What Redis
//	    carries out as one, between MULTI and EXEC, is one write, here as in A6; it is
//	    done by the answer to EXEC, and what is only queued is not.
//	A8  [Mapping.OneAtATime]: a worker handles one user's messages one after the other.
//	A9  Of marks: a section marks its begin before it reads and its end after its last
//	    effect, and waits until each mark is taken, so that its reads and effects lie
//	    between the two stamps, and these in it. One that dies or gives up marks no end.
//	    Of one that came to no read its marks alone tell, and of one whose reads name no
//	    event and come while its worker is in another section of the user: one of the
//	    two is on record.
//	A10 [Mapping.Commands]: a script does to the state whose key it is given what the
//	    mapping says, and nothing to one whose key it is not given. It has written by
//	    the answer that the mapping names; where it names none, by OK and 1, and of any
//	    other answer nobody knows.
//
// Of the observers: a stamp is taken where the format says; a clock is the kernel's
// monotonic one within a domain, and bounds between domains are as measured. What is
// begun by a stamp is put as late, and what is ended by one as early, as the bounds
// allow; of outer bounds the other way round.
//
// # Inner bounds
//
//	B1  A call that arrived at t and was not answered before the downstream began to
//	    answer at u: [t, u]. By A2 and A3 its section waits all the while. u is the stamp
//	    before the answer (send_return's from), else the end of a hold, else the least
//	    time that an answer takes, else t. There is no bound of a caller that had gone, was
//	    refused or was not answered: it may have hung up before its call was read. Where the harness
//	    signalled the caller's process at v < u, u is v; where t is between v and the
//	    confirmed death, there is no bound. Of calls for one event that are out at once,
//	    not by two known workers, u is the first of all; and a call that repeats an
//	    earlier one of the event and the text shows nothing, since its section may have
//	    gone on with the answer to that.
//	B2  A command to the state of the user that passed the link at t and whose answer was
//	    passed on at u, if a later command came over that connection: [t, u]. By A1 the
//	    command is of a section, by A2 and A3 it waits.
//	B3  A write as in B2, answered at u, and the last read of that state by that worker
//	    before it, at r: [r, u]. By A6 the write's section read before, at r' ≤ r, the last
//	    read being the last. So r is in the section, whosever that read was.
//	B4  A marked section, by its enter and its exit, by A9, where its worker's link shows
//	    that it had the event all the while: delivered before, and not acknowledged until
//	    after. By A4 any section had; a mark that says otherwise is wrong, or A4 is, and
//	    nobody can tell which. An exit after a death is of nothing.
//
// # Outer bounds
//
//	O1  A delivery that passed the link at t, and was acknowledged by the worker at u:
//	    [t, u], by A4. If the worker was given the message again before, by whichever
//	    connection, the acknowledgement may be of either, and ends none. A request for
//	    redelivery and the loss of a connection end none: who handles it may go on. What
//	    nothing ends ends with the confirmed death of the process, or never.
//	O2  A marked section; without an exit until the confirmed death.
//
// # Propositions
//
//	P1  If a level refutes exclusivity, sections of one user overlapped. It found inner
//	    bounds I and J that are distinct and overlap. By definition 3 they are of two
//	    attempts i and j, and S(i) ∩ S(j) ⊇ I ∩ J. That needs no assumption on what was
//	    not observed, but that records are not damaged: lines missing, stamps that run
//	    back and events that are another run's make it unknown.
//	P2  If level 2 says that exclusivity holds, no two sections of a user overlapped. All
//	    deliveries are on record, since every worker that anybody names has a link that
//	    began, ended and read everything, and there are as many as the scenario says;
//	    by A4 each section lies in the outer bound of its delivery, and these are
//	    disjoint, or with A8 those of any two workers are. As a check of A4 every call and
//	    every command lies in an outer bound of its user, worker and event.
//	P3  The same of level 3 with marks for deliveries, by A9. As a check of A9 every call
//	    and every command lies in a mark of its user, worker and event, and every mark in
//	    a delivery of its event to its worker.
//	P4  If level k decides, level k+1 does not decide otherwise: either says what is so
//	    of the sections, by P1 to P3. What a lower level decided stands; but that
//	    exclusivity holds, which rests on A4, does not where marks are not within their
//	    deliveries or do not fit together: then level 3 does not know. [Check] says
//	    unknown where a higher one decides otherwise, which is a bug or an assumption
//	    that is not kept.
//	P5  Duplicates are decided by level 0, whose downstream knows what it accepted.
//	P6  With A7, an event has taken effect by the time at which a write that names it is
//	    answered as done, and not before any such write was asked for. So level 1 decides
//	    delivery and order, where every link is whole and every write names its event; of
//	    an event whose publish is unclear level 2 tells whether it came to a worker.
//	P7  Progress holds, by level 2, if no event waited as long as nobody may stand still,
//	    nothing delivered was left undone by a worker that lives, and something took effect
//	    after each fault. It is never refuted: who could have served is not seen.
//	P8  Of what it decides itself, whoever sees less says less: without an observer its
//	    findings go, and so would an unknown that they made. So a worker that anybody
//	    names, and each that the scenario counts, must have its links and its marks, the
//	    harness its quiet, and the downstream its begin and end; every acknowledged event
//	    must have passed a link.
//
// Not claimed is anything of effects, which need the version that an attempt decided
// on, and of rules, which need the system's own: they are unknown at every level.
//
// As everywhere in this project, holds needs the opportunity that the scenario
// requires. A level counts only what it sees of it, which is no more than there was;
// where that falls short it says unknown, since a higher one may see more, and level
// 3, above which there is none, vacuous. Where a fault did not bite by the harness's
// own evidence, every level says vacuous.
package levels
