// Package suites holds the claims: scenarios as tables with the verdict that
// each property must get, a file a mode. They are Go tests in one package, so
// that one environment serves all of them:
//
//	go test ./suites/...                                  # all
//	go test ./suites/... -run 'TestKeyShared/.*freezes'   # by name
//	go test ./suites/... -short                           # only what needs no Docker: nothing
//
// A scenario passes when every property's verdict is the expected one and its
// fault bit. An expectation is changed when the understanding changes, never to
// make a run pass; the comments beside the tables say what is understood.
//
// Effects are refuted wherever exclusivity is: writes are blind, so of two
// attempts that were inside at once and both wrote, one overwrote what it had
// not seen. And they are refuted by every kill mid-flight, in all modes: the
// gateway has the text, and the state will never tell of it. No mode can mend
// that; it takes a guard.
package suites
