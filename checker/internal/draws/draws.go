// Package draws has property tests draw the same each time, unless they are asked for
// other draws: no test fails for what it happened to draw.
package draws

import (
	"flag"
	"testing"
)

// seed is where draws begin. It is far from the low ones, from which tests draw that
// must reach something: seeds that are near each other have draws in common.
const seed = "1000000007"

// Main runs a package's tests and returns the exit code, as [testing.M.Run] does. Rapid
// draws from a fixed seed then, but where its own flag or RAPID_SEED names one: 0 on
// the command line is a new one each time.
func Main(m *testing.M) int {
	flag.Parse()
	f := flag.Lookup("rapid.seed")
	asked := f.Value.String() != f.DefValue || f.DefValue != "0"
	flag.Visit(func(set *flag.Flag) { asked = asked || set == f })
	if !asked {
		if err := f.Value.Set(seed); err != nil {
			panic(err)
		}
	}
	return m.Run()
}
