// Package attack is the checker's adversary: it looks for records on which the
// checker gives a wrong answer. It knows nothing of the checker but how to ask
// it, and decides by itself, naively, what would be wrong.
//
// Everything here is a test. `go test` attacks for some seconds, from the same
// seed each time; `make attack` for as long as it is told, from a new one. A wrong
// answer fails the test, is made smaller, and is kept as a history with what is
// wrong beside it.
//
// # True worlds
//
// A world is a small simulation of a broker, workers, a store, a gateway and a
// harness, on one true clock: it knows what really happened. Workers are killed,
// crash, leave, freeze, all die at once and come back, under their names or
// others; answers are withheld; requests are lost, refused, or come late, also
// after their sender's death; the orchestrator may have bugs. The observers
// record of it what the format promises, on clocks of their own, and the record is
// read and judged. For each property a naive computation on the true world says
// whether it was violated in truth, and whether records that keep the format's
// promises show it. An answer is wrong if it says that it is
//
//  1. refuted, and it was not violated in truth; or
//  2. holds or vacuous, and the violation shows.
//
// And no finding of the self-check may say that an honest record is broken.
//
// What is violated, and what shows:
//
//  3. Exclusivity is violated if each of two true sections of a user began before
//     the other was over, also if one was over as it began. A section begins before
//     its enter is stamped, and ends with its last effect or its process. It shows if what is surely on record of them overlaps: from
//     the enter to the exit or, without one, to the true end, but of a process that
//     SIGKILL ended no further than to the instant before the signal.
//
//  4. Effects are violated, and it shows, if a write replaced another state than
//     it was decided on; if a text went out and the attempt wrote nothing or
//     something else (unless a later attempt of the event was told that it had gone
//     out, and wrote); if a write tells of a text that did not go out; if an
//     attempt sent twice; if along the log a text follows a STOP, a welcome a
//     welcome, or an event itself. They are also violated if a text went out at a
//     time between a STOP's write and the next START's, and that shows if the
//     STOP's worker knew of its write, by all clocks, and no START had begun.
//
//  5. Order is violated if of two events of a user the one that came to the
//     broker first took effect last. It shows if neither publish had to be tried
//     again.
//
//  6. Delivery is violated if an event that was acknowledged, and had come to the
//     broker when it was found to have nothing left, has no effect. It shows if it
//     has none, whenever it came.
//
//  7. Duplicates are violated, and it shows, if a text of an event went out
//     twice.
//
//  8. Progress is violated if somebody could have gone on and did not: an event
//     waited for five seconds of a fault in which some worker lived and nothing was
//     done to it nor to everybody; or for twenty seconds at the end; or for longer
//     after a fault than the scenario allows. It shows if the broker had something
//     left at the end, or the scenario's limit was surely exceeded. So of progress a
//     weak form is attacked: it never says what a standstill of users that nobody
//     touched is.
//
//  9. Rules are violated if a text went out that they forbid (a welcome again;
//     marketing at night, or a fourth in a day; a reminder of a cart less than a
//     week after a purchase had taken effect; anything between a STOP and a
//     START), or if an event took effect and no text of it went out, though one
//     was owed by what had happened before it, by the log or by what was read. It
//     shows where no order that the records leave open would make it right: of
//     purchases and STOPs, if their workers knew of them, by all clocks.
//
// # Levels
//
// Some worlds have links that record what passes between workers, broker and store:
// frames that come late, also to the link, answers that nobody waits for any more. By
// them, without the workers' own records but for the marks, levels judge. A wrong
// answer is as above, and also one that contradicts the checker's own on the workers'
// records, one that a higher level flips, and one that is given only since an
// observer is missing.
//
// # Damages and tamperings
//
// A sound record (a real run's, or a world's) is damaged without knowledge of what
// it means (bits, bytes, lines, fields, parts), or changed on purpose and
// coherently. Then an answer is wrong if
//
//  10. it became holds, and was not; or
//  11. it became refuted, was not, and no finding tells of anything that touches
//     the property.
//
// Refused by the reader, unknown and vacuous are right. Some lies nobody can find
// out, because only the liar knows of what he tells: the list of excuses says
// exactly which, for which properties, and why. They are carried out and counted
// all the same.
package attack
