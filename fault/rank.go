package fault

import "fmt"

// Rank is the place of a name among others.
type Rank string

// The ranks. Without one, the newcomer has the next name in turn.
const (
	First Rank = "first"
	Last  Rank = "last"
)

func (r Rank) check() error {
	if r != "" && r != First && r != Last {
		return fmt.Errorf("named is %q: give %q or %q, or leave it out", r, First, Last)
	}
	return nil
}

// name is one that sorts as the rank says among workers' names, all of which
// begin with letters between the two, and among names of the same rank that
// were given before. It is part of a host name.
func (r Rank) name(n int) string {
	if r == First {
		return fmt.Sprintf("a%03d", 999-n)
	}
	return fmt.Sprintf("z%03d", n)
}
