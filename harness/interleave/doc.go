// Package interleave puts every order of two attempts' steps to a guard or a lock:
// not those that a fault happens to bring about, but all. Two workers of the
// reference orchestrator, in this process, have a user's deliveries at the same
// time. Each of their steps that anybody outside could see goes to a real Redis
// server or a real gateway by their own clients, and waits until it is let go; one
// goes at a time. Each merge of the two has a user, keys and a gateway of its own,
// and is judged alone by the checker.
//
// # Definitions
//
// A step is what a worker does between two moments at which it can be made to
// wait: a command to Redis or a request to the gateway, whatever it is, as its
// client puts it on the wire; an answer to the broker; the record that it enters
// its section. A worker with a planted bug thus has the steps that it really takes,
// not those that its author thought of. A move is a step with what becomes of it
// ([What]): it goes; its worker is killed before or after it; its client's time
// limit runs out and the call is lost, made, or arrives at any later time; a lock's
// lifetime is over; the locks' server forgets. A merge is a sequence of moves, each
// possible when it is made, until nobody has anything to do.
//
// # Bounds
//
// Two deliveries of one user ([Pairs]). Of each, [Bounds.Tries] attempts are
// merged; what comes after is done alone, one after the other, and so is what a
// killed worker had. At most [Bounds.Faults] moves of a merge are faults. A lock
// that is asked for is asked for once; then the message is handed back, and comes
// again. A lock that is another's is asked for again only once the server has
// another value under its key, or none: in between the answer would be the same,
// and would change nothing. A lock that nobody gives back any more, a killed
// worker's or one whose release was lost, runs out when nobody else can go on. A
// merge that ends while a worker that lives still waits is not executed.
//
// # What is proven
//
//  1. One step at a time is enough. Redis runs commands one after the other; the
//     gateway decides on a user's requests under a lock. Two calls that overlap take
//     effect in some order, and nobody but its caller sees when an answer comes. So
//     for each run there is one in which each call is over before the next begins,
//     in which everybody is told the same. Its record bounds each operation more
//     narrowly, so whatever can be refuted is refuted there.
//  2. Between its steps a worker does nothing that anybody could see, so when it
//     goes on matters by its next step alone. A worker that is killed between two
//     steps is one that is killed before the second.
//  3. Two neighbouring moves of different parties may change places without
//     anybody being able to tell if they write nothing that the other reads or
//     writes, and neither begins a section; and two begins may. What is touched are
//     the keys of a command (a command that is not known touches everything; a script
//     writes all of its keys), the user's record at the gateway, the message at the
//     broker. Answers then are the same, so both workers do the same from there on;
//     and each move that was possible still is. The judge can tell, beside answers,
//     the order of a text and a write (a text after STOP), which are made to touch one
//     thing more, and whether a section was over when another began, which is why
//     beginning one may not change places with anything but an answer to the broker.
//     Two faults share the bound and may not change places, nor may anything with
//     the end of a lock that was left, which comes when nobody else can go on.
//  4. Merges that come of each other by such changes are equal: they are judged
//     alike. One of each is executed. It is found by sleep sets (Godefroid, 1996):
//     when of two moves one was driven first, the other's merges need not begin with
//     the first as long as it could change places with all that was made since.
//  5. That none is missing is not left to the explorer. Each executed merge, with
//     all that are equal, has its beginnings ([class]); a move that was possible at a
//     step of an executed merge and leads to no such beginning is missing. If none
//     is, all merges are there: the empty one begins one; and if a merge's first n
//     moves begin an executed one, so do its first n+1.
//  6. A merge is excluded only by the server's word: the worker was told that the
//     lock is another's, and the server had the name of the other under the key. No
//     lock runs out but by a move, and whoever waits has no time limit but by a
//     move, so the scheduler's own slowness excludes nothing.
//  7. That a lock's lifetime is over is a move of the server's, by which the key is
//     deleted. To the clients it is the same as a lifetime that ran out: from that
//     moment on the server answers as though the key were not there, and tells
//     nobody. Nothing waits for a clock, so the move comes at every place between
//     the two at which the lock is taken and given back.
//
// Statement 4 is also tested: on small bounds the executed merges are as many as
// equal ones are counted, and both sets have the same verdicts. So is statement 7:
// the server gives the lock's commands the same answers after a lifetime that ran
// out and after a deletion.
//
// A property holds, within the bounds, if no executed merge refutes it, each is
// known, and none is missing. Not in it: a server that loses writes, the broker's own
// decisions of whom to give what. Of three attempts at a time ([Trios]) merges are
// drawn; what they do not refute is unknown, and is said as in how many of how many
// it was not ([DrawnVerdict]).
package interleave
