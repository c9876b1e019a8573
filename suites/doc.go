// Package suites holds the claims: scenarios as tables with the verdict that
// each property must get, a file a mode. They are Go tests in one package, so
// that one environment serves all of them:
//
//	go test ./suites/...                                  # all
//	go test ./suites/... -run 'TestKeyShared/.*freezes'   # by name
//	go test ./suites/... -short                           # what needs no Docker: no scenario, but tests of tables and documents
//
// Some run only when a variable asks for them, and are skipped otherwise with its
// name: planted bugs, explorations, remedies, versions and whatever else has a
// target of its own. `make help` lists these, and the Makefile has the variable of
// each.
//
// A scenario passes when every property's verdict is the expected one and its
// fault bit. An expectation is changed when the understanding changes, never to
// make a run pass. What runs have shown is in FINDINGS.md, an entry each; a
// comment beside a claim names its entry (like-this).
//
// Without a guard, effects are refuted wherever exclusivity is: writes are
// blind, so of two attempts that were inside at once and both wrote, one
// overwrote what it had not seen. And they are refuted by every kill mid-flight,
// in all modes: the gateway has the text, and the state will never tell of it.
//
// Where effects hold, each decision was taken on what was so, and the rules are
// kept. Where effects are not claimed to hold, rules are left open: the users
// whom a fault is aimed at get receipts, of which there are never too many, and
// whether it also overtakes or kills an attempt of a user whose cap, welcome,
// pause or STOP is at stake is chance.
//
// A scenario whose name ends in "fenced" has the guard of that name and is
// otherwise the one before it. The guard keeps nobody out of a section, so
// exclusivity and order are claimed as without it. What it is for is that no
// text goes out twice, and that effects hold; but a text cannot be recalled
// (fenced-text-is-out). So with the guard, effects hold where an event is handled
// again before the user's later ones, and are left open where it may be handled
// after them: wherever order is not claimed to hold, except where the only users
// that are overtaken are the aimed ones, whose events are answered alike in any
// order. With the guard "intended", of scenarios whose name ends so, they hold
// wherever no event is lost.
package suites
