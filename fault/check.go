package fault

import (
	"fmt"
	"time"
)

// longest is how long a fault may last: a run has an end, and what is not
// healed by then would never be.
const longest = 2 * time.Minute

// longestWait is how long a schedule's steps may take, by their own settings.
const longestWait = 10 * time.Minute

// bounded refuses a duration in which nothing would happen, or that would not
// end within a run.
func bounded(name string, d time.Duration) error {
	if d <= 0 || d > longest {
		return fmt.Errorf("%s is %s: give more than 0s and at most %s, or the fault would not happen or not heal within a run", name, d, longest)
	}
	return nil
}

// repeated refuses a number of repetitions that would take longer than a worker
// may be kept inside.
func repeated(name string, times int, each time.Duration) error {
	const most = 100
	if times < 0 || times > most {
		return fmt.Errorf("%s is %d: give 1 to %d, or leave it out", name, times, most)
	}
	if total := time.Duration(max(1, times)) * each; total > 2*longest {
		return fmt.Errorf("%s is %d, which takes %s: a worker is kept inside for %s at the most", name, times, total, 2*longest)
	}
	return nil
}

// oneTo refuses numbers below 1 and above the most.
func oneTo(name string, n, most int) error {
	if n < 1 || n > most {
		return fmt.Errorf("%s is %d: give 1 to %d", name, n, most)
	}
	return nil
}

func notNegative(name string, d time.Duration) error {
	if d < 0 || d > longest {
		return fmt.Errorf("%s is %s: give 0s to %s", name, d, longest)
	}
	return nil
}
