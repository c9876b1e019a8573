// Package checker judges a recorded run: for each property it answers holds,
// refuted, unknown or vacuous, with counts, a reason in words and, for a
// refutation, the smallest part of the history that refutes.
//
// It is pure: it reads a [history.History] and nothing else. The same history
// gets the same verdicts on any machine, except that a proof search which runs
// out of its time ([WithTimeout]) ends in unknown.
//
// # Which way it errs
//
// A false "holds" is the worst that can happen, a false "refuted" the second
// worst. So nothing is assumed in a verdict's favour: a missing observer, an
// operation whose end cannot be bounded, clocks that cannot be compared, or two
// deciding procedures that disagree end in unknown; a history that never gave a
// violation the chance ends in vacuous. Where more than one applies, the order
// is refuted, unknown, vacuous, holds: a refutation stands by its witness
// whatever else is missing, unless the self-check finds the very records that
// it rests on to be broken.
package checker
