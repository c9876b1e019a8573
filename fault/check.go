package fault

import (
	"fmt"
	"time"
)

// longest is how long a fault may last: a run has an end, and what is not
// healed by then would never be.
const longest = 2 * time.Minute

// bounded refuses a duration in which nothing would happen, or that would not
// end within a run.
func bounded(name string, d time.Duration) error {
	if d <= 0 || d > longest {
		return fmt.Errorf("%s is %s: give more than 0s and at most %s, or the fault would not happen or not heal within a run", name, d, longest)
	}
	return nil
}

func notNegative(name string, d time.Duration) error {
	if d < 0 || d > longest {
		return fmt.Errorf("%s is %s: give 0s to %s", name, d, longest)
	}
	return nil
}
