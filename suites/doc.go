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
// A scenario whose name ends in "fenced" has the guard of that name and is
// otherwise the one before it. The guard keeps nobody out of a section, so
// exclusivity and order are claimed as without it. What it is for is that no
// text goes out twice.
package suites
